"""The option `--update` of `pytest tests/golden`."""

import pytest

from .build import update_files


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update`."""
    parser.addoption(
        "--update", action="store_true", help="write what the build makes of the golden cases"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Write the files before they're collected, and once where several workers run the tests."""
    if config.getoption("--update", default=False) and not hasattr(config, "workerinput"):
        update_files()
