"""What a site says of itself, finished: defaults filled in, addresses whole."""

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
"""What stays as it is in the path of an address (RFC 3986, 3.3)."""

_stays = re.compile(f"[A-Za-z0-9{re.escape(PATH_SAFE)}]*").fullmatch


class Language(Struct, frozen=True, kw_only=True):
    """One language of the site. `prefix` is its folder in URLs, empty for the default one."""

    code: str
    name: str
    title: str
    description: str
    prefix: str


class MenuItem(Struct, frozen=True, kw_only=True):
    """An entry of the menu: a source of the site, or an address; the title may come from it."""

    page: str = ""
    url: str = ""
    title: "Texts" = {}


class Settings(Struct, frozen=True, kw_only=True):
    """The settings that outputs and templates may ask."""

    base_url: str
    """With a closing slash: `https://example.org/` or `https://example.org/blog/`."""
    languages: tuple[Language, ...]
    """The default one first."""
    time_zone: ZoneInfo
    taxonomies: tuple[str, ...]
    permalinks: Mapping[str, str]
    """Section -> pattern."""
    page_size: int
    feed_limit: int
    """Entries of a feed; 0: all."""
    menu: tuple[MenuItem, ...]
    forms_url: str
    """Where the form handler listens; empty: at the site's own address."""
    proof_of_work: bool = False
    """Whether the forms ask browsers for a proof of work."""
    controller: "Controller | None"
    privacy: str
    """The source of the privacy notice."""
    content_security_policy: Mapping[str, str]
    options: Mapping[str, Any]
    """Of the theme."""

    @property
    def default_language(self) -> Language:
        """The one without a prefix."""
        return self.languages[0]

    def language(self, code: str) -> Language:
        """Raises `KeyError` for a language that the site does not have."""
        for language in self.languages:
            if language.code == code:
                return language
        raise KeyError(code)

    @property
    def base_path(self) -> str:
        """The path of `base_url`, with a closing slash."""
        return _split(self.base_url)[1]

    @property
    def origin(self) -> str:
        """Scheme and host of `base_url`."""
        return _split(self.base_url)[0]

    def link(self, url: str) -> str:
        """A path on the site as pages write it: percent-encoded, the base path in front."""
        path = url.lstrip("/")
        # Most paths are as they should be, which is seen sooner than they are encoded.
        link = self.base_path + (path if _stays(path) else quote(path, safe=PATH_SAFE))
        # The same text is held once: each of thousands of documents is linked.
        return url if link == url else link

    def absolute(self, url: str) -> str:
        """A path on the site as an address of the world."""
        return self.origin + self.link(url)


@lru_cache(maxsize=8)
def _split(base_url: str) -> tuple[str, str]:
    """Origin and path."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}", parts.path or "/"
