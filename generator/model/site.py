"""The site: visible documents by section, term, URL and language. Immutable."""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from .document import Document, Source, visibility
from .elements import Page
from .permalink import tidy, title_from
from .settings import Language, Settings
from .taxonomy import Term, collect

if TYPE_CHECKING:
    # Imported only for sites with forms, because pydantic takes long to import.
    from forms.catalogue import Catalogue


class Section(Struct, frozen=True, kw_only=True):
    """A folder of documents in one language. `document` is its `_index.md`, if there is one."""

    path: str
    language: str
    title: str
    url: str
    document: Document | None
    documents: tuple[Document, ...]
    """Documents of the section and of those below it, in list order."""
    children: tuple[str, ...]
    """Paths of the sections directly below."""
    dated: tuple[Document, ...]
    """Documents with a date, newest first, for the feed."""

    @property
    def listed(self) -> tuple[Document, ...]:
        """Documents that its pages list: all, or those with a date for the home section."""
        return self.documents if self.path else self.dated


class Hidden(Struct, frozen=True, kw_only=True):
    """A document that isn't published, and the reason: `draft`, `future` or `expired`."""

    document: Document
    reason: str


class Site(Struct, frozen=True, kw_only=True):
    """Everything that outputs are planned and rendered from."""

    settings: Settings
    now: datetime
    documents: tuple[Document, ...]
    """Visible pages in list order. Documents that describe a section are in `sections`."""
    hidden: tuple[Hidden, ...]
    sections: Mapping[tuple[str, str], Section]
    """(language, path) -> section. The home section's path is empty."""
    terms: Mapping[tuple[str, str], Mapping[str, Term]]
    """(language, taxonomy) -> folded name -> term, in the order of names."""
    by_source: Mapping[str, Document]
    """Source path -> visible document, including those of sections."""
    by_url: Mapping[str, Document]
    """URL -> visible document, including those of sections."""
    translations: Mapping[str, Mapping[str, Document]]
    """Language -> translation key -> visible document, including those of sections."""
    files: tuple[tuple[str, Source], ...]
    """URL and source of each file that is published unchanged."""
    file_urls: Mapping[str, str]
    """Source path -> URL of such a file."""
    assets: Mapping[str, Source] = {}
    """Published name, which has a digest, -> file of the theme."""
    layouts: frozenset[str] = frozenset()
    """Layouts of the theme."""
    handler_templates: Mapping[str, Source] = {}
    """Name -> template for the form handler."""
    form_names: frozenset[str] = frozenset()
    """Names of all forms, including those with errors."""
    data: Mapping[str, Any] = {}
    catalogue: "Catalogue | None" = None
    gated: Mapping[str, Source] = {}
    """Path in the handler's tree -> gated file."""
    published: Container[str] = frozenset()
    """Paths of the public outputs; set only for checks, once outputs are planned."""
    markup: tuple[Page, ...] = ()
    """HTML, CSS and JavaScript of templates and published files, for checks."""

    def languages(self) -> tuple[Language, ...]:
        """Return the languages with at least one document, and the default language."""
        codes = {language for language, _ in self.sections}
        return tuple(known for known in self.settings.languages if known.code in codes)

    def in_languages(self, key: str) -> dict[str, Document]:
        """Return the translations of a document by language."""
        return {code: known[key] for code, known in self.translations.items() if key in known}

    def section(self, language: str, path: str) -> Section | None:
        """Return the section at `path`, from the content folder, in `language`."""
        return self.sections.get((language, path))


def list_order(document: Document) -> tuple[bool, int, float, str, str]:
    """Return the sort key of lists: by weight if there is one, then as in feeds."""
    return (document.weight == 0, document.weight, *newest_first(document))


def newest_first(document: Document) -> tuple[float, str, str]:
    """Return the sort key of feeds: date, title, source."""
    age = -document.date.timestamp() if document.date else float("inf")
    return age, document.title, document.source.path


def _sections(
    language: Language, pages: tuple[Document, ...], described: Mapping[str, Document]
) -> dict[tuple[str, str], Section]:
    pages_of: dict[str, list[Document]] = {"": []}
    for path in described:
        pages_of |= {folder: [] for folder in _with_folders(path)}
    for page in pages:
        for path in _with_folders(page.section):
            pages_of.setdefault(path, []).append(page)
    sections = {}
    for path in sorted(pages_of):
        document = described.get(path)
        sections[language.code, path] = Section(
            path=path,
            language=language.code,
            title=document.title if document else title_from(path) or language.title,
            url=document.url if document else tidy(f"/{language.prefix}/{path}/"),
            document=document,
            documents=tuple(pages_of[path]),
            dated=tuple(sorted((d for d in pages_of[path] if d.date), key=newest_first)),
            children=tuple(sorted(p for p in pages_of if p and p.rpartition("/")[0] == path)),
        )
    return sections


def _with_folders(path: str) -> Iterator[str]:
    """Yield a path and the folders around it, the empty one last."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield ""


def _files(
    sources: Iterable[Source], bundles: Mapping[str, Document], hidden: Container[str]
) -> Iterator[tuple[str, Source]]:
    """Yield the URL and the source of each file.

    A file beside an `index.md` moves, and is hidden, with its document.
    """
    for source in sources:
        folders = _with_folders(source.folder)
        owner = next((f for f in folders if f in bundles or f in hidden), "")
        if owner in bundles:
            url = bundles[owner].url.rpartition("/")[0] + source.path.removeprefix(owner)
            yield url, source
        elif not owner:
            yield "/" + source.path.partition("/")[2], source


def _bundles(pages: Iterable[Document], language: Language) -> dict[str, Document]:
    """Return the document that owns each folder with an `index.md`, in `language` if possible."""
    bundles: dict[str, Document] = {}
    for page in sorted(pages, key=lambda page: page.language != language.code):
        if is_bundle(page.source):
            bundles.setdefault(page.source.folder, page)
    return bundles


def assemble(
    documents: Iterable[Document],
    *,
    settings: Settings,
    now: datetime,
    files: Iterable[Source] = (),
    drafts: bool = False,
    future: bool = False,
) -> Site:
    """Put documents into sections, terms and indexes, and files beside their documents. Pure."""
    visible: list[Document] = []
    hidden: list[Hidden] = []
    for document in sorted(documents, key=list_order):
        if reason := visibility(document, now=now, drafts=drafts, future=future):
            hidden.append(Hidden(document=document, reason=reason))
        else:
            visible.append(document)
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
            terms[language.code, taxonomy] = collect(own, taxonomy, language)
    translations: dict[str, dict[str, Document]] = {}
    for document in visible:
        translations.setdefault(document.language, {})[document.translation_key] = document
    # Files are at the document's URL in the default language.
    bundles = _bundles(pages, settings.default_language)
    closed = {h.document.source.folder for h in hidden if is_bundle(h.document.source)}
    published = tuple(_files(files, bundles, closed))
    return Site(
        settings=settings,
        now=now,
        documents=pages,
        hidden=tuple(hidden),
        sections=sections,
        terms=terms,
        by_source={document.source.path: document for document in visible},
        by_url={document.url: document for document in visible},
        translations=translations,
        files=published,
        file_urls={source.path: url for url, source in published},
    )


def is_bundle(source: Source) -> bool:
    """Tell whether the source is an `index.md`, which owns the files of its folder."""
    return source.name.partition(".")[0] == "index"
