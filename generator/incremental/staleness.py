"""Finds stale outputs by the trace of the last build, and stores the trace of this one."""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from ..config.config import Config
from ..model.output import Output, Tree
from ..render.dependencies import Dependency
from ..render.page_context import Renderer
from . import trace
from .answer_digests import AnswerDigests, Edit, Scope, TextEdit, scope_of, structure_of, texts_of
from .snapshot import fingerprint
from .store import split
from .trace import Answers, Numbers, Trace, TracedOutput, TracedOutputs, WrittenStat


class Verdict(NamedTuple):
    """The stale outputs."""

    reasons: Mapping[str, str]
    """Path of each stale output -> why, in words."""
    answers: Mapping[int, str] = {}
    """Number of each dependency whose answer was computed again -> its digest."""


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
        self._before = trace.load(self._folder)
        # After a text edit the program and the settings are the same.
        self._fingerprint = (
            self._before.fingerprint
            if self._before and isinstance(edit, TextEdit)
            else fingerprint(config.settings, str(config.public))
        )
        self._verdict = self._judge()
        self.reasons = self._verdict.reasons
        """Path of each stale output of the public tree -> why."""
        self._rendered: dict[str, tuple[int, ...]] = {}
        """Path of each rendered output -> the numbers of its dependencies."""
        self._numbers: Numbers | None = None
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
        return self._before is not None and self._before.fingerprint == self._fingerprint

    def concerns(self, dependencies: Iterable[Dependency]) -> bool:
        """Tell whether a text edit may change the answer to one of these."""
        edit = self._edit
        return isinstance(edit, TextEdit) and bool(edit.concerned(enumerate(dependencies)))

    def new_dependencies(
        self, output: Output, dependencies: tuple[Dependency, ...]
    ) -> tuple[Dependency, ...] | None:
        """Return what an output depends on; None if it's the same as in the last build."""
        if output.tree is not Tree.PUBLIC or not self.is_known:
            return dependencies
        before = tuple(map(self._dependency, self._numbers_before(output.path)))
        return None if before == dependencies else dependencies

    def record(self, output: Output, dependencies: tuple[Dependency, ...] | None) -> None:
        """Record what `new_dependencies` returned for an output that was rendered."""
        if output.tree is not Tree.PUBLIC:
            self.handler.update(dependencies or ())
        elif dependencies is None:
            self._rendered[output.path] = self._numbers_before(output.path)
        else:
            self._numbers = self._numbers or Numbers(self._known)
            self._rendered[output.path] = self._numbers.of(dependencies)

    def save(self) -> None:
        """Store the trace for the next build."""
        try:
            trace.save(self._folder, self._after(), self._before)
        except ValueError:
            # A dependency isn't made of plain values: everything is rendered next time.
            trace.forget(self._folder)

    def _judge(self) -> Verdict:
        before = self._before
        if before is None:
            return self._all_stale("nothing is known of an earlier build")
        if not self.is_known:
            return self._all_stale("the program or the settings changed")
        if isinstance(self._edit, TextEdit):
            return self._judge_edit(before, self._edit)
        answers = self._recompute(before)
        if before.answers.theme != self._theme:
            return self._all_stale("the theme changed")._replace(answers=answers)
        changed = {number: before.dependency(number) for number in before.changed(answers)}
        reasons = ((o.path, self._reason(o, changed)) for o in self._public_outputs)
        return Verdict({path: reason for path, reason in reasons if reason}, answers)

    def _judge_edit(self, before: Trace, edit: TextEdit) -> Verdict:
        """Judge outputs that are the same as before, in files that are as they were written."""
        concerned = edit.concerned(before.dependencies(edit.may_concern))
        answers = {number: self._digests.digest(each) for number, each in concerned.items()}
        changed = {number: concerned[number] for number in before.changed(answers)}
        return Verdict(before.reasons(changed), answers)

    def _all_stale(self, reason: str) -> Verdict:
        return Verdict({output.path: reason for output in self._public_outputs})

    def _recompute(self, before: Trace) -> dict[int, str]:
        """Compute the answers again that may be other ones."""
        scopes = Scope.ANY
        if before.answers.structure == self._structure:
            scopes = Scope.NONE
            scopes |= Scope.BODY if before.answers.texts != self._texts else Scope.NONE
            scopes |= Scope.THEME if before.answers.theme != self._theme else Scope.NONE
        dependencies = before.dependencies(
            lambda methods, _: any(scope_of(method) & scopes for method in methods)
        )
        return {
            number: self._digests.digest(dependency)
            for number, dependency in dependencies
            if scope_of(dependency[0]) & scopes
        }

    def _reason(self, output: Output, changed: Mapping[int, Dependency]) -> str:
        path, before = output.path, self._traced
        if path not in before:
            return "new"
        if before.origin(path) != trace.origin_of(output):
            return f"now made from {output.origin}"
        if changed and (reason := trace.reason_of(before.numbers(path), changed)):
            return reason
        if self._written(path) != before.stat(path):
            return "the file is not as it was written"
        return ""

    def _after(self) -> Trace:
        """Return the trace of this build."""
        before = self._before
        if before and isinstance(self._edit, TextEdit) and self._numbers is None:
            stats = {path: self._written(path) for path in self._rendered}
            return before.updated(self._verdict.answers, stats, self._structure)
        dependencies = self._numbers.dependencies if self._numbers else tuple(self._known)
        digests = split(before.answers.digests) if before and self.is_known else []
        for number, digest in self._verdict.answers.items():
            digests[number] = digest
        digests += map(self._digests.digest, dependencies[len(digests) :])
        outputs = [self._trace(output) for output in self._public_outputs]
        if len(dependencies) > len(self._known):
            dependencies, digests, outputs = _pruned(dependencies, digests, outputs)
        texts = "" if isinstance(self._edit, TextEdit) else self._texts
        answers = Answers(self._structure, texts, self._theme)
        return trace.assemble(self._fingerprint, dependencies, digests, outputs, answers)

    def _trace(self, output: Output) -> TracedOutput:
        path, origin = output.path, trace.origin_of(output)
        if path in self._rendered:
            return TracedOutput(path, origin, self._rendered[path], self._written(path))
        before = self._traced
        return TracedOutput(path, origin, before.numbers(path), before.stat(path))

    @cached_property
    def _public_outputs(self) -> tuple[Output, ...]:
        # After a text edit hardly any output is needed.
        return tuple(output for output in self._outputs if output.tree is Tree.PUBLIC)

    @cached_property
    def _traced(self) -> TracedOutputs:
        assert self._before is not None, "without a trace every output is stale"
        return TracedOutputs(self._before)

    @cached_property
    def _known(self) -> list[Dependency]:
        return self._before.all_dependencies() if self._before and self.is_known else []

    def _dependency(self, number: int) -> Dependency:
        if self._before and isinstance(self._edit, TextEdit):
            return self._before.dependency(number)
        return self._known[number]

    def _numbers_before(self, path: str) -> tuple[int, ...]:
        if self._before and isinstance(self._edit, TextEdit):
            return self._before.numbers_of(path)
        known = self._before is not None and self.is_known and path in self._traced
        return self._traced.numbers(path) if known else ()

    @cached_property
    def _structure(self) -> str:
        before = self._before.answers.structure if self._before else ""
        match self._edit:
            case TextEdit(metadata_changed=True):
                # Every document would have to be read: the next build that reads them all knows.
                return ""
            case None:
                return structure_of(self._site)
            case _:
                return before or structure_of(self._site)

    @cached_property
    def _texts(self) -> str:
        before = self._before.answers.texts if self._before else ""
        return before if self._edit and before else texts_of(self._site)

    def _written(self, path: str) -> WrittenStat:
        try:
            status = os.stat(f"{self._public}/{path}")  # noqa: PTH116  (thousands of them)
        except OSError:
            return ()
        return (status.st_size, status.st_mtime_ns)


def _pruned(
    dependencies: tuple[Dependency, ...], digests: list[str], outputs: list[TracedOutput]
) -> tuple[tuple[Dependency, ...], list[str], list[TracedOutput]]:
    """Drop the dependencies that no output has any more, if they are most of them."""
    used = sorted({number for output in outputs for number in output.numbers})
    if len(used) * 2 > len(dependencies):
        return dependencies, digests, outputs
    new = {number: position for position, number in enumerate(used)}
    return (
        tuple(dependencies[number] for number in used),
        [digests[number] for number in used],
        [o._replace(numbers=tuple(new[number] for number in o.numbers)) for o in outputs],
    )
