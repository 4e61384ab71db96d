"""Read and write golden cases: a title, the Markdown, and what the build makes of it.

A title
.
*Markdown*
.
<p><em>Markdown</em></p>
.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

FOLDER = Path(__file__).parent
_END = "."


class FormatError(Exception):
    """A file of cases that can't be read, with its path, the line and the fix."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case: `text` is the whole source of a page, `expected` what the build makes of it.

    `line` is the line of the title in `path`.
    """

    path: Path
    line: int
    title: str
    text: str
    expected: str

    @property
    def id(self) -> str:
        """Name of the case in pytest: the folder, the file and the title."""
        return f"{self.path.parent.name}/{self.path.stem}: {self.title}"


def read_cases(folder: str) -> list[Case]:
    """Read every case of the files in a folder beside this module, in order."""
    return [case for path in sorted((FOLDER / folder).glob("*.md")) for case in parse(path)]


def parse(path: Path) -> Iterator[Case]:
    """Read the cases of one file. Raises `FormatError`."""
    lines = path.read_text(encoding="utf-8").split("\n")
    at = 0
    while at < len(lines):
        if not lines[at]:
            at += 1
            continue
        start, title = at, lines[at]
        if lines[at + 1 : at + 2] != [_END]:
            raise FormatError(f"{path}:{start + 1}: put a line with '.' below the title '{title}'")
        text, at = _part(path, lines, start + 2)
        expected, at = _part(path, lines, at)
        yield Case(path=path, line=start + 1, title=title, text=text, expected=expected)


def _part(path: Path, lines: list[str], start: int) -> tuple[str, int]:
    """Return the lines from `start` to the next `.`, and the index of the line after it."""
    try:
        end = lines.index(_END, start)
    except ValueError:
        raise FormatError(f"{path}:{start}: this '.' has no '.' that ends its part") from None
    return "".join(f"{line}\n" for line in lines[start:end]), end + 1


def update(cases: Iterable[Case], results: Iterable[str]) -> None:
    """Write the files of the cases with these results as the expected ones."""
    files: dict[Path, list[str]] = {}
    for case, result in zip(cases, results, strict=True):
        files.setdefault(case.path, []).append(spell(replace(case, expected=result)))
    for path, parts in files.items():
        path.write_text("\n".join(parts), encoding="utf-8")


def spell(case: Case) -> str:
    """Return a case in the format of its file."""
    return f"{case.title}\n.\n{case.text}.\n{case.expected}.\n"
