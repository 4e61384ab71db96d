"""Splitting a source into front matter and body, and reading the front matter."""

import re
from typing import NamedTuple

from msgspec import Struct

from ...model.diagnostic import Diagnostic, Location, error
from ...model.digest import digest_of
from .keys import FrontMatter
from .quick import read_lines

_BLANK = re.compile(r"(?:[ \t\ufeff]*\n)*\ufeff*")
_FENCE = re.compile(r"(---|\+\+\+)[ \t]*(\n|$)")
_CLOSINGS = {
    "---": re.compile(r"^(---|\.\.\.)[ \t]*(\n|\Z)", re.M),
    "+++": re.compile(r"^\+\+\+[ \t]*(\n|\Z)", re.M),
}
_OBJECT = re.compile(r"\{\s*[\"}]")
_SURROGATES = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
"""A pair of escapes in JSON, which YAML doesn't know."""
_REST_OF_LINE = re.compile(r"[ \t]*(\n|\Z)")


class SplitText(NamedTuple):
    """A source's front matter and body, and the lines on which they start."""

    front: str
    body: str
    body_line: int
    front_line: int = 2
    is_toml: bool = False
    """Else the front matter is YAML, of which JSON is a part."""


class CachedFrontMatter(Struct, frozen=True, kw_only=True):
    """Front matter that had to be read as YAML or TOML and has no findings."""

    digest: str
    """Digest of its text, of its place and of the taxonomies."""
    values: FrontMatter


def split(text: str, *, path: str) -> tuple[SplitText | None, list[Diagnostic]]:
    r"""Split off the front matter: YAML between `---`, TOML between `+++`, or a JSON object.

    None, with an error, if it's never closed, or if the text starts like front matter but isn't:
    as a part of the page, a draft would be published. `text` has `\n` as line ends and no byte
    order mark.
    """
    blank = _BLANK.match(text)
    start = blank.end() if blank else 0
    if opening := _FENCE.match(text, start):
        return _between_fences(text, opening, path)
    if _OBJECT.match(text, start):
        return _object(text, start, path)
    # Here, because most documents have front matter, and an edit of one loads nothing for this.
    from .disguise import disguised_line

    if line := disguised_line(text[start:]):
        place = Location(path=path, line=text.count("\n", 0, start) + line)
        message = "this looks like front matter, but doesn't start with a line of `---`"
        hint = "start it with `---` alone on the first line, or write a heading before it"
        return None, [error("front-matter-marker", message, at=place, hint=hint)]
    return SplitText(front="", body=text, body_line=1), []


def starts_with_fence(text: str) -> bool:
    """Return True if front matter between two lines of `---` or `+++` starts a text."""
    blank = _BLANK.match(text)
    return bool(_FENCE.match(text, blank.end() if blank else 0))


def _between_fences(
    text: str, opening: re.Match[str], path: str
) -> tuple[SplitText | None, list[Diagnostic]]:
    fence, line = opening[1], text.count("\n", 0, opening.start()) + 1
    closing = _CLOSINGS[fence].search(text, opening.end())
    if not closing:
        message = "the front matter that starts here is never closed"
        place = Location(path=path, line=line, column=1)
        hint = f"end it with a line of `{fence}`"
        return None, [error("front-matter-unclosed", message, at=place, hint=hint)]
    front, body = text[opening.end() : closing.start()], text[closing.end() :]
    body_line = line + front.count("\n") + 2
    return SplitText(front, body, body_line, line + 1, is_toml=fence == "+++"), []


def _object(text: str, start: int, path: str) -> tuple[SplitText | None, list[Diagnostic]]:
    import json

    line = text.count("\n", 0, start) + 1
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
        rest = _REST_OF_LINE.match(text, end)
        if not rest:
            raise json.JSONDecodeError("text after the object on the same line", text, end)
    except (json.JSONDecodeError, RecursionError) as cause:
        line, column = getattr(cause, "lineno", line), getattr(cause, "colno", 1)
        message = f"not JSON: {getattr(cause, 'msg', 'nested too deeply').lower()}"
        return None, [
            error("json-syntax", message, at=Location(path=path, line=line, column=column))
        ]
    front = _SURROGATES.sub(lambda pair: json.loads(f'"{pair[0]}"'), text[start:end])
    return SplitText(front, text[rest.end() :], text.count("\n", 0, rest.end()) + 1, line), []


def read_front_matter(
    parts: SplitText,
    *,
    path: str,
    taxonomies: tuple[str, ...] = ("tags",),
    cached: CachedFrontMatter | None = None,
) -> tuple[FrontMatter | None, list[Diagnostic], CachedFrontMatter | None]:
    """Return the values, the diagnostics, and what is worth caching.

    `cached` may be of this front matter or of another; it's used only if the text is the same.
    The values are None if a diagnostic is an error.
    """
    is_first = parts.front_line == 2 and not parts.is_toml
    if is_first and (values := read_lines(parts.front, taxonomies=taxonomies)):
        return values, [], None
    digest = digest_of(repr((parts._replace(body="", body_line=0), taxonomies)))
    if cached and cached.digest == digest:
        return cached.values, [], cached
    # Here, because an edited text usually doesn't need the libraries that this loads.
    from .values import read_values

    values, findings = read_values(
        parts.front,
        path=path,
        taxonomies=taxonomies,
        first_line=parts.front_line,
        is_toml=parts.is_toml,
    )
    if values is None or findings:
        return values, findings, None
    return values, [], CachedFrontMatter(digest=digest, values=values)
