"""The site as it stands now: planned again after each save, rendered page by page."""

import gc
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from ..check.links import sources_with_linked_anchors
from ..config.config import Config, at_address, load_config
from ..errors import ContentError, SiteError
from ..incremental.snapshot import look
from ..model.diagnostic import Diagnostic, Severity
from ..model.file_stat import Stamp, stamp_of
from ..model.output import Output, Tree
from ..model.permalink import file_for
from ..model.site import Site
from ..parallel import available, uncollected
from ..plan.after_texts import replan
from ..plan.plan import Plan, render
from ..read.sources import is_temporary
from .resumed import keep, resumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What one request is answered with. `path` is the output's."""

    path: str
    content: bytes | Path
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A path that wants its closing slash."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One whole state; a new one takes its place at once."""

    version: str
    plan: Plan | None
    outputs: dict[str, Output]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What keeps pages from being shown."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)


class Live:
    """Holds the present state of the site at `root`, as served from `address`."""

    def __init__(
        self, root: Path, *, address: str, forms_url: str, clock: Callable[[], datetime]
    ) -> None:
        self._root, self._address, self._forms_url = root.absolute(), address, forms_url
        self._clock = clock
        self._session, self._number = token_hex(4), 0
        self._anchored: frozenset[str] | None = None
        self._changed = threading.Condition()
        self.ended = False
        with uncollected():
            self.state = self._resumed() or self._begun()
        self.last_plan = self.state.plan
        gc.freeze()

    def refresh(self, paths: Iterable[Path] | None = None) -> State:
        """Plan the site again, then wake who waits: never before the new state is whole.

        `paths` are the files that changed, where nothing else did.
        """
        edited = None if paths is None else self._edited(paths)
        if edited is not None and not edited:
            return self.state
        state = (self._with(edited) if edited else None) or self._prepared()
        with self._changed:
            self.state = state
            self.last_plan = state.plan or self.last_plan
            self._changed.notify_all()
        if not edited:
            self._anchored = None
            settle()
        return state

    def wait(self, version: str, timeout: float) -> str:
        """The version as soon as it is another than `version`, or after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self.state.version != version, timeout)
            return self.state.version

    def end(self) -> None:
        """Let go of who waits."""
        self.ended = True
        with self._changed:
            self._changed.notify_all()

    def publishes(self, path: str) -> bool:
        """Whether something stands at `path`."""
        return file_for(path) in self.state.outputs

    def answer(self, path: str) -> Served | Moved:
        """What stands at `path`. Raises `SiteError` with whatever is wrong in the site."""
        state = self.state
        if state.plan is None or state.errors:
            raise ContentError(state.diagnostics)
        output = state.outputs.get(file_for(path))
        if output is None and file_for(f"{path}/") in state.outputs:
            return Moved(url=f"{path}/")
        if output is None:
            return self._missing(state, state.plan, path)
        return Served(path=output.path, content=render(state.plan, output))

    def _missing(self, state: State, plan: Plan, path: str) -> Served:
        prefix = path.lstrip("/").partition("/")[0]
        page = state.outputs.get(f"{prefix}/404.html") or state.outputs["404.html"]
        return Served(path=page.path, content=render(plan, page), status=404)

    def _edited(self, paths: Iterable[Path]) -> dict[str, Stamp] | None:
        """The documents among the paths, with their stamps; None where more than texts changed."""
        plan, found = self.state.plan, {}
        for path in paths:
            if plan is None or not path.is_relative_to(self._root):
                return None
            source = path.relative_to(self._root).as_posix()
            try:
                stamp = stamp_of(path.stat())
            except OSError:
                stamp = ()
            if stamp and source in plan.site.by_source:
                found[source] = stamp
            elif not _is_passing(source, stamp, plan.site):
                return None
        return found

    def _with(self, edited: Mapping[str, Stamp]) -> State | None:
        """The state after an edit of texts; None where it takes more than that."""
        before = self.state
        if before.plan is None or before.errors:
            return None
        site = before.plan.site
        if self._anchored is None:
            self._anchored = sources_with_linked_anchors(site.by_source.values(), site)
        plan = replan(
            before.plan,
            edited,
            root=self._root,
            anchored=self._anchored,
            published=before.outputs,
        )
        if plan is None:
            return None
        return replace(before, version=self._version(), plan=plan, diagnostics=plan.diagnostics)

    def _version(self) -> str:
        self._number += 1
        return f"{self._session}-{self._number}"

    def _resumed(self) -> State | None:
        """The state where the last server or build ended; None where that is not known."""
        found = resumed(
            self._root, now=self._clock(), address=self._address, forms_url=self._forms_url
        )
        if found is None:
            return None
        self._anchored = found.anchored
        return _state(self._version(), found.plan)

    def _begun(self) -> State:
        """The state as everything says, kept for the next server."""
        seen = look(str(self._root))
        # Once there are threads nothing is forked any more.
        state = self._prepared(workers=available())
        if state.plan and not state.errors:
            self._anchored = keep(self._root, seen, self._config(), state.plan)
        return state

    def _config(self, workers: int = 1) -> Config:
        now = self._clock()
        config = load_config(self._root, now=now, drafts=True, future=True, workers=workers)
        return at_address(config, self._address, self._forms_url)

    def _prepared(self, *, workers: int = 1) -> State:
        # Only here: who goes on where another ended does without.
        from ..plan.full import prepare

        version = self._version()
        try:
            with uncollected():
                plan = prepare(self._config(workers))
        except SiteError as wrong:
            return State(version=version, plan=None, outputs={}, diagnostics=wrong.diagnostics)
        return _state(version, plan)


def _state(version: str, plan: Plan) -> State:
    return State(
        version=version,
        plan=plan,
        outputs={o.path: o for o in plan.outputs if o.tree is Tree.PUBLIC},
        diagnostics=plan.diagnostics,
    )


def _is_passing(source: str, stamp: Stamp, site: Site) -> bool:
    """Whether an editor put the file there for a moment, and nobody ever saw it."""
    *folders, name = source.split("/")
    if folders[:1] not in (["content"], ["static"]) or any(part[0] == "_" for part in folders):
        return False
    known = {hidden.document.source.path for hidden in site.hidden}
    return is_temporary(name) or not (
        stamp or source in site.by_source or source in site.file_urls or source in known
    )


def settle() -> None:
    """Take what is there for lasting: a site is so many values that each look for garbage among
    them would take longer than a page."""
    gc.collect()
    gc.freeze()
