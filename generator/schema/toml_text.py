"""Parse TOML into values that know their place in the text, like those of `yaml_text`."""

import re
import tomllib
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

import yaml

from ..model.diagnostic import Diagnostic, Location, error
from .yaml_text import Parsed

_KEY = re.compile(r"""^[ \t]*\[{0,2}[ \t]*(["']?)(?P<key>[\w-]+)\1[ \t]*[=.\]]""", re.M)
_AT_LINE = re.compile(r" ?\(at line (\d+), column (\d+)\)$")


def parse(
    text: str, *, path: str, first_line: int = 1, typed: Iterable[str] = ()
) -> tuple[Parsed | None, list[Diagnostic]]:
    """Parse TOML that starts on `first_line` of the file `path`; None, with an error, if it isn't.

    As in `yaml_text.parse`, scalars become text, except below the keys in `typed`.
    """
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as cause:
        where = _AT_LINE.search(str(cause))
        line = int(where[1]) - 1 if where else 0
        place = Location(path=path, line=first_line + line, column=int(where[2]) if where else 1)
        message = _AT_LINE.sub("", str(cause))
        return None, [
            error("toml-syntax", f"not TOML: {message[:1].lower()}{message[1:]}", at=place)
        ]
    kept = frozenset(typed)
    read = {key: value if key in kept else _as_text(value) for key, value in values.items()}
    return Parsed(path=path, values=read, first_line=first_line, node=_places(text)), []


def _as_text(value: Any) -> Any:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float() | datetime() | date() | time():
            return str(value)
        case list():
            return [_as_text(item) for item in value]
        case dict():
            return {key: _as_text(item) for key, item in value.items()}
    return value


def _places(text: str) -> yaml.MappingNode:
    """Return the places of the keys as a mapping of YAML has them."""
    pairs = []
    for match in _KEY.finditer(text):
        start = match.start("key")
        line = text.count("\n", 0, start)
        mark = yaml.Mark("", start, line, start - text.rfind("\n", 0, start) - 1, None, 0)
        node = yaml.ScalarNode("", match["key"], mark, mark)
        pairs.append((node, yaml.ScalarNode("", "", mark, mark)))
    return yaml.MappingNode("", pairs)
