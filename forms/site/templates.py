"""Render pages and emails with the theme's handler templates (Jinja)."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import escape

TITLE_MARK = "<!--atrae:title-->"
MAIN_MARK = "<!--atrae:main-->"


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """Templates, page shells and texts that a theme provides for the handler.

    `templates`: name (`form.html`, `page/confirm.html`, `mail/confirm.txt`) -> source; `shells`:
    language -> a page of the site with the two marks; `texts`: language -> key -> text.
    """

    templates: Mapping[str, str]
    shells: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Phrases:
    """The `t` of the handler's templates: `t("sent", name="Ana")` is a text in one language."""

    texts: Mapping[str, str]

    def __call__(self, key: str, *, default: str | None = None, **arguments: object) -> str:
        """Return the text of `key` with its format fields filled in, or `default`.

        Raises `KeyError` if there is no such text and no default.
        """
        if key in self.texts:
            return self.texts[key].format_map(arguments)
        if default is None:
            raise KeyError(f"there is no text {key!r}")
        return default


class Renderer:
    """Renders the templates of one `Pages`; missing texts fall back to `default_language`."""

    def __init__(self, pages: Pages, default_language: str) -> None:
        self.pages = pages
        self.default_language = default_language
        self._environment = Environment(
            loader=DictLoader(dict(pages.templates)),
            autoescape=lambda name: name is None or not name.endswith(".txt"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def phrases(self, language: str) -> Phrases:
        """Return the `t` of the templates in `language`."""
        texts = self.pages.texts
        fallback = dict(texts.get(self.default_language, {}))
        return Phrases(ChainMap(dict(texts.get(language, {})), fallback))

    def render(self, name: str, language: str, **context: object) -> str:
        """Render a template. Raises `jinja2.TemplateError` if it is wrong or missing."""
        template = self._environment.get_template(name)
        return template.render(t=self.phrases(language), language=language, **context)

    def page(self, name: str, language: str, title: str, **context: object) -> str:
        """Render a template inside the site's page; `title` is plain text."""
        shells = self.pages.shells
        shell = shells.get(language) or shells[self.default_language]
        main = self.render(name, language, title=title, **context)
        titled = shell.replace(TITLE_MARK, str(escape(title)), 1)
        before, _, after = titled.partition(MAIN_MARK)
        return f"{before}{main}{after}"


def day_in_words(moment: datetime, language: str) -> str:
    """Format a day in `language`, as in `21 November 2026`."""
    locale = _locale(language)
    return format_date(moment.astimezone(UTC), "long", locale) if locale else f"{moment:%Y-%m-%d}"


def time_in_words(moment: datetime, language: str) -> str:
    """Format a day and its time in UTC, in `language`."""
    locale = _locale(language)
    if locale is None:
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return format_datetime(moment, "long", tzinfo=UTC, locale=locale)


def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None
