"""The site while it's edited: planned again after each save, rendered page by page."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from msgspec import Struct
from msgspec.structs import replace

from ..build import plan_since
from ..config.config import CACHE, Config, at_address, load_config
from ..errors import ContentError, SiteError
from ..incremental import changes, last_plan
from ..incremental.last_plan import LastPlan
from ..incremental.snapshot import Snapshot, take
from ..incremental.store import exclusive, pack
from ..model.diagnostic import Diagnostic, Severity
from ..model.file_stat import FileStat, stat_of
from ..model.output import Output, Tree
from ..model.permalink import file_for
from ..model.site import Site
from ..parallel import exempt_from_gc, processors, without_gc
from ..plan.after import plan_after_texts
from ..plan.plan import Plan, render
from ..publish import shown_within
from ..read.sources import is_temporary


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Answer to a request: an output's path and content."""

    path: str
    content: bytes | Path
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Redirect to the path with its closing slash."""

    url: str


class State(Struct, frozen=True, kw_only=True):
    """A state of the site; a new one replaces it as a whole."""

    version: str
    plan: Plan | None
    outputs: dict[str, Output]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The errors, with which no page is shown."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)


class Live:
    """The current state of the site at `root`, as served from `address`."""

    def __init__(
        self, root: Path, *, address: str, forms_url: str, clock: Callable[[], datetime]
    ) -> None:
        self._root, self._address, self._forms_url = root.absolute(), address, forms_url
        self._clock = clock
        self._cache = self._root / CACHE / "cache"
        self._own, self._key = self._cache / "serve", f"serve {forms_url}"
        self._session, self._number = token_hex(4), 0
        self._changed = threading.Condition()
        self.ended = False
        with without_gc():
            # Later there are threads, and a process with threads must not fork.
            self.state = self._resume() or self._plan(processors(), take(str(self._root)))
        self.last_plan = self.state.plan
        exempt_from_gc()

    def refresh(self, paths: Iterable[Path] | None = None) -> State:
        """Plan the site again, then notify the waiting requests.

        `paths` are the files that changed; None if anything may have changed.
        """
        edited = None if paths is None else self._edited(paths)
        if edited is not None and not edited:
            return self.state
        state = (self._with(edited) if edited else None) or self._plan()
        with self._changed:
            self.state = state
            self.last_plan = state.plan or self.last_plan
            self._changed.notify_all()
        if not edited:
            exempt_from_gc(collect=True)
        return state

    def wait(self, version: str, timeout: float) -> str:
        """Return the version once it differs from `version`, or after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self.state.version != version, timeout)
            return self.state.version

    def end(self) -> None:
        """Answer the waiting requests."""
        self.ended = True
        with self._changed:
            self._changed.notify_all()

    def publishes(self, path: str) -> bool:
        """Tell whether there is an output at `path`."""
        return file_for(path) in self.state.outputs

    def answer(self, path: str) -> Served | Moved:
        """Return the answer for `path`. Raises `SiteError` if the site has errors."""
        state = self.state
        if state.plan is None or state.errors:
            raise ContentError(state.diagnostics)
        output = state.outputs.get(file_for(path))
        if output is None and file_for(f"{path}/") in state.outputs:
            # A second slash at the start would lead to another host.
            return Moved(url=f"/{path.strip('/')}/")
        if output is None:
            return self._missing(state, state.plan, path)
        return Served(path=output.path, content=render(state.plan, output))

    def _missing(self, state: State, plan: Plan, path: str) -> Served:
        prefix = path.lstrip("/").partition("/")[0]
        page = state.outputs.get(f"{prefix}/404.html") or state.outputs["404.html"]
        return Served(path=page.path, content=render(plan, page), status=404)

    def _edited(self, paths: Iterable[Path]) -> dict[str, FileStat] | None:
        """Return the stats of the documents among the paths; None if more than texts changed."""
        plan, stats = self.state.plan, {}
        if self.state.errors:
            # A file that the plan doesn't have may be the one with the error.
            return None
        for path in paths:
            if plan is None or not path.is_relative_to(self._root):
                return None
            source = path.relative_to(self._root).as_posix()
            try:
                stat = stat_of(path.stat())
            except OSError:
                stat = ()
            if stat and source in plan.site.by_source:
                stats[source] = stat
            elif not _is_passing(source, stat, plan.site):
                return None
        return stats

    def _with(self, edited: Mapping[str, FileStat]) -> State | None:
        """Return the state after an edit of texts; None if that's not enough."""
        before = self.state
        if before.plan is None or before.errors:
            return None
        last = before.plan.with_anchored()
        with exclusive(self._cache):
            plan = plan_after_texts(last, edited)
        if plan is None:
            return None
        return replace(before, version=self._version(), plan=plan, diagnostics=plan.diagnostics)

    def _version(self) -> str:
        self._number += 1
        return f"{self._session}-{self._number}"

    def _resume(self) -> State | None:
        """Return the state that the last server or build left, after what changed since.

        None if only planning the whole site can tell.
        """
        now = self._clock()
        # A moment without a zone is in the site's, which isn't known yet.
        for folder in self._newest() if now.tzinfo else ():
            is_own = folder == self._own

            def adapt(last: LastPlan, is_own: bool = is_own) -> LastPlan | None:
                return self._at_address(last) if is_own or self._is_served_alike(last) else None

            with exclusive(self._cache):
                key = self._key if is_own else None
                since = changes.detect(str(folder), str(self._root), key=key, now=now.timestamp())
                plan = plan_since(folder, self._cache, since, now=now, adapt=adapt)
            if plan and not _has_errors(plan.diagnostics):
                return _state(self._version(), plan)
        return None

    def _newest(self) -> list[Path]:
        """Return the folders with a plan, the last one to be written first."""
        files = [folder / changes.FILE for folder in (self._cache, self._own)]
        written = sorted((file.stat().st_mtime_ns, file.parent) for file in files if file.is_file())
        return [folder for _, folder in reversed(written)]

    def _at_address(self, last: LastPlan) -> LastPlan:
        config = at_address(last.config, self._address, self._forms_url)
        return replace(last, config=config, site=replace(last.site, settings=config.settings))

    def _is_served_alike(self, last: LastPlan) -> bool:
        """Tell whether the plan of a build is a server's.

        Nothing may be hidden from it, and no diagnostic may depend on the address.
        """
        config, site = last.config, last.site
        settings = config.settings
        is_elsewhere = bool(settings.forms_url) or settings.base_path != "/"
        is_same_site = config.root.absolute() == self._root
        return is_same_site and not site.hidden and not (is_elsewhere and site.catalogue)

    def _store(self, plan: Plan, snapshot: Snapshot) -> None:
        self._own.mkdir(parents=True, exist_ok=True)
        last_plan.save(self._own, plan, plan.documents)
        # The plan's documents are those that were read then.
        files = str(self._own / last_plan.FILE), str(self._cache / "documents")
        build = changes.LastBuild(
            key=self._key,
            snapshot=snapshot,
            written=changes.Written.of(files),
            valid=shown_within(plan.site),
            counts=(),
            diagnostics=pack(plan.diagnostics),
        )
        changes.save(str(self._own), build)

    def _config(self, workers: int = 1) -> Config:
        now = self._clock()
        config = load_config(self._root, now=now, drafts=True, future=True, workers=workers)
        return at_address(config, self._address, self._forms_url)

    def _plan(self, workers: int = 1, snapshot: Snapshot | None = None) -> State:
        """Plan the whole site. With a snapshot of it, store the plan for the next server."""
        # Imported here: a server that starts from a stored plan does without.
        from ..plan.full import plan_site

        version = self._version()
        try:
            config = self._config(workers)
            with without_gc(), exclusive(self._cache):
                plan = plan_site(config)
                if snapshot and not _has_errors(plan.diagnostics):
                    plan = plan.with_anchored()
                    self._store(plan, snapshot)
        except SiteError as error:
            return State(version=version, plan=None, outputs={}, diagnostics=error.diagnostics)
        return _state(version, plan)


def _state(version: str, plan: Plan) -> State:
    return State(
        version=version,
        plan=plan,
        outputs={o.path: o for o in plan.outputs if o.tree is Tree.PUBLIC},
        diagnostics=plan.diagnostics,
    )


def _has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def _is_passing(source: str, stat: FileStat, site: Site) -> bool:
    """Tell whether an editor created the file for a moment, and no state ever had it."""
    *folders, name = source.split("/")
    if folders[:1] not in (["content"], ["static"]) or any(part[0] == "_" for part in folders):
        return False
    known = {hidden.document.source.path for hidden in site.hidden}
    return is_temporary(name) or not (
        stat or source in site.by_source or source in site.file_urls or source in known
    )
