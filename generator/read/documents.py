"""Read documents: front matter, shortcodes, Markdown and body together."""

import re
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from msgspec import Struct

from ..model import permalink
from ..model.diagnostic import Diagnostic, Location, error
from ..model.digest import digest_of
from ..model.document import Body, Document, Source, SourceKind, text_stem
from ..model.settings import Language, Settings
from ..model.site import is_bundle
from .front_matter.dates import in_zone
from .front_matter.keys import FrontMatter
from .front_matter.split import CachedFrontMatter, SplitText, read_front_matter, split
from .html.body import split_at_holes
from .html.shortcodes import mark_shortcodes, unknown_shortcodes
from .html.tokenizer import plain_text
from .markdown import to_html
from .sources import decode

_FIRST_HEADING = re.compile(r"<h1>(.*?)</h1>\n?", re.S)
_SHARED = tuple(name for name in FrontMatter.__annotations__ if name in Document.__annotations__)
"""Keys of front matter that are fields of a document."""


class Reading(Struct, frozen=True, kw_only=True):
    """Result of reading one source. `document` is None if a finding is an error."""

    document: Document | None
    findings: list[Diagnostic]
    front: CachedFrontMatter | None = None
    """Front matter to pass to the next reading of the source."""


class _Name(NamedTuple):
    """Parts of a source's path."""

    date: date | None
    stem: str
    """Name without its date and suffixes."""
    language: Language
    section: str
    key: str
    """The translation key, unless front matter has one."""


def settings_for_reading(settings: Settings) -> tuple[object, ...]:
    """Return the settings that documents depend on, for the key of a cache."""
    prefixes = [(language.code, language.prefix) for language in settings.languages]
    permalinks = sorted(settings.permalinks.items())
    return prefixes, settings.time_zone.key, settings.taxonomies, permalinks


def read_document(
    source: Source,
    raw: bytes,
    settings: Settings,
    shortcodes: frozenset[str],
    cached: CachedFrontMatter | None = None,
) -> Reading:
    """Read a document from the bytes of its source, without access to the disk.

    `cached` is the `front` of an earlier reading. If the front matter is the same, pydantic and
    PyYAML aren't loaded; the result doesn't depend on it.
    """
    text, findings = decode(raw, source)
    parts, split_errors = split(text, path=source.path) if text is not None else (None, [])
    if parts is None:
        return Reading(document=None, findings=findings + split_errors)
    front, findings, cached = read_front_matter(
        parts, path=source.path, taxonomies=settings.taxonomies, cached=cached
    )
    title = front.title if front else ""
    has_summary = bool(front and (front.summary or front.description))
    title, body, body_findings = read_body(
        parts, source.path, title, shortcodes, has_summary=has_summary
    )
    findings += body_findings
    document = None
    if front is not None:
        document, errors = _document(source, front, title, body, settings)
        findings += errors
    if any(finding.severity == "error" for finding in findings):
        document = None
    return Reading(document=document, findings=findings, front=cached)


def _document(
    source: Source, front: FrontMatter, title: str, body: Body, settings: Settings
) -> tuple[Document | None, list[Diagnostic]]:
    """Return the document; None, with an error, if it has no address."""
    name = _name(source, settings)
    zone = settings.time_zone
    moment = _in_zone(front.date or name.date, zone)
    try:
        # Addresses have the day that the page shows, which is the day in the site's zone.
        day = moment.astimezone(zone) if moment else None
        url = _url(source, front, name, settings, day)
    except ValueError as cause:
        place = Location(path=source.path, line=1)
        hint = "give the document a `date` or a `permalink`"
        return None, [error("permalink", str(cause), at=place, hint=hint)]
    computed = {
        "language": name.language.code,
        "section": name.section,
        "translation_key": front.translation_key or name.key,
        "url": url,
        "title": title or permalink.title_from(name.stem.strip("-_ ")) or "Untitled",
        "summary": front.summary or front.description or body.summary,
        "date": moment,
        "lastmod": _in_zone(front.lastmod, zone),
        "expires": _in_zone(front.expires, zone),
    }
    values: dict[str, Any] = {key: getattr(front, key) for key in _SHARED} | computed
    metadata = {key: value for key, value in values.items() if key != "places"}
    digest = digest_of(repr((source.path, source.kind.value, body.minutes, metadata)))
    return Document(source=source, body=body, digest=digest, **values), []


def read_body(
    parts: SplitText,
    path: str,
    title: str,
    shortcodes: frozenset[str],
    *,
    has_summary: bool = False,
) -> tuple[str, Body, list[Diagnostic]]:
    """Return the title and the body; without a `title`, the first heading is the title.

    A heading that starts the text is then removed from the body, because the page shows the title
    above it. `has_summary` states that front matter has a summary, so none is made of the text.
    """
    text, first_line = parts.body, parts.body_line
    marked = mark_shortcodes(text, first_line=first_line)
    html = to_html(marked.text)
    if not title and (heading := _FIRST_HEADING.match(html)):
        title = plain_text(marked.restored(heading[1]))
        html = html[heading.end() :]
    body, findings = split_at_holes(
        html, marked, path=path, text=text, first_line=first_line, has_summary=has_summary
    )
    if not title and body.headings:
        title = body.headings[0].title
    return title, body, [*unknown_shortcodes(body, shortcodes, path=path), *findings]


def _in_zone(value: date | datetime | None, zone: ZoneInfo) -> datetime | None:
    return in_zone(value, zone) if value else None


def _name(source: Source, settings: Settings) -> _Name:
    folder = source.folder.partition("/")[2]
    stem = text_stem(source.name) or source.name
    base, _, suffix = stem.rpartition(".")
    codes = [language.code for language in settings.languages]
    language = settings.default_language
    if base and suffix in codes:
        stem, language = base, settings.language(suffix)
    key = f"{folder}/{stem}".lstrip("/")
    if is_bundle(source) and source.kind is SourceKind.DOCUMENT:
        folder, _, stem = folder.rpartition("/")
    return _Name(*permalink.dated_name(stem), language=language, section=folder, key=key)


def _url(
    source: Source, front: FrontMatter, name: _Name, settings: Settings, day: date | None
) -> str:
    written = unquote(front.permalink)
    if source.kind is SourceKind.SECTION:
        # A section's address is a folder: the other pages of its list and its feed are below it.
        return permalink.tidy(f"{written or f'/{name.language.prefix}/{name.section}'}/")
    if written:
        return permalink.tidy(written)
    top = name.section.partition("/")[0]
    pattern = settings.permalinks.get(name.section) or settings.permalinks.get(top)
    return permalink.expand(
        pattern or permalink.DEFAULT_PATTERN,
        section=name.section,
        slug=front.slug or permalink.slugify(name.stem) or "untitled",
        filename=name.stem,
        when=day,
        prefix=name.language.prefix,
    )
