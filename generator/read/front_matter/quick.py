"""Front matter of plain lines, without the libraries that read all of YAML.

    title: One text, "another" or 'a third'
    tags: [one, two]
    authors:
      - Ana

Nearly all that is ever written looks so, and is read here in a tenth of the time, with nothing to
be loaded. There is one truth: what this way reads is what `front_file` reads, and what could mean
anything else, or be wrong, it leaves to that. Tests keep comparing.
"""

import re
from collections.abc import Callable
from typing import Any

from ...schema.scalar import NULLS
from .dates import moment
from .keys import (
    LAYOUT,
    LISTS,
    SLUG,
    FrontMatter,
    from_root,
    front_matter,
    one_or_more,
    path_on_site,
    several,
)

MOST = 20_000
"""Characters. What is longer may be more than makes sense."""

# Letters and signs that mean themselves wherever they stand in YAML; a colon or a number sign does
# only within a word.
_SIGN = r"\w !$%&()*+,\-./;<=>?@\[\]^`{|}~“”‘’«»¿¡–—…€"
_WORD = r"\w +.\-/&"
_ITEM = rf"(?:[\w/](?>(?:[{_WORD}]++|(?<=\w)#)*)|\"[{_WORD}]*+\"|'[{_WORD}]*+')"
_ENTRY = re.compile(
    r"(?P<key>[a-z_]++):(?: +(?:"
    rf"(?P<plain>-?[\w/(“‘«¿¡](?>(?:[{_SIGN}\"'\\]++|:(?=[\w/])|(?<=\w)#)*)(?<! ))"
    rf"|\"(?P<double>[{_SIGN}':#]*+)\""
    rf"|'(?P<single>[{_SIGN}\":#\\]*+)'"
    rf"|\[(?P<flow> *(?:{_ITEM}(?>(?:, *{_ITEM})*))?)\]"
    rf")|\n(?P<block>(?P<indent> *+)- {_ITEM}(?>(?:\n(?P=indent)- {_ITEM})*)))?\n++"
)


def read_lines(front: str, *, taxonomies: tuple[str, ...]) -> FrontMatter | None:
    """The values; None where they have to be read another way."""
    if len(front) > MOST:
        return None
    values: dict[str, Any] = {}
    places: dict[str, tuple[int, int]] = {}
    position, line = 0, 2
    try:
        while found := _ENTRY.match(front, position):
            key, value = found["key"], _value(found)
            read = _READERS.get(key) or (_several if key in taxonomies else None)
            if read is None or key in places:
                return None
            places[key] = (line, 1)
            if value is not None:
                values[key] = read(value)
            position = found.end()
            line += front.count("\n", found.start(), position)
    except ValueError:
        return None
    return front_matter(values, taxonomies, places) if position == len(front) else None


def _value(found: re.Match[str]) -> str | list[str] | None:
    """What stands behind a key. An empty value counts as absent."""
    kind = found.lastgroup or "key"
    text = found[kind]
    match kind:
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


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise ValueError(f"no text: {value}")
    return value


def _matching(pattern: str) -> Callable[[Value], str]:
    expression = re.compile(pattern)

    def read(value: Value) -> str:
        if not expression.fullmatch(_text(value)):
            raise ValueError(f"not of the right form: {value}")
        return _text(value)

    return read


def _several(value: Value) -> tuple[str, ...]:
    found: tuple[str, ...] = several(value)
    return found


def _paths(value: Value) -> tuple[str, ...]:
    return tuple(map(path_on_site, one_or_more(value)))


def _truth(value: Value) -> bool:
    # There are more ways to say it, which pydantic knows.
    if value not in ("true", "false"):
        raise ValueError(f"no truth: {value}")
    return value == "true"


_whole = _matching(r"-?(?:0|[1-9][0-9]{0,8})")

_READERS: dict[str, Callable[[Value], Any]] = {
    **dict.fromkeys(("title", "description", "summary", "translation_key"), _text),
    **dict.fromkeys(("image", "image_alt"), _text),
    **dict.fromkeys(("date", "lastmod", "expires"), lambda value: moment(_text(value))),
    **dict.fromkeys(LISTS, _several),
    "slug": _matching(SLUG),
    "layout": _matching(LAYOUT),
    "permalink": lambda value: from_root(path_on_site(_text(value))),
    "aliases": _paths,
    "draft": _truth,
    "weight": lambda value: int(_whole(value)),
}
"""How the values of each key are read; each raises `ValueError` for what it leaves to others."""
