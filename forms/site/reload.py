"""The catalogue, the renderer and files that are replaced while they are in use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
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
        if catalogue is not self._loaded:
            with self._lock:
                if catalogue != self._loaded:
                    self.store.add_catalogue(catalogue, now=self.clock())
                self._loaded = catalogue
        return catalogue


def current_renderer(source: Callable[[], Pages]) -> Callable[[Catalogue], Renderer]:
    """Return a function that returns the renderer of the current pages, compiled once."""
    compiled = lru_cache(maxsize=1)(Renderer)
    return lambda catalogue: compiled(source(), catalogue.default_language)


def file_stat(path: Path) -> tuple[int, int, int] | None:
    """Return numbers that change with the file; `None` if it can't be read."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
