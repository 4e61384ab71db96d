"""Fixtures that every room of the tests may use."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from .site import SmallSite, small_site, tiny_site

# How long an example takes depends on what else the machine does.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3
"""Files in memory, and the bytes that must be free there."""


def pytest_configure() -> None:
    """Keep temporary files in memory where there is room, unless $TMPDIR names a folder.

    The tests write thousands of small files and databases. None of them depends on the disk.
    """
    if (
        "TMPDIR" not in os.environ
        and os.access(MEMORY, os.W_OK | os.X_OK)
        and shutil.disk_usage(MEMORY).free >= ROOM
    ):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the browser's tests first, since one Chromium serves them all, then other long ones.

    At the end, a worker would run one of them while the others have nothing left to do.
    """
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    markers = ("browser", "long")
    return next((turn for turn, name in enumerate(markers) if item.get_closest_marker(name)), 2)


MakeSite = Callable[[str], SmallSite]


@pytest.fixture
def site(tmp_path: Path) -> MakeSite:
    """Makes a site of a string, in the default theme."""
    return lambda text: small_site(tmp_path / "site", text)


@pytest.fixture
def tiny(tmp_path: Path) -> MakeSite:
    """Makes a site of a string, in a theme whose HTML a test can spell out."""
    return lambda text: tiny_site(tmp_path / "site", text)
