"""Build the site of the golden cases: each case is a page beside the pages of `site/`."""

import shutil
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from ..site import SmallSite
from .cases import FOLDER, Case, read_cases, update

HTML = ("markdown", "shortcodes")
"""Folders whose cases expect HTML."""

FINDINGS = "findings"
"""Folder whose cases expect errors and warnings."""

PAGE = "content/page.md"
"""Path that findings give to the page of a case."""


def html_cases() -> list[Case]:
    """Read the cases that expect HTML."""
    return list(chain.from_iterable(map(read_cases, HTML)))


def finding_cases() -> list[Case]:
    """Read the cases that expect errors and warnings."""
    return read_cases(FINDINGS)


def render(cases: Sequence[Case], folder: Path) -> list[str]:
    """Return what the build makes of each case: its warnings if it has any, else its HTML."""
    site = _write_site(cases, folder)
    findings = _findings_of(cases, site)
    site.build()
    return [findings[n] or _read(site, n) for n in range(len(cases))]


def find(cases: Sequence[Case], folder: Path) -> list[str]:
    """Return the errors and warnings of each case, one a line."""
    return _findings_of(cases, _write_site(cases, folder))


def update_files() -> None:
    """Write what the build makes of every case into the cases' files."""
    for cases, results in ((html_cases(), render), (finding_cases(), find)):
        with TemporaryDirectory() as folder:
            update(cases, results(cases, Path(folder)))


def _write_site(cases: Sequence[Case], folder: Path) -> SmallSite:
    site = SmallSite(folder / "site")
    shutil.copytree(FOLDER / "site", site.root)
    for number, case in enumerate(cases):
        site.put(f"content/{_name(number)}.md", case.text)
    return site


def _name(number: int) -> str:
    return f"case-{number}"


def _read(site: SmallSite, number: int) -> str:
    html = site.read(f"{_name(number)}/index.html")
    return html if html.endswith("\n") else f"{html}\n"


def _findings_of(cases: Sequence[Case], site: SmallSite) -> list[str]:
    findings = [""] * len(cases)
    numbers = {f"content/{_name(number)}.md": number for number in range(len(cases))}
    for path, finding in _findings(site):
        assert path in numbers, f"The site around the cases has a fault: {finding}"
        findings[numbers[path]] += finding.replace(path, PAGE) + "\n"
    return findings


def _findings(site: SmallSite) -> Iterator[tuple[str, str]]:
    for diagnostic in site.diagnostics():
        yield diagnostic.at.path if diagnostic.at else "", str(diagnostic)
