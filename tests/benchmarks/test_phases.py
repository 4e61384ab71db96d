"""A phase measures what it says, and a build that leaves a page stale has no figure."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from .bench import Options, has_room, takes_part
from .corpus import Corpus
from .errors import BenchError
from .generators import Generator, atrae, yaml_front_matter
from .phases import SAVES, Phase, World, measure, warm
from .sites import Site, make_site, write_articles

OPTIONS = Options(
    articles=1000, rounds=3, phases=tuple(Phase), growth=(50,), seed=1, work=None, ram=None
)

SLOW = Generator(
    name="Slow",
    version="1",
    program=("true",),
    build=(),
    articles="content",
    front_matter=yaml_front_matter,
    theme="base.html",
    slow=True,
)


NUMBERS = count()
"""Of marks that no page of this module's site has had yet, in whatever order its tests run."""


def world(articles: int) -> World:
    return World(corpus=Corpus(articles), ram=None, marks=(f"mark{number}" for number in NUMBERS))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Fifty articles, built."""
    folder: Path = tmp_path_factory.mktemp("bench")
    made = make_site(atrae(), folder / "site", folder / "out")
    write_articles(world(50).corpus, [made])
    warm(made)
    return made


@pytest.mark.parametrize("phase", [Phase.BODY, Phase.TITLE, Phase.THEME])
def test_a_build_that_leaves_a_page_stale_has_no_figure(site: Site, phase: Phase) -> None:
    idle = replace(site, generator=replace(site.generator, program=("true",)))
    with pytest.raises(BenchError, match="is stale"):
        list(measure(phase, idle, world(50), 0))


@pytest.mark.parametrize("phase", [Phase.BODY, Phase.TITLE, Phase.THEME])
def test_an_edit_is_measured_and_shown(site: Site, phase: Phase) -> None:
    (sample,) = measure(phase, site, world(50), 1)
    assert (sample.size, sample.phase, sample.generator, sample.round) == (50, phase, "Atrae", 1)
    assert sample.value > 0
    assert sample.cpu


@pytest.mark.slow
def test_each_save_is_seen_by_a_reader_of_the_page(site: Site) -> None:
    samples = list(measure(Phase.SERVE_SAVE, site, world(50), 0))
    assert len(samples) == SAVES
    assert all(0 < sample.value < 20 for sample in samples)


def test_a_size_is_measured_only_where_it_has_room(tmp_path: Path) -> None:
    assert has_room(tmp_path, 1)
    assert not has_room(tmp_path, 10**15)


def test_a_slow_peer_is_measured_once_and_at_the_main_size_only() -> None:
    def rounds(phase: Phase, size: int, options: Options = OPTIONS) -> list[int]:
        here = world(size)
        return [turn for turn in range(3) if takes_part(SLOW, phase, turn, options, here)]

    assert rounds(Phase.COLD, 1000) == [0]
    assert rounds(Phase.THEME, 1000) == []
    assert rounds(Phase.SERVE_START, 1000) == []
    assert rounds(Phase.THEME, 1000, replace(OPTIONS, thorough=True)) == [0, 1, 2]
