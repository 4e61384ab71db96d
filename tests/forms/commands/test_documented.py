"""The commands of our own documentation are there, with the options that it names."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from forms.cli import forms

DOCS = Path(__file__).parents[3] / "content" / "docs"
PROGRAM = "atrae forms "
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
ENDS = ("|", ">", "&&", ";", "#", "'")


def commands(page: Path) -> Iterator[list[str]]:
    """The words after `atrae forms` of each line of a shell block, up to the next command."""
    for block in BLOCK.findall(page.read_text()):
        for line in block.replace("\\\n", " ").splitlines():
            for told in line.split(PROGRAM)[1:]:
                words: list[str] = []
                for word in shlex.split(told, comments=True):
                    if word in ENDS:
                        break
                    words.append(word)
                yield words


PAGES = sorted(page.name for page in DOCS.glob("*.md") if any(commands(page)))


def test_there_are_some() -> None:
    assert {"operations.md", "operations.es.md", "evidence.md", "evidence.es.md"} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_can_be_typed_so(page: str) -> None:
    for words in commands(DOCS / page):
        chosen: click.Command = forms
        while isinstance(chosen, click.Group):
            name, *words = words
            assert name in chosen.commands, f"{page}: there is no {name}"
            chosen = chosen.commands[name]
        context = click.Context(chosen, info_name=chosen.name)
        parser = chosen.make_parser(context)
        try:
            parser.parse_args(list(words))
        except click.UsageError as fault:
            raise AssertionError(f"{page}: {chosen.name} {words}: {fault.message}") from fault


@pytest.mark.parametrize("page", [page for page in PAGES if page.endswith(".es.md")])
def test_both_languages_show_the_same_commands(page: str) -> None:
    """The same words, but for what a reader puts in: an address, say."""
    ours, theirs = (
        [[word for word in words if "@" not in word] for words in commands(DOCS / name)]
        for name in (page, page.replace(".es.", "."))
    )
    assert ours == theirs
