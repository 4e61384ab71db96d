"""What an author says of a document, as values: however it was read."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from ...model.value import value

SLUG = r"^[^/?#\x00-\x20]*$"
LAYOUT = r"^[a-z0-9_-]*$"
LISTS = ("tags", "authors")
"""The keys of front matter that may be taxonomies; every other taxonomy has a key of its own."""

Day = date | datetime
"""Or a moment of it."""


@value
class FrontMatter:
    """What may be said of a document. Nothing of it is missing: what is not said is empty."""

    title: str = ""
    date: Day | None = None
    lastmod: Day | None = None
    description: str = ""
    summary: str = ""
    slug: str = ""
    permalink: str = ""
    authors: tuple[str, ...] = ()
    draft: bool = False
    expires: Day | None = None
    aliases: tuple[str, ...] = ()
    image: str = ""
    image_alt: str = ""
    layout: str = ""
    weight: int = 0
    translation_key: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Taxonomy -> its terms."""
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Key -> its line and column."""


def front_matter(
    values: dict[str, Any], taxonomies: tuple[str, ...], places: Mapping[str, tuple[int, int]]
) -> FrontMatter:
    """Of values by key, each as it has to be, those of taxonomies among them."""
    inorder = sorted(taxonomies, key=lambda name: name not in LISTS)
    terms = {name: values.get(name, ()) for name in inorder}
    own = {key: value for key, value in values.items() if key not in terms or key == "authors"}
    own.pop("tags", None)
    return FrontMatter(**own, terms=terms, places=places)


def several(value: Any) -> Any:
    """One text is one, or several between commas; nothing twice, nothing empty."""
    return _listed(value.split(",") if isinstance(value, str) else value)


def one_or_more(value: Any) -> Any:
    """One alias may be written without a list."""
    return _listed([value] if isinstance(value, str) else value)


def _listed(value: Any) -> Any:
    if not isinstance(value, list) or not all(v is None or isinstance(v, str) for v in value):
        return value
    words = (word.strip() for word in value if word)
    return tuple(dict.fromkeys(word for word in words if word))


def path_on_site(value: str) -> str:
    """Raises `ValueError`, with a way out behind ` | `."""
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("//")
    if value and (value != parts.path or value != "".join(value.split())):
        raise ValueError(f"'{value}' is no path on the site | write it as /blog/hello/")
    return value


def from_root(value: str) -> str:
    """Raises `ValueError`, with a way out behind ` | `."""
    if value and not value.startswith("/"):
        raise ValueError(f"'{value}' does not begin with a slash | write it as /blog/hello/")
    return value
