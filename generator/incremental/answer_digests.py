"""Asks a question again, and says by a digest whether the answer is the same."""

from collections.abc import Iterable

from ..errors import SiteError
from ..model.digest import digest_of
from ..model.document import Document, Image, Link
from ..model.site import Section, Site
from ..model.taxonomy import Term
from ..model.value import value
from ..render.body import address
from ..render.dependencies import Dependency as Question
from ..render.metadata import social_image
from ..render.page_context import ListPage, PageContext, Renderer
from ..render.values import Card

GONE = "gone"
"""The answer to a question about what is no longer there."""

OF_BODIES = frozenset({"content"})
"""Questions whose answers change with a body alone."""

OF_THEMES = frozenset({"form"})
"""Questions whose answers change with a theme alone."""

OF_DOCUMENTS = frozenset({"card"}) | OF_BODIES
"""Questions about one document."""

OF_PLACES = frozenset(
    {"page", "section", "latest", "related_to", "terms", "data", "form", "site_value", "feed_of"}
    | {
        "translated",
        "translations_of_section",
        "breadcrumbs",
        "section_page",
        "term_page",
        "feed_page",
    }
    | {"linked", "file"}
)
"""Questions whose answers depend on where documents stand, not on what is said of them: a card in
an answer is a question of its own."""


@value
class Edit:
    """What is new on a site whose documents all stand where they stood."""

    paths: frozenset[str]
    """The sources that were edited."""
    said: bool
    """Whether more than bodies changed: a title, a summary."""
    dated: bool
    """Whether a page says now that it changed at another time."""

    def concerned(self, questions: Iterable[tuple[int, Question]]) -> dict[int, Question]:
        """Those, each with its number, that may be answered in another way now."""
        kinds = OF_DOCUMENTS if self.said else OF_BODIES
        return {
            number: question
            for number, question in questions
            if (question[2][0] in self.paths if question[0] in kinds else self._of_all(question[0]))
        }

    def may_concern(self, kinds: Iterable[str], said: bytes) -> bool:
        """Whether one among questions of these kinds may be; `said` holds what they are about."""
        return any(path.encode() in said for path in self.paths) or any(map(self._of_all, kinds))

    def _of_all(self, kind: str) -> bool:
        """Whether questions of the kind are about all that is said on the site."""
        elsewhere = OF_DOCUMENTS | OF_PLACES | (frozenset() if self.dated else {"places"})
        return self.said and kind not in elsewhere


class Answers:
    """The digests of answers, each found once."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer, self._site = renderer, renderer.site
        self._views: dict[str, PageContext] = {}
        self._known: dict[Question, str] = {}
        self._stamps = {source.path: source.stamp for _, source in self._site.files}
        self._stamps |= {source.path: source.stamp for source in self._site.assets.values()}

    def digest(self, question: Question) -> str:
        """What the answer is now; `GONE` where it cannot be asked any more."""
        found = self._known.get(question)
        if found is None:
            found = self._known[question] = self._find(question)
        return found

    def _find(self, question: Question) -> str:
        kind, language, words, options = question
        match kind:
            case "card" | "content":
                document = self._site.by_source.get(words[0])
                if document is None:
                    return GONE
                return self._card(document) if kind == "card" else _body(document, self._site)
            case "file":
                return repr(self._stamps.get(words[0], GONE))
        view = self._view(language)
        if view is None:
            return GONE
        try:
            answer = view.answer(kind, *self._things(kind, language, words), **dict(options))
        except (SiteError, LookupError):
            return GONE
        return digest_of(repr(_brief(answer)))

    def _card(self, document: Document) -> str:
        view = self._view(document.language)
        tags = [(t.name, t.url) for t in view.filed_under(document)] if view else ()
        return digest_of(repr((document.digest, tags, social_image(self._site, document))))

    def _view(self, language: str) -> PageContext | None:
        if language not in {known.code for known in self._site.settings.languages}:
            return None
        if language not in self._views:
            self._views[language] = self._renderer.context(language)
        return self._views[language]

    def _things(self, kind: str, language: str, words: tuple[object, ...]) -> list[object]:
        """What the words of a question stand for. Raises `LookupError` for what is gone."""
        if kind in ("translated", "related_to", "linked"):
            return [self._site.by_source[str(words[0])], *words[1:]]
        if kind in ("section_page", "feed_page", "translations_of_section"):
            return [self._site.sections[language, str(words[0])], *words[1:]]
        if kind == "term_page":
            taxonomy, key = str(words[0]), str(words[1])
            return [self._site.terms[language, taxonomy][key], *words[2:]]
        return list(words)


def structure(site: Site) -> str:
    """Of the whole site but the texts, and but its settings, theme and program."""
    catalogue = site.catalogue.to_json() if site.catalogue else b""
    parts = (
        [document.digest for document in site.documents],
        [s.document.digest for s in site.sections.values() if s.document],
        sorted(site.sections),
        sorted(site.file_urls.items()),
        [source.stamp for _, source in site.files],
        site.data,
        catalogue,
        site.now.year,
    )
    return digest_of(repr(parts))


def texts(site: Site) -> str:
    """Of the bodies of all its documents."""
    described = [s.document for s in site.sections.values() if s.document]
    return digest_of("".join(document.body.digest for document in (*site.documents, *described)))


def _body(document: Document, site: Site) -> str:
    if not document.body.holes:
        return document.body.digest
    places = [
        address(site, document, hole.target, absolute=False)
        for hole in document.body.holes
        if isinstance(hole, Link | Image)
    ]
    return digest_of(repr((document.body.digest, places)))


def _brief(answer: object) -> object:
    """Documents and cards by their paths: what is said of them are questions of their own."""
    match answer:
        case Document(source=source):
            return source.path
        case Section(path=path) | Term(name=path):
            return path
        case tuple() | list():
            return [_brief(each) for each in answer]
        case Card(absolute_url=url):
            return url
        case ListPage():
            return (answer.title, answer.url, answer.pager, _brief(answer.documents))
        case _:
            return answer
