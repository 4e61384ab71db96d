"""What may happen to a site between two builds: each a function of its name, and of words."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests.site import SmallSite, files_below

MADE = ("public/", "handler/", ".atrae/")
CACHES = ".atrae/cache/**/*"


@dataclass
class World:
    """A site, the time, and how it was before the last edits."""

    site: SmallSite
    passed: timedelta = timedelta()
    drafts: bool = False
    future: bool = False
    past: dict[str, bytes] = field(default_factory=dict)
    """Path -> what its author had written."""

    def written(self) -> dict[str, bytes]:
        """The same as it is now."""
        paths = sorted(p for p in files_below(self.site.root) if not p.startswith(MADE))
        return {path: (self.site.root / path).read_bytes() for path in paths}

    def restore(self, files: dict[str, bytes]) -> None:
        """What is as it was is left alone."""
        now = self.written()
        for path in now.keys() - files.keys():
            (self.site.root / path).unlink()
        for path, content in files.items():
            if now.get(path) != content:
                self.site.put(path, content)

    def document(self, name: str) -> Path:
        """The file of a document, whether it is there or not."""
        return self.site.root / "content" / f"{name}.md"


@dataclass(frozen=True)
class Edit:
    """One of the functions below with its words; printed as the call that it is."""

    do: Callable[..., None]
    words: tuple[object, ...]

    def __call__(self, world: World) -> None:
        self.do(world, *self.words)

    def __repr__(self) -> str:
        return f"{self.do.__name__}({', '.join(map(repr, self.words))})"


def _read(world: World, name: str) -> tuple[list[str], str] | None:
    """The lines of the front matter and the body; None where there is no such document."""
    file = world.document(name)
    if not file.is_file():
        return None
    text = file.read_text("utf-8")
    if not text.startswith("---\n"):
        return [], text
    front, _, body = text.removeprefix("---\n").partition("---\n")
    return front.splitlines(), body


def _write(world: World, name: str, front: list[str], body: str) -> None:
    lines = ["---", *front, "---", ""] if front else []
    world.site.put(f"content/{name}.md", "\n".join(lines) + body)


def state(world: World, name: str, key: str, value: str | None) -> None:
    """Say something in the front matter, something else, or nothing more."""
    if parts := _read(world, name):
        front, body = parts
        said = [] if value is None else [f"{key}: {value}"]
        _write(world, name, [x for x in front if not x.startswith(f"{key}:")] + said, body)


def add(world: World, name: str, piece: str) -> None:
    """Write on at the end; or begin a document that there was not."""
    front, body = _read(world, name) or (["title: New", "date: 2026-01-02"], "New.\n")
    _write(world, name, front, f"{body}\n{piece}\n")


def cut(world: World, name: str, place: int) -> None:
    """Take a paragraph away."""
    if parts := _read(world, name):
        pieces = parts[1].split("\n\n")
        del pieces[place % len(pieces)]
        _write(world, name, parts[0], "\n\n".join(pieces))


def replace(world: World, name: str, old: str, new: str) -> None:
    """Another word for it, everywhere in the document."""
    file = world.document(name)
    if file.is_file():
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def swap_letters(world: World, name: str) -> None:
    """The same size, at the same time as far as the file says."""
    file = world.document(name)
    if file.is_file():
        status, text = file.stat(), file.read_text("utf-8")
        body = len(text.rstrip()) - 1
        letter = "x" if text[body] != "x" else "y"
        if text[body].isalpha():
            file.write_text(f"{text[:body]}{letter}{text[body + 1 :]}", "utf-8")
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def save_unchanged(world: World, name: str) -> None:
    """As editors do."""
    file = world.document(name)
    if file.is_file():
        file.write_bytes(file.read_bytes())


def delete(world: World, name: str) -> None:
    """A document."""
    world.document(name).unlink(missing_ok=True)


def rename(world: World, name: str, other: str) -> None:
    """Over another one, too."""
    if world.document(name).is_file():
        world.document(other).parent.mkdir(parents=True, exist_ok=True)
        world.document(name).rename(world.document(other))


def swap(world: World, name: str, other: str) -> None:
    """Two documents trade names; each file stays the file that it was."""
    files = world.document(name), world.document(other)
    if all(file.is_file() for file in files) and name != other:
        beside = files[0].with_suffix(".beside")
        files[0].rename(beside)
        files[1].rename(files[0])
        beside.rename(files[1])


def move_section(world: World, name: str, other: str) -> None:
    """A folder with all that is in it."""
    folder, new = (world.site.root / "content" / each for each in (name, other))
    if folder.is_dir() and not new.exists():
        folder.rename(new)


def put(world: World, path: str, content: str) -> None:
    """Any file that is no document."""
    world.site.put(path, content)


def remove(world: World, path: str) -> None:
    """The same."""
    (world.site.root / path).unlink(missing_ok=True)


def settle(world: World, key: str, value: str | None) -> None:
    """Another line of site.yaml."""
    file = world.site.root / "site.yaml"
    kept = [x for x in file.read_text("utf-8").splitlines() if not x.startswith(f"{key}:")]
    said = [] if value is None else [f"{key}: {value}"]
    file.write_text("\n".join([*kept, *said]) + "\n", "utf-8")


def wait(world: World, hours: int) -> None:
    """Set the clock so many hours after the beginning."""
    world.passed = timedelta(hours=hours)


def show(world: World, drafts: bool, future: bool) -> None:
    """Build with other options."""
    world.drafts, world.future = drafts, future


def damage(world: World, path: str, content: str | None) -> None:
    """Somebody alters what was published, or deletes it."""
    file = world.site.root / path
    if file.is_file():
        file.unlink() if content is None else file.write_text(content)


def drop(world: World, pattern: str) -> None:
    """Somebody deletes all that the pattern names."""
    for path in _named(world, pattern):
        path.unlink()


def forget(world: World, number: int) -> None:
    """One of the files of the caches is gone."""
    if known := _named(world, CACHES):
        known[number % len(known)].unlink()


def spoil(world: World, number: int, keeps: int) -> None:
    """One of them is cut short, and ends in what nobody can read."""
    if known := _named(world, CACHES):
        file = known[number % len(known)]
        file.write_bytes(file.read_bytes()[:keeps] + b"\0\xff")


def _named(world: World, pattern: str) -> list[Path]:
    return [path for path in sorted(world.site.root.glob(pattern)) if path.is_file()]


def undo(world: World) -> None:
    """Everything that was written is as it was before the last edits."""
    if world.past:
        world.restore(world.past)
