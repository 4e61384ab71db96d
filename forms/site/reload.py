"""The catalogue and the renderer that are current; `serve` replaces them while they are in use."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from ..catalogue import Catalogue
from ..store.records.store import Store
from .templates import Pages, Renderer


class CurrentCatalogue:
    """Returns the current catalogue, once all of its wordings are in the database."""

    def __init__(
        self, source: Callable[[], Catalogue], store: Store, clock: Callable[[], datetime]
    ) -> None:
        self._source = source
        self._store = store
        self._clock = clock
        self._lock = Lock()
        self._loaded: Catalogue | None = None

    def __call__(self) -> Catalogue:
        """Return the catalogue; load it into the database first if it is new."""
        catalogue = self._source()
        if catalogue is self._loaded:
            return catalogue
        with self._lock:
            if catalogue != self._loaded:
                self._store.add_catalogue(catalogue, now=self._clock())
            self._loaded = catalogue
        return catalogue


class CurrentRenderer:
    """Returns the renderer of the current pages, compiled once for each `Pages`."""

    def __init__(self, source: Callable[[], Pages]) -> None:
        self._source = source
        self._last: Renderer | None = None

    def __call__(self, catalogue: Catalogue) -> Renderer:
        """Return the renderer, with the default language of `catalogue`."""
        pages, last = self._source(), self._last
        language = catalogue.default_language
        if last is None or last.pages is not pages or last.default_language != language:
            last = self._last = Renderer(pages, language)
        return last
