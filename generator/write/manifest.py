"""What earlier builds wrote, and nobody else: only this may be pruned."""

import hashlib
import json
import os
from pathlib import Path


def manifest_file(cache: Path, target: Path) -> Path:
    """Where the manifest of the folder `target` is kept."""
    name = os.path.relpath(target.resolve(), cache.parent.resolve())
    return cache / "manifests" / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"


def read_manifest(file: Path) -> frozenset[str] | None:
    """The paths that were written; None where nothing is known, or it cannot be read."""
    try:
        return frozenset(json.loads(file.read_bytes())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_manifest(file: Path, target: Path, files: frozenset[str]) -> None:
    """Replace the manifest as a whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    # A line for each file, without `indent`, for which json would leave its fast encoder.
    text = json.dumps({"folder": target.name, "files": sorted(files)}, separators=(",\n", ": "))
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
