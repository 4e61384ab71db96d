"""The site: every visible document in its section and under its terms. Immutable."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from .document import Document, Source, visibility
from .elements import Page
from .permalink import tidy
from .settings import Language, Settings
from .taxonomy import Term, collect

if TYPE_CHECKING:
    # Loaded with the forms of a site that has some: pydantic takes as long as an edit.
    from forms.catalogue import Catalogue


class Section(Struct, frozen=True, kw_only=True):
    """A folder of documents in one language; `document` is its `_index.md`, if there is one."""

    path: str
    language: str
    title: str
    url: str
    document: Document | None
    documents: tuple[Document, ...]
    """Those in its folders too, in the order of lists."""
    children: tuple[str, ...]
    """The paths of the sections right below."""
    dated: tuple[Document, ...]
    """Those with a date, the newest first: what goes into a feed."""

    @property
    def listed(self) -> tuple[Document, ...]:
        """What its pages list: all of it; the home section only what is dated."""
        return self.documents if self.path else self.dated


class Hidden(Struct, frozen=True, kw_only=True):
    """A document that is not published, and why (`draft`, `future`, `expired`)."""

    document: Document
    reason: str


class Site(Struct, frozen=True, kw_only=True):
    """All that outputs are planned and rendered from."""

    settings: Settings
    now: datetime
    documents: tuple[Document, ...]
    """The visible pages, in the order of lists; what describes a section is in `sections`."""
    hidden: tuple[Hidden, ...]
    sections: Mapping[tuple[str, str], Section]
    """(language, path) -> section; the path of home is empty."""
    terms: Mapping[tuple[str, str], Mapping[str, Term]]
    """(language, taxonomy) -> case-folded name -> term, in the order of names."""
    by_source: Mapping[str, Document]
    """Source path -> visible document, sections' too."""
    by_url: Mapping[str, Document]
    """URL -> visible document, sections' too."""
    translations: Mapping[str, Mapping[str, Document]]
    """Language -> translation key -> visible document, sections' too."""
    files: tuple[tuple[str, Source], ...]
    """The URL of each file that is published as it is: beside documents, or from `static/`."""
    file_urls: Mapping[str, str]
    """Source path -> URL of the file."""
    assets: Mapping[str, Source]
    """Name as published, with its digest, -> a file of the theme."""
    layouts: frozenset[str]
    """The layouts that the theme has."""
    handler_templates: Mapping[str, Source]
    """Name -> a template that the form handler renders."""
    form_names: frozenset[str] = frozenset()
    """The forms that are declared, those with errors too."""
    data: Mapping[str, Any] = {}
    catalogue: "Catalogue | None" = None
    gated: Mapping[str, Source] = {}
    """Path in the handler's tree -> gated file."""
    published: Container[str] = frozenset()
    """Paths of the public outputs; set only for checks, once outputs are planned."""
    markup: tuple[Page, ...] = ()
    """What templates and published files hold of HTML, CSS and JavaScript."""

    def languages(self) -> tuple[Language, ...]:
        """Those that have at least one document, and the default one."""
        spoken = {language for language, _ in self.sections}
        return tuple(known for known in self.settings.languages if known.code in spoken)

    def in_languages(self, key: str) -> dict[str, Document]:
        """Language -> the document with this translation key, in each that has it."""
        return {code: known[key] for code, known in self.translations.items() if key in known}

    def section(self, language: str, path: str) -> Section | None:
        """The section at `path` from the content folder, in `language`."""
        return self.sections.get((language, path))


def in_list_order(documents: Iterable[Document]) -> tuple[Document, ...]:
    """By weight where there is one, then the newest first, then by title."""
    return tuple(sorted(documents, key=list_order))


def list_order(document: Document) -> tuple[bool, int, float, str, str]:
    """A key to sort by."""
    return (document.weight == 0, document.weight, *newest_first(document))


def newest_first(document: Document) -> tuple[float, str, str]:
    """A key to sort by: then by title, then by source."""
    age = -document.date.timestamp() if document.date else float("inf")
    return age, document.title, document.source.path


def _humane(path: str) -> str:
    return path.rpartition("/")[2].replace("-", " ").replace("_", " ").capitalize()


def _section_paths(documents: Iterable[Document]) -> set[str]:
    paths = {""}
    for document in documents:
        path = document.section
        while path:
            paths.add(path)
            path = path.rpartition("/")[0]
    return paths


