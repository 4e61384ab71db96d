"""Digests of answers, computed again: an output is fresh while all its answers have the same."""

from collections.abc import Iterable
from enum import Flag, auto
from typing import NamedTuple

from ..errors import SiteError
from ..model.digest import digest_of
from ..model.document import Document, Image, Link
from ..model.site import Section, Site
from ..model.taxonomy import Term
from ..render.body import address
from ..render.dependencies import Dependency
from ..render.metadata import social_image
from ..render.page_context import ListPage, PageContext, Renderer
from ..render.values import Card

GONE = "gone"
"""The digest of an answer about something that doesn't exist any more."""


class Scope(Flag):
    """Parts of a site that answers depend on, beside program and settings."""

    NONE = 0
    BODY = auto()
    """The body of one document, the first argument."""
    DOCUMENT = auto()
    """Everything else of one document, such as its title and its tags."""
    STRUCTURE = auto()
    """The sets of documents, files and forms, and their URLs."""
    THEME = auto()
    SITE = auto()
    """The metadata of any document."""
    ANY = BODY | DOCUMENT | STRUCTURE | THEME | SITE


_SCOPES = {
    "content": Scope.BODY | Scope.DOCUMENT,
    "card": Scope.DOCUMENT,
    "form": Scope.STRUCTURE | Scope.THEME,
    # A card in one of these answers is a dependency of its own.
    **dict.fromkeys(("page", "section", "latest", "related_to", "terms"), Scope.STRUCTURE),
    **dict.fromkeys(("section_page", "term_page", "feed_page", "feed_of"), Scope.STRUCTURE),
    **dict.fromkeys(("translated", "translations_of_section"), Scope.STRUCTURE),
    **dict.fromkeys(("breadcrumbs", "linked", "file", "data", "site_value"), Scope.STRUCTURE),
}
"""Tracked method -> its scope; that of any other is `Scope.SITE`."""


def scope_of(method: str) -> Scope:
    """Return what the answers of a tracked method depend on."""
    return _SCOPES.get(method, Scope.SITE)


class TextEdit(NamedTuple):
    """Only documents were edited, and each is still in the same place of the site."""

    paths: frozenset[str]
    """The edited sources."""
    metadata_changed: bool
    """More than bodies changed: a title, a summary."""
    lastmod_changed: bool
    """A document has another date of its last change."""

    def concerned(self, dependencies: Iterable[tuple[int, Dependency]]) -> dict[int, Dependency]:
        """Return the dependencies, by number, whose answers may be other ones now."""
        return {number: each for number, each in dependencies if self._concerns(each)}

    def may_concern(self, methods: Iterable[str], packed: bytes) -> bool:
        """Tell whether one of many dependencies may be concerned.

        `methods` are theirs, and `packed` has the UTF-8 of all their texts.
        """
        is_named = any(path.encode() in packed for path in self.paths)
        return is_named or any(map(self._concerns_all, methods))

    def _concerns(self, dependency: Dependency) -> bool:
        method, _, arguments, _ = dependency
        scope = Scope.DOCUMENT if self.metadata_changed else Scope.BODY
        if scope_of(method) & scope:
            return arguments[0] in self.paths
        return self._concerns_all(method)

    def _concerns_all(self, method: str) -> bool:
        """Tell whether every answer of the method may be another one."""
        if method == "places" and not self.lastmod_changed:
            return False  # a sitemap has dates, and no titles
        return self.metadata_changed and bool(scope_of(method) & Scope.SITE)


class ThemeEdit:
    """Only files of the theme were edited."""


Edit = TextEdit | ThemeEdit
"""The only difference between the site of the last build and this one."""


class AnswerDigests:
    """The digests of answers, each computed once."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer, self._site = renderer, renderer.site
        self._contexts: dict[str, PageContext] = {}
        self._known: dict[Dependency, str] = {}
        self._stats = {source.path: source.stat for _, source in self._site.files}
        self._stats |= {source.path: source.stat for source in self._site.assets.values()}

    def digest(self, dependency: Dependency) -> str:
        """Return the digest of an answer; `GONE` if there is none any more."""
        digest = self._known.get(dependency)
        if digest is None:
            digest = self._known[dependency] = self._compute(dependency)
        return digest

    def _compute(self, dependency: Dependency) -> str:
        method, language, arguments, options = dependency
        match method:
            case "card" | "content":
                document = self._site.by_source.get(arguments[0])
                if document is None:
                    return GONE
                return self._card(document) if method == "card" else _body(document, self._site)
            case "file":
                return repr(self._stats.get(arguments[0], GONE))
        context = self._context(language)
        if context is None:
            return GONE
        try:
            values = self._values(method, language, arguments)
            answer = context.answer(method, *values, **dict(options))
        except (SiteError, LookupError):
            return GONE
        return digest_of(repr(_named(answer)))

    def _card(self, document: Document) -> str:
        context = self._context(document.language)
        terms = context.filed_under(document) if context else ()
        tags = [(term.name, term.url) for term in terms]
        return digest_of(repr((document.digest, tags, social_image(self._site, document))))

    def _context(self, language: str) -> PageContext | None:
        if language not in {known.code for known in self._site.settings.languages}:
            return None
        if language not in self._contexts:
            self._contexts[language] = self._renderer.context(language)
        return self._contexts[language]

    def _values(self, method: str, language: str, arguments: tuple[object, ...]) -> list[object]:
        """Return the values that a dependency's arguments name.

        Raises `LookupError` if one doesn't exist any more.
        """
        if method in ("translated", "related_to", "linked"):
            return [self._site.by_source[str(arguments[0])], *arguments[1:]]
        if method in ("section_page", "feed_page", "translations_of_section"):
            return [self._site.sections[language, str(arguments[0])], *arguments[1:]]
        if method == "term_page":
            taxonomy, key = str(arguments[0]), str(arguments[1])
            return [self._site.terms[language, taxonomy][key], *arguments[2:]]
        return list(arguments)


def structure_of(site: Site) -> str:
    """Return the digest of the site without bodies, settings, theme and program."""
    catalogue = site.catalogue.to_json() if site.catalogue else b""
    parts = (
        [document.digest for document in site.documents],
        [s.document.digest for s in site.sections.values() if s.document],
        sorted(site.sections),
        sorted(site.file_urls.items()),
        [source.stat for _, source in site.files],
        site.data,
        catalogue,
        site.now.year,
    )
    return digest_of(repr(parts))


def texts_of(site: Site) -> str:
    """Return the digest of the bodies of all documents."""
    sections = [s.document for s in site.sections.values() if s.document]
    return digest_of("".join(document.body.digest for document in (*site.documents, *sections)))


def _body(document: Document, site: Site) -> str:
    if not document.body.holes:
        return document.body.digest
    addresses = [
        address(site, document, hole.target, absolute=False)
        for hole in document.body.holes
        if isinstance(hole, Link | Image)
    ]
    return digest_of(repr((document.body.digest, addresses)))


def _named(answer: object) -> object:
    """Return an answer with paths for documents and cards, which have digests of their own."""
    match answer:
        case Document(source=source):
            return source.path
        case Section(path=path) | Term(name=path):
            return path
        case tuple() | list():
            return [_named(each) for each in answer]
        case Card(absolute_url=url):
            return url
        case ListPage():
            return (answer.title, answer.url, answer.pager, _named(answer.documents))
        case _:
            return answer
