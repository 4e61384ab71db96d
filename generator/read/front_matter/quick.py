"""Front matter of plain lines, read without the libraries for YAML.

    title: One text, "another" or 'a third'
    tags: [one, two]
    authors:
      - Ana

Most front matter looks like this. What this module reads is exactly what `values.read_values`
reads; whatever is invalid or could mean anything else is left to that. Tests compare the two.
"""

import re
from collections.abc import Callable
from typing import Any

from ...schema.scalar import NULLS
from . import keys
from .dates import parse_date
from .keys import FrontMatter, ValueType

MAX_LENGTH = 20_000
"""Characters. YAML's own limits apply to longer front matter."""

# Characters without a meaning of their own in YAML; a colon or a number sign has none within a
# word.
_CHARACTER = r"\w !$%&()*+,\-./;<=>?@\[\]^`{|}~“”‘’«»¿¡–—…€"
_WORD = r"\w +.\-/&"
_ITEM = rf"(?:[\w/](?>(?:[{_WORD}]++|(?<=\w)#)*)|\"[{_WORD}]*+\"|'[{_WORD}]*+')"
_ENTRY = re.compile(
    r"(?P<key>[a-z_]++):(?: +(?:"
    rf"(?P<plain>-?[\w/(“‘«¿¡](?>(?:[{_CHARACTER}\"'\\]++|:(?=[\w/])|(?<=\w)#)*)(?<! ))"
    rf"|\"(?P<double>[{_CHARACTER}':#]*+)\""
    rf"|'(?P<single>[{_CHARACTER}\":#\\]*+)'"
    rf"|\[(?P<flow> *(?:{_ITEM}(?>(?:, *{_ITEM})*))?)\]"
    rf")|\n(?P<block>(?P<indent> *+)- {_ITEM}(?>(?:\n(?P=indent)- {_ITEM})*)))?\n++"
)


def read_lines(front: str, *, taxonomies: tuple[str, ...]) -> FrontMatter | None:
    """Read front matter of plain lines; None if it must be read as YAML."""
    if len(front) > MAX_LENGTH:
        return None
    values: dict[str, Any] = {}
    places: dict[str, tuple[int, int]] = {}
    position, line = 0, 2
    try:
        while entry := _ENTRY.match(front, position):
            key, value = entry["key"], _value(entry)
            key = keys.ALIASES.get(key, key)
            read = _KEY_READERS.get(key) or (keys.split_list if key in taxonomies else None)
            if read is None or key in places:
                return None
            places[key] = (line, 1)
            if value is not None:
                values[key] = read(value)
            position = entry.end()
            line += front.count("\n", entry.start(), position)
    except ValueError:
        return None
    return keys.assemble(values, taxonomies, places) if position == len(front) else None


def _value(entry: re.Match[str]) -> str | list[str] | None:
    """Return the written value of an entry; None if it's empty."""
    style = entry.lastgroup or "key"
    text = entry[style]
    match style:
        case "plain":
            return text if text not in NULLS else None
        case "double" | "single":
            return text
        case "flow":
            return _items(text.split(","))
        case "block":
            return _items([line.partition("- ")[2] for line in text.split("\n")])
        case _:
            return None


def _items(written: list[str]) -> list[str]:
    words = (word.strip(" ") for word in written)
    return [word[1:-1] if word[0] in "\"'" else word for word in words if word not in NULLS]


Value = str | list[str]


def _read_text(value: Value) -> str:
    if not isinstance(value, str):
        raise ValueError(f"not a text: {value}")
    return value


def _reader_of(pattern: str) -> Callable[[Value], str]:
    expression = re.compile(pattern)

    def read(value: Value) -> str:
        text = _read_text(value)
        if not expression.fullmatch(text):
            raise ValueError(f"not of the right form: {text}")
        return text

    return read


def _read_flag(value: Value) -> bool:
    # Pydantic knows the other spellings.
    if value not in ("true", "false"):
        raise ValueError(f"not true or false: {value}")
    return value == "true"


_read_digits = _reader_of(r"-?(?:0|[1-9][0-9]{0,8})")

_READERS: dict[ValueType, Callable[[Value], Any]] = {
    ValueType.TEXT: _read_text,
    ValueType.DATE: lambda value: parse_date(_read_text(value)),
    ValueType.LIST: keys.split_list,
    ValueType.SLUG: _reader_of(keys.SLUG),
    ValueType.LAYOUT: _reader_of(keys.LAYOUT),
    ValueType.URL_PATH: lambda value: keys.check_absolute(keys.check_path(_read_text(value))),
    ValueType.URL_PATHS: lambda value: tuple(map(keys.check_path, keys.one_or_more(value))),
    ValueType.FLAG: _read_flag,
    ValueType.INTEGER: lambda value: int(_read_digits(value)),
}
"""Reader of each type but MAPPING. Raises `ValueError` for a value that must be read as YAML."""

_KEY_READERS = {key.name: _READERS[key.type] for key in keys.KEYS if key.type in _READERS}
