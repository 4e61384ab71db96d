"""The template API: what a template may ask, for one page in one language."""

from typing import Any

from markupsafe import Markup

from ..errors import TemplateError
from ..model.diagnostic import nearest
from ..model.reference import in_language, translation
from ..model.settings import MenuItem
from .dependencies import tracked, tracked_and_memoized
from .form import render_form
from .i18n import Texts
from .listings import Listings
from .metadata import content_security_policy
from .templates import Templates
from .theme import Theme
from .values import Card, TermCount, TextLink


class View(Texts):
    """Answers a template's questions with finished values of `render.values`."""

    def __init__(self, listings: Listings, theme: Theme, templates: Templates) -> None:
        super().__init__(listings.language, listings.settings, theme)
        self._listings, self._site, self._templates = listings, listings.site, templates
        self.dependencies = listings.dependencies

    def url(self, path: str) -> str:
        """Return the link to a path on the site, with the base path."""
        return self._listings.url(path)

    def absolute(self, path: str) -> str:
        """Return the absolute URL of a path on the site."""
        return self._listings.absolute(path)

    @tracked
    def page(self, source: str) -> Card:
        """Return the document at a path below `content/`, in this language if it is translated.

        Raises:
            TemplateError: There is no such document.
        """
        document = in_language(self._site, f"content/{source.lstrip('/')}", self.language)
        if document is None:
            raise TemplateError(f"there is no page '{source}'")
        return self._listings.card(document)

    @tracked_and_memoized
    def section(self, path: str) -> tuple[Card, ...]:
        """Return what the section lists, in its order; empty if it has nothing in this language."""
        section = self._site.section(self.language, path.strip("/"))
        return self._listings.cards(section.listed) if section else ()

    @tracked_and_memoized
    def latest(self, count: int, section: str = "") -> tuple[Card, ...]:
        """Return the newest dated documents of a section, or of the site."""
        newest = self._site.section(self.language, section.strip("/"))
        return self._listings.cards(newest.dated[:count]) if newest else ()

    def related(self, count: int) -> tuple[Card, ...]:
        """Return the documents that share most tags with this page, ties by date."""
        document = self._site.by_url.get(self._listings.current)
        return self._listings.related_to(document, count) if document else ()

    @tracked_and_memoized
    def terms(self, taxonomy: str = "tags") -> tuple[TermCount, ...]:
        """Return every term of a taxonomy in this language, by name."""
        known = self._site.terms.get((self.language, taxonomy), {})
        return tuple(
            TermCount(name=term.name, url=self.url(term.url), count=len(term.documents))
            for term in known.values()
        )

    @tracked
    def menu(self) -> tuple[TextLink, ...]:
        """Return the site's menu, without entries that have no page in this language."""
        return tuple(
            link for item in self._settings.menu if (link := self._menu_link(item)) is not None
        )

    @tracked
    def data(self, name: str) -> Any:
        """Return the values of the file `data/NAME`.

        Raises:
            TemplateError: There is no such file.
        """
        if name not in self._site.data:
            hint = nearest(name, self._site.data)
            raise TemplateError(f"there is no data '{name}'", hint=hint)
        return self._site.data[name]

    @tracked
    def form(self, name: str) -> Markup:
        """Return a form, as the theme's `handler/form.html` renders it."""
        return render_form(
            name,
            site=self._site,
            templates=self._templates,
            language=self.language,
            page=self.url(self._listings.current),
            t=self.t,
        )

    def asset(self, name: str) -> str:
        """Return the link to a file of the theme, with the file's digest in its name.

        Raises:
            TemplateError: The theme has no such file.
        """
        if name not in self._theme.asset_names:
            hint = nearest(name, self._theme.asset_names)
            raise TemplateError(f"the theme has no asset '{name}'", hint=hint)
        return self.url(f"/assets/{self._theme.asset_names[name]}")

    @property
    def content_security_policy(self) -> str:
        """The page's policy for a `<meta>` element: what it may load and where forms may go."""
        return content_security_policy(self._settings, elsewhere=self._listings.elsewhere)

    def _menu_link(self, item: MenuItem) -> TextLink | None:
        title = item.title.get(self.language, "")
        if item.url:
            return TextLink(title=title or item.url, url=item.url)
        language = self._settings.language(self.language)
        document = translation(self._site, item.page, language)
        if document is None:
            return None
        current = self._listings.current
        within = document.url if document.is_section else f"{document.url}\0"
        return TextLink(
            title=title or document.title,
            url=self.url(document.url),
            current=current == document.url or current.startswith(within),
        )
