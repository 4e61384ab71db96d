"""A view: all that a template may ask, for one page in one language."""

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any

from markupsafe import Markup

from ..errors import TemplateError
from ..model.diagnostic import nearest
from ..model.document import Document, Piece, headings
from ..model.permalink import of_page, pages_of
from ..model.reference import in_language, translation
from ..model.settings import MenuItem
from ..model.site import Section, Site
from ..model.sitemap import Place, places
from ..model.taxonomy import Term
from ..model.value import value
from .body import Coloured, close, linked, table_of_contents
from .dependencies import Shared, part_of, question, shared_question
from .form import render_form
from .highlight import highlight
from .i18n import Words
from .listings import Presenter
from .metadata import content_security_policy
from .templates import Templates
from .theme import Theme
from .values import Card, Entry, Page, Pager, TermCount, TextLink, TocEntry


@value
class Renderer:
    """What every view of a build shares."""

    site: Site
    theme: Theme
    templates: Templates
    coloured: Coloured = highlight
    """Colours blocks of code."""
    shared: Shared = field(default_factory=dict)
    """Answers that are the same for every page of a language."""

    def of(self, site: Site) -> "Renderer":
        """The same for another state of the site."""
        return replace(self, site=site, shared={})

    def view(self, language: str, url: str = "", *, elsewhere: bool = False) -> "View":
        """A view for the page at `url`, a path on the site, or for one shown `elsewhere`."""
        return View(self, language, url, elsewhere=elsewhere)


@value
class Listed:
    """One page of a list. `url` is a path on the site."""

    title: str
    url: str
    documents: tuple[Document, ...]
    pager: Pager | None


