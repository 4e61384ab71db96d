"""What is kept of documents is what was read of them last, edit after edit."""

from dataclasses import replace
from pathlib import Path

import pytest

from generator.incremental.documents import MANY, Cache
from generator.model.document import Source
from generator.model.file_stat import stamp_of
from generator.read.documents import Reading, read_document
from generator.read.front_matter.split import CachedFrontMatter

from ..read.test_reading import SETTINGS, SOURCE

COUNT = MANY + 8


def read(source: Source, raw: bytes, front: CachedFrontMatter | None) -> Reading:
    return read_document(source, raw, SETTINGS, frozenset(), front)


def write(file: Path, title: str) -> Source:
    file.write_text(f"---\ntitle: {title}\n---\nText of {title}.\n", encoding="utf-8")
    return replace(
        SOURCE, path=f"content/{file.name}", where=str(file), stamp=stamp_of(file.stat())
    )


def begun(root: Path) -> list[str]:
    """A site of `COUNT` documents that was read and kept; the paths of their sources."""
    sources = [write(root / f"{number}.md", f"old {number}") for number in range(COUNT)]
    cache = Cache(root / "cache", salt="")
    documents, findings = cache.read_all(sources, read, workers=1)
    cache.save()
    assert [document.title for document in documents] == [f"old {n}" for n in range(COUNT)]
    assert not findings
    return [source.path for source in sources]


def edit(root: Path, number: int, title: str) -> None:
    cache = Cache(root / "cache")
    cache.read_again(write(root / f"{number}.md", title), read)
    cache.save()


def titles(root: Path, paths: list[str]) -> list[str]:
    return [document.title for document in Cache(root / "cache").documents(paths)]


def test_an_edit_replaces_what_is_kept_of_its_document_alone(tmp_path: Path) -> None:
    paths = begun(tmp_path)
    edit(tmp_path, 3, "new")
    now = titles(tmp_path, paths)
    assert now[3] == "new"
    assert now[:3] + now[4:] == [f"old {n}" for n in range(COUNT) if n != 3]


def test_edits_of_every_document_leave_few_shelves(tmp_path: Path) -> None:
    paths = begun(tmp_path)
    for number in range(COUNT):
        edit(tmp_path, number, f"new {number}")
        assert len(list((tmp_path / "cache").glob("*.shelf"))) <= MANY
    assert titles(tmp_path, paths) == [f"new {number}" for number in range(COUNT)]


def test_a_document_that_is_opened_late_is_what_it_was(tmp_path: Path) -> None:
    paths = begun(tmp_path)
    cache = Cache(tmp_path / "cache")
    before = cache.documents(paths)
    cache.read_again(write(tmp_path / "3.md", "new"), read)
    cache.save()
    assert before[3].title == "old 3"
    assert cache.documents(paths)[3].title == "new"


def test_a_shelf_that_somebody_changed_is_not_trusted(tmp_path: Path) -> None:
    paths = begun(tmp_path)
    for shelf in (tmp_path / "cache").glob("*.shelf"):
        shelf.write_bytes(shelf.read_bytes() + b"\0")
    with pytest.raises(LookupError):
        Cache(tmp_path / "cache").documents(paths)


def test_with_another_salt_every_document_is_read_again(tmp_path: Path) -> None:
    paths = begun(tmp_path)
    with pytest.raises(LookupError):
        Cache(tmp_path / "cache", salt="another").documents(paths)
