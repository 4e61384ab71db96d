"""Real articles, beside the checkout and no part of it."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "shared"
CORPUS = FOLDER / "corpus" / "18f-blog"

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="../shared/corpus/18f-blog is not beside this checkout"
)


def articles() -> list[Path]:
    """The files of the corpus, in order; none where it is not there."""
    return sorted((CORPUS / "content").rglob("*.md"))
