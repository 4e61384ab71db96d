"""A whole site in a string, as hugo's tests have it.

    -- content/a.md --
    # Hello

    -- site.yaml --
    title: Mine

A section is a file; a path that is not among them is not there. Without a `site.yaml` the site
has a short one. The clock stands still.
"""

import atexit
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from generator.build import BuildResult, Options, build
from generator.config.config import Config, load_config
from generator.model.diagnostic import Diagnostic
from generator.plan.full import plan_site
from generator.plan.plan import Plan

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

SETTINGS = "title: A small site\nbase_url: https://example.org/\n"

TINY = """
-- themes/tiny/templates/page.html --
<title>{{ page.title }}</title>{{ page.content }}
-- themes/tiny/templates/section.html --
{{ page.title }}:{% for entry in page.entries %} {{ entry.title }}{% endfor %}
-- themes/tiny/templates/home.html --
{{ page.content }}{% for entry in page.entries %} {{ entry.title }}{% endfor %}
-- themes/tiny/templates/taxonomy.html --
{{ page.terms|map(attribute="name")|join(", ") }}
-- themes/tiny/templates/term.html --
{{ page.title }}:{% for entry in page.entries %} {{ entry.title }}{% endfor %}
-- themes/tiny/templates/404.html --
{{ t("not_found_title") }}
-- themes/tiny/templates/redirect.html --
{{ target }}
-- themes/tiny/templates/feed.xml --
<feed/>
-- themes/tiny/templates/sitemap.xml --
<urlset/>
-- themes/tiny/templates/robots.txt --
{{ sitemap }}
-- themes/tiny/templates/shortcodes/say.html --
[{{ arguments|join(" ") }}{% for key, value in options.items() %} {{ key }}={{ value }}{% endfor %}]
-- themes/tiny/templates/shortcodes/box.html --
<div>{{ inner }}</div>
-- themes/tiny/texts/en.yaml --
not_found_title: Nothing here
"""
"""A theme whose HTML a test can spell out. Its settings are `theme: tiny`."""

_HEADER = re.compile(r"^-- (\S.*) --\n", re.M)


def files_of(text: str) -> dict[str, str]:
    """Path -> content of each section of `text`."""
    parts = _HEADER.split(text)
    return {path: content.strip("\n") + "\n" for path, content in zip(*_pairs(parts), strict=True)}


def _pairs(parts: list[str]) -> tuple[list[str], list[str]]:
    return parts[1::2], parts[2::2]


@dataclass(frozen=True, slots=True)
class SmallSite:
    """A site in a folder of its own."""

    root: Path

    @property
    def public(self) -> Path:
        """Where its pages go."""
        return self.root / "public"

    @property
    def handler(self) -> Path:
        """Where what the form handler needs goes."""
        return self.root / "handler"

    def write(self, text: str) -> "SmallSite":
        """Write every section of `text`; the same site."""
        for path, content in files_of(text).items():
            self.put(path, content)
        return self

    def put(self, path: str, content: str | bytes) -> Path:
        """Write one file, byte for byte."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def config(self, **options: Any) -> Config:
        """Its settings, at the time of the tests."""
        return load_config(self.root, **{"now": NOW, **options})

    def build(self, **options: Any) -> BuildResult:
        """Publish it. Raises `errors.SiteError`."""
        return build(Options(str(self.root), **options), now=NOW)

    def plan(self, **options: Any) -> Plan:
        """Everything but the rendering."""
        return plan_site(self.config(**options))

    def diagnostics(self, **options: Any) -> tuple[Diagnostic, ...]:
        """What is found wrong with it."""
        return self.plan(**options).diagnostics

    def codes(self, **options: Any) -> list[str]:
        """The kinds of what is found wrong, in order."""
        return [found.code for found in self.diagnostics(**options)]

    def said(self, **options: Any) -> list[str]:
        """What is found wrong, as an author reads it."""
        return [str(found) for found in self.diagnostics(**options)]

    def read(self, path: str) -> str:
        """A published file."""
        return (self.public / path).read_text(encoding="utf-8")

    def files(self) -> set[str]:
        """The paths of what is published."""
        return files_below(self.public)


def files_below(folder: Path) -> set[str]:
    """The paths of all files in a folder, from there."""
    return {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()}


@cache
def _compiled() -> Path:
    """Return a folder with compiled templates, for all sites of a session: most have one theme."""
    folder = Path(mkdtemp(prefix="atrae-templates-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def small_site(root: Path, text: str) -> SmallSite:
    """Write the site of `text` into `root`."""
    site = SmallSite(root)
    (root / "content").mkdir(parents=True, exist_ok=True)
    folder = root / ".atrae" / "cache"
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / "templates").symlink_to(_compiled())
    if "-- site.yaml --" not in text:
        site.put("site.yaml", SETTINGS)
    return site.write(text)


def tiny_site(root: Path, text: str) -> SmallSite:
    """The same in the tiny theme; its settings gain `theme: tiny`."""
    site = small_site(root, TINY + text)
    settings = (root / "site.yaml").read_text(encoding="utf-8")
    site.put("site.yaml", f"{settings}theme: tiny\n")
    return site
