"""Fixtures that every room of the tests may use."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from .site import SmallSite, small_site, tiny_site

# How long an example takes depends on what else the machine does.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

MakeSite = Callable[[str], SmallSite]


@pytest.fixture
def site(tmp_path: Path) -> MakeSite:
    """Makes a site of a string, in the default theme."""
    return lambda text: small_site(tmp_path / "site", text)


@pytest.fixture
def tiny(tmp_path: Path) -> MakeSite:
    """Makes a site of a string, in a theme whose HTML a test can spell out."""
    return lambda text: tiny_site(tmp_path / "site", text)
