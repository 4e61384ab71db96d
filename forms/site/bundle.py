"""The bundle: the folder `handler/` of a build, read completely or not at all."""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock

from ..catalogue import Catalogue, Resource
from .reload import file_stat
from .templates import Pages

log = logging.getLogger("atrae.forms.bundle")

MANIFEST = "manifest.json"


class BundleError(Exception):
    """The folder is missing, incomplete, or not written by this program."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bundle:
    """The catalogue and the pages of one build."""

    catalogue: Catalogue
    pages: Pages


def read_bundle(directory: Path) -> Bundle:
    """Read the folder, and compare every file with its digest in the manifest.

    Raises `BundleError` with the first file that is missing or differs.
    """
    files = {name: _read_checked(directory, name, digest) for name, digest in _listed(directory)}
    try:
        catalogue = Catalogue.from_json(files["catalogue.json"])
        templates = _below(files, "templates/").items()
        shells, texts = _below(files, "shell/").items(), _below(files, "texts/").items()
        pages = Pages(
            templates={name: text.decode() for name, text in templates},
            shells={PurePosixPath(name).stem: text.decode() for name, text in shells},
            texts={PurePosixPath(name).stem: dict(json.loads(text)) for name, text in texts},
        )
    except KeyError as fault:
        raise BundleError(
            f"{directory}: {fault.args[0]} is missing; build the site again"
        ) from fault
    except (ValueError, TypeError) as fault:
        raise BundleError(f"{directory}: it was built by another version: {fault}") from fault
    for folder, by_language in (("shell", pages.shells), ("texts", pages.texts)):
        if catalogue.default_language not in by_language:
            raise BundleError(f"{directory}: {folder} has no {catalogue.default_language}")
    return Bundle(catalogue=catalogue, pages=pages)


@dataclass(eq=False)
class Bundles:
    """The newest complete bundle of a directory; each look costs one `stat`."""

    directory: Path
    _lock: Lock = field(default_factory=Lock)
    _file_stat: tuple[int, int, int] | None = None
    _bundle: Bundle | None = None

    def current(self) -> Bundle:
        """Return the bundle; the last one while a new one is incomplete or wrong.

        Raises `BundleError` if there has never been a complete one.
        """
        stat = file_stat(self.directory / MANIFEST)
        with self._lock:
            if self._bundle is None or stat not in (None, self._file_stat):
                try:
                    self._bundle, self._file_stat = read_bundle(self.directory), stat
                except BundleError as fault:
                    if self._bundle is None:
                        raise
                    log.warning("the new bundle cannot be used: %s", fault)
            return self._bundle

    def file(self, resource: Resource) -> Path:
        """Return the path of a gated file."""
        return self.directory / resource.path


def _listed(directory: Path) -> list[tuple[str, str]]:
    path = directory / MANIFEST
    try:
        digests = json.loads(path.read_bytes())["files"]
        return sorted((str(name), str(digest)) for name, digest in digests.items())
    except OSError as fault:
        raise BundleError(
            f"{path}: {fault.strerror}; build the site with --handler, or set ATRAE_HANDLER_DIR"
        ) from fault
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise BundleError(f"{path}: it is not the manifest of a build") from fault


def _read_checked(directory: Path, name: str, digest: str) -> bytes:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise BundleError(f"{directory}: the manifest lists {name!r}, which is outside the folder")
    try:
        content = (directory / path).read_bytes()
    except OSError as fault:
        raise BundleError(f"{directory / path}: {fault.strerror}") from fault
    if hashlib.sha256(content).hexdigest() != digest:
        raise BundleError(f"{directory / path}: it differs from the manifest; build the site again")
    return content


def _below(files: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    start = len(folder)
    return {name[start:]: text for name, text in files.items() if name.startswith(folder)}
