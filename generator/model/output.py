"""Outputs: files that are planned, and not rendered yet."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from .diagnostic import Diagnostic, Location, error

MAX_NAME = 255
"""Bytes of a file's name in most file systems."""

_UNFIT = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|[\x00-\x1f\x7f\\]")
"""An empty part, `.`, `..`, or a character that's not allowed in names."""


class Tree(StrEnum):
    """The two trees that a build writes."""

    PUBLIC = "public"
    """The site, for any static host."""
    HANDLER = "handler"
    """Files for the form handler."""


class Output(NamedTuple):
    """A file of one tree. `recipe` is the name of the recipe that renders it from `subject`."""

    path: str
    recipe: str
    origin: str
    """Origin in words for the author: a source, or `the list of section blog`."""
    subject: Any = None
    """Name of what it's rendered from: the path of a source or section. A name stays valid when a
    text is edited."""
    at: Location | None = None
    """Location at which an author can fix a wrong path."""
    language: str = ""
    tree: Tree = Tree.PUBLIC
    number: int = 1
    """Number of the page of a list, from 1."""


def conflicts(outputs: Iterable[Output]) -> list[Diagnostic]:
    """Return an error for each path of two outputs, or of an output and a folder of another."""
    errors = []
    claimed: dict[tuple[Tree, str], Output] = {}
    for output in outputs:
        first = claimed.setdefault((output.tree, output.path), output)
        if first is not output:
            errors.append(_clash(first, output, output.path))
    for (tree, path), output in claimed.items():
        folder = path.rpartition("/")[0]
        while folder:
            if (tree, folder) in claimed:
                errors.append(_clash(claimed[tree, folder], output, folder))
            folder = folder.rpartition("/")[0]
    return errors


def _clash(first: Output, second: Output, path: str) -> Diagnostic:
    return error(
        "output-conflict",
        f"{first.origin} and {second.origin} would both be published as {path}",
        at=second.at or first.at or Location(path=path),
        hint="give one of them another name, slug or permalink",
    )


def unfit(outputs: Iterable[Output]) -> list[Diagnostic]:
    """Return an error for each path that no file can have, or that leads out of its tree."""
    return [
        error(
            "output-path",
            f"{output.origin} cannot be published as {output.path[:80]!r}",
            at=output.at or Location(path=output.path),
            hint="give it a short name, without empty parts, `.`, `..` and control characters",
        )
        for output in outputs
        if not _is_fit(output.path)
    ]


def _is_fit(path: str) -> bool:
    """Tell whether each part of the path is a valid file name on common systems."""
    if _UNFIT.search(path):
        return False
    return len(path) * 4 <= MAX_NAME or all(
        len(part.encode()) <= MAX_NAME for part in path.split("/")
    )
