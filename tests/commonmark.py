"""Examples of the CommonMark specification: Markdown and the HTML that it must become.

They aren't ours, so they aren't committed. Tests that use `each_source` run with the copy in
`../shared` where that is beside the checkout, and with the npm package `commonmark-spec` in
`make test-all`.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

VERSION = "0.31.2"
COUNT = 652
"""Number of examples in this version."""

SHARED = Path(__file__).parents[2] / "shared" / "commonmark" / f"spec-{VERSION}.json"
INSTALLED = Path(__file__).parent / "node_modules" / "commonmark-spec" / "spec.txt"

_EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Example:
    """One example, with its number in the specification."""

    number: int
    markdown: str
    html: str


Examples = Callable[[], list[Example]]


def read_shared() -> list[Example]:
    """Read the examples from `../shared`."""
    examples = json.loads(SHARED.read_text(encoding="utf-8"))
    return [Example(e["example"], e["markdown"], e["html"]) for e in examples]


def read_installed() -> list[Example]:
    """Read the examples from the text of the specification, where an arrow stands for a tab."""
    assert INSTALLED.is_file(), "the specification is installed by `make node-tools`"
    text = INSTALLED.read_text(encoding="utf-8").replace("→", "\t")
    parts = enumerate(_EXAMPLE.findall(text), start=1)
    return [Example(number, markdown, html) for number, (markdown, html) in parts]


needs_shared = pytest.mark.skipif(
    not SHARED.is_file(), reason="../shared/commonmark is not beside this checkout"
)
each_source = pytest.mark.parametrize(
    "examples",
    [
        pytest.param(read_shared, marks=needs_shared, id="shared"),
        pytest.param(read_installed, marks=pytest.mark.node, id="npm"),
    ],
)
"""Run a test with the examples of each source, as its argument `examples`."""
