"""The site's values as templates see them: in one language, with links as pages write them."""

from collections.abc import Iterable, Mapping

from ..model.document import Document
from ..model.permalink import for_state, tidy
from ..model.reference import translation
from ..model.site import Section, Site
from ..model.taxonomy import Term, term_key
from .dependencies import Question, Shared, part_of, question, shared_question
from .metadata import social_image
from .values import Card, SiteValue, TermLink, TextLink, Translation


class Presenter:
    """Presents a site in `language`; `current` is the URL of the page, a path on the site.

    A page that is shown `elsewhere`, by a form handler at another address, has whole addresses.
    """

    def __init__(
        self,
        site: Site,
        language: str,
        current: str,
        *,
        elsewhere: bool,
        shared: Shared | None = None,
    ) -> None:
        self._site, self._settings = site, site.settings
        self.language, self.current, self._elsewhere = language, current, elsewhere
        self.asked: dict[Question, None] = {}
        """What the page depends on, in the order of asking."""
        # Addresses are others elsewhere, so those few pages share nothing.
        self.shared: Shared = {} if shared is None or elsewhere else shared

    def url(self, path: str) -> str:
        """A path on the site as pages link to it, with the base path."""
        return self._settings.absolute(path) if self._elsewhere else self._settings.link(path)

    def absolute(self, path: str) -> str:
        """A path on the site as an address of the world."""
        return self._settings.absolute(path)

    @shared_question
    def site_value(self) -> SiteValue:
        """The site in this language."""
        language = self._settings.language(self.language)
        notice = self._privacy()
        return SiteValue(
            title=language.title,
            description=language.description,
            language=self.language,
            base_url=self._settings.base_url,
            home=self.url(f"/{language.prefix}/" if language.prefix else "/"),
            feed=self.feed_of(""),
            year=self._site.now.year,
            options=self._settings.options,
            controller=self._settings.controller,
            privacy=self.url(notice.url) if notice else "",
            languages=tuple(known.code for known in self._site.languages()),
        )

    # A list of ten shows ten of them, and each document is on a few lists.
    @shared_question
    def card(self, document: Document) -> Card:
        """What a list shows of it."""
        return Card(
            title=document.title,
            url=self.url(document.url),
            absolute_url=self.absolute(document.url),
            language=document.language,
            summary=document.summary,
            description=document.description,
            date=document.date,
            lastmod=document.lastmod,
            authors=document.authors,
            tags=tuple(map(self.term_link, self.filed_under(document))),
            image=social_image(self._site, document),
            image_alt=document.image_alt,
            minutes=document.body.minutes,
        )

    def cards(self, documents: Iterable[Document]) -> tuple[Card, ...]:
        """One card each, in the same order."""
        return tuple(map(self.card, documents))

    def term_link(self, term: Term) -> TermLink:
        """A term with its URL."""
        known = "term_link", term.language, (term.taxonomy, term.url), ()
        found = self.shared.get(known)
        if found is None:
            link = TermLink(name=term.name, url=self.url(term.url))
            found = self.shared[known] = link, {}
        answer: TermLink = found[0]
        return answer

    def filed_under(self, document: Document) -> tuple[Term, ...]:
        """The document's tags, in the order in which its author wrote them."""
        known = self._site.terms.get((document.language, "tags"), {})
        names = dict.fromkeys(term_key(name) for name in document.terms.get("tags", ()))
        return tuple(known[name] for name in names if name in known)

    @shared_question
    def feed_of(self, path: str) -> str:
        """The URL of the feed of a section; empty where nothing in it is dated."""
        section = self._site.section(self.language, path)
        return self.url(f"{section.url}feed.xml") if section and section.dated else ""

    @part_of("card")
    def said(self, document: Document) -> Document:
        """All that is said of a document, but its body."""
        return document

    def translations_of(self, document: Document) -> tuple[Translation, ...]:
        """The same document in each language that has it, this one too."""
        if len(self._settings.languages) > 1:
            return self.translated(document)
        # No other can come, and what is said of this one says where it stands.
        return self._translations({document.language: self.said(document).url})

    @question
    def translated(self, document: Document) -> tuple[Translation, ...]:
        """The same where there are several languages."""
        known = self._site.in_languages(document.translation_key)
        return self._translations({code: d.url for code, d in known.items()})

    @shared_question
    def translations_of_section(self, section: Section) -> tuple[Translation, ...]:
        """The same section in each language that has it."""
        urls = {
            language.code: other.url
            for language in self._settings.languages
            if (other := self._site.section(language.code, section.path))
        }
        return self._translations(urls)

    def translations_of_state(self, state: str) -> tuple[Translation, ...]:
        """The theme's page of a fixed state in each language."""
        languages = self._settings.languages
        return self._translations(
            {known.code: for_state(state, known.prefix) for known in languages}
        )

    def _translations(self, urls: Mapping[str, str]) -> tuple[Translation, ...]:
        return tuple(
            Translation(
                language=language.code,
                name=language.name,
                url=self.url(urls[language.code]),
                absolute_url=self.absolute(urls[language.code]),
                current=language.code == self.language,
            )
            for language in self._settings.languages
            if language.code in urls
        )

    @shared_question
    def breadcrumbs(self, path: str) -> tuple[TextLink, ...]:
        """The sections above, home first, down to the section at `path`."""
        folders = path.split("/") if path else []
        paths = ["/".join(folders[:depth]) for depth in range(len(folders) + 1)]
        return tuple(
            TextLink(title=section.title, url=self.url(section.url))
            for above in paths
            if (section := self._site.section(self.language, above))
        )

    def taxonomy_link(self, taxonomy: str, title: str) -> TextLink:
        """The page that names all terms."""
        prefix = self._settings.language(self.language).prefix
        return TextLink(title=title, url=self.url(tidy(f"/{prefix}/{taxonomy}/")))

    def _privacy(self) -> Document | None:
        source = self._settings.privacy
        language = self._settings.language(self.language)
        return translation(self._site, source, language) if source else None
