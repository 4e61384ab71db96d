"""The settings of a site, with every default filled in."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct

if TYPE_CHECKING:
    from forms.catalogue import Controller, Texts

PATH_SAFE = "/:@!$&'()*+,;=~-._"
"""Characters that aren't encoded in a URL's path (RFC 3986, 3.3)."""

_stays = re.compile(f"[A-Za-z0-9{re.escape(PATH_SAFE)}]*").fullmatch


class Language(Struct, frozen=True, kw_only=True):
    """A language of the site. `prefix` is its folder in URLs, empty for the default language."""

    code: str
    name: str
    title: str
    description: str
    prefix: str


class MenuItem(Struct, frozen=True, kw_only=True):
    """An entry of the menu: a source of the site or a URL. Without a title, it has the page's."""

    page: str = ""
    url: str = ""
    title: "Texts" = {}


class Settings(Struct, frozen=True, kw_only=True):
    """Settings for outputs and templates."""

    base_url: str
    """With a closing slash: `https://example.org/` or `https://example.org/blog/`."""
    languages: tuple[Language, ...]
    """Languages, with the default one first."""
    time_zone: ZoneInfo
    taxonomies: tuple[str, ...]
    permalinks: Mapping[str, str]
    """Section -> permalink pattern."""
    page_size: int
    feed_limit: int
    """Most entries in a feed; 0: all."""
    menu: tuple[MenuItem, ...]
    forms_url: str
    """URL of the form handler; empty if it's the site's own."""
    proof_of_work: bool = False
    """Forms require a proof of work from browsers."""
    controller: "Controller | None"
    privacy: str
    """Path of the privacy notice's source."""
    content_security_policy: Mapping[str, str]
    options: Mapping[str, Any]
    """Options of the theme."""

    @property
    def default_language(self) -> Language:
        """The language without a prefix."""
        return self.languages[0]

    def language(self, code: str) -> Language:
        """Return a language. Raises `KeyError` if the site doesn't have it."""
        return {language.code: language for language in self.languages}[code]

    @property
    def base_path(self) -> str:
        """The path of `base_url`, with a closing slash."""
        return _split(self.base_url)[1]

    @property
    def origin(self) -> str:
        """Scheme and host of `base_url`."""
        return _split(self.base_url)[0]

    def link(self, url: str) -> str:
        """Return a path on the site as a link: with the base path, and percent-encoded."""
        path = url.lstrip("/")
        # Most paths need no encoding, and this is faster than `quote`.
        link = self.base_path + (path if _stays(path) else quote(path, safe=PATH_SAFE))
        # Thousands of documents are linked: an equal text is not held twice.
        return url if link == url else link

    def absolute(self, url: str) -> str:
        """Return a path on the site as a complete URL."""
        return self.origin + self.link(url)


@lru_cache(maxsize=8)
def _split(base_url: str) -> tuple[str, str]:
    """Split a URL into its origin and its path."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}", parts.path or "/"
