"""The catalogue and the renderer that are current; `serve` replaces them while they are in use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from ..catalogue import Catalogue
from ..store.records.store import Store
from .templates import Pages, Renderer


@dataclass
class CurrentCatalogue:
    """Returns the current catalogue, once all of its wordings are in the database."""

    source: Callable[[], Catalogue]
    store: Store
    clock: Callable[[], datetime]
    _lock: Lock = field(default_factory=Lock)
    _loaded: Catalogue | None = None

    def __call__(self) -> Catalogue:
        """Return the catalogue; load it into the database first if it is new."""
        catalogue = self.source()
        if catalogue is self._loaded:
            return catalogue
        with self._lock:
            if catalogue != self._loaded:
                self.store.add_catalogue(catalogue, now=self.clock())
            self._loaded = catalogue
        return catalogue


@dataclass
class CurrentRenderer:
    """Returns the renderer of the current pages, compiled once for each `Pages`."""

    source: Callable[[], Pages]
    _last: Renderer | None = None

    def __call__(self, catalogue: Catalogue) -> Renderer:
        """Return the renderer, with the default language of `catalogue`."""
        pages, last = self.source(), self._last
        language = catalogue.default_language
        if last is None or last.pages is not pages or last.default_language != language:
            last = self._last = Renderer(pages, language)
        return last
