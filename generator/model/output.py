"""A file to be published: planned, not yet rendered."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from .diagnostic import Diagnostic, Location, error

MAX_NAME = 255
"""Bytes of a file's name, as file systems have it."""


_UNFIT = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|[\x00-\x1f\x7f\\]")
"""An empty part, `.`, `..`, or a sign that no name may have."""


class Tree(StrEnum):
    """The two trees that a build writes."""

    PUBLIC = "public"
    """Goes to any static host."""
    HANDLER = "handler"
    """Goes with the form handler."""


class Output(NamedTuple):
    """One file of one tree. `recipe` names the kind of output that renders it from `subject`."""

    path: str
    recipe: str
    origin: str
    """What claims the path, in words for the author: a source, or `the list of section blog`."""
    subject: Any = None
    """What it is made of, by name: the path of a document's source, of a section, ...; so that a
    plan outlives the edit of a text."""
    at: Location | None = None
    """Where an author can mend what is wrong with the path."""
    language: str = ""
    tree: Tree = Tree.PUBLIC
    number: int = 1
    """Of a list's pages, from 1."""


def conflicts(outputs: Iterable[Output]) -> list[Diagnostic]:
    """An error for each path that two outputs claim, and for each that is a file and a folder."""
    found = []
    claimed: dict[tuple[Tree, str], Output] = {}
    for output in outputs:
        first = claimed.setdefault((output.tree, output.path), output)
        if first is not output:
            found.append(_clash(first, output, output.path))
    for (tree, path), output in claimed.items():
        folder = path.rpartition("/")[0]
        while folder:
            if (tree, folder) in claimed:
                found.append(_clash(claimed[tree, folder], output, folder))
            folder = folder.rpartition("/")[0]
    return found


def _clash(first: Output, second: Output, path: str) -> Diagnostic:
    return error(
        "output-conflict",
        f"{first.origin} and {second.origin} would both be published as {path}",
        at=second.at or first.at or Location(path=path),
        hint="give one of them another name, slug or permalink",
    )


def unfit(outputs: Iterable[Output]) -> list[Diagnostic]:
    """An error for each path that no file can have, or that would leave its tree."""
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
    """Whether each part is the name of a file or folder on every system that may serve it."""
    if _UNFIT.search(path):
        return False
    return len(path) * 4 <= MAX_NAME or all(
        len(part.encode()) <= MAX_NAME for part in path.split("/")
    )
