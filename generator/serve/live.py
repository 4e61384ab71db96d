"""The site as it stands now: planned again after each save, rendered page by page."""

import gc
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from ..build import Plan, prepare, render
from ..config import at_address, load_config
from ..errors import ContentError, SiteError
from ..model.diagnostic import Diagnostic, Severity
from ..model.output import Output, Tree
from ..model.permalink import file_for


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
        self._root, self._address, self._forms_url = root, address, forms_url
        self._clock = clock
        self._session, self._number = token_hex(4), 0
        self._changed = threading.Condition()
        self.ended = False
        self.state = self._prepared()
        self.last_plan = self.state.plan
        settle()

    def refresh(self) -> State:
        """Plan the site again, then wake who waits: never before the new state is whole."""
        state = self._prepared()
        with self._changed:
            self.state = state
            self.last_plan = state.plan or self.last_plan
            self._changed.notify_all()
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

    def _prepared(self) -> State:
        self._number += 1
        version = f"{self._session}-{self._number}"
        try:
            config = load_config(self._root, now=self._clock(), drafts=True, future=True)
            plan = prepare(at_address(config, self._address, self._forms_url))
        except SiteError as wrong:
            return State(version=version, plan=None, outputs={}, diagnostics=wrong.diagnostics)
        return State(
            version=version,
            plan=plan,
            outputs={o.path: o for o in plan.outputs if o.tree is Tree.PUBLIC},
            diagnostics=plan.diagnostics,
        )


def settle() -> None:
    """Take what is there for lasting: a site is so many values that each look for garbage among
    them would take longer than a page."""
    gc.collect()
    gc.freeze()
