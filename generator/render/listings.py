"""Cards, links, translations and breadcrumbs: the site's values in one language."""

from collections.abc import Iterable, Mapping

from ..model.document import Document
from ..model.permalink import for_state, tidy
from ..model.reference import translation
from ..model.site import Section, Site
from ..model.taxonomy import Term, term_key
from .dependencies import (
    Dependencies,
    Memoized,
    tracked,
    tracked_and_memoized,
    tracked_as,
)
from .metadata import social_image
from .values import Card, SiteValue, TermLink, TextLink, Translation

_OF_DOCUMENT = Card.__annotations__.keys() & Document.__annotations__.keys() - {"url", "image"}
"""Fields that a card takes from its document unchanged."""


class Listings:
    """The site's values for one page, with links as the page writes them.

    `current` is the page's path on the site. A page that is shown `elsewhere`, by a form handler
    at another address, links with absolute URLs.
    """

    def __init__(
        self,
        site: Site,
        language: str,
        current: str,
        *,
        elsewhere: bool,
        memoized: Memoized | None = None,
    ) -> None:
        self.site, self.settings = site, site.settings
        self.language, self.current, self.elsewhere = language, current, elsewhere
        # The few pages shown elsewhere share no answers, because their links are different.
        self.dependencies = Dependencies(language, None if elsewhere else memoized)

    def url(self, path: str) -> str:
        """Return the link to a path on the site, with the base path."""
        return self.settings.absolute(path) if self.elsewhere else self.settings.link(path)

    def absolute(self, path: str) -> str:
        """Return the absolute URL of a path on the site."""
        return self.settings.absolute(path)

    @tracked_and_memoized
    def site_value(self) -> SiteValue:
        """Return the site's title, description and the like in this language."""
        language = self.settings.language(self.language)
        notice = self._privacy()
        return SiteValue(
            title=language.title,
            description=language.description,
            language=self.language,
            base_url=self.settings.base_url,
            home=self.url(f"/{language.prefix}/" if language.prefix else "/"),
            feed=self.feed_of(""),
            year=self.site.now.year,
            options=self.settings.options,
            controller=self.settings.controller,
            privacy=self.url(notice.url) if notice else "",
            languages=tuple(known.code for known in self.site.languages()),
        )

    # Memoized because each document is on several lists.
    @tracked_and_memoized
    def card(self, document: Document) -> Card:
        """Return what a list shows of a document."""
        return Card(
            **{name: getattr(document, name) for name in _OF_DOCUMENT},
            url=self.url(document.url),
            absolute_url=self.absolute(document.url),
            tags=tuple(map(self.term_link, self.filed_under(document))),
            image=social_image(self.site, document),
            minutes=document.body.minutes,
        )

    def cards(self, documents: Iterable[Document]) -> tuple[Card, ...]:
        """Return one card for each document, in the same order."""
        return tuple(map(self.card, documents))

    @tracked
    def related_to(self, document: Document, count: int) -> tuple[Card, ...]:
        """Return the documents that share most tags with this one, ties by date."""
        shared: dict[str, tuple[int, Document]] = {}
        for term in self.filed_under(document):
            for other in term.documents:
                if other is not document:
                    score = shared.get(other.source.path, (0, other))[0]
                    shared[other.source.path] = (score + 1, other)
        ranked = sorted(shared.values(), key=lambda pair: -pair[0])
        return self.cards(other for _, other in ranked[:count])

    def term_link(self, term: Term) -> TermLink:
        """Return a term's name and URL."""
        memoized, key = self.dependencies.memoized, ("term_link", term.language, term.url)
        if key not in memoized:
            memoized[key] = TermLink(name=term.name, url=self.url(term.url)), {}
        link: TermLink = memoized[key][0]
        return link

    def filed_under(self, document: Document) -> tuple[Term, ...]:
        """Return the document's tags, in its author's order."""
        known = self.site.terms.get((document.language, "tags"), {})
        names = dict.fromkeys(term_key(name) for name in document.terms.get("tags", ()))
        return tuple(known[name] for name in names if name in known)

    @tracked_and_memoized
    def feed_of(self, path: str) -> str:
        """Return the URL of a section's feed; empty if nothing in the section is dated."""
        section = self.site.section(self.language, path)
        return self.url(f"{section.url}feed.xml") if section and section.dated else ""

    @tracked_as("card")
    def metadata(self, document: Document) -> Document:
        """Return the document, for everything about it but its body."""
        return document

    def translations_of(self, document: Document) -> tuple[Translation, ...]:
        """Return the document's translations, itself among them."""
        if len(self.settings.languages) > 1:
            return self.translated(document)
        # With one language there is only the document itself, which depends on its own metadata.
        return self._translations({document.language: self.metadata(document).url})

    @tracked
    def translated(self, document: Document) -> tuple[Translation, ...]:
        """Return the document's translations on a site with several languages."""
        known = self.site.in_languages(document.translation_key)
        return self._translations({code: d.url for code, d in known.items()})

    @tracked_and_memoized
    def translations_of_section(self, section: Section) -> tuple[Translation, ...]:
        """Return the section in each language that has it."""
        urls = {
            language.code: other.url
            for language in self.settings.languages
            if (other := self.site.section(language.code, section.path))
        }
        return self._translations(urls)

    def translations_of_state(self, state: str) -> tuple[Translation, ...]:
        """Return the page of a fixed state of the forms in each language."""
        languages = self.settings.languages
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
            for language in self.settings.languages
            if language.code in urls
        )

    @tracked_and_memoized
    def breadcrumbs(self, path: str) -> tuple[TextLink, ...]:
        """Return links to the sections from the home page down to the section at `path`."""
        folders = path.split("/") if path else []
        paths = ["/".join(folders[:depth]) for depth in range(len(folders) + 1)]
        return tuple(
            TextLink(title=section.title, url=self.url(section.url))
            for above in paths
            if (section := self.site.section(self.language, above))
        )

    def taxonomy_link(self, taxonomy: str, title: str) -> TextLink:
        """Return a link to the page that lists all terms of a taxonomy."""
        prefix = self.settings.language(self.language).prefix
        return TextLink(title=title, url=self.url(tidy(f"/{prefix}/{taxonomy}/")))

    def _privacy(self) -> Document | None:
        source = self.settings.privacy
        language = self.settings.language(self.language)
        return translation(self.site, source, language) if source else None
