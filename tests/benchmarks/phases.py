"""What is measured: each phase is one thing that an author does, and waits for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from .corpus import Article, Corpus
from .errors import BenchError
from .generators import environment
from .measure import Run, peak_memory, run
from .sites import Site, elsewhere
from .watch import save_until_seen, serving, time_save

SAVES = 5
SAVES_OF_A_SLOW_ONE = 2

FROM_THE_END = 3
"""The article that is edited: a recent one, so that lists and the feed depend on it."""


class Phase(StrEnum):
    """In the order of a round: the cold builds first, for the others need what `cold` leaves."""

    COLD_RAM = "cold-ram"
    COLD_REFERENCE = "cold-reference"
    COLD = "cold"
    UNCHANGED = "unchanged"
    BODY = "body"
    TITLE = "title"
    THEME = "theme"
    SERVE_START = "serve-start"
    SERVE_SAVE = "serve-save"
    MEMORY = "memory"

    @property
    def text(self) -> str:
        """As the tables say it."""
        return _TEXTS[self]


_TEXTS = {
    Phase.COLD: "cold build",
    Phase.COLD_RAM: "cold build, output in memory",
    Phase.COLD_REFERENCE: "cold build, reference parser alone",
    Phase.UNCHANGED: "nothing changed",
    Phase.BODY: "one article's text edited",
    Phase.TITLE: "one article's title edited",
    Phase.THEME: "theme changed",
    Phase.SERVE_START: "serve: start to first page, warm",
    Phase.SERVE_SAVE: "serve: save to new HTML served",
    Phase.MEMORY: "peak memory of a cold build",
}

IN_TABLES = tuple(_TEXTS)
"""The order in which one reads them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One figure: seconds of wall time, or bytes where the phase is `memory`."""

    size: int
    phase: Phase
    generator: str
    round: int
    value: float
    cpu: float | None = None
    """Seconds of processor time of all processes; None where it was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What every phase at one size shares."""

    corpus: Corpus
    ram: Path | None
    """A folder in memory; None: there is none, and that phase is left out."""
    marks: Iterator[str]
    """Words that no page has had yet."""

    @property
    def article(self) -> Article:
        """The one that is edited."""
        return self.corpus.article(self.corpus.count - FROM_THE_END)

    def draft(self) -> tuple[Article, str]:
        """The article with a new sentence at its end, and the new word in it."""
        mark = next(self.marks)
        return replace(self.article, body=f"{self.article.body}\nSince then {mark}.\n"), mark

    def drafts(self) -> Iterator[tuple[Article, str]]:
        """Ever another one."""
        while True:
            yield self.draft()


def measure(phase: Phase, site: Site, world: World, round_number: int) -> Iterator[Sample]:
    """The figures of one phase in one round; several where a phase is quick."""
    for value, cpu in _figures(phase, site, world):
        yield Sample(
            size=world.corpus.count,
            phase=phase,
            generator=site.generator.name,
            round=round_number,
            value=value,
            cpu=cpu,
        )


def _figures(phase: Phase, site: Site, world: World) -> Iterator[tuple[float, float | None]]:
    match phase:
        case Phase.COLD:
            site.reset()
            yield _pair(_build(site))
        case Phase.COLD_RAM:
            yield _pair(_cold_in_memory(site, world))
        case Phase.COLD_REFERENCE:
            site.reset()
            yield _pair(_build(site, "reference"))
            site.reset()
        case Phase.UNCHANGED | Phase.BODY | Phase.TITLE | Phase.THEME:
            warm(site)
            yield _pair(_edited(phase, site, world))
        case Phase.SERVE_START:
            warm(site)
            with serving(site, world.article, environment()) as (_, seconds):
                yield seconds, None
        case Phase.SERVE_SAVE:
            warm(site)
            yield from ((seconds, None) for seconds in _saves(site, world))
        case Phase.MEMORY:
            site.reset()
            command = site.command(site.generator.build)
            yield peak_memory(command, cwd=site.root, env=environment()), None
        case _:
            assert_never(phase)


def warm(site: Site) -> None:
    """Build it, unmeasured, unless it is built."""
    if not site.output.is_dir():
        _build(site)


def _pair(taken: Run) -> tuple[float, float]:
    return taken.wall, taken.cpu


def _build(site: Site, engine: str = "auto") -> Run:
    command = site.command(site.generator.build)
    return run(command, cwd=site.root, env=environment(engine))


def _cold_in_memory(site: Site, world: World) -> Run:
    """Leaves the site as if it had never been built."""
    if world.ram is None:
        raise BenchError("there is no folder in memory")
    site.reset()
    with elsewhere(site, world.ram) as moved:
        return _build(moved)


def _edited(phase: Phase, site: Site, world: World) -> Run:
    """Edit, build, and look whether the pages say so: a fast build that is wrong is no build."""
    changed = [site.page(world.article)]
    mark = ""
    if phase is Phase.BODY:
        article, mark = world.draft()
        site.write(article)
        changed += [site.output / "feed.xml"]
    elif phase is Phase.TITLE:
        mark = next(world.marks)
        site.write(replace(world.article, title=f"{world.article.title} {mark}"))
        tags = [site.output / "tags" / tag / "index.html" for tag in world.article.tags]
        changed += [site.output / "feed.xml", site.output / "index.html", *tags]
    elif phase is Phase.THEME:
        mark = next(world.marks)
        site.change_theme(mark)
        changed += [site.output / "index.html", site.page(world.corpus.article(0))]
    taken = _build(site)
    for file in changed:
        if mark not in file.read_text(encoding="utf-8"):
            shown = file.relative_to(site.output)
            raise BenchError(f"{site.generator.name}: {shown} is stale after '{phase.text}'")
    return taken


def _saves(site: Site, world: World) -> Iterator[float]:
    count = SAVES_OF_A_SLOW_ONE if site.generator.slow else SAVES
    with serving(site, world.article, environment()) as (reader, _):
        save_until_seen(site, reader, world.drafts())
        for _ in range(count):
            yield time_save(site, reader, world.draft())
