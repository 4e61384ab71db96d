"""The story: corpus -> sites -> rounds -> figures, once for each size."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from .compare import refuse_another_site
from .corpus import Corpus
from .generators import PEERS, Generator, atrae
from .peers import MissingError, install
from .phases import Phase, Sample, World, measure, warm
from .sites import Site, make_site, write_articles

OURS = "Atrae"
YARDSTICK = "Hugo"
"""The peer that the goals are ratios of."""

_OF_A_SLOW_ONE = frozenset({Phase.COLD, Phase.BODY, Phase.SERVE_SAVE, Phase.MEMORY})

BYTES_EACH = 400_000
"""More than an article takes on the disk for one generator: source, page, its share of lists, what
is kept for the next build, and all that again for each cold build of some rounds."""

SETTLING = 3.0
"""Seconds after which the time of a file tells that it stayed as it is, with every generator."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is asked for."""

    articles: int
    rounds: int
    phases: tuple[Phase, ...]
    growth: tuple[int, ...]
    """Further sizes, for ours; and for the cold build of the yardstick."""
    seed: int
    work: Path | None
    """Where the sites are made; None: in the system's folder for such things."""
    ram: Path | None
    thorough: bool = False
    """Measure the slow peers in every round and phase too."""


def available(names: Sequence[str]) -> tuple[list[Generator], dict[str, str]]:
    """Ours and those peers that can be installed; and why each other one is left out."""
    found, missing = [atrae()], {}
    for name in names:
        try:
            found.append(PEERS[name](install(name)))
        except MissingError as wrong:
            missing[name] = str(wrong)
    return found, missing


def bench(options: Options, generators: Sequence[Generator], say: Say) -> Iterator[Sample]:
    """Every figure, as soon as it is taken. Raises `errors.BenchError`."""
    yield from _at_size(options, options.articles, generators, say)
    compared = [each for each in generators if each.name in (OURS, YARDSTICK)]
    for size in options.growth:
        if has_room(options.work, size, len(compared)):
            yield from _at_size(options, size, compared, say)
        else:
            say(f"{size:,} articles are left out: the disk has no room for them")


def has_room(folder: Path | None, size: int, generators: int = 1) -> bool:
    """Whether the folder, the system's own where it is None, holds the sites of a size."""
    free = shutil.disk_usage(folder or gettempdir()).free
    return free > size * generators * BYTES_EACH


def _at_size(
    options: Options, size: int, generators: Sequence[Generator], say: Say
) -> Iterator[Sample]:
    began = time.monotonic()
    with _folders(options) as (work, ram):
        if ram and not has_room(ram, size):
            say(f"{size:,} articles are not published in memory: there is no room")
            ram = None
        say(f"writing {size:,} articles for {', '.join(each.name for each in generators)}")
        world = World(
            corpus=Corpus(size, options.seed),
            ram=ram,
            marks=(f"zzmark{number}zz" for number in count(1)),
        )
        sites = [make_site(each, work / each.name, work / "out" / each.name) for each in generators]
        write_articles(world.corpus, sites)
        # Whoever builds right after saving thousands of files cannot trust their times next time.
        time.sleep(SETTLING)
        # A large corpus says enough in one round; it is the growth that counts.
        rounds = options.rounds if size <= options.articles else 1
        for number in range(rounds):
            yield from _round(options, number, sites, world, say)
        say(f"{size:,} articles took {(time.monotonic() - began) / 60:.1f} minutes")


def _round(
    options: Options, number: int, sites: Sequence[Site], world: World, say: Say
) -> Iterator[Sample]:
    """Each phase for one generator after the other; the first one changes from round to round."""
    in_turn = sites if number % 2 == 0 else tuple(reversed(sites))
    if number == 0 and Phase.COLD not in options.phases:
        for site in sites:
            warm(site)
            refuse_another_site(world.corpus, site)
    for phase in options.phases:
        for site in in_turn:
            if not takes_part(site.generator, phase, number, options, world):
                continue
            for sample in measure(phase, site, world, number):
                say(said(sample))
                yield sample
            if number == 0 and phase is Phase.COLD:
                refuse_another_site(world.corpus, site)


def takes_part(
    generator: Generator, phase: Phase, number: int, options: Options, world: World
) -> bool:
    """Whether a generator is measured in this phase of this round."""
    if phase.value.startswith("serve") and not generator.serve:
        return False
    if phase is Phase.COLD_RAM and world.ram is None:
        return False
    if phase is Phase.MEMORY and number > 0:
        return False
    if generator.name == OURS:
        return True
    if phase is Phase.COLD_REFERENCE:
        return False
    if world.corpus.count != options.articles:
        return phase is Phase.COLD
    return options.thorough or not generator.slow or (number == 0 and phase in _OF_A_SLOW_ONE)


def said(sample: Sample) -> str:
    """One line while it goes on."""
    figure = (
        f"{sample.value / 2**20:,.0f} MB"
        if sample.phase is Phase.MEMORY
        else f"{sample.value:.3f} s" + (f" ({sample.cpu:.2f} s cpu)" if sample.cpu else "")
    )
    return f"{sample.size:>7,}  {sample.phase:<15} {sample.generator:<9} {figure}"


@contextmanager
def _folders(options: Options) -> Iterator[tuple[Path, Path | None]]:
    """One on disk and, where there is one, one in memory, both empty and gone afterwards."""
    with TemporaryDirectory(prefix="atrae-bench-", dir=options.work) as work:
        if options.ram is None:
            yield Path(work), None
            return
        with TemporaryDirectory(prefix="atrae-bench-", dir=options.ram) as ram:
            yield Path(work), Path(ram)


def folder_in_memory(folder: Path) -> Path | None:
    """The folder, if it is there and has room."""
    if not folder.is_dir() or shutil.disk_usage(folder).free < 2**30:
        return None
    return folder
