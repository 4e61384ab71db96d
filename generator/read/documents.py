"""Sources -> documents: front matter, shortcodes, Markdown and body, put together."""

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from ..model import permalink
from ..model.diagnostic import Diagnostic, Location, error
from ..model.digest import digest_of
from ..model.document import Body, Document, Source, SourceKind
from ..model.settings import Language, Settings
from ..model.site import is_bundle
from ..model.value import value
from .front_matter.dates import in_zone
from .front_matter.keys import FrontMatter
from .front_matter.split import Front, Split, read_front_matter, split
from .html.body import cut
from .html.shortcodes import take_out, unknown
from .html.tokenizer import plain_text
from .markdown import to_html

_OPENING = re.compile(r"<h1>(.*?)</h1>\n?", re.S)


@value
class Reading:
    """What one source gave. `document` is None where there is an error among the findings."""

    document: Document | None
    findings: list[Diagnostic]
    front: Front | None = None
    """Of its front matter what is worth keeping, until the source is read again."""


class _Name(NamedTuple):
    """What the path of a source says."""

    stem: str
    language: Language
    section: str
    key: str


def read_from(settings: Settings) -> tuple[object, ...]:
    """Those of the settings that a document is read with, and no others: where a site is served
    does not matter."""
    prefixes = [(language.code, language.prefix) for language in settings.languages]
    permalinks = sorted(settings.permalinks.items())
    return prefixes, settings.time_zone.key, settings.taxonomies, permalinks


def read_document(
    source: Source, raw: bytes, settings: Settings, shortcodes: frozenset[str]
) -> tuple[Document | None, list[Diagnostic]]:
    """As `read_with`, where nothing is known and nothing will be kept."""
    reading = read_with(source, raw, settings, shortcodes)
    return reading.document, reading.findings


def read_with(
    source: Source,
    raw: bytes,
    settings: Settings,
    shortcodes: frozenset[str],
    known: Front | None = None,
) -> Reading:
    """Read the bytes of one source. Pure.

    `known` is the `front` of an earlier reading: it saves loading and asking pydantic and the
    reader of YAML about a front matter that is the same as then, and changes nothing else.
    """
    text, findings = decode(raw, source)
    if text is None:
        return Reading(document=None, findings=findings)
    return parse_document(source, text, settings, shortcodes, known)


def read_text(source: Source) -> tuple[str | None, list[Diagnostic]]:
    """The text of a source, as `decode` gives it."""
    try:
        raw = source.file.read_bytes()
    except OSError as wrong:
        return None, [unreadable(source, wrong)]
    return decode(raw, source)


def unreadable(source: Source, wrong: OSError) -> Diagnostic:
    """An error for a source that is there and cannot be read."""
    place = Location(path=source.path)
    return error("unreadable", f"this cannot be read: {wrong.strerror}", at=place)


def decode(raw: bytes, source: Source) -> tuple[str | None, list[Diagnostic]]:
    """Bytes as text: UTF-8, without a byte order mark, `\\n` for line ends."""
    raw = raw.removeprefix(BOM_UTF8)
    try:
        text = raw.decode()
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        place = Location(path=source.path, line=line)
        return None, [
            error("encoding", "this is not UTF-8", at=place, hint="save the file as UTF-8")
        ]
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text, []


def parse_document(
    source: Source,
    text: str,
    settings: Settings,
    shortcodes: frozenset[str],
    known: Front | None = None,
) -> Reading:
    """As `read_with`, from a text at hand. Pure."""
    parts, findings = split(text, path=source.path)
    if parts is None:
        return Reading(document=None, findings=findings)
    front, findings, kept = read_front_matter(
        parts.front, path=source.path, taxonomies=settings.taxonomies, known=known
    )
    title, said = (front.title, front.summary or front.description) if front else ("", "")
    title, body, found = read_body(parts, source.path, title, shortcodes, said=bool(said))
    findings += found
    document = None
    if front is not None:
        document, wrong = _document(source, front, title, body, settings)
        findings += wrong
    if any(finding.severity == "error" for finding in findings):
        document = None
    return Reading(document=document, findings=findings, front=kept)


