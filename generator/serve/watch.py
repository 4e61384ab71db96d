"""Tells when something that an author wrote has changed."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

QUIET = 0.02
"""Seconds without a change after which a save is taken to be complete."""

_CHANGES = frozenset({"created", "modified", "deleted", "moved"})


class _Handler(FileSystemEventHandler):
    def __init__(self, changed: threading.Event, ignored: tuple[Path, ...]) -> None:
        self._changed, self._ignored = changed, ignored

    def on_any_event(self, event: FileSystemEvent) -> None:
        path = Path(str(event.dest_path or event.src_path))
        if event.event_type not in _CHANGES or path.name.startswith(".#"):
            return
        if not any(path == folder or folder in path.parents for folder in self._ignored):
            self._changed.set()


@contextmanager
def watching(
    folders: Iterable[Path], *, ignored: Iterable[Path], changed: Callable[[], None]
) -> Iterator[None]:
    """Call `changed`, in a thread of its own, after each burst of changes below `folders`."""
    signal, ended = threading.Event(), threading.Event()
    handler = _Handler(signal, tuple(ignored))
    observer = _started(handler, [folder for folder in folders if folder.is_dir()])
    thread = threading.Thread(target=_wait, args=(signal, ended, changed), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        signal.set()
        observer.stop()
        observer.join()
        thread.join()


def _started(handler: _Handler, folders: list[Path]) -> BaseObserver:
    """An observer at work: the system's, or one that looks by itself where that has no room."""
    for kind in (Observer, PollingObserver):
        observer: BaseObserver = kind()
        for folder in folders:
            observer.schedule(handler, str(folder), recursive=True)
        try:
            observer.start()
        except OSError:
            if kind is PollingObserver:
                raise
            continue
        return observer
    raise AssertionError("the loop returns or raises")


def _wait(signal: threading.Event, ended: threading.Event, changed: Callable[[], None]) -> None:
    while True:
        signal.wait()
        if ended.wait(QUIET):
            return
        # Cleared before the work: a save in the middle of it is a new one.
        signal.clear()
        changed()
