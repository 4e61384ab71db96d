"""YAML -> values: every complaint has its place and a way out, and all come at once.

YAML is read by its 1.2 core rules as far as they agree with what authors mean: `no` is a word,
a version stays `1.10`, a date stays as it is written. Text becomes a number, a date or a truth
only where the model asks for one.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .model.diagnostic import Diagnostic, Location, error, nearest, warning
from .scalar import NULLS, core

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, which is eight times as fast; the pure one where it is missing."""

MAX_NODES = 50_000
MAX_DEPTH = 32
MAX_NESTING = 1000
"""Levels that libyaml is trusted with: tens of thousands overflow its stack and end the process."""

_SIGNS = tuple("*&!%@`")
"""With these a text of YAML's own begins, and many a title."""
_BRACKET = re.compile(r"[\[\]{}]")
_INDENT = re.compile(r"^(?: |[-?:](?=[ \n]))++", re.M)
# `melody\t` is harmless: libyaml stumbles over tabs at a line's end, authors do not.
_TRAILING = re.compile(r"(?<![\t ])[\t ]++$", re.M)

Model = TypeVar("Model", bound=BaseModel)
Path = tuple[str | int, ...]


def without_empty_values(values: Any) -> Any:
    """For models, to be called before they validate: an empty value counts as absent, and what is
    empty altogether as a mapping without keys."""
    if values is None:
        return {}
    if not isinstance(values, dict):
        return values
    return {key: value for key, value in values.items() if value is not None}


@dataclass(slots=True)
class Parsed:
    """A YAML mapping and where each of its parts stands."""

    path: str
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Location] = field(default_factory=dict)

    def at(self, *path: str | int) -> Location:
        """The place of the part at `path`, or of the nearest part around it that is there."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return Location(path=self.path, line=1)


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
    parsed = Parsed(path=path)
    reader = _Reader(parsed, first_line, frozenset(typed))
    try:
        reader.read(text)
    except _FaultError as fault:
        return None, [*reader.findings, fault.diagnostic]
    return parsed, reader.findings


class _Reader:
    """Walks the nodes of one text."""

    def __init__(self, parsed: Parsed, first_line: int, typed: frozenset[str] | None) -> None:
        self.parsed, self.first_line, self.typed = parsed, first_line, typed
        self.findings: list[Diagnostic] = []
        self.nodes = 0

    def read_any(self, text: str) -> Any:
        """Values of any shape. Raises `_FaultError`."""
        node = self._compose(text)
        return None if node is None else self._construct(node, ())

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
                    at=self._place(node.start_mark),
                    hint=_missing_space(text.split("\n")[0]),
                )
            )
        self.parsed.values = self._construct(node, ())

    def _compose(self, text: str) -> yaml.Node | None:
        if _nesting(text) > MAX_NESTING:
            raise _FaultError(_too_much(Location(path=self.parsed.path, line=self.first_line)))
        try:
            return yaml.compose(_TRAILING.sub("", text), Loader)
        except yaml.MarkedYAMLError as wrong:
            raise _FaultError(self._complaint(text, wrong)) from None
        except yaml.reader.ReaderError as wrong:
            line = text.count("\n", 0, wrong.position) + self.first_line
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
        place = Location(path=self.parsed.path, line=self.first_line + number, column=column)
        return error("yaml-syntax", f"not YAML: {wrong.problem}", at=place, hint=hint)

    def _place(self, mark: yaml.Mark) -> Location:
        return Location(
            path=self.parsed.path, line=self.first_line + mark.line, column=mark.column + 1
        )

    def _construct(self, node: yaml.Node, path: Path) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or len(path) > MAX_DEPTH:
            raise _FaultError(_too_much(self._place(node.start_mark)))
        self.parsed.places.setdefault(path, self._place(node.start_mark))
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode():
                return [self._construct(item, (*path, i)) for i, item in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node, path)
            case _:
                raise TypeError(f"a YAML node of no known kind: {node!r}")

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node.start_mark)
            if not isinstance(key_node, yaml.ScalarNode):
                raise _FaultError(error("yaml-key", "a key must be a word", at=place))
            key = key_node.value
            if key in values:
                first = self.parsed.places[*path, key]
                self.findings.append(
                    error(
                        "duplicate-key",
                        f"'{key}' stands here and on line {first.line}",
                        at=place,
                        hint="keep one of them",
                    )
                )
                continue
            self.parsed.places[*path, key] = place
            values[key] = self._construct(value_node, (*path, key))
        return values

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        if node.style:
            return node.value
        if node.value in NULLS:
            return None
        if self.typed is None or (path and path[0] in self.typed):
            return core(node.value)
        return node.value


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


def validate(
    model: type[Model], parsed: Parsed, *, lenient: bool = False
) -> tuple[Model | None, list[Diagnostic]]:
    """Make a `model` of what was parsed; None where there is an error among the findings.

    Unknown keys of the outermost mapping are warnings with `lenient`, and left out; else errors.
    """
    values = dict(parsed.values)
    known = {name: info.alias or name for name, info in model.model_fields.items()}
    findings: list[Diagnostic] = []
    if lenient:
        for key in [key for key in values if key not in known.values()]:
            del values[key]
            findings.append(
                warning(
                    "unknown-key",
                    # A text that lost its quotes may be taken for a key, and a long one.
                    f"unknown key '{shorten(key, 60, placeholder='…')}'",
                    at=parsed.at(key),
                    hint=nearest(key, known.values()),
                )
            )
    try:
        return model.model_validate(values), findings
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False, include_context=True)
        return None, [*findings, *(_finding(parsed, e, known.values()) for e in errors)]


def _finding(parsed: Parsed, wrong: ErrorDetails, known: Iterable[str]) -> Diagnostic:
    place = parsed.at(*wrong["loc"])
    path = ".".join(map(str, wrong["loc"]))
    match wrong["type"]:
        case "missing":
            return error("missing-key", f"'{path}' is missing", at=place)
        case "extra_forbidden":
            key = str(wrong["loc"][-1])
            hint = nearest(key, known) if len(wrong["loc"]) == 1 else ""
            return error("unknown-key", f"unknown key '{path}'", at=place, hint=hint)
        case "value_error":
            message, _, hint = str(wrong["ctx"]["error"]).partition(" | ")
            return error("bad-value", f"{path}: {message}", at=place, hint=hint)
        case _:
            said = wrong["msg"][:1].lower() + wrong["msg"][1:]
            return error(
                "bad-value", f"{path}: {said}", at=place, hint=f"got {wrong['input']!r:.60}"
            )


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
    reader = _Reader(Parsed(path=path), 1, typed=None)
    try:
        return reader.read_any(text), reader.findings
    except _FaultError as fault:
        return None, [*reader.findings, fault.diagnostic]


def dump(values: Mapping[str, Any]) -> str:
    """YAML as a person would write it: used for what `atrae new` makes."""
    return str(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=88))
