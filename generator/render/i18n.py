"""Texts, days and times in the language of a page."""

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
    # An article's day stands in its page and in every list; finding the words takes as long as a
    # tenth of a page.
    return format_date(day, format=style, locale=language.replace("-", "_"))


class Words:
    """The part of a view that speaks."""

    language: str
    _settings: Settings
    _theme: Theme

    def t(self, key: str, *, default: str | None = None, **arguments: Any) -> str:
        """The theme's text in this language; with `count`, `KEY_one`, `KEY_other` and so on.

        Raises `TemplateError` for a key that there is not, unless there is a `default`.
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
        """The day in words of this language: full, long, medium, short, or a CLDR pattern."""
        local = moment.astimezone(self._settings.time_zone)
        return _day(local.date(), style, self.language)

    def time(self, moment: datetime, style: str = "medium") -> str:
        """Day and time in words of this language and the site's zone."""
        local = moment.astimezone(self._settings.time_zone)
        return format_datetime(local, format=style, locale=self.language.replace("-", "_"))

    def taxonomy_title(self, taxonomy: str) -> str:
        """The name of a taxonomy in this language: the theme's text, else the site's word."""
        texts = self._texts()
        return texts.get(f"taxonomy_{taxonomy}", taxonomy.capitalize())

    def handler_texts(self) -> Mapping[str, str]:
        """The theme's texts for the form handler, in this language."""
        texts = self._theme.handler_texts
        return texts.get(self.language) or texts.get(FALLBACK, {})

    def _texts(self) -> Mapping[str, str]:
        return self._theme.texts.get(self.language) or self._theme.texts.get(FALLBACK, {})
