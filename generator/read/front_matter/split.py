"""Splitting a source into front matter and body, and reading the front matter."""

import re
from typing import NamedTuple

from msgspec import Struct

from ...model.diagnostic import Diagnostic, Location, error
from ...model.digest import digest_of
from .keys import FrontMatter
from .quick import read_lines

_FENCE = re.compile(r"---[ \t]*(\n|$)")
_CLOSING = re.compile(r"^(---|\.\.\.)[ \t]*(\n|\Z)", re.M)


class SplitText(NamedTuple):
    """A source's front matter and body. `body_line` is the line on which the body starts."""

    front: str
    body: str
    body_line: int


class CachedFrontMatter(Struct, frozen=True, kw_only=True):
    """Front matter that had to be read as YAML and has no findings."""

    digest: str
    """Digest of its text and of the taxonomies."""
    values: FrontMatter


def split(text: str, *, path: str) -> tuple[SplitText | None, list[Diagnostic]]:
    r"""Split off the front matter; None, with an error, if it's never closed.

    `text` has `\n` as line ends and no byte order mark.
    """
    opening = _FENCE.match(text)
    if not opening:
        return SplitText(front="", body=text, body_line=1), []
    closing = _CLOSING.search(text, opening.end())
    if not closing:
        message = "the front matter that starts here is never closed"
        place = Location(path=path, line=1, column=1)
        hint = "end it with a line of `---`"
        return None, [error("front-matter-unclosed", message, at=place, hint=hint)]
    front, body = text[opening.end() : closing.start()], text[closing.end() :]
    return SplitText(front=front, body=body, body_line=front.count("\n") + 3), []


def read_front_matter(
    front: str,
    *,
    path: str,
    taxonomies: tuple[str, ...] = ("tags",),
    cached: CachedFrontMatter | None = None,
) -> tuple[FrontMatter | None, list[Diagnostic], CachedFrontMatter | None]:
    """Return the values, the diagnostics, and what is worth caching.

    `cached` may be of this front matter or of another; it's used only if the text is the same.
    The values are None if a diagnostic is an error.
    """
    if values := read_lines(front, taxonomies=taxonomies):
        return values, [], None
    digest = digest_of(repr((front, taxonomies)))
    if cached and cached.digest == digest:
        return cached.values, [], cached
    # Here, because an edited text usually doesn't need the libraries that this loads.
    from .yaml import read_yaml

    values, findings = read_yaml(front, path=path, taxonomies=taxonomies)
    if values is None or findings:
        return values, findings, None
    return values, [], CachedFrontMatter(digest=digest, values=values)
