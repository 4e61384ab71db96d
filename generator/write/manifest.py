"""Manifests: the files that earlier builds wrote, which later builds may delete."""

import hashlib
import json
import os
from pathlib import Path

from ..incremental.store import replace_atomically


def manifest_file(cache: Path, target: Path) -> Path:
    """Return the file with the manifest of the folder `target`."""
    name = os.path.relpath(target.resolve(), cache.parent.resolve())
    return cache / "manifests" / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"


def read_manifest(file: Path) -> frozenset[str] | None:
    """Return the paths that were written; None if there is no manifest that can be read."""
    try:
        return frozenset(json.loads(file.read_bytes())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_manifest(file: Path, target: Path, files: frozenset[str]) -> None:
    """Replace a manifest atomically."""
    file.parent.mkdir(parents=True, exist_ok=True)
    # A line for each file, without `indent`, because that would disable json's fast encoder.
    text = json.dumps({"folder": target.name, "files": sorted(files)}, separators=(",\n", ": "))
    replace_atomically(file, text.encode())
