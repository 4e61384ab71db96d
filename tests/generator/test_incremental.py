# ruff: noqa: E501
"""An incremental build's tree is a clean build's, byte for byte, after any history of edits."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from generator import work
from generator.trace import Trace
from tests.site import NOW, SmallSite, files_below, small_site

TEXT = """
-- site.yaml --
title: Mine
base_url: https://example.org/
languages: {en: {}, es: {}}
menu: [about.md, blog/_index.md]
page_size: 2
controller: {name: Ana, address: 1 Street}
privacy: about.md
theme: own
-- data/team.yaml --
- Ana
-- content/about.md --
# About

See [one](blog/one.md) and [two](blog/two.md#part).
-- content/_index.md --
---
title: Home
---
Welcome.
-- content/_purposes/news.yaml --
wording: {en: Send me news., es: Envíame noticias.}
-- content/_forms/news.yaml --
purposes: [news]
-- content/blog/one.md --
---
title: One
date: 2026-01-01
tags: [a, b]
---
First. {{< form news >}} {{< picture pic.png >}}

## Part
-- content/blog/two.md --
---
title: Two
date: 2026-01-02
tags: [b]
---
Second. ![x](pic.png)

## Part
-- content/blog/three.es.md --
---
title: Tres
date: 2026-01-03
tags: [a]
---
Tercera.
-- content/blog/pic.png --
not really
-- templates/page.html --
{% extends "base.html" %}{% block main %}<h1>{{ page.title }}</h1>{{ page.content }}
{% for card in view.latest(2) %}{{ card.title }} {% endfor %}{% for card in view.related(3) %}~{{ card.title }}{% endfor %}
{{ view.data("team")|join(",") }}{% endblock %}
"""

NAMES = st.sampled_from(["one", "two", "four", "five"])
WORDS = st.sampled_from(
    ["alpha", "beta.", "[x](two.md#part)", "*c*", "[y](/blog/four/)", "## Part"]
)
TAGS = st.sampled_from(["[]", "[a]", "[b, C]", "[c, a]", "[A]"])
DATES = st.sampled_from(["2026-01-01", "2026-05-05", "2026-11-22", "2027-02-02"])


@dataclass
class Twice:
    """A site that is built on what it knows, and, in a copy, on nothing."""

    site: SmallSite
    clean: Path
    now: timedelta = timedelta()
    workers: int = 1
    options: dict[str, object] = field(default_factory=dict)

    def check(self) -> None:
        now = NOW + self.now
        self.site.build(now=now, workers=self.workers, **self.options)
        shutil.rmtree(self.clean, ignore_errors=True)
        shutil.copytree(self.site.root, self.clean, ignore=self._made)
        other = SmallSite(self.clean)
        other.build(now=now, **self.options)
        for ours, theirs in ((self.site.public, other.public), (self.site.handler, other.handler)):
            assert files_below(ours) == files_below(theirs)
            for path in sorted(files_below(ours)):
                assert (ours / path).read_bytes() == (theirs / path).read_bytes(), path

    def _made(self, folder: str, _names: list[str]) -> list[str]:
        return [".atrae", "public", "handler"] if Path(folder) == self.site.root else []


class History(RuleBasedStateMachine):
    """Edits of every kind, each followed by both builds."""

    workers = 1

    @initialize()
    def begin(self) -> None:
        self.folder = Path(mkdtemp())
        self.twice = Twice(
            small_site(self.folder / "site", TEXT + OWN_THEME),
            self.folder / "clean",
            workers=self.workers,
        )
        self.twice.check()

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def site(self) -> SmallSite:
        return self.twice.site

    @rule(name=NAMES, title=WORDS, tags=TAGS, day=DATES, words=st.lists(WORDS, max_size=3))
    def write(self, name: str, title: str, tags: str, day: str, words: list[str]) -> None:
        front = f'---\ntitle: "{title}"\ndate: {day}\ntags: {tags}\n---\n'
        self.site.put(f"content/blog/{name}.md", front + "\n\n".join([*words, "End."]) + "\n")
        self.twice.check()

    @rule(name=NAMES)
    def edit_the_body_alone(self, name: str) -> None:
        file = self.site.root / "content" / "blog" / f"{name}.md"
        if file.is_file():
            file.write_text(f"{file.read_text('utf-8')}\nMore.\n", "utf-8")
        self.twice.check()

    @rule(name=NAMES, letter=st.sampled_from("xyz"))
    def edit_within_one_tick_at_the_same_size(self, name: str, letter: str) -> None:
        file = self.site.root / "content" / "blog" / f"{name}.md"
        if file.is_file() and not file.read_text("utf-8").endswith("---\n"):
            status = file.stat()
            text = file.read_text("utf-8")
            file.write_text(text[:-2] + letter + "\n", "utf-8")
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        self.twice.check()

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        (self.site.root / "content" / "blog" / f"{name}.md").unlink(missing_ok=True)
        self.twice.check()

    @rule(name=NAMES, other=NAMES)
    def rename(self, name: str, other: str) -> None:
        file = self.site.root / "content" / "blog" / f"{name}.md"
        if file.is_file():
            file.rename(file.with_name(f"{other}.md"))
        self.twice.check()

    @rule(name=NAMES)
    def make_a_draft_of_it(self, name: str) -> None:
        file = self.site.root / "content" / "blog" / f"{name}.md"
        if file.is_file():
            text = file.read_text("utf-8")
            new = (
                text.replace("draft: true\n", "")
                if "draft: true" in text
                else text.replace("---\n", "---\ndraft: true\n", 1)
            )
            file.write_text(new, "utf-8")
        self.twice.check()

    @rule(text=WORDS)
    def change_the_theme(self, text: str) -> None:
        self.site.put("templates/partial.html", text)
        self.twice.check()

    @rule(size=st.integers(1, 4), title=WORDS)
    def change_the_settings(self, size: int, title: str) -> None:
        settings_file = self.site.root / "site.yaml"
        lines = settings_file.read_text("utf-8").splitlines()
        kept = [line for line in lines if not line.startswith(("page_size", "title"))]
        said = [f"page_size: {size}", f"title: '{title}'"]
        settings_file.write_text("\n".join([*kept, *said]) + "\n", "utf-8")
        self.twice.check()

    @rule(words=st.lists(WORDS, max_size=2))
    def change_the_data(self, words: list[str]) -> None:
        self.site.put("data/team.yaml", "\n".join(f"- '{word}'" for word in [*words, "end"]))
        self.twice.check()

    @rule(words=WORDS)
    def change_a_form(self, words: str) -> None:
        self.site.put("content/_forms/news.yaml", f"purposes: [news]\ntitle: '{words}'\n")
        self.twice.check()

    @rule(days=st.integers(-1, 100))
    def let_time_pass(self, days: int) -> None:
        self.twice.now = timedelta(days=days)
        self.twice.check()

    @rule(content=WORDS)
    def change_a_picture(self, content: str) -> None:
        self.site.put("content/blog/pic.png", content)
        self.twice.check()

    @rule(title=WORDS)
    def describe_the_section(self, title: str) -> None:
        self.site.put("content/blog/_index.md", f'---\ntitle: "{title}"\n---\n')
        self.twice.check()

    @rule(drafts=st.booleans())
    def show_drafts(self, drafts: bool) -> None:
        self.twice.options = {"drafts": drafts}
        self.twice.check()

    @rule()
    def tamper_with_what_was_published(self) -> None:
        for path in ("index.html", "blog/one/index.html", "feed.xml"):
            file = self.site.public / path
            if file.is_file():
                file.write_bytes(b"tampered")
        self.twice.check()


OWN_THEME = """
-- themes/own/templates/base.html --
{{ site.title }}|{% for link in view.menu() %}{{ link.title }}{{ link.current }} {% endfor %}|{% include "partial.html" %}|{% for t in page.translations %}{{ t.url }}{% endfor %}|{% for b in page.breadcrumbs %}{{ b.title }}{% endfor %}|{{ page.feed }}|{{ site.year }}|{% block main %}{{ page.content }}{% for card in page.entries %}{{ card.title }} {{ card.summary }} {% for tag in card.tags %}{{ tag.name }} {% endfor %}{% endfor %}{% for term in page.terms %}{{ term.name }} {{ term.count }}{% endfor %}{% if page.pager %}{{ page.pager.number }}/{{ page.pager.total }}{% endif %}{% endblock %}
-- themes/own/templates/partial.html --
part
-- themes/own/templates/home.html --
{% extends "base.html" %}
-- themes/own/templates/section.html --
{% extends "base.html" %}
-- themes/own/templates/term.html --
{% extends "base.html" %}
-- themes/own/templates/taxonomy.html --
{% extends "base.html" %}
-- themes/own/templates/state.html --
{% extends "base.html" %}
-- themes/own/templates/shell.html --
{% extends "base.html" %}
-- themes/own/templates/404.html --
{% extends "base.html" %}
-- themes/own/templates/redirect.html --
{{ target }}
-- themes/own/templates/robots.txt --
{{ sitemap }}
-- themes/own/templates/sitemap.xml --
{% for page in pages %}{{ page.url }} {{ page.updated }}
{% endfor %}
-- themes/own/templates/feed.xml --
{{ title }} {{ updated }}{% for entry in entries %}{{ entry.card.title }} {{ entry.content }}{% endfor %}
-- themes/own/templates/shortcodes/form.html --
{{ view.form(arguments[0]) }}
-- themes/own/templates/shortcodes/picture.html --
{{ link(arguments[0]) }}
-- themes/own/handler/form.html --
<form>{{ sheet.title }} {{ sheet.page }}{% for box in sheet.boxes %}{{ box.wording.text }}{% endfor %}</form>
-- themes/own/handler/texts/en.yaml --
a: b
-- themes/own/texts/en.yaml --
not_found_title: Nothing
state_check_your_inbox_title: a
state_confirmed_title: b
state_declined_title: c
state_unsubscribed_title: d
"""

USUAL = settings(
    deadline=None,
    max_examples=8,
    stateful_step_count=10,
    # Shrinking a history takes minutes, and the history that failed is short enough to read.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
LONG = settings(USUAL, max_examples=150, stateful_step_count=30)


class SeveralWorkers(History):
    """The same with every chunk of one document or output in a worker."""

    workers = 2

    @initialize()
    def begin(self) -> None:
        work.SMALL, work.CHUNK = 0, 3
        super().begin()

    def teardown(self) -> None:
        work.SMALL, work.CHUNK = 256, 128
        super().teardown()


TestAnyHistory = History.TestCase
TestAnyHistory.settings = USUAL
TestAnyHistoryWithSeveralWorkers = SeveralWorkers.TestCase
TestAnyHistoryWithSeveralWorkers.settings = settings(USUAL, max_examples=3, stateful_step_count=6)


@pytest.mark.slow
class TestAnyLongHistory(History.TestCase):  # type: ignore[misc,valid-type]
    settings = LONG


def test_a_planted_fault_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is never asked again is what the law must notice."""
    twice = Twice(small_site(tmp_path / "site", TEXT + OWN_THEME), tmp_path / "clean")
    twice.check()
    kept: Callable[..., dict[str, str]] = lambda outputs, before, **_: (  # noqa: E731
        {} if isinstance(before, Trace) else {output.path: "new" for output in outputs}
    )
    monkeypatch.setattr("generator.tracing.stale", kept)
    twice.site.put("data/team.yaml", "- Bo\n")
    with pytest.raises(AssertionError, match="html"):
        twice.check()
