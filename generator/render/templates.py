"""Jinja templates: escaped, strict, and with the file and line of every error."""

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
"""Characters that XML 1.0 (2.2) and HTML don't allow, because no reader accepts a feed with them.

They become U+FFFD, as NUL does in CommonMark. Not compiled here because that is slow, and few
sites need it."""

_CONTROLS = (*range(9), 11, 12, *range(14, 32))
"""Characters of `_NOT_XML` that are one byte of UTF-8."""


def readable(text: str) -> str:
    """Replace each character of `_NOT_XML` by U+FFFD."""
    # Few texts have one, and searching for single bytes is faster than the expression.
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return re.sub(_NOT_XML, "\N{REPLACEMENT CHARACTER}", text)
    if "\ufffe" in text or "\uffff" in text or any(map(raw.__contains__, _CONTROLS)):
        return re.sub(_NOT_XML, "\N{REPLACEMENT CHARACTER}", text)
    return text


class _Compiled(jinja2.FileSystemBytecodeCache):
    """Stores compiled templates, and ignores files that can't be read."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except (OSError, ValueError, TypeError, EOFError, pickle.UnpicklingError):
            bucket.reset()


class _Template(jinja2.Template):
    """Returns texts without special characters as they are, instead of copying each one."""

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


_find_special = re.compile("[&<>'\"]").search


def _escaped(value: object) -> str:
    if type(value) is Markup:
        return value
    if type(value) is str and not _find_special(value):
        return value
    return escape(value)


class _Context(Context):
    """Calls functions and methods that don't want the context without Jinja's lookups."""

    def call(self, function: Callable[..., Any], /, *args: Any, **options: Any) -> Any:
        if type(function) not in _PLAIN or hasattr(function, "jinja_pass_arg"):
            return super().call(function, *args, **options)
        options.pop("_loop_vars", None)
        options.pop("_block_vars", None)
        return function(*args, **options)


_PLAIN = frozenset({BuiltinMethodType, FunctionType, MethodType})


class _Environment(jinja2.Environment):
    """Jinja's environment, with less work for each of thousands of pages.

    It relies on internals of Jinja: `Context.call`, `make_globals` and the `escape` of compiled
    templates.
    """

    context_class = _Context
    template_class = _Template

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # A plain copy, because looking names up in Jinja's chain of mappings is slower.
        return {**self.globals, **(d or {})}


class Templates:
    """Templates by name, each compiled once."""

    def __init__(
        self,
        files: Mapping[str, Path],
        root: Path,
        *,
        compiled: Path | None = None,
        filters: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        """Compile each template when it's first used; keep it in the folder `compiled`."""
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
        self._environment.filters.update(filters or {})

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def render(self, name: str, context: Mapping[str, Any]) -> Markup:
        """Render a template.

        Raises:
            TemplateError: Anything went wrong in it; with the template's file and line.
        """
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
            reason = str(wrong) or type(wrong).__name__
            raise TemplateError(reason, at=self._last(wrong, name)) from wrong

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        file = self._files.get(name)
        if file is None:
            return None
        return file.read_text(encoding="utf-8"), str(file), lambda: True

    def _last(self, wrong: BaseException, name: str) -> Location:
        """Return the innermost line of a template in the traceback."""
        import traceback  # only errors need it

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
    """Return a template's path from the site's root, or from the folder above a shipped theme."""
    try:
        return file.relative_to(root).as_posix()
    except ValueError:
        parts = file.parts
        # The last `themes` is the program's own, because a folder above may have that name, too.
        at = len(parts) - 1 - parts[::-1].index("themes") if "themes" in parts else 0
        return "/".join(parts[at:])
