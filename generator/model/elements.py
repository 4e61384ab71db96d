"""What authors wrote as HTML, CSS or JavaScript, as far as it can work against a visitor."""

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Element(Struct, frozen=True, kw_only=True, array_like=True):
    """One element that checks ask about. `attributes` by lower-case name, values decoded."""

    name: str
    attributes: Mapping[str, str] = {}
    text: str = ""
    """Of a script or a style: what stands in it."""
    line: int = 0
    around: "tuple[Element, ...]" = ()
    """Of a form: the elements that hold it, outermost first."""

    @property
    def names(self) -> frozenset[str]:
        """Its classes and its id, as selectors spell them."""
        classes = {f".{name}" for name in self.attributes.get("class", "").split()}
        own = self.attributes.get("id")
        return frozenset(classes | ({f"#{own}"} if own else set()))


class Dialect(StrEnum):
    """What kind of text a file holds."""

    TEMPLATE = "template"
    MAIL = "mail"
    """The template of a mail."""
    PAGE = "page"
    """HTML that is published as it is."""
    STYLE = "style"
    SCRIPT = "script"


class Page(Struct, frozen=True, kw_only=True):
    """A file of theme or site that is no document; `path` is how its author names it."""

    path: str
    dialect: Dialect
    elements: tuple[Element, ...] = ()
    text: str = ""
    """Of a style sheet or a script, without its comments; every line stands where it stood."""


_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
_LINE_COMMENT = re.compile(r"^[ \t]*//[^\n]*", re.M)


def without_comments(text: str) -> str:
    """CSS or JavaScript whose comments are blank; a `//` behind code stays, it may be an
    address."""
    bare = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    return _LINE_COMMENT.sub("", bare)
