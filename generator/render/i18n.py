"""Texts, dates and times in the language of a page."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime

from ..errors import TemplateError
from ..model.diagnostic import nearest
from ..model.settings import Settings
from .theme import FALLBACK, Theme


@lru_cache(maxsize=16_384)
def _day(day: date, style: str, language: str) -> str:
    # Cached because the same date is formatted for an article's page and for every list.
    return format_date(day, format=style, locale=language.replace("-", "_"))


class Texts:
    """The theme's texts, and dates and times in words, in one language."""

    def __init__(self, language: str, settings: Settings, theme: Theme) -> None:
        self.language, self._settings, self._theme = language, settings, theme

    def t(self, key: str, *, default: str | None = None, **arguments: Any) -> str:
        """Return the theme's text; with `count`, the plural form `KEY_one`, `KEY_other`, ….

        Raises:
            TemplateError: The theme has no such text and there is no `default`.
        """
        texts = self._texts()
        if "count" in arguments:
            form = Locale.parse(self.language, sep="-").plural_form(arguments["count"])
            key = f"{key}_{form}" if f"{key}_{form}" in texts else f"{key}_other"
        if key not in texts and default is not None:
            return default
        if key not in texts:
            raise TemplateError(f"the theme has no text '{key}'", hint=nearest(key, texts))
        return texts[key].format(**arguments)

    def date(self, moment: datetime, style: str = "long") -> str:
        """Format a date: `full`, `long`, `medium`, `short`, or a CLDR pattern."""
        local = moment.astimezone(self._settings.time_zone)
        return _day(local.date(), style, self.language)

    def time(self, moment: datetime, style: str = "medium") -> str:
        """Format a date and time in the site's time zone."""
        local = moment.astimezone(self._settings.time_zone)
        return format_datetime(local, format=style, locale=self.language.replace("-", "_"))

    def taxonomy_title(self, taxonomy: str) -> str:
        """Return the theme's name for a taxonomy, else its name in the settings, capitalized."""
        return self._texts().get(f"taxonomy_{taxonomy}", taxonomy.capitalize())

    def handler_texts(self) -> Mapping[str, str]:
        """Return the theme's texts for the form handler."""
        texts = self._theme.handler_texts
        return texts.get(self.language) or texts.get(FALLBACK, {})

    def _texts(self) -> Mapping[str, str]:
        return self._theme.texts.get(self.language) or self._theme.texts.get(FALLBACK, {})
