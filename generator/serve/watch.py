"""Tells when something that an author wrote has changed."""

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
"""Seconds without a change after which a save is taken to be complete that does not say so."""

CHANGES: list[type[FileSystemEvent]] = [
    *(DirCreatedEvent, DirDeletedEvent, DirMovedEvent),
    *(FileClosedEvent, FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent),
]
"""The system is asked for no others: who reads thousands of files would be told of each."""

_COMPLETE = (FileClosedEvent, FileMovedEvent)
"""After these a file has all of its new content."""

Changed = Callable[[frozenset[Path]], None]


class _Handler(FileSystemEventHandler):
    """Gathers the paths of a burst of changes."""

    def __init__(self, site: Path, names: Collection[str], shipped: Path) -> None:
        self._site, self._names, self._shipped = site, names, shipped
        self._paths: set[Path] = set()
        self._lock = threading.Lock()
        self.observer: BaseObserver | None = None
        self.changed, self.complete = threading.Event(), threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        told = (Path(str(path)) for path in (event.src_path, event.dest_path) if path)
        paths = {path for path in told if self._matters(path)}
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
        """Watch one of the site's folders, if it is one, from now on."""
        if folder.parent == self._site and folder.is_dir() and self.observer:
            self.observer.schedule(self, str(folder), recursive=True, event_filter=CHANGES)

    def taken(self) -> frozenset[Path]:
        """What has gathered. What comes while one works on it is a new burst."""
        with self._lock:
            self.changed.clear()
            self.complete.clear()
            taken, self._paths = self._paths, set()
        return frozenset(taken)

    def _matters(self, path: Path) -> bool:
        if path.is_relative_to(self._site):
            parts = path.relative_to(self._site).parts
            return bool(parts) and parts[0] in self._names and not path.name.startswith(".#")
        return path.is_relative_to(self._shipped)


@contextmanager
def watching(
    site: Path, names: Collection[str], *, shipped: Path, changed: Changed
) -> Iterator[None]:
    """Call `changed`, in a thread of its own, with the paths of each burst of changes to what is
    called one of `names` in the folder `site`, and below `shipped`: at once where the system says
    that a file is complete."""
    handler, ended = _Handler(site, names, shipped), threading.Event()
    observer = _started(handler, site, names, shipped)
    thread = threading.Thread(target=_wait, args=(handler, ended, changed), daemon=True)
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


def _started(handler: _Handler, site: Path, names: Collection[str], shipped: Path) -> BaseObserver:
    """An observer at work: the system's, or one that looks by itself where that has no room."""
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


def _wait(handler: _Handler, ended: threading.Event, changed: Changed) -> None:
    while True:
        handler.changed.wait()
        handler.complete.wait(QUIET)
        if ended.is_set():
            return
        changed(handler.taken())