class View(Presenter, Words):
    """Answers what a template asks. Each answer is a finished value of `render.values`."""

    def __init__(self, renderer: Renderer, language: str, url: str, *, elsewhere: bool) -> None:
        super().__init__(renderer.site, language, url, elsewhere=elsewhere, shared=renderer.shared)
        self._theme, self._templates = renderer.theme, renderer.templates
        self._coloured = renderer.coloured
        self._opened: tuple[Document, tuple[Piece, ...]] | None = None

    # -- what templates ask -------------------------------------------------------------------

    @question
    def page(self, source: str) -> Card:
        """The document at a path below `content/`, in this language where it is translated."""
        document = in_language(self._site, f"content/{source.lstrip('/')}", self.language)
        if document is None:
            raise TemplateError(f"there is no page '{source}'")
        return self.card(document)

    @shared_question
    def section(self, path: str) -> tuple[Card, ...]:
        """What the section lists, in its order; empty where it has nothing in this language."""
        section = self._site.section(self.language, path.strip("/"))
        return self.cards(section.listed) if section else ()

    @shared_question
    def latest(self, count: int, section: str = "") -> tuple[Card, ...]:
        """The newest dated documents of a section, or of the site."""
        found = self._site.section(self.language, section.strip("/"))
        return self.cards(found.dated[:count]) if found else ()

    def related(self, count: int) -> tuple[Card, ...]:
        """The documents that share most terms with this one, the newest first among equals."""
        own = self._site.by_url.get(self.current)
        return self.related_to(own, count) if own else ()

    @question
    def related_to(self, own: Document, count: int) -> tuple[Card, ...]:
        """The same for any document."""
        shared: dict[str, tuple[int, Document]] = {}
        for term in self.filed_under(own):
            for document in term.documents:
                if document is not own:
                    score = shared.get(document.source.path, (0, document))[0]
                    shared[document.source.path] = (score + 1, document)
        ranked = sorted(shared.values(), key=lambda pair: -pair[0])
        return self.cards(document for _, document in ranked[:count])

    @shared_question
    def terms(self, taxonomy: str = "tags") -> tuple[TermCount, ...]:
        """Every term of a taxonomy in this language, by name."""
        known = self._site.terms.get((self.language, taxonomy), {})
        return tuple(
            TermCount(name=term.name, url=self.url(term.url), count=len(term.documents))
            for term in known.values()
        )

    @question
    def menu(self) -> tuple[TextLink, ...]:
        """The site's menu; an entry without a page in this language is left out."""
        return tuple(
            link for item in self._settings.menu if (link := self._menu_link(item)) is not None
        )

    @question
    def data(self, name: str) -> Any:
        """The values of `data/NAME`."""
        if name not in self._site.data:
            hint = nearest(name, self._site.data)
            raise TemplateError(f"there is no data '{name}'", hint=hint)
        return self._site.data[name]

    @question
    def form(self, name: str) -> Markup:
        """The form as the theme's `handler/form.html` shows it."""
        return render_form(
            name,
            site=self._site,
            templates=self._templates,
            language=self.language,
            page=self.url(self.current),
            t=self.t,
        )

    def asset(self, name: str) -> str:
        """The URL of a file of the theme, its digest in its name."""
        if name not in self._theme.asset_names:
            hint = nearest(name, self._theme.asset_names)
            raise TemplateError(f"the theme has no asset '{name}'", hint=hint)
        return self.url(f"/assets/{self._theme.asset_names[name]}")

    @property
    def content_security_policy(self) -> str:
        """For a `<meta>` element: what the page may load, and where its forms may go."""
        return content_security_policy(self._settings, elsewhere=self._elsewhere)

    # -- what recipes ask ---------------------------------------------------------------------

    def render(self, template: str, page: Page) -> bytes:
        """A page as bytes of UTF-8."""
        context = {"page": page, "site": self.site_value(), "view": self, "t": self.t}
        return self._templates.render(template, context).encode()

    def render_raw(self, template: str, **values: Any) -> bytes:
        """A file that is no page, such as a feed."""
        context = {"site": self.site_value(), "view": self, "t": self.t, **values}
        return self._templates.render(template, context).encode()

    @question
    def listed(self, section: Section, number: int) -> Listed:
        """Page `number` of what a section lists."""
        return self._listed(section.title, section.url, section.listed, number)

    @question
    def filed(self, term: Term, number: int) -> Listed:
        """Page `number` of the documents of a term."""
        return self._listed(term.name, term.url, term.documents, number)

    @question
    def fed(self, section: Section) -> Listed:
        """What goes into a section's feed."""
        entries = section.dated[: self._settings.feed_limit or None]
        return Listed(title=section.title, url=section.url, documents=entries, pager=None)

    @question
    def places(self) -> tuple[Place, ...]:
        """Every page of the site, in the order of URLs."""
        return places(self._site)

    def document(self, source: str) -> Document:
        """The visible document at the path of a source. Raises `LookupError`."""
        return self._site.by_source[source]

    def section_at(self, path: str) -> Section:
        """The section at `path` in this language. Raises `LookupError`."""
        return self._site.sections[self.language, path]

    def term_at(self, taxonomy: str, key: str) -> Term:
        """The term with the folded name `key` in this language. Raises `LookupError`."""
        return self._site.terms[self.language, taxonomy][key]

    @question
    def file(self, source: str) -> None:
        """Says that the output is the file at a path from the site's root, as it is."""

    def layout(self, document: Document | None, default: str) -> str:
        """The template for a document: its layout where the theme has it."""
        if document:
            self.said(document)
        wanted = f"{document.layout}.html" if document and document.layout else ""
        known = document is not None and document.layout in self._site.layouts
        return wanted if known else default

    @question
    def content(self, document: Document, *, absolute: bool = False) -> Markup:
        """The body with its holes closed."""
        return close(
            document,
            self._pieces(document),
            self._site,
            self,
            absolute=absolute,
            coloured=self._coloured,
        )

    @question
    def linked(self, document: Document, target: str, absolute: bool, /) -> str:
        """What a link of a shortcode becomes."""
        return linked(self._site, document, target, absolute)

    def shortcode(self, name: str, **values: Any) -> Markup:
        """The HTML of a shortcode."""
        context = {"site": self.site_value(), "view": self, "t": self.t, **values}
        return self._templates.render(f"shortcodes/{name}.html", context)

    @part_of("content")
    def toc(self, document: Document) -> tuple[TocEntry, ...]:
        """The table of contents."""
        return table_of_contents(headings(self._pieces(document)))

    def entry(self, document: Document) -> Entry:
        """What a feed says of it."""
        return Entry(card=self.card(document), content=self.content(document, absolute=True))

    def catalogue_json(self) -> bytes:
        """The compiled catalogue. Raises `TemplateError` for a site without forms."""
        if self._site.catalogue is None:
            raise TemplateError("the site has no forms")
        return self._site.catalogue.to_json()

    def _pieces(self, document: Document) -> tuple[Piece, ...]:
        """Of its body: what was opened last is often asked for again."""
        if self._opened is None or self._opened[0] is not document:
            # By their iterator: asked for its length first, a kept body would be read twice.
            self._opened = document, tuple(iter(document.body.pieces))
        return self._opened[1]

    def _listed(self, title: str, url: str, documents: Sequence[Document], number: int) -> Listed:
        size = self._settings.page_size
        total = pages_of(len(documents), size)
        return Listed(
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

    def _menu_link(self, item: MenuItem) -> TextLink | None:
        title = item.title.get(self.language, "")
        if item.url:
            return TextLink(title=title or item.url, url=item.url)
        language = self._settings.language(self.language)
        document = translation(self._site, item.page, language)
        if document is None:
            return None
        within = document.url if document.is_section else f"{document.url}\0"
        current = self.current == document.url or self.current.startswith(within)
        url = self.url(document.url)
        return TextLink(title=title or document.title, url=url, current=current)