def _document(
    source: Source, front: FrontMatter, title: str, body: Body, settings: Settings
) -> tuple[Document | None, list[Diagnostic]]:
    """None, and an error, where the document has no place on the site."""
    name = _name(source, settings)
    named_day, stem = permalink.dated_name(name.stem)
    zone = settings.time_zone
    when = _moment(front.date or named_day, zone)
    try:
        # The day in an address is the one that readers see on the page.
        day = when.astimezone(zone) if when else None
        url = _url(source, front, name, settings, stem=stem, when=day)
    except ValueError as wrong:
        place = Location(path=source.path, line=1)
        hint = "give the document a `date` or a `permalink`"
        return None, [error("permalink", str(wrong), at=place, hint=hint)]
    document = _digested(
        source=source,
        language=name.language.code,
        section=name.section,
        translation_key=front.translation_key or name.key,
        url=url,
        title=title or _humane(stem),
        body=body,
        description=front.description,
        summary=front.summary or front.description or body.summary,
        date=when,
        lastmod=_moment(front.lastmod, zone),
        expires=_moment(front.expires, zone),
        draft=front.draft,
        terms=front.terms,
        authors=front.authors,
        aliases=front.aliases,
        image=front.image,
        image_alt=front.image_alt,
        layout=front.layout,
        weight=front.weight,
        extra=front.extra,
        places=front.places,
    )
    return document, []


def _digested(
    *, source: Source, body: Body, places: Mapping[str, tuple[int, int]], **said: Any
) -> Document:
    """The document, with the digest of what is said of it, which comes in one order."""
    shown = repr((source.path, source.kind.value, body.minutes, said))
    return Document(source=source, body=body, places=places, digest=digest_of(shown), **said)


def read_body(
    parts: Split, path: str, title: str, shortcodes: frozenset[str], *, said: bool = False
) -> tuple[str, Body, list[Diagnostic]]:
    """Title and body. Without a title in the front matter the first heading is the title.

    A heading that opens the text is taken out of the body then, or the page would say it twice.
    With `said` there is no need of a summary.
    """
    text, first_line = parts.body, parts.body_line
    marked = take_out(text, first_line=first_line)
    html = to_html(marked.text)
    if not title and (opening := _OPENING.match(html)):
        title = plain_text(marked.restored(opening[1]))
        html = html[opening.end() :]
    findings = [
        finding for tag in marked.tags.values() if (finding := unknown(tag, shortcodes, path=path))
    ]
    body, found = cut(html, marked, path=path, text=text, first_line=first_line, said=said)
    if not title and body.headings:
        title = body.headings[0].title
    return title, body, findings + found


def _humane(stem: str) -> str:
    return stem.replace("-", " ").replace("_", " ").strip().capitalize() or "Untitled"


def _moment(value: date | datetime | None, zone: ZoneInfo) -> datetime | None:
    return in_zone(value, zone) if value else None


def _name(source: Source, settings: Settings) -> _Name:
    folder = source.folder.partition("/")[2]
    stem = source.name.removesuffix(".md")
    base, _, suffix = stem.rpartition(".")
    codes = [language.code for language in settings.languages]
    language = settings.default_language
    if base and suffix in codes:
        stem, language = base, settings.language(suffix)
    key = f"{folder}/{stem}".lstrip("/")
    if is_bundle(source) and source.kind is SourceKind.DOCUMENT:
        folder, _, stem = folder.rpartition("/")
    return _Name(stem=stem, language=language, section=folder, key=key)


def _url(
    source: Source,
    front: FrontMatter,
    name: _Name,
    settings: Settings,
    *,
    stem: str,
    when: date | None,
) -> str:
    written = unquote(front.permalink)
    if source.kind is SourceKind.SECTION:
        # More stands below it: further pages of its list, its feed.
        return permalink.tidy(f"{written or f'/{name.language.prefix}/{name.section}'}/")
    if written:
        return permalink.tidy(written)
    top = name.section.partition("/")[0]
    pattern = settings.permalinks.get(name.section) or settings.permalinks.get(top)
    return permalink.expand(
        pattern or permalink.DEFAULT_PATTERN,
        section=name.section,
        slug=front.slug or permalink.slugify(stem) or "untitled",
        filename=stem,
        when=when,
        prefix=name.language.prefix,
    )
