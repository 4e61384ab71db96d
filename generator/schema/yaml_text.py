"""A text of YAML -> values, and where each of them stands.

YAML is read by its 1.2 core rules as far as they agree with what authors mean: `no` is a word,
a version stays `1.10`, a date stays as it is written. Text becomes a number, a date or a truth
only where the model asks for one.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import yaml

from ..model.diagnostic import Diagnostic, Location, error
from .scalar import NULLS, core

if TYPE_CHECKING:
    _Loader = yaml.SafeLoader
else:
    # libyaml's, which is eight times as fast; the pure one where it is missing.
    _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(_Loader):
    """One that asks of no word what type it would be by the rules of YAML 1.1."""

    def resolve(self, *_: object) -> str:
        """The tag of a node, by which nobody goes here."""
        return ""

    def descend_resolver(self, *_: object) -> None:
        """Nothing is to be known on the way to a node."""

    def ascend_resolver(self) -> None:
        """Nothing was to be known."""


MAX_NODES = 50_000
MAX_DEPTH = 32
MAX_NESTING = 1000
"""Levels that libyaml is trusted with: tens of thousands overflow its stack and end the process."""

_SIGNS = tuple("*&!%@`")
"""With these a text of YAML's own begins, and many a title."""
_BRACKET = re.compile(r"[\[\]{}]")
_INDENT = re.compile(r"^(?>(?: |[-?:](?=[ \n]))+)", re.M)
# `melody\t` is harmless: libyaml stumbles over tabs at a line's end, authors do not.
_TRAILING = re.compile(r"(?<![\t ])[\t ]++$", re.M)


@dataclass(slots=True)
class Parsed:
    """A YAML mapping, with the nodes that it was made of: they know where each part stands, and
    are asked when something is wrong with it."""

    path: str
    values: dict[str, Any] = field(default_factory=dict)
    first_line: int = 1
    node: yaml.Node | None = None

    def at(self, *path: str | int) -> Location:
        """The place of the part at `path`, or of the nearest part around it that is there."""
        node, mark = self.node, None
        for step in path:
            found = _part(node, step) if node else None
            if not found:
                break
            mark, node = found
        return self.place(mark) if mark else Location(path=self.path, line=1)

    def place(self, mark: yaml.Mark) -> Location:
        """A place in the text as one in the file."""
        return Location(path=self.path, line=self.first_line + mark.line, column=mark.column + 1)

    def outermost(self) -> dict[str, tuple[int, int]]:
        """The line and column of each outermost key; of one that stands twice the first's."""
        pairs = self.node.value if isinstance(self.node, yaml.MappingNode) else ()
        places: dict[str, tuple[int, int]] = {}
        for key, _ in pairs:
            at = key.start_mark
            places.setdefault(key.value, (self.first_line + at.line, at.column + 1))
        return places

    def of(self, values: dict[str, Any]) -> "Parsed":
        """Some of its values, which stand where they stand."""
        return replace(self, values=values)


