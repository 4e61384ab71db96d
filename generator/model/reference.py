"""What an author's link means: a document, a file, or a path on the site."""

import re
from collections.abc import Mapping
from posixpath import normpath
from urllib.parse import unquote, urlsplit, urlunsplit

from msgspec import Struct

from .document import Document
from .permalink import join
from .settings import Language
from .site import Site

_PATH = re.compile(r"(?!//)[\w./-]+", re.ASCII)


class Reference(Struct, frozen=True, kw_only=True):
    """`url` is a path on the site, decoded; `document` is set where the link names one."""

    url: str
    anchor: str = ""
    tail: str = ""
    """Query and fragment as they follow the path in a link, encoded as the author has them."""
    document: Document | None = None
    known: bool = False
    """Whether it names a source that is published: then nothing is left to be checked but the
    anchor. Otherwise the path may or may not be among the outputs."""


def is_internal(target: str) -> bool:
    """Whether a link stays on the site: it has neither a scheme nor a host."""
    if target[:1] == "/" and target[1:2].isalnum():
        return True  # as most do, and `urlsplit` would look for much that is not there
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and not target.startswith("//")


def resolve(site: Site, document: Document, target: str) -> Reference:
    """The meaning of `target`, an internal link as `document` writes it.

    A path that names a source counts from the document's folder, or from `content/` with a
    leading slash; anything else is a URL, and counts from the page's.
    """
    path, tail, anchor = split(target)
    if not path:
        return Reference(url=document.url, anchor=anchor, tail=tail, document=document, known=True)
    source = source_path(document.source.folder, path)
    named = in_language(site, source, document.language)
    if named:
        return Reference(url=named.url, anchor=anchor, tail=tail, document=named, known=True)
    if source in site.file_urls:
        return Reference(url=site.file_urls[source], anchor=anchor, tail=tail, known=True)
    return Reference(url=join(document.url, path), anchor=anchor, tail=tail)


def split(target: str) -> tuple[str, str, str]:
    """The path of an internal link, decoded; query and fragment as they follow it; the anchor."""
    # Most links are a path and nothing else, which is seen sooner than they are taken apart.
    if _PATH.fullmatch(target):
        return target, "", ""
    parts = urlsplit(target)
    # What follows `:~:` tells the browser what to show, and names nothing in the page.
    anchor = unquote(parts.fragment.partition(":~:")[0])
    return unquote(parts.path), urlunsplit(("", "", "", parts.query, parts.fragment)), anchor


def source_path(folder: str, path: str) -> str:
    """The source that `path` would name from `folder`, both with `/`, from the site's root."""
    return normpath(f"content{path}" if path.startswith("/") else f"{folder}/{path}")


def in_language(site: Site, source: str, language: str) -> Document | None:
    """The document at `source`, or its translation into `language` where there is one."""
    named = site.by_source.get(source)
    if named is None:
        return _any_language(site, source, language)
    return site.translations.get(language, {}).get(named.translation_key, named)


def _any_language(site: Site, source: str, language: str) -> Document | None:
    """`about.md` may exist as `about.es.md` alone."""
    key = source.removeprefix("content/").removesuffix(".md")
    known: Mapping[str, Document] = site.translations.get(language, {})
    return known.get(key) if source.endswith(".md") else None


def translation(site: Site, source: str, language: Language) -> Document | None:
    """The document at `source` in exactly `language`, for menus and settings."""
    found = in_language(site, f"content/{source.lstrip('/')}", language.code)
    return found if found and found.language == language.code else None
