"""Fixtures: a running handler, made anew for each test, and both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .databases import bare_url, database_url, empty_database, postgresql, postgresql_url
from .world import World, world

__all__ = [
    "anywhere",
    "bare_url",
    "database_url",
    "empty_database",
    "here",
    "postgresql",
    "postgresql_url",
]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """A handler over real HTTP, with a database and an inbox of its own."""
    with world(tmp_path) as made:
        yield made


@pytest.fixture
def anywhere(tmp_path: Path, database_url: str) -> Iterator[World]:
    """The same on SQLite and on PostgreSQL."""
    with world(tmp_path, ATRAE_DATABASE_URL=database_url) as made:
        yield made
