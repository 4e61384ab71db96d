"""Watch the files of a site, and report bursts of changes."""

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

QUIET = 0.02
"""Seconds to wait for further changes if no event says that the save is complete."""

CHANGES: list[type[FileSystemEvent]] = [
    *(DirCreatedEvent, DirDeletedEvent, DirMovedEvent),
    *(FileClosedEvent, FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent),
]
"""Events to subscribe to. Without this filter, each file that is read causes an event too."""

_COMPLETE = (FileClosedEvent, FileMovedEvent)
"""Events after which a file has all of its new content."""

OnChange = Callable[[frozenset[Path]], None]


class _Handler(FileSystemEventHandler):
    """Collect the paths of a burst of changes."""

    def __init__(self, site: Path, names: Collection[str], shipped: Path) -> None:
        self._site, self._names, self._shipped = site, names, shipped
        self._paths: set[Path] = set()
        self._lock = threading.Lock()
        self.observer: BaseObserver | None = None
        self.changed, self.complete = threading.Event(), threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        affected = (Path(str(path)) for path in (event.src_path, event.dest_path) if path)
        paths = {path for path in affected if self._is_watched(path)}
        if not paths:
            return
        for path in paths:
            self.watch(path)
        with self._lock:
            self._paths |= paths
            if isinstance(event, _COMPLETE):
                self.complete.set()
            self.changed.set()

    def watch(self, folder: Path) -> None:
        """Watch `folder` from now on if it's one of the site's folders."""
        if folder.parent == self._site and folder.is_dir() and self.observer:
            self.observer.schedule(self, str(folder), recursive=True, event_filter=CHANGES)

    def take(self) -> frozenset[Path]:
        """Return the collected paths, and start a new burst."""
        with self._lock:
            self.changed.clear()
            self.complete.clear()
            paths, self._paths = self._paths, set()
        return frozenset(paths)

    def _is_watched(self, path: Path) -> bool:
        if path.is_relative_to(self._site):
            parts = path.relative_to(self._site).parts
            return bool(parts) and parts[0] in self._names and not path.name.startswith(".#")
        return path.is_relative_to(self._shipped)


@contextmanager
def watch(
    site: Path, names: Collection[str], *, shipped: Path, on_change: OnChange
) -> Iterator[None]:
    """Call `on_change` in another thread with the paths of each burst of changes.

    Watches the entries `names` of the folder `site`, and everything below `shipped`.
    """
    handler, ended = _Handler(site, names, shipped), threading.Event()
    observer = _start_observer(handler, site, names, shipped)
    thread = threading.Thread(target=_wait, args=(handler, ended, on_change), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        handler.complete.set()
        handler.changed.set()
        observer.stop()
        observer.join()
        thread.join()


def _start_observer(
    handler: _Handler, site: Path, names: Collection[str], shipped: Path
) -> BaseObserver:
    """Start the system's observer, or a polling one if the system has no watches left."""
    for kind in (Observer, PollingObserver):
        handler.observer = observer = kind()
        observer.schedule(handler, str(site), event_filter=CHANGES)
        observer.schedule(handler, str(shipped), recursive=True, event_filter=CHANGES)
        for name in names:
            handler.watch(site / name)
        try:
            observer.start()
        except OSError:
            if kind is PollingObserver:
                raise
            continue
        return observer
    raise AssertionError("the loop returns or raises")


def _wait(handler: _Handler, ended: threading.Event, on_change: OnChange) -> None:
    while True:
        handler.changed.wait()
        handler.complete.wait(QUIET)
        if ended.is_set():
            return
        on_change(handler.take())
