"""The front matter of a document: what stands between two lines of `---`."""

import re
from typing import NamedTuple

from ...model.diagnostic import Diagnostic, Location, error
from ...model.digest import digest_of
from ...model.value import value
from .keys import FrontMatter
from .quick import read_lines

_FENCE = re.compile(r"---[ \t]*(\n|$)")
_CLOSING = re.compile(r"^(---|\.\.\.)[ \t]*(\n|\Z)", re.M)


class Split(NamedTuple):
    """A source cut in two. `body_line` is the line of the source on which the body begins."""

    front: str
    body: str
    body_line: int


@value
class Front:
    """A front matter without findings that was not quick to read, worth keeping."""

    digest: str
    """Of its text, and of whatever else its meaning depends on."""
    values: FrontMatter


def split(text: str, *, path: str) -> tuple[Split | None, list[Diagnostic]]:
    """Cut off the front matter. None, and an error, where it is opened and never closed.

    `text` has `\\n` for line ends and no byte order mark.
    """
    opening = _FENCE.match(text)
    if not opening:
        return Split(front="", body=text, body_line=1), []
    closing = _CLOSING.search(text, opening.end())
    if not closing:
        return None, [
            error(
                "front-matter-unclosed",
                "the front matter is opened here and never closed",
                at=Location(path=path, line=1, column=1),
                hint="end it with a line of `---`",
            )
        ]
    front = text[opening.end() : closing.start()]
    return (
        Split(front=front, body=text[closing.end() :], body_line=front.count("\n") + 3),
        [],
    )


def read_front_matter(
    front: str,
    *,
    path: str,
    taxonomies: tuple[str, ...] = ("tags",),
    known: Front | None = None,
) -> tuple[FrontMatter | None, list[Diagnostic], Front | None]:
    """The values, what is wrong with them, and what is worth keeping for the next time.

    `known` is what was kept, of this front matter or of another. Without values there is an error
    among the findings.
    """
    if values := read_lines(front, taxonomies=taxonomies):
        return values, [], None
    digest = digest_of(repr((front, taxonomies)))
    if known and known.digest == digest:
        return known.values, [], known
    # Only here, for it loads what an edit of a text can do without.
    from .yaml import read_file

    values, findings = read_file(front, path=path, taxonomies=taxonomies)
    kept = Front(digest=digest, values=values) if values and not findings else None
    return values, findings, kept
