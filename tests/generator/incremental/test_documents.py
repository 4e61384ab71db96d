"""The cache of documents returns what was read of them last, edit after edit."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from generator.incremental.documents import DocumentCache
from generator.model.document import Source
from generator.model.file_stat import stat_of
from generator.read.documents import Reading, read_document
from generator.read.front_matter.split import CachedFrontMatter

from ..read.test_reading import SETTINGS, SOURCE

COUNT = 40


def read(source: Source, raw: bytes, front: CachedFrontMatter | None) -> Reading:
    return read_document(source, raw, SETTINGS, frozenset(), front)


def write(file: Path, title: str) -> Source:
    file.write_text(f"---\ntitle: {title}\n---\nText of {title}.\n", encoding="utf-8")
    return replace(
        SOURCE, path=f"content/{file.name}", location=str(file), stat=stat_of(file.stat())
    )


def begun(root: Path) -> list[str]:
    """Read and store a site of `COUNT` documents; return the paths of their sources."""
    sources = [write(root / f"{number}.md", f"old {number}") for number in range(COUNT)]
    cache = DocumentCache(root / "cache", fingerprint="")
    documents, findings = cache.read_all(sources, read, workers=1)
    cache.save()
    assert [document.title for document in documents] == [f"old {n}" for n in range(COUNT)]
    assert not findings
    return [source.path for source in sources]


def edit(root: Path, number: int, title: str) -> None:
    cache = DocumentCache(root / "cache")
    cache.read_again(write(root / f"{number}.md", title), read)
    cache.save()


def titles(root: Path, paths: list[str]) -> list[str]:
    return [document.title for document in DocumentCache(root / "cache").documents(paths)]


def test_an_edit_replaces_only_its_document(tmp_path: Path) -> None:
    paths = begun(tmp_path)
    edit(tmp_path, 3, "new")
    now = titles(tmp_path, paths)
    assert now[3] == "new"
    assert now[:3] + now[4:] == [f"old {n}" for n in range(COUNT) if n != 3]


def test_edits_of_every_document_leave_one_small_segment(tmp_path: Path) -> None:
    paths = begun(tmp_path)
    (first,) = (tmp_path / "cache").glob("*.segment")
    size = first.stat().st_size
    for number in 2 * [*range(COUNT)]:
        edit(tmp_path, number, f"new {number}")
        (segment,) = (tmp_path / "cache").glob("*.segment")
        assert segment.stat().st_size < 3 * size
    assert segment != first
    assert titles(tmp_path, paths) == [f"new {number}" for number in range(COUNT)]


def test_a_document_that_is_opened_late_is_what_it_was(tmp_path: Path) -> None:
    paths = begun(tmp_path)
    cache = DocumentCache(tmp_path / "cache")
    before = cache.documents(paths)
    cache.read_again(write(tmp_path / "3.md", "new"), read)
    cache.save()
    assert before[3].title == "old 3"
    assert cache.documents(paths)[3].title == "new"


def test_a_segment_that_is_cut_off_is_not_trusted(tmp_path: Path) -> None:
    paths = begun(tmp_path)
    (segment,) = (tmp_path / "cache").glob("*.segment")
    segment.write_bytes(segment.read_bytes()[:-1])
    with pytest.raises(LookupError):
        DocumentCache(tmp_path / "cache").documents(paths)


def test_what_a_killed_build_appended_does_no_harm(tmp_path: Path) -> None:
    paths = begun(tmp_path)
    (segment,) = (tmp_path / "cache").glob("*.segment")
    segment.write_bytes(segment.read_bytes() + b"half a reading")
    edit(tmp_path, 3, "new")
    assert titles(tmp_path, paths)[2:5] == ["old 2", "new", "old 4"]


def test_with_another_fingerprint_every_document_is_read_again(tmp_path: Path) -> None:
    paths = begun(tmp_path)
    with pytest.raises(LookupError):
        DocumentCache(tmp_path / "cache", fingerprint="another").documents(paths)
