"""The recipe API: what a recipe may use to render one output."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from ..errors import TemplateError
from ..model.document import Document, Piece, headings
from ..model.permalink import of_page, pages_of
from ..model.site import Section, Site
from ..model.sitemap import SitemapEntry, sitemap_entries
from ..model.taxonomy import Term
from .body import Coloured, close, linked, table_of_contents
from .dependencies import Memoized, tracked, tracked_as
from .highlight import highlight
from .listings import Listings
from .templates import Templates
from .theme import Theme
from .values import Entry, Page, Pager, TocEntry
from .view import View


class Renderer(Struct, frozen=True, kw_only=True):
    """The site, the theme and the answers that all outputs of a build share."""

    site: Site
    theme: Theme
    templates: Templates
    coloured: Coloured = highlight
    """Renders a block of code as HTML."""
    memoized: Memoized = {}
    """Answers that are equal for all pages of a language."""

    def of(self, site: Site) -> "Renderer":
        """Return a renderer for another state of the site."""
        return replace(self, site=site, memoized={})

    def context(self, language: str, url: str = "", *, elsewhere: bool = False) -> "PageContext":
        """Return the context of the output at `url`, a path on the site."""
        return PageContext(self, language, url, elsewhere=elsewhere)


class ListPage(Struct, frozen=True, kw_only=True):
    """One page of a list. `url` is a path on the site."""

    title: str
    url: str
    documents: tuple[Document, ...]
    pager: Pager | None


class PageContext(Listings):
    """Gives a recipe the site's values for one output, and renders its template.

    `view` is what the template may ask. Both record in the same `dependencies`.
    """

    def __init__(self, renderer: Renderer, language: str, url: str, *, elsewhere: bool) -> None:
        super().__init__(
            renderer.site, language, url, elsewhere=elsewhere, memoized=renderer.memoized
        )
        self.view = View(self, renderer.theme, renderer.templates)
        self._templates, self._coloured = renderer.templates, renderer.coloured
        self._opened: tuple[Document, tuple[Piece, ...]] | None = None

    def render(self, template: str, page: Page) -> bytes:
        """Render a page as UTF-8."""
        return self.render_raw(template, page=page)

    def render_raw(self, template: str, **values: Any) -> bytes:
        """Render a file that isn't a page, such as a feed, as UTF-8."""
        return self._render(template, values).encode()

    def shortcode(self, name: str, **values: Any) -> Markup:
        """Render a shortcode's template."""
        return self._render(f"shortcodes/{name}.html", values)

    def _render(self, template: str, values: dict[str, Any]) -> Markup:
        view = self.view
        context = {"site": self.site_value(), "view": view, "t": view.t, **values}
        return self._templates.render(template, context)

    def answer(self, method: str, *args: Any, **options: Any) -> Any:
        """Call a tracked method by its name, this object's own or the view's."""
        owner = self if hasattr(type(self), method) else self.view
        return getattr(owner, method)(*args, **options)

    @tracked
    def section_page(self, section: Section, number: int) -> ListPage:
        """Return page `number` of what a section lists, from 1."""
        return self._list_page(section.title, section.url, section.listed, number)

    @tracked
    def term_page(self, term: Term, number: int) -> ListPage:
        """Return page `number` of the documents with a term, from 1."""
        return self._list_page(term.name, term.url, term.documents, number)

    @tracked
    def feed_page(self, section: Section) -> ListPage:
        """Return the documents in a section's feed, the newest first."""
        documents = section.dated[: self.settings.feed_limit or None]
        return ListPage(title=section.title, url=section.url, documents=documents, pager=None)

    @tracked
    def places(self) -> tuple[SitemapEntry, ...]:
        """Return every page of the site, in the order of URLs."""
        return sitemap_entries(self.site)

    def document(self, source: str) -> Document:
        """Return the visible document at the path of a source.

        Raises:
            LookupError: There is no such document.
        """
        return self.site.by_source[source]

    def section_at(self, path: str) -> Section:
        """Return the section at `path` in this language.

        Raises:
            LookupError: There is no such section.
        """
        return self.site.sections[self.language, path]

    def term_at(self, taxonomy: str, key: str) -> Term:
        """Return the term with the folded name `key` in this language.

        Raises:
            LookupError: There is no such term.
        """
        return self.site.terms[self.language, taxonomy][key]

    @tracked
    def file(self, source: str) -> None:
        """Record that the output is a copy of the file at a path from the site's root."""

    def layout(self, document: Document | None, default: str) -> str:
        """Return the template of a document: its `layout` if the theme has it, else `default`."""
        if document:
            self.metadata(document)
            if document.layout and document.layout in self.site.layouts:
                return f"{document.layout}.html"
        return default

    @tracked
    def content(self, document: Document, *, absolute: bool = False) -> Markup:
        """Return the HTML of a document's body; with `absolute`, all its links are absolute."""
        return close(
            document,
            self._pieces(document),
            self.site,
            self,
            absolute=absolute,
            coloured=self._coloured,
        )

    @tracked
    def linked(self, document: Document, target: str, absolute: bool, /) -> str:
        """Return the link that a shortcode in a document writes for a target."""
        return linked(self.site, document, target, absolute)

    @tracked_as("content")
    def toc(self, document: Document) -> tuple[TocEntry, ...]:
        """Return the table of contents of a document."""
        return table_of_contents(headings(self._pieces(document)))

    def entry(self, document: Document) -> Entry:
        """Return a document as an entry of a feed."""
        return Entry(card=self.card(document), content=self.content(document, absolute=True))

    def catalogue_json(self) -> bytes:
        """Return the compiled catalogue of the forms.

        Raises:
            TemplateError: The site has no forms.
        """
        if self.site.catalogue is None:
            raise TemplateError("the site has no forms")
        return self.site.catalogue.to_json()

    def _pieces(self, document: Document) -> tuple[Piece, ...]:
        # Kept because the table of contents and the content of a page read the same body.
        if self._opened is None or self._opened[0] is not document:
            self._opened = document, document.body.load_pieces()
        return self._opened[1]

    def _list_page(
        self, title: str, url: str, documents: Sequence[Document], number: int
    ) -> ListPage:
        size = self.settings.page_size
        total = pages_of(len(documents), size)
        return ListPage(
            title=title,
            url=of_page(url, number),
            documents=tuple(documents[(number - 1) * size : number * size]),
            pager=self._pager(url, number, total) if total > 1 else None,
        )

    def _pager(self, url: str, number: int, total: int) -> Pager:
        return Pager(
            number=number,
            total=total,
            previous=self.url(of_page(url, number - 1)) if number > 1 else "",
            next=self.url(of_page(url, number + 1)) if number < total else "",
        )