def _part(node: yaml.Node, step: str | int) -> tuple[yaml.Mark, yaml.Node] | None:
    """Where a part of a node begins, if it is there; that of a mapping begins with its key."""
    if isinstance(node, yaml.MappingNode):
        named = (pair for pair in node.value if pair[0].value == step)
        return next(((key.start_mark, value) for key, value in named), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark, node.value[step]
    return None


class _FaultError(Exception):
    """Something after which nothing of this text can be read."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


def parse(
    text: str, *, path: str, first_line: int = 1, typed: Iterable[str] = ()
) -> tuple[Parsed | None, list[Diagnostic]]:
    """Read `text`, a mapping, which begins on `first_line` of the file `path`.

    Scalars stay text, but null and below the keys named in `typed`, where numbers and truths are
    made of them. None where it cannot be read; of a key that stands twice the first counts.
    """
    parsed = Parsed(path=path, first_line=first_line)
    reader = _Reader(parsed, frozenset(typed))
    try:
        reader.read(text)
    except _FaultError as fault:
        return None, [*reader.findings, fault.diagnostic]
    return parsed, reader.findings


class _Reader:
    """Walks the nodes of one text."""

    def __init__(self, parsed: Parsed, typed: frozenset[str] | None) -> None:
        self.parsed, self.typed = parsed, typed
        self.findings: list[Diagnostic] = []
        self.nodes = 0

    def read_any(self, text: str) -> Any:
        """Values of any shape. Raises `_FaultError`."""
        node = self._compose(text)
        return None if node is None else self._construct(node, 0, typed=self.typed is None)

    def read(self, text: str) -> None:
        """A mapping, into `parsed`. Raises `_FaultError`."""
        node = self._compose(text)
        if node is None:
            return
        if not isinstance(node, yaml.MappingNode):
            raise _FaultError(
                error(
                    "yaml-mapping",
                    "expected lines of the form `key: value`",
                    at=self.parsed.place(node.start_mark),
                    hint=_missing_space(text.split("\n")[0]),
                )
            )
        self.parsed.node = node
        self.parsed.values = self._construct(node, 0, typed=False)

    def _compose(self, text: str) -> yaml.Node | None:
        if _nesting(text) > MAX_NESTING:
            place = Location(path=self.parsed.path, line=self.parsed.first_line)
            raise _FaultError(_too_much(place))
        try:
            return yaml.compose(_TRAILING.sub("", text), Loader)
        except yaml.MarkedYAMLError as wrong:
            raise _FaultError(self._complaint(text, wrong)) from None
        except yaml.reader.ReaderError as wrong:
            line = text.count("\n", 0, wrong.position) + self.parsed.first_line
            message = f"a character that YAML does not allow: U+{wrong.character:04X}"
            place = Location(path=self.parsed.path, line=line)
            raise _FaultError(error("yaml-syntax", message, at=place, hint="delete it")) from None

    def _complaint(self, text: str, wrong: yaml.MarkedYAMLError) -> Diagnostic:
        mark = wrong.problem_mark or wrong.context_mark
        lines = text.split("\n")
        number = min(mark.line, len(lines) - 1) if mark else 0
        hint = _advice(lines[number], wrong.problem or "")
        if not hint and number:
            # libyaml often notices on the line after the one that is wrong.
            hint = _missing_space(lines[number - 1])
            number -= bool(hint)
        column = mark.column + 1 if mark and number == mark.line else 1
        line = self.parsed.first_line + number
        place = Location(path=self.parsed.path, line=line, column=column)
        return error("yaml-syntax", f"not YAML: {wrong.problem}", at=place, hint=hint)

    def _construct(self, node: yaml.Node, depth: int, *, typed: bool) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise _FaultError(_too_much(self.parsed.place(node.start_mark)))
        match node:
            case yaml.ScalarNode():
                return _scalar(node, typed=typed)
            case yaml.SequenceNode():
                return [self._construct(item, depth + 1, typed=typed) for item in node.value]
            case yaml.MappingNode():
                return self._mapping(node, depth, typed=typed)
            case _:
                raise TypeError(f"a YAML node of no known kind: {node!r}")

    def _mapping(self, node: yaml.MappingNode, depth: int, *, typed: bool) -> dict[str, Any]:
        values: dict[str, Any] = {}
        first: dict[str, yaml.Mark] = {}
        for key_node, value_node in node.value:
            key, mark = key_node.value, key_node.start_mark
            if not isinstance(key_node, yaml.ScalarNode):
                place = self.parsed.place(mark)
                raise _FaultError(error("yaml-key", "a key must be a word", at=place))
            if key in values:
                self.findings.append(self._twice(key, first[key], mark))
                continue
            first[key] = mark
            below = typed or (depth == 0 and self.typed is not None and key in self.typed)
            values[key] = self._construct(value_node, depth + 1, typed=below)
        return values

    def _twice(self, key: str, first: yaml.Mark, again: yaml.Mark) -> Diagnostic:
        return error(
            "duplicate-key",
            f"'{key}' stands here and on line {self.parsed.place(first).line}",
            at=self.parsed.place(again),
            hint="keep one of them",
        )


def _scalar(node: yaml.ScalarNode, *, typed: bool) -> Any:
    if node.style:
        return node.value
    if node.value in NULLS:
        return None
    return core(node.value) if typed else node.value


def _nesting(text: str) -> int:
    """No less than the levels of nesting that the text can have."""
    deepest = depth = 0
    for bracket in _BRACKET.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest + max((len(indent[0]) for indent in _INDENT.finditer(text)), default=0)


def _too_much(at: Location) -> Diagnostic:
    return error("yaml-size", "more YAML than makes sense", at=at)


def _missing_space(line: str) -> str:
    found = re.match(r"\s*(?:- )?([A-Za-z_]\w*):(?=[^\s/])", line)
    return f"put a space after `{found[1]}:`" if found else ""


def _advice(line: str, problem: str) -> str:
    """The usual reasons, told from the line."""
    if "\t" in line[: len(line) - len(line.lstrip())] or "\\t" in problem:
        return "indent with spaces, not with a tab"
    key, _, value = (part.strip() for part in line.partition(": "))
    if value[:1] in _SIGNS or ("mapping values" in problem and ": " in value):
        return f"put quotes around the value: {key}: {json.dumps(value, ensure_ascii=False)}"
    return _missing_space(line)


def load_flat(text: str, *, path: str) -> dict[str, str]:
    """A mapping of words to texts, as translations are. Raises `ValueError` with every fault."""
    parsed, findings = parse(text, path=path)
    if parsed is None:
        raise ValueError("\n".join(map(str, findings)))
    for key, value in parsed.values.items():
        if not isinstance(value, str):
            findings.append(error("bad-value", f"{key}: expected a text", at=parsed.at(key)))
    if findings:
        raise ValueError("\n".join(map(str, findings)))
    return parsed.values


def plain(text: str, *, path: str) -> tuple[Any, list[Diagnostic]]:
    """A YAML text as plain values, for `data/`: any shape, typed by the core schema."""
    reader = _Reader(Parsed(path=path), typed=None)
    try:
        return reader.read_any(text), reader.findings
    except _FaultError as fault:
        return None, [*reader.findings, fault.diagnostic]


def dump(values: Mapping[str, Any]) -> str:
    """YAML as a person would write it: used for what `atrae new` makes."""
    return str(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=88))
