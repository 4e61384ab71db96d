"""A site that is built on what is known, and, in a copy, on nothing."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from tests.site import NOW, SmallSite, files_below, small_site

from .builder import Builder, Made, Order
from .chance import EDITS, TEXTS
from .edits import Edit, World
from .world import TEXT, THEME

Tree = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Step:
    """Some edits, and who builds on what is known then; the other engine builds on nothing."""

    edits: tuple[Edit, ...]
    engine: str
    by_command: bool

    def __repr__(self) -> str:
        how = "by command" if self.by_command else "by function"
        return f"\n  [{', '.join(map(repr, self.edits))}] {self.engine}, {how}"


History = Sequence[Step]

STEPS = st.builds(
    Step,
    st.one_of(st.tuples(TEXTS), st.lists(EDITS, max_size=3).map(tuple)),
    st.sampled_from(["fast", "reference"]),
    st.booleans(),
)


def histories(steps: int) -> st.SearchStrategy[History]:
    """Of so many steps at most."""
    return st.lists(STEPS, min_size=steps // 2, max_size=steps)


@dataclass
class Twice:
    """The site, and the two builders of each engine."""

    world: World
    clean: Path
    builders: dict[str, Builder]
    large: bool = False

    def live(self, history: History) -> None:
        """Each step, and after it the law. What cannot be built is mended, and built again."""
        assert self.check(Step((), "fast", by_command=True))
        for step in history:
            before = self.world.written()
            for edit in step.edits:
                edit(self.world)
            self.world.past = before
            if not self.check(step):
                self.world.restore(before)
                self.check(step)

    def check(self, step: Step) -> bool:
        """The law: both say the same and publish the same, byte for byte; or both refuse, and what
        was published stays. Whether it could be built."""
        before = published(self.world.site)
        made, clean = self.build(step)
        assert made.said == clean.said, "\n".join(("", *made.said, "instead of", *clean.said))
        assert made.built is clean.built
        wanted = published(SmallSite(self.clean)) if made.built else before
        assert_same(published(self.world.site), wanted)
        return made.built

    def build(self, step: Step) -> tuple[Made, Made]:
        """On what is known and on nothing, at the same time."""
        root = self.world.site.root
        shutil.rmtree(self.clean, ignore_errors=True)
        shutil.copytree(root, self.clean, ignore=self._made)
        other = "reference" if step.engine == "fast" else "fast"
        ours, theirs = self.builders[step.engine], self.builders[other]
        ours.begin(self.order(root, step.by_command))
        theirs.begin(self.order(self.clean, step.by_command))
        # Both are asked before one is judged: who is not asked answers the next one.
        made, clean = ours.made(), theirs.made()
        assert not made.crash, f"on what is known:\n{made.crash}"
        assert not clean.crash, f"on nothing:\n{clean.crash}"
        return made, clean

    def order(self, root: Path, by_command: bool) -> Order:
        """A build of the site as it is now."""
        return Order(
            root=str(root),
            now=(NOW + self.world.passed).isoformat(),
            drafts=self.world.drafts,
            future=self.world.future,
            command=by_command,
            large=self.large,
        )

    def _made(self, folder: str, _names: list[str]) -> list[str]:
        return [".atrae", "public", "handler"] if Path(folder) == self.world.site.root else []


def begin(folder: Path, builders: dict[str, Builder], *, large: bool = False) -> Twice:
    """The world before anything happened."""
    site = small_site(folder / "site", TEXT + THEME)
    return Twice(World(site), folder / "clean", builders, large)


def published(site: SmallSite) -> Tree:
    """Every file of both trees."""
    return {
        f"{folder.name}/{path}": (folder / path).read_bytes()
        for folder in (site.public, site.handler)
        for path in files_below(folder)
    }


def assert_same(found: Tree, wanted: Tree) -> None:
    """A word on each file that differs."""
    differing = {
        path: "missing" if path not in found else "left over" if path not in wanted else "stale"
        for path in sorted(found.keys() | wanted.keys())
        if found.get(path) != wanted.get(path)
    }
    assert not differing, f"{differing}"