def _sections(
    language: Language, pages: tuple[Document, ...], described: Mapping[str, Document]
) -> dict[tuple[str, str], Section]:
    paths = _section_paths((*pages, *described.values()))
    held: dict[str, list[Document]] = {path: [] for path in paths}
    for page in pages:
        path = page.section
        while path:
            held[path].append(page)
            path = path.rpartition("/")[0]
        held[""].append(page)
    found = {}
    for path in sorted(paths):
        document = described.get(path)
        found[language.code, path] = Section(
            path=path,
            language=language.code,
            title=document.title if document else _humane(path) or language.title,
            url=document.url if document else tidy(f"/{language.prefix}/{path}/"),
            document=document,
            documents=tuple(held[path]),
            dated=tuple(sorted((d for d in held[path] if d.date), key=newest_first)),
            children=tuple(sorted(p for p in paths if p and p.rpartition("/")[0] == path)),
        )
    return found


def _files(
    sources: Iterable[Source], bundles: Mapping[str, Document], hidden: frozenset[str]
) -> dict[str, str]:
    """Source path -> URL. A file beside an `index.md` moves, and hides, with its document."""
    urls = {}
    for source in sources:
        owner = source.folder
        while owner and owner not in bundles and owner not in hidden:
            owner = owner.rpartition("/")[0]
        if owner in hidden:
            continue
        if owner in bundles:
            url = bundles[owner].url.rpartition("/")[0] + source.path.removeprefix(owner)
        else:
            url = "/" + source.path.partition("/")[2]
        urls[source.path] = url
    return urls


def assemble(
    documents: Iterable[Document],
    *,
    settings: Settings,
    now: datetime,
    files: Iterable[Source] = (),
    assets: Mapping[str, Source] | None = None,
    layouts: frozenset[str] = frozenset(),
    handler_templates: Mapping[str, Source] | None = None,
    form_names: frozenset[str] = frozenset(),
    data: Mapping[str, Any] | None = None,
    catalogue: "Catalogue | None" = None,
    gated: Mapping[str, Source] | None = None,
    markup: tuple[Page, ...] = (),
    drafts: bool = False,
    future: bool = False,
) -> Site:
    """Put every document in its place. Pure: the same values make the same site."""
    every = in_list_order(documents)
    judged = [(d, visibility(d, now=now, drafts=drafts, future=future)) for d in every]
    visible = tuple(document for document, reason in judged if not reason)
    hidden = tuple(Hidden(document=d, reason=reason) for d, reason in judged if reason)
    pages = tuple(document for document in visible if not document.is_section)
    sections: dict[tuple[str, str], Section] = {}
    terms = {}
    for language in settings.languages:
        own = tuple(page for page in pages if page.language == language.code)
        described = {d.section: d for d in visible if d.is_section and d.language == language.code}
        if not own and not described and language is not settings.default_language:
            continue
        sections |= _sections(language, own, described)
        for taxonomy in settings.taxonomies:
            terms[language.code, taxonomy] = collect(
                own, taxonomy, language=language.code, prefix=language.prefix
            )
    translations: dict[str, dict[str, Document]] = {}
    for document in visible:
        translations.setdefault(document.language, {})[document.translation_key] = document
    # The default language comes first, so that a document's files stand at its URL in that one.
    bundles: dict[str, Document] = {}
    first = settings.default_language.code
    for page in sorted(pages, key=lambda page: page.language != first):
        if is_bundle(page.source):
            bundles.setdefault(page.source.folder, page)
    veiled = {h.document.source.folder for h in hidden if is_bundle(h.document.source)}
    sources = tuple(files)
    urls = _files(sources, bundles, frozenset(veiled - bundles.keys()))
    return Site(
        settings=settings,
        now=now,
        documents=pages,
        hidden=hidden,
        sections=sections,
        terms=terms,
        by_source={document.source.path: document for document in visible},
        by_url={document.url: document for document in visible},
        translations=translations,
        files=tuple((urls[source.path], source) for source in sources if source.path in urls),
        file_urls=urls,
        assets=assets or {},
        layouts=layouts,
        handler_templates=handler_templates or {},
        form_names=form_names,
        data=data or {},
        catalogue=catalogue,
        gated=gated or {},
        markup=markup,
    )


def is_bundle(source: Source) -> bool:
    """Whether the source is an `index.md`: a document that owns the files of its folder."""
    return source.name.partition(".")[0] == "index"


def with_catalogue(site: Site, catalogue: "Catalogue", gated: Mapping[str, Source]) -> Site:
    """The same site with the forms compiled for it."""
    return replace(site, catalogue=catalogue, gated=gated)
