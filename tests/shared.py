"""What lies beside a checkout and is no part of it: real articles, the examples of CommonMark."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "shared"
CORPUS = FOLDER / "corpus" / "18f-blog"
EXAMPLES = FOLDER / "commonmark" / "spec-0.31.2.json"

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="../shared/corpus/18f-blog is not beside this checkout"
)
needs_examples = pytest.mark.skipif(
    not EXAMPLES.is_file(), reason="../shared/commonmark is not beside this checkout"
)


def examples() -> list[dict[str, Any]]:
    """The examples of the specification; none where they are not there."""
    if not EXAMPLES.is_file():
        return []
    read: list[dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return read


def articles() -> list[Path]:
    """The files of the corpus, in order; none where it is not there."""
    return sorted((CORPUS / "content").rglob("*.md"))
