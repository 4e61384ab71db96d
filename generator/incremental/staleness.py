"""Finds stale outputs by the trace of the last build, and stores the trace of this one."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from ..config.config import Config
from ..model.output import Output, Tree
from ..render.dependencies import Dependency
from ..render.page_context import Renderer
from . import changes, trace
from .answer_digests import (
    AnswerDigests,
    Edit,
    Scope,
    TextEdit,
    ThemeEdit,
    scope_of,
    structure_of,
    texts_of,
)
from .snapshot import fingerprint
from .trace import Trace, TracedOutput


class Staleness:
    """The stale outputs of the public tree.

    `edit` is the only thing that changed since the last build, if that's known. After a text edit
    the public tree is known to be as it was written, too.
    """

    def __init__(
        self,
        config: Config,
        renderer: Renderer,
        outputs: Iterable[Output],
        edit: Edit | None = None,
    ) -> None:
        self._folder, self._public = config.cache / "cache", config.public
        self._digests, self._site = AnswerDigests(renderer), renderer.site
        self._theme = renderer.theme.digest
        self._outputs, self._edit = outputs, edit
        last = trace.load(self._folder)
        # After a text edit the program and the settings are the same.
        self._fingerprint = (
            last.fingerprint
            if last and isinstance(edit, TextEdit)
            else fingerprint(config.settings, str(config.public))
        )
        self._before = last if last and last.fingerprint == self._fingerprint else None
        self._answers: dict[int, str] = {}
        """Number of each dependency whose answer was computed again -> its digest."""
        if self._before:
            self.reasons = self._judge(self._before)
            """Path of each stale output of the public tree -> why, in words."""
        else:
            unknown = "nothing is known of an earlier build"
            self.reasons = self._all(unknown if not last else "the program or the settings changed")
        self._rendered: dict[str, tuple[int, ...]] = {}
        """Path of each output with new dependencies -> their numbers."""
        self._numbers: dict[Dependency, int] | None = None
        """Set once there's a new dependency, because it needs all of them to be decoded."""
        self.handler: set[Dependency] = set()
        """The dependencies of the handler's outputs."""

    @property
    def fresh(self) -> Iterator[str]:
        """The paths of the public outputs that are not stale."""
        return (output.path for output in self._public_outputs if output.path not in self.reasons)

    @property
    def is_known(self) -> bool:
        """There is a trace of the last build, for the same program and settings."""
        return self._before is not None

    def concerns(self, dependencies: Iterable[Dependency]) -> bool:
        """Tell whether a text edit may change the answer to one of these."""
        edit = self._edit
        return isinstance(edit, TextEdit) and bool(edit.concerned(enumerate(dependencies)))

    def new_dependencies(
        self, output: Output, dependencies: tuple[Dependency, ...]
    ) -> tuple[Dependency, ...] | None:
        """Return what an output depends on; None if it's the same as in the last build."""
        before = self._before
        if output.tree is not Tree.PUBLIC or not before or output.path not in before.outputs:
            return dependencies
        known = tuple(map(before.dependency, before.numbers_of(output.path)))
        return None if known == dependencies else dependencies

    def record(self, output: Output, dependencies: tuple[Dependency, ...] | None) -> None:
        """Record what `new_dependencies` returned for an output that was rendered."""
        if output.tree is not Tree.PUBLIC:
            self.handler.update(dependencies or ())
        elif dependencies is not None:
            if self._numbers is None:
                self._numbers = {known: number for number, known in enumerate(self._known)}
            numbers = self._numbers
            self._rendered[output.path] = tuple(
                numbers.setdefault(each, len(numbers)) for each in dependencies
            )

    def save(self) -> None:
        """Store the trace for the next build."""
        try:
            trace.save(self._folder, self._after())
        except ValueError:
            # A dependency isn't made of plain values: everything is rendered next time.
            (self._folder / trace.FILE).unlink(missing_ok=True)

    def _judge(self, before: Trace) -> Mapping[str, str]:
        edit = self._edit if isinstance(self._edit, TextEdit) else None
        doubtful = (
            edit.concerned(before.dependencies(edit.may_concern))
            if edit
            else self._doubtful(before)
        )
        self._answers = {number: self._digests.digest(each) for number, each in doubtful.items()}
        changed = {number: doubtful[number] for number in before.changed(self._answers)}
        if edit:
            return before.reasons(changed)
        if before.theme != self._theme:
            return self._all("the theme changed")
        reasons = ((o.path, self._reason(before, o, changed)) for o in self._public_outputs)
        return {path: reason for path, reason in reasons if reason}

    def _all(self, reason: str) -> dict[str, str]:
        return {output.path: reason for output in self._public_outputs}

    def _doubtful(self, before: Trace) -> dict[int, Dependency]:
        """Return the dependencies, by number, whose answers may be other ones."""
        scopes = self._changed_scopes(before)
        dependencies = before.dependencies(
            lambda methods, _: any(scope_of(method) & scopes for method in methods)
        )
        return {number: each for number, each in dependencies if scope_of(each[0]) & scopes}

    def _changed_scopes(self, before: Trace) -> Scope:
        if isinstance(self._edit, ThemeEdit):
            return Scope.THEME
        if before.structure != self._structure:
            return Scope.ANY
        bodies = Scope.BODY if before.texts != self._texts else Scope.NONE
        return bodies | (Scope.THEME if before.theme != self._theme else Scope.NONE)

    def _reason(self, before: Trace, output: Output, changed: Mapping[int, Dependency]) -> str:
        path = output.path
        if path not in before.outputs:
            return "new"
        if before.origin(path) != trace.origin_of(output):
            return f"now made from {output.origin}"
        if changed and (reason := trace.reason_of(before.numbers_of(path), changed)):
            return reason
        is_intact = f"{self._public}/{path}" in self._intact
        return "" if is_intact else "the file is not as it was written"

    def _after(self) -> Trace:
        """Return the trace of this build."""
        before, is_text_edit = self._before, isinstance(self._edit, TextEdit)
        if before and is_text_edit and self._numbers is None:
            return before.updated(self._answers, self._structure)
        dependencies = list(self._numbers or self._known)
        known = enumerate(before.digests if before else ())
        digests = [self._answers.get(number, digest) for number, digest in known]
        digests += map(self._digests.digest, dependencies[len(digests) :])
        outputs = [self._trace(output) for output in self._public_outputs]
        if len(dependencies) > len(self._known):
            dependencies, digests, outputs = _pruned(dependencies, digests, outputs)
        return trace.assemble(
            self._fingerprint,
            dependencies,
            digests,
            outputs,
            structure=self._structure,
            texts=self._texts,
            theme=self._theme,
        )

    def _trace(self, output: Output) -> TracedOutput:
        numbers = self._rendered.get(output.path)
        if numbers is None:
            assert self._before is not None, "without a trace every output is rendered"
            numbers = self._before.numbers_of(output.path)
        return TracedOutput(output.path, trace.origin_of(output), numbers)

    @cached_property
    def _public_outputs(self) -> tuple[Output, ...]:
        # After a text edit hardly any output is needed.
        return tuple(output for output in self._outputs if output.tree is Tree.PUBLIC)

    @cached_property
    def _intact(self) -> frozenset[str]:
        """The files that are as the last build wrote them."""
        last = changes.load(str(self._folder))
        return last.written.intact() if last else frozenset()

    @cached_property
    def _known(self) -> list[Dependency]:
        return [each for _, each in self._before.dependencies()] if self._before else []

    @cached_property
    def _structure(self) -> str:
        match self._edit:
            case None:
                return structure_of(self._site)
            case TextEdit(metadata_changed=True):
                # Every document would have to be read: the next build that reads them all knows.
                return ""
            case _:
                return self._before.structure if self._before else ""

    @cached_property
    def _texts(self) -> str:
        match self._edit:
            case None:
                return texts_of(self._site)
            case TextEdit():
                return ""
            case ThemeEdit():
                return self._before.texts if self._before else ""


def _pruned(
    dependencies: list[Dependency], digests: list[str], outputs: list[TracedOutput]
) -> tuple[list[Dependency], list[str], list[TracedOutput]]:
    """Drop the dependencies that no output has any more, if they are most of them."""
    used = sorted({number for output in outputs for number in output.numbers})
    if len(used) * 2 > len(dependencies):
        return dependencies, digests, outputs
    new = {number: position for position, number in enumerate(used)}
    return (
        [dependencies[number] for number in used],
        [digests[number] for number in used],
        [o._replace(numbers=tuple(new[number] for number in o.numbers)) for o in outputs],
    )
