"""Authors' HTML, CSS and JavaScript, as far as checks for dark patterns need it."""

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Element(Struct, frozen=True, kw_only=True, array_like=True):
    """An element that checks look at. `attributes` has lower-case names and decoded values."""

    name: str
    attributes: Mapping[str, str] = {}
    text: str = ""
    """Content of a script or style element."""
    line: int = 0
    around: "tuple[Element, ...]" = ()
    """For a form: the elements that contain it, outermost first."""

    @property
    def names(self) -> frozenset[str]:
        """Classes and id of the element, as selectors spell them."""
        classes = {f".{name}" for name in self.attributes.get("class", "").split()}
        own = self.attributes.get("id")
        return frozenset(classes | ({f"#{own}"} if own else set()))


class Dialect(StrEnum):
    """Kind of text in a file."""

    TEMPLATE = "template"
    MAIL = "mail"
    """Template of an email."""
    PAGE = "page"
    """HTML that is published unchanged."""
    STYLE = "style"
    SCRIPT = "script"


class Page(Struct, frozen=True, kw_only=True):
    """A file of the theme or the site that isn't a document, with its path for messages."""

    path: str
    dialect: Dialect
    elements: tuple[Element, ...] = ()
    text: str = ""
    """Text of a style sheet or script. Comments are blank, so that line numbers stay."""


_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
_LINE_COMMENT = re.compile(r"^[ \t]*//[^\n]*", re.M)


def without_comments(text: str) -> str:
    """Return CSS or JavaScript with blank comments, except `//` after code: it may be a URL."""
    bare = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    return _LINE_COMMENT.sub("", bare)
