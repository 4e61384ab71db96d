"""A build that is killed leaves every file whole, and the next one ends where a clean one does."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from .law.builder import Builder, Made, Order
from .law.edits import World, add, delete, drop, put, state
from .law.twice import Step, Tree, Twice, begin, published

pytestmark = pytest.mark.long

FAST, COMMAND = Step((), "fast", by_command=False), Step((), "fast", by_command=True)


@pytest.fixture(scope="module")
def builders() -> Iterator[dict[str, Builder]]:
    with Builder("fast") as fast, Builder("reference") as reference:
        yield {"fast": fast, "reference": reference}


def a_text(world: World, turn: int) -> None:
    add(world, "blog/one", f"Round {turn}.")


def a_title(world: World, turn: int) -> None:
    state(world, "blog/one", "title", f"Round {turn}")


def a_new_document_and_one_less(world: World, turn: int) -> None:
    add(world, f"blog/new{turn}", "New.")
    delete(world, f"blog/new{turn - 1}")


def a_form(world: World, turn: int) -> None:
    put(world, "content/_forms/news.yaml", f"purposes: [news]\ntitle: Round {turn}\n")


def the_theme(world: World, turn: int) -> None:
    put(world, "templates/partial.html", f"Round {turn}.")


def all_that_was_known(world: World, turn: int) -> None:
    the_theme(world, turn)
    drop(world, ".atrae/cache/*")


EDITS = [a_text, a_title, a_new_document_and_one_less, a_form, the_theme, all_that_was_known]

Edit = Callable[[World, int], None]
Kill = Callable[[Builder, Order], Made]
"""Builds, and kills the build if it is still going on."""


def outlives(twice: Twice, edit: Edit, turn: int, kill: Kill, step: Step) -> bool:
    """Edit, kill the build of it, look at what there is, and build again; whether it was killed."""
    old = published(twice.world.site)
    edit(twice.world, turn)
    root = twice.world.site.root
    made = kill(twice.builders[step.engine], twice.order(root, step.by_command))
    assert not made.crash, made.crash
    assert not made.left, "its workers went on without it"
    found = published(twice.world.site)
    assert twice.check(step)
    if made.killed:
        assert_whole(found, old, published(twice.world.site))
        assert not list(root.glob(".*.atrae-*"))
    return made.killed


def assert_whole(found: Tree, old: Tree, new: Tree) -> None:
    """Each file is as it was or as it will be, and there; the pages know nothing that the form
    handler does not know yet."""
    assert found.items() <= old.items() | new.items()
    assert found.keys() >= old.keys() & new.keys()
    if any(found.get(path) != old.get(path) for path in _below("public", found | old)):
        handler = _below("handler", found | new)
        assert [path for path in handler if found.get(path) != new.get(path)] == []


def _below(folder: str, tree: Tree) -> list[str]:
    return [path for path in tree if path.startswith(f"{folder}/")]


def before_change(number: int) -> Kill:
    """Before it changes the file system for that time."""

    def kill(builder: Builder, order: Order) -> Made:
        return builder.build(replace(order, killed_before=number))

    return kill


def after(seconds: float) -> Kill:
    """Whatever it is doing then; its workers are left to themselves."""

    def kill(builder: Builder, order: Order) -> Made:
        return builder.build(replace(order, killed_after=seconds))

    return kill


def at_every_change(twice: Twice, edit: Edit, step: Step, *, stride: int = 1) -> int:
    """Kill builds before their first change to the file system, then before a later one, and so on,
    until one lives; how many were killed."""
    assert twice.check(step)
    for turn in count():
        number = 1 + turn * stride
        if not outlives(twice, edit, turn, before_change(number), step):
            return turn
    raise AssertionError


def test_a_small_build_may_be_killed_before_any_other_change(
    builders: dict[str, Builder], tmp_path: Path
) -> None:
    assert at_every_change(begin(tmp_path, builders), a_text, COMMAND, stride=2) > 5


RECORDS = ("changes", "documents", "plan", "trace")


def half_written(twice: Twice) -> list[str]:
    """Return the names of new records that never replaced the old ones."""
    return sorted(path.name for path in (twice.world.site.root / ".atrae").rglob("*.new"))


def test_records_that_killed_builds_left_half_written_are_overwritten(
    builders: dict[str, Builder], tmp_path: Path
) -> None:
    twice = begin(tmp_path, builders)
    assert twice.check(COMMAND)
    order = twice.order(twice.world.site.root, True)
    left = set()
    for number in count(1):
        a_text(twice.world, number)
        if not twice.builders["fast"].build(replace(order, killed_before=number)).killed:
            break
        left.update(half_written(twice))
    assert left
    assert left <= {f"{name}.new" for name in RECORDS}
    a_new_document_and_one_less(twice.world, 0)
    assert twice.check(COMMAND)
    assert half_written(twice) == []


@pytest.mark.parametrize(("large", "stride"), [(False, 29), (True, 19)])
def test_a_build_of_everything_may_be_killed_before_many_a_change(
    builders: dict[str, Builder], tmp_path: Path, large: bool, stride: int
) -> None:
    twice = begin(tmp_path, builders, large=large)
    assert at_every_change(twice, all_that_was_known, FAST, stride=stride) > 3


@pytest.mark.slow
@pytest.mark.parametrize(("step", "large"), [(COMMAND, False), (FAST, True)])
@pytest.mark.parametrize("edit", EDITS)
def test_each_kind_of_build_may_be_killed_before_any_change(
    builders: dict[str, Builder], tmp_path: Path, edit: Edit, large: bool, step: Step
) -> None:
    # A build of everything changes hundreds of files, all in the same way.
    stride = 7 if edit in (the_theme, all_that_was_known) else 1
    twice = begin(tmp_path, builders, large=large)
    assert at_every_change(twice, edit, step, stride=stride) > 10


def at_random(twice: Twice, rounds: int) -> int:
    """Kill builds of any edit at any moment; how many of them."""
    assert twice.check(FAST)
    chance = random.Random(7)
    lasts = _seconds(twice)
    killed = 0
    for turn in range(rounds):
        edit, moment = chance.choice(EDITS), chance.uniform(0, lasts)
        killed += outlives(twice, edit, turn, after(moment), chance.choice([FAST, COMMAND]))
    return killed


def _seconds(twice: Twice) -> float:
    """That a build of everything takes."""
    all_that_was_known(twice.world, -1)
    began = time.monotonic()
    assert twice.builders["fast"].build(twice.order(twice.world.site.root, False)).built
    return time.monotonic() - began


@pytest.mark.parametrize("large", [False, True])
def test_a_build_may_be_killed_at_any_moment(
    builders: dict[str, Builder], tmp_path: Path, large: bool
) -> None:
    assert at_random(begin(tmp_path, builders, large=large), 10) > 2


@pytest.mark.slow
@pytest.mark.parametrize("large", [False, True])
def test_however_often_builds_are_killed_files_are_whole(
    builders: dict[str, Builder], tmp_path: Path, large: bool
) -> None:
    assert at_random(begin(tmp_path, builders, large=large), 100) > 25
