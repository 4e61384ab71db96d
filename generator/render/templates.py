"""jinja2: autoescape, strict, and every fault with the template's file and line."""

import pickle
import re
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from types import BuiltinMethodType, CodeType, FunctionType, MethodType
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup, escape

from ..errors import SiteError, TemplateError
from ..model.diagnostic import Location, nearest

_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""What neither XML 1.0 (2.2) nor HTML has a sign for: no feed with one of them can be read. It
becomes U+FFFD, as NUL does in CommonMark. To compile it takes as long as many pages, and hardly
any site needs it."""

_CONTROLS = (*range(9), 11, 12, *range(14, 32))
"""Those of them that are one byte of UTF-8."""


def readable(text: str) -> str:
    """The text with U+FFFD for each sign of `_NOT_XML`."""
    # Nearly no text has one, and looking for thirty bytes one after the other is several times as
    # fast as the expression.
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return re.sub(_NOT_XML, "\N{REPLACEMENT CHARACTER}", text)
    if "\ufffe" in text or "\uffff" in text or any(map(raw.__contains__, _CONTROLS)):
        return re.sub(_NOT_XML, "\N{REPLACEMENT CHARACTER}", text)
    return text


class _Compiled(jinja2.FileSystemBytecodeCache):
    """What templates were compiled to; a file that cannot be read is as good as none."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except (OSError, ValueError, TypeError, EOFError, pickle.UnpicklingError):
            bucket.reset()


class _Template(jinja2.Template):
    """Writes texts in which nothing is to be escaped as they are, as nearly all of them."""

    @classmethod
    def from_code(
        cls,
        environment: jinja2.Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002
        uptodate: Callable[[], bool] | None = None,
    ) -> jinja2.Template:
        template = super().from_code(environment, code, globals, uptodate)
        template.root_render_func.__globals__["escape"] = _escaped
        return template


_telling = re.compile("[&<>'\"]").search


def _escaped(value: object) -> str:
    if type(value) is Markup:
        return value
    if type(value) is str and not _telling(value):
        return value
    return escape(value)


class _Context(Context):
    """Calls functions and methods without asking each of them three times whether it wants to know
    the context."""

    def call(self, called: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
        if type(called) not in _PLAIN or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *given, **named)
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return called(*given, **named)


_PLAIN = frozenset({BuiltinMethodType, FunctionType, MethodType})


class _Environment(jinja2.Environment):
    """jinja2's own, with less to be done for each of thousands of pages."""

    context_class = _Context
    template_class = _Template

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # A copy: the chain of mappings that jinja2 makes is walked name by name for each page.
        return {**self.globals, **(d or {})}


class Templates:
    """Templates by name, compiled once."""

    def __init__(
        self, files: Mapping[str, Path], root: Path, *, compiled: Path | None = None
    ) -> None:
        """`compiled` is a folder where what templates are compiled to may be kept."""
        if compiled:
            compiled.mkdir(parents=True, exist_ok=True)
        self._files, self._root = files, root
        self._environment = _Environment(
            loader=jinja2.FunctionLoader(self._load),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=_Compiled(str(compiled)) if compiled else None,
        )

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def render(self, name: str, context: Mapping[str, Any]) -> Markup:
        """The template's text. Raises `TemplateError` with file and line for whatever goes wrong
        in it: a template is its author's program."""
        try:
            text = self._environment.get_template(name).render(context)
            return Markup(readable(text))
        except jinja2.TemplateSyntaxError as wrong:
            at = self._location(wrong.filename or wrong.name or name, wrong.lineno)
            raise TemplateError(f"{wrong.message}", at=at) from wrong
        except jinja2.TemplateNotFound as wrong:
            hint = nearest(str(wrong.name), self._files)
            raise TemplateError(
                f"there is no template '{wrong.name}'", at=self._last(wrong, name), hint=hint
            ) from wrong
        except SiteError as wrong:
            if wrong.at is None:
                wrong.at = self._last(wrong, name)
            raise
        except Exception as wrong:
            said = str(wrong) or type(wrong).__name__
            raise TemplateError(said, at=self._last(wrong, name)) from wrong

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        file = self._files.get(name)
        if file is None:
            return None
        return file.read_text(encoding="utf-8"), str(file), lambda: True

    def _last(self, wrong: BaseException, name: str) -> Location:
        """The innermost line of a template in the traceback."""
        import traceback  # only what is wrong needs it

        known = {str(file) for file in self._files.values()}
        frames = traceback.extract_tb(wrong.__traceback__)
        for frame in reversed(frames):
            if frame.filename in known:
                return self._location(frame.filename, frame.lineno or 0)
        return self._location(str(self._files.get(name, name)), 0)

    def _location(self, file: str, line: int) -> Location:
        path = Path(self._files.get(file, file))
        return Location(path=shown(path, self._root), line=line)


def shown(file: Path, root: Path) -> str:
    """How the author of a template knows it: from the site's root, or from the shipped theme's."""
    try:
        return file.relative_to(root).as_posix()
    except ValueError:
        parts = file.parts
        # The last `themes` is the program's own: a folder above may have that name too.
        at = len(parts) - 1 - parts[::-1].index("themes") if "themes" in parts else 0
        return "/".join(parts[at:])
