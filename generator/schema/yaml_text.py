"""Parse YAML into values that know their place in the text.

Scalars follow the core schema of YAML 1.2, and stay text unless the model has another type: `no`
is a word, a version stays `1.10`, and a date stays as it is written.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from ..model.diagnostic import Diagnostic, Location, error
from .scalar import NULLS, parse_scalar

if TYPE_CHECKING:
    _Loader = yaml.SafeLoader
else:
    # libyaml is much faster; the pure loader is for systems without it.
    _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(_Loader):
    """Loader that resolves no types by the rules of YAML 1.1."""

    def resolve(self, *_: object) -> str:
        """Return no tag: `parse` ignores tags."""
        return ""

    def descend_resolver(self, *_: object) -> None:
        """Do nothing, because `resolve` needs no path."""

    def ascend_resolver(self) -> None:
        """Do nothing, because `resolve` needs no path."""


_NO_ALIASES: Mapping[str, str] = {}

MAX_NODES = 50_000
MAX_DEPTH = 32
MAX_NESTING = 1000
"""Levels of nesting that are passed to libyaml: far more overflow its stack and end the process."""

_INDICATORS = tuple("*&!%@`")
"""Characters that mean something to YAML at the start of a value, and that titles start with."""
_BRACKET = re.compile(r"[\[\]{}]")
_INDENT = re.compile(r"^(?>(?: |[-?:](?=[ \n]))+)", re.M)
# libyaml refuses tabs at the end of a line, which authors can't see.
_TRAILING = re.compile(r"(?<![\t ])[\t ]++$", re.M)


@dataclass(slots=True)
class Parsed:
    """A YAML mapping, and the nodes that know the place of each part for diagnostics."""

    path: str
    values: dict[str, Any] = field(default_factory=dict)
    first_line: int = 1
    node: yaml.MappingNode | None = None

    def at(self, *path: str | int) -> Location:
        """Return the place of the part at `path`, or of the nearest part around it."""
        node: yaml.Node | None = self.node
        mark = None
        for step in path:
            part = _part(node, step) if node else None
            if not part:
                break
            mark, node = part
        return self.place(mark) if mark else Location(path=self.path, line=1)

    def place(self, mark: yaml.Mark) -> Location:
        """Return a place in the text as a place in the file."""
        return Location(path=self.path, line=self.first_line + mark.line, column=mark.column + 1)

    def key_places(self) -> dict[str, tuple[int, int]]:
        """Return the line and column of each outermost key, the first one of duplicates."""
        places: dict[str, tuple[int, int]] = {}
        for key, _ in self.node.value if self.node else ():
            place = self.place(key.start_mark)
            places.setdefault(key.value, (place.line, place.column))
        return places


def _part(node: yaml.Node, step: str | int) -> tuple[yaml.Mark, yaml.Node] | None:
    """Return the start and the value of a part; a part of a mapping starts with its key."""
    if isinstance(node, yaml.MappingNode):
        pairs = (pair for pair in node.value if pair[0].value == step)
        return next(((key.start_mark, value) for key, value in pairs), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark, node.value[step]
    return None


class _UnreadableError(Exception):
    """An error after which nothing of the text can be read."""

    def __init__(self, code: str, message: str, at: Location, hint: str = "") -> None:
        self.diagnostic = error(code, message, at=at, hint=hint)


def parse(
    text: str,
    *,
    path: str,
    first_line: int = 1,
    typed: Iterable[str] = (),
    aliases: Mapping[str, str] = _NO_ALIASES,
) -> tuple[Parsed | None, list[Diagnostic]]:
    """Parse a YAML mapping that starts on `first_line` of the file `path`.

    Scalars stay text; only null, and numbers and booleans below the keys in `typed`, are
    converted. An outermost key in `aliases` gets the name that it stands for. The first of
    duplicate keys counts. None if the text can't be read.
    """
    parsed = Parsed(path=path, first_line=first_line)
    reader = _Reader(parsed, typed, aliases)
    try:
        reader.read(text)
    except _UnreadableError as unreadable:
        return None, [*reader.findings, unreadable.diagnostic]
    return parsed, reader.findings


class _Reader:
    """Constructs the values of one text."""

    def __init__(self, parsed: Parsed, typed: Iterable[str], aliases: Mapping[str, str]) -> None:
        self.parsed, self.typed, self.aliases = parsed, frozenset(typed), aliases
        self.findings: list[Diagnostic] = []
        self.nodes = 0

    def read_any(self, text: str) -> Any:
        """Return values of any shape and of every type. Raises `_UnreadableError`."""
        node = self._compose(text)
        return None if node is None else self._construct(node, 0, typed=True)

    def read(self, text: str) -> None:
        """Read a mapping into `parsed`. Raises `_UnreadableError`."""
        node = self._compose(text)
        if node is None:
            return
        if not isinstance(node, yaml.MappingNode):
            message = "expected lines of the form `key: value`"
            hint = _missing_space(text.split("\n")[0])
            place = self.parsed.place(node.start_mark)
            raise _UnreadableError("yaml-mapping", message, place, hint)
        self.parsed.node = node
        self.parsed.values = self._construct(node, 0, typed=False)

    def _compose(self, text: str) -> yaml.Node | None:
        if _nesting(text) > MAX_NESTING:
            raise _too_much(Location(path=self.parsed.path, line=self.parsed.first_line))
        try:
            return yaml.compose(_TRAILING.sub("", text), Loader)
        except yaml.MarkedYAMLError as cause:
            raise self._syntax_error(text, cause) from None
        except yaml.reader.ReaderError as cause:
            line = text.count("\n", 0, cause.position) + self.parsed.first_line
            message = f"a character that YAML does not allow: U+{cause.character:04X}"
            place = Location(path=self.parsed.path, line=line)
            raise _UnreadableError("yaml-syntax", message, place, "delete it") from None

    def _syntax_error(self, text: str, cause: yaml.MarkedYAMLError) -> _UnreadableError:
        mark = cause.problem_mark or cause.context_mark
        lines = text.split("\n")
        number = min(mark.line, len(lines) - 1) if mark else 0
        hint = _advice(lines[number], cause.problem or "")
        if not hint and number:
            # libyaml often reports the line after the wrong one.
            hint = _missing_space(lines[number - 1])
            number -= bool(hint)
        column = mark.column + 1 if mark and number == mark.line else 1
        line = self.parsed.first_line + number
        place = Location(path=self.parsed.path, line=line, column=column)
        return _UnreadableError("yaml-syntax", f"not YAML: {cause.problem}", place, hint)

    def _construct(self, node: yaml.Node, depth: int, *, typed: bool) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise _too_much(self.parsed.place(node.start_mark))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, depth, typed=typed)
        if isinstance(node, yaml.SequenceNode):
            return [self._construct(item, depth + 1, typed=typed) for item in node.value]
        assert isinstance(node, yaml.ScalarNode)
        if node.style:
            return node.value
        if node.value in NULLS:
            return None
        return parse_scalar(node.value) if typed else node.value

    def _mapping(self, node: yaml.MappingNode, depth: int, *, typed: bool) -> dict[str, Any]:
        values: dict[str, Any] = {}
        first: dict[str, yaml.Mark] = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            if not isinstance(key_node, yaml.ScalarNode):
                place, hint = self.parsed.place(mark), "put quotes around it"
                raise _UnreadableError("yaml-key", "a key must be a word", place, hint)
            if depth == 0:
                key_node.value = self.aliases.get(key_node.value, key_node.value)
            key = key_node.value
            if key in values:
                line, place = self.parsed.place(first[key]).line, self.parsed.place(mark)
                message = f"'{key}' is already set on line {line}"
                self.findings.append(
                    error("duplicate-key", message, at=place, hint="keep one of them")
                )
                continue
            first[key] = mark
            below = typed or (depth == 0 and key in self.typed)
            values[key] = self._construct(value_node, depth + 1, typed=below)
        return values


def _nesting(text: str) -> int:
    """Return an upper bound for the levels of nesting in a text."""
    deepest = depth = 0
    for bracket in _BRACKET.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest + max((len(indent[0]) for indent in _INDENT.finditer(text)), default=0)


def _too_much(at: Location) -> _UnreadableError:
    return _UnreadableError("yaml-size", "the YAML is too large or nested too deeply", at)


def _missing_space(line: str) -> str:
    key = re.match(r"\s*(?:- )?([A-Za-z_]\w*):(?=[^\s/])", line)
    return f"put a space after `{key[1]}:`" if key else ""


def _advice(line: str, problem: str) -> str:
    """Return a fix for the usual mistakes in a line."""
    if "\t" in line[: len(line) - len(line.lstrip())] or "\\t" in problem:
        return "indent with spaces, not with a tab"
    key, _, value = (part.strip() for part in line.partition(": "))
    if value[:1] in _INDICATORS or ("mapping values" in problem and ": " in value):
        return f"put quotes around the value: {key}: {json.dumps(value, ensure_ascii=False)}"
    return _missing_space(line)


def load_flat(text: str, *, path: str) -> dict[str, str]:
    """Parse a mapping of words to texts. Raises `ValueError` with every error."""
    parsed, findings = parse(text, path=path)
    if parsed is None:
        raise ValueError("\n".join(map(str, findings)))
    for key, value in parsed.values.items():
        if not isinstance(value, str):
            findings.append(error("bad-value", f"{key}: expected a text", at=parsed.at(key)))
    if findings:
        raise ValueError("\n".join(map(str, findings)))
    return parsed.values


def parse_any(text: str, *, path: str) -> tuple[Any, list[Diagnostic]]:
    """Parse YAML of any shape into values of the core schema's types."""
    reader = _Reader(Parsed(path=path), (), _NO_ALIASES)
    try:
        return reader.read_any(text), reader.findings
    except _UnreadableError as unreadable:
        return None, [*reader.findings, unreadable.diagnostic]


def dump(values: Mapping[str, Any]) -> str:
    """Format values as YAML for people to edit."""
    return str(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=88))
