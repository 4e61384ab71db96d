"""Targets of authors' links: a document, a file, or a path on the site."""

import re
from collections.abc import Mapping
from posixpath import normpath
from urllib.parse import unquote, urlsplit, urlunsplit

from msgspec import Struct

from .document import Document, text_stem
from .permalink import join
from .settings import Language
from .site import Site

_PATH = re.compile(r"(?!//)[\w./-]+", re.ASCII)


class Reference(Struct, frozen=True, kw_only=True):
    """Target of an internal link. `url` is a decoded path on the site."""

    url: str
    anchor: str = ""
    tail: str = ""
    """Query and fragment, encoded as the author wrote them."""
    document: Document | None = None
    known: bool = False
    """The link names a published source, so that only its anchor has to be checked."""


def is_internal(target: str) -> bool:
    """Tell whether a link stays on the site: it has neither a scheme nor a host."""
    if target[:1] == "/" and target[1:2].isalnum():
        return True  # most links; `urlsplit` is slower
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and not target.startswith("//")


def resolve(site: Site, document: Document, target: str) -> Reference:
    """Return the target of an internal link in `document`.

    A path that names a source is relative to the document's folder, or to `content/` with a
    leading slash. Any other is a URL, relative to the page's.
    """
    path, tail, anchor = split(target)
    if not path:
        return Reference(url=document.url, anchor=anchor, tail=tail, document=document, known=True)
    base = "content" if path.startswith("/") else f"{document.source.folder}/"
    source = normpath(base + path)
    named = in_language(site, source, document.language)
    if named:
        return Reference(url=named.url, anchor=anchor, tail=tail, document=named, known=True)
    if source in site.file_urls:
        return Reference(url=site.file_urls[source], anchor=anchor, tail=tail, known=True)
    return Reference(url=join(document.url, path), anchor=anchor, tail=tail)


def split(target: str) -> tuple[str, str, str]:
    """Split an internal link into its decoded path, its query and fragment, and its anchor."""
    # Most links are only a path, and this is faster than `urlsplit`.
    if _PATH.fullmatch(target):
        return target, "", ""
    parts = urlsplit(target)
    # A text fragment, after `:~:`, is for the browser and names no anchor.
    anchor = unquote(parts.fragment.partition(":~:")[0])
    return unquote(parts.path), urlunsplit(("", "", "", parts.query, parts.fragment)), anchor


def in_language(site: Site, source: str, language: str) -> Document | None:
    """Return the document at `source`, or its translation into `language` if there is one."""
    translations: Mapping[str, Document] = site.translations.get(language, {})
    if named := site.by_source.get(source):
        return translations.get(named.translation_key, named)
    # `about.md` names `about.es.md` too.
    key = text_stem(source.removeprefix("content/"))
    return translations.get(key) if key else None


def translation(site: Site, source: str, language: Language) -> Document | None:
    """Return the document at `source` in exactly `language`, for menus and settings."""
    document = in_language(site, f"content/{source.lstrip('/')}", language.code)
    return document if document and document.language == language.code else None
