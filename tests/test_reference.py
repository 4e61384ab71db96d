"""Tables of the documentation that are generated from the code: `make reference` writes them."""

import re
from pathlib import Path

import pytest

from generator.read.front_matter.keys import KEYS

DOCS = Path(__file__).parents[1] / "content/docs"
PAGES = ("writing.md", "writing.es.md")


def keys_table(*, spanish: bool) -> str:
    """Return a table of the keys of front matter."""
    rows = [("Clave", "Qué hace") if spanish else ("Key", "What it does"), ("---", "---")]
    rows += [(f"`{key.name}`", key.spanish if spanish else key.english) for key in KEYS]
    return "".join(f"| {name} | {text} |\n" for name, text in rows)


def generated(page: str) -> str:
    """Return a page of the documentation with the tables that its code has now."""
    text = (DOCS / page).read_text(encoding="utf-8")
    table = keys_table(spanish=page.endswith(".es.md"))
    text, count = re.subn(r"^\| (?:Key|Clave) .*\n(?:\|.*\n)+", lambda _: table, text, flags=re.M)
    assert count == 1, f"{page} has no table of keys"
    return text


@pytest.mark.parametrize("page", PAGES)
def test_the_reference_is_the_one_of_the_code(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == generated(page), "run `make reference`"


if __name__ == "__main__":
    for name in PAGES:
        (DOCS / name).write_text(generated(name), encoding="utf-8")
