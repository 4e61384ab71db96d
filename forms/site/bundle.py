"""The tree `handler/` of a build: read whole or not at all, and again when a new one has come."""

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Lock

from ..catalogue import Catalogue, Resource
from .templates import Pages

log = logging.getLogger("atrae.forms.bundle")

MANIFEST = "manifest.json"


class BundleError(Exception):
    """The tree is not there, not whole, or not ours."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bundle:
    """What a build hands to the handler."""

    directory: Path
    catalogue: Catalogue
    pages: Pages

    def file(self, resource: Resource) -> Path:
        """Where a gated file lies."""
        return self.directory / resource.path


def read_bundle(directory: Path) -> Bundle:
    """Read the tree; every file that its manifest lists must have the digest written there.

    Raises `BundleError` that names the first file that has not.
    """
    files = {name: _checked(directory, name, digest) for name, digest in _listed(directory)}
    try:
        catalogue = Catalogue.from_json(files["catalogue.json"])
        pages = Pages(
            templates={
                _below("templates", name): text.decode()
                for name, text in files.items()
                if name.startswith("templates/")
            },
            shells={
                PurePosixPath(name).stem: text.decode()
                for name, text in files.items()
                if name.startswith("shell/")
            },
            texts={
                PurePosixPath(name).stem: dict(json.loads(text))
                for name, text in files.items()
                if name.startswith("texts/")
            },
        )
    except KeyError as fault:
        raise BundleError(
            f"{directory}: {fault.args[0]} is missing; build the site again"
        ) from fault
    except (ValueError, TypeError) as fault:
        raise BundleError(f"{directory}: it does not fit this program: {fault}") from fault
    for part, there in (("shell", pages.shells), ("texts", pages.texts)):
        if catalogue.default_language not in there:
            raise BundleError(f"{directory}: {part} has nothing in {catalogue.default_language}")
    return Bundle(directory=directory, catalogue=catalogue, pages=pages)


class Bundles:
    """The newest whole bundle of a directory. Asked on each request, it costs one `stat`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._lock = Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._bundle: Bundle | None = None

    def current(self) -> Bundle:
        """The bundle. While a new one is not whole yet, or is wrong, the old one goes on.

        Raises `BundleError` where there has never been a whole one.
        """
        stamp = self._stamp_now()
        if self._bundle is not None and stamp in (None, self._stamp):
            return self._bundle
        with self._lock:
            if self._bundle is None or stamp != self._stamp:
                self._take(stamp)
            return self._bundle or read_bundle(self.directory)

    def file(self, resource: Resource) -> Path:
        """Where a gated file lies."""
        return self.directory / resource.path

    def _take(self, stamp: tuple[int, int, int] | None) -> None:
        try:
            self._bundle = read_bundle(self.directory)
        except BundleError as fault:
            if self._bundle is None:
                raise
            log.warning("the new bundle is not taken up: %s", fault)
            return
        self._stamp = stamp

    def _stamp_now(self) -> tuple[int, int, int] | None:
        try:
            found = (self.directory / MANIFEST).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def _listed(directory: Path) -> list[tuple[str, str]]:
    path = directory / MANIFEST
    try:
        listed = json.loads(path.read_bytes())["files"]
        return sorted((str(name), str(digest)) for name, digest in listed.items())
    except OSError as fault:
        raise BundleError(
            f"{path}: {fault.strerror}; build the site with --handler, or set ATRAE_HANDLER_DIR"
        ) from fault
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise BundleError(f"{path}: it is no manifest of a build") from fault


def _checked(directory: Path, name: str, digest: str) -> bytes:
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts:
        raise BundleError(f"{directory}: the manifest names {name!r}, outside of it")
    try:
        content = (directory / inside).read_bytes()
    except OSError as fault:
        raise BundleError(f"{directory / inside}: {fault.strerror}") from fault
    if hashlib.sha256(content).hexdigest() != digest:
        raise BundleError(f"{directory / inside}: it is not what the manifest says")
    return content


def _below(folder: str, name: str) -> str:
    return name.removeprefix(f"{folder}/")
