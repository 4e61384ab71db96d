"""Fixtures: a running handler, made anew for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .world import World, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """A handler over real HTTP, with a database and an inbox of its own."""
    with world(tmp_path) as made:
        yield made
