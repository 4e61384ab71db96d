"""Find what looks like front matter at the top of a text that isn't read as such.

Taken for a part of the page, it would publish a draft, so it's an error.
"""

import re
from collections.abc import Iterator
from itertools import islice
from unicodedata import category, normalize

from .withholding import EFFECTS, name_of

_LENGTH = 4000
"""Characters that are looked at: longer front matter has a marker on its first line."""
_LINES = 40

_DASH = r"[-+‐‑‒–—―−﹘﹣－＋]"
_MARKER = re.compile(
    rf"\s*(?:{_DASH}{{2,}} *[\w.]*|{_DASH}(?: {_DASH}){{2,}}|{_DASH}{{2,}}\s*\{{.*)\s*"
)
_SIGNS = re.compile(r"\s*(?:[^\w\s]|_)[\W_]*\w*\s*")
"""A line of signs, and one word at most, such as `~~~ yaml` or `;;;`."""
_ENTRY = re.compile(r"[\s\"'{\[,;%]*(?P<key>\w[\w -]{0,30})[^\w:=]{0,4}[:=]\s*\S")


def disguised_line(text: str) -> int:
    """Return the line of what looks like front matter; 0 if nothing does.

    Invisible signs and comments are looked through, and letters of other widths count as the usual
    ones.
    """
    if text[:1].isalpha() and not _ENTRY.match(text.partition("\n")[0]):
        return 0
    visible = "".join(_visible(normalize("NFKC", text[:_LENGTH])))
    for start, part in _parts(visible):
        lines = part.strip().split("\n")
        if _MARKER.fullmatch(lines[0]) or _withholds(lines):
            blank = len(part) - len(part.lstrip())
            return visible.count("\n", 0, start + blank) + 1
    return 0


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments at the start and the text behind them, each with its position."""
    start = _skip_blank(text, 0)
    while text.startswith("<!--", start):
        inside, end, _ = text[start + 4 :].partition("-->")
        yield start + 4, inside
        start = _skip_blank(text, start + 4 + len(inside) + len(end))
    yield start, text[start:]


def _skip_blank(text: str, position: int) -> int:
    return len(text) - len(text[position:].lstrip())


def _visible(text: str) -> Iterator[str]:
    for sign in text:
        match category(sign):
            case "Zs" | "Zl" | "Zp":
                yield " "
            case kind if kind[0] != "C" or sign in "\n\t":
                yield sign


def _withholds(lines: list[str]) -> bool:
    """Return True if the first lines are entries, and one of them withholds a document."""
    if _SIGNS.fullmatch(lines[0]):
        block = lines[1:_LINES]
    elif _ENTRY.match(lines[0]):
        blank = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
        block = lines[: min(blank, _LINES)]
    else:
        return False
    entries = (_ENTRY.match(line) for line in islice(block, _LINES))
    return any(entry and name_of(entry["key"]) in EFFECTS for entry in entries)
