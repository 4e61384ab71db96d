"""CodeBlocks in colour are kept, and nothing that the file may hold makes them others."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from generator.incremental.code_blocks import CodeBlocks
from generator.parallel import SMALL, map_chunks
from generator.render.highlight import highlight

PYTHON = "def f(x):\n    return x\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "blocks"


@pytest.mark.parametrize("language", ["python", "no-such-language", '"<'])
@pytest.mark.parametrize("text", [PYTHON, "", "ñ — 🎉\n", "\0\ud800"])
def test_a_block_is_the_same_made_and_kept(file: Path, text: str, language: str) -> None:
    for _ in range(2):
        blocks = CodeBlocks(file, fingerprint="1")
        assert blocks.highlight(text, language) == highlight(text, language)
        assert blocks.highlight(text, language) == highlight(text, language)


def test_what_is_kept_is_not_made_again(file: Path) -> None:
    CodeBlocks(file, fingerprint="1").highlight(PYTHON, "python")
    size = file.stat().st_size
    CodeBlocks(file, fingerprint="1").highlight(PYTHON, "python")
    assert file.stat().st_size == size
    CodeBlocks(file, fingerprint="1").highlight(PYTHON, "ruby")
    assert file.stat().st_size > size


def test_another_program_highlights_again(file: Path) -> None:
    blocks = CodeBlocks(file, fingerprint="1")
    blocks.highlight(PYTHON, "python")
    size = file.stat().st_size
    CodeBlocks(file, fingerprint="2").highlight(PYTHON, "python")
    assert file.stat().st_size == 2 * size
    assert blocks.highlight(PYTHON, "python") == highlight(PYTHON, "python")


def test_a_file_that_grew_too_large_starts_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    CodeBlocks(file, fingerprint="1").highlight(PYTHON, "python")
    size = file.stat().st_size
    monkeypatch.setattr("generator.incremental.code_blocks.LIMIT", size - 1)
    CodeBlocks(file, fingerprint="1").highlight(PYTHON, "ruby")
    assert file.stat().st_size < 2 * size


def test_what_workers_made_is_kept(file: Path) -> None:
    blocks, texts = CodeBlocks(file, fingerprint="1"), [f"{n} = {n}" for n in range(2 * SMALL)]
    list(map_chunks(lambda part: [blocks.highlight(t, "python") for t in part], texts, workers=2))
    size = file.stat().st_size
    known = CodeBlocks(file, fingerprint="1")
    assert [known.highlight(t, "python") for t in texts] == [highlight(t, "python") for t in texts]
    assert file.stat().st_size == size


def test_workers_beside_one_another_read_what_they_made_just_now(file: Path) -> None:
    blocks, texts = CodeBlocks(file, fingerprint="1"), [f"{n} = {n}" for n in range(2 * SMALL)]
    list(
        map_chunks(lambda part: [blocks.highlight(t, "") for t in [*part, *part]], texts, workers=4)
    )
    once = CodeBlocks(file.with_name("once"), fingerprint="1")
    for text in texts:
        once.highlight(text, "")
    assert file.stat().st_size == file.with_name("once").stat().st_size


@given(st.integers(0, 2000), st.binary(max_size=40), st.booleans())
@settings(max_examples=80, deadline=None)
def test_a_damaged_file_is_only_slower(
    tmp_path_factory: pytest.TempPathFactory, at: int, dirt: bytes, cut: bool
) -> None:
    file = tmp_path_factory.mktemp("cache") / "blocks"
    texts = [PYTHON * n for n in range(1, 4)]
    for text in texts:
        CodeBlocks(file, fingerprint="1").highlight(text, "python")
    whole = file.read_bytes()
    at %= len(whole)
    file.write_bytes(whole[:at] + dirt + (b"" if cut else whole[at + len(dirt) :]))
    for _ in range(2):
        blocks = CodeBlocks(file, fingerprint="1")
        assert [blocks.highlight(t, "python") for t in texts] == [
            highlight(t, "python") for t in texts
        ]


def test_where_nothing_can_be_kept_it_is_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    blocks = CodeBlocks(tmp_path / "taken" / "blocks", fingerprint="1")
    assert blocks.highlight(PYTHON, "python") == highlight(PYTHON, "python")
    assert [file.name for file in tmp_path.iterdir()] == ["taken"]
