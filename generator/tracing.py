"""Asks the last build's trace what is stale, and keeps this one's for the next."""

import marshal
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from .cache import salt_of
from .config import Config
from .model.output import Output, Tree
from .render.answers import OF_BODIES, Answers, Edit, structure
from .render.view import Renderer
from .trace import Numbers, Question, Trace, Verdict, extended, judge, judge_edit
from .whole import write_whole

FILE, ANSWERS = "trace", "answers"
Asked = tuple[Question, ...]


class Tracing:
    """What of the public tree is stale, and what the next build will want to know.

    `edit` says what alone changed since the last build, where that is known; then the public tree
    is known to stand as it was written, too.
    """

    def __init__(
        self,
        config: Config,
        renderer: Renderer,
        outputs: Iterable[Output],
        edit: Edit | None = None,
    ) -> None:
        self._folder, self._public = config.cache / "cache", config.public
        self._answers, self._site, self._edit = Answers(renderer), renderer.site, edit
        self._outputs = tuple(o for o in outputs if o.tree is Tree.PUBLIC)
        self._before = load_trace(self._folder)
        # Where a text alone changed, the program, the settings and the theme did not.
        self._key = (
            self._before.key
            if edit and self._before
            else salt_of(config.settings, renderer.theme.digest, str(config.public))
        )
        self._verdict = self._judged()
        self.reasons = self._verdict.reasons
        """Path of each stale output of the public tree -> why."""
        self._asked: dict[str, tuple[int, ...]] = {}
        self.handler: set[Question] = set()
        """What the outputs of the handler's tree asked."""

    @property
    def kept(self) -> Iterator[str]:
        """The paths of the others."""
        return (output.path for output in self._outputs if output.path not in self.reasons)

    @property
    def known(self) -> bool:
        """Whether there is a trace of the last build to ask."""
        return self._before is not None and self._before.key == self._key

    def concerned(self, questions: Iterable[Question]) -> bool:
        """Whether one of these may be answered in another way now."""
        return self._edit is None or bool(self._edit.concerned(questions))

    def asked(self, output: Output, questions: Asked) -> None:
        """Take down what an output asked while it was rendered."""
        if output.tree is Tree.PUBLIC:
            same = self._asked_before(output.path, questions)
            self._asked[output.path] = self._numbers.of(questions) if same is None else same
        else:
            self.handler.update(questions)

    def save(self) -> None:
        """Keep it for the next build, if there is anything new."""
        trace = extended(
            self._before,
            self._verdict,
            self._outputs,
            self._asked,
            self._questions,
            key=self._key,
            structure=self._structure,
            digest=self._answers.digest,
            written=self._written,
        )
        save_trace(self._folder, trace, self._before)

    def _asked_before(self, path: str, questions: Asked) -> tuple[int, ...] | None:
        """The numbers of these questions, where they are those that the output asked before."""
        before = self._before if self.known else None
        if before is None or path not in before.outputs:
            return None
        numbers = before.outputs[path][1]
        return numbers if tuple(map(before.questions.__getitem__, numbers)) == questions else None

    @cached_property
    def _numbers(self) -> Numbers:
        # Only where it is asked: of all the questions of a site that is as much as reading them.
        return Numbers(self._before.questions if self._before and self.known else ())

    @property
    def _questions(self) -> tuple[Question, ...]:
        if self._before and self.known and "_numbers" not in self.__dict__:
            return self._before.questions
        return self._numbers.questions

    @cached_property
    def _structure(self) -> str:
        if self._edit is None or self._before is None:
            return structure(self._site)
        # To know it, every document would have to be opened: so the next build that has to does.
        return "" if self._edit.said else self._before.structure

    def _judged(self) -> Verdict:
        if self._edit and self._before and self.known:
            return judge_edit(self._before, ask=self._ask)
        written = self._written
        return judge(self._outputs, self._before, key=self._key, ask=self._ask, written=written)

    def _ask(self, questions: Sequence[Question]) -> dict[int, str]:
        every: Iterable[int] = range(len(questions))
        if self._edit:
            every = self._edit.concerned(questions)
        elif self._before and self._before.structure == self._structure:
            every = [number for number in every if questions[number][0] in OF_BODIES]
        return {number: self._answers.digest(questions[number]) for number in every}

    def _written(self, path: str) -> tuple[int, ...] | None:
        try:
            status = os.stat(f"{self._public}/{path}")  # noqa: PTH116  (thousands of them)
        except OSError:
            return None
        return (status.st_size, status.st_mtime_ns)


def load_trace(folder: Path) -> Trace | None:
    """What the last build wrote and why; None where that is not known."""
    try:
        key, questions, outputs = marshal.loads((folder / FILE).read_bytes())
        age, structure, digests, stamps = marshal.loads((folder / ANSWERS).read_bytes())
        if age != _age(folder):
            return None
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return Trace(
        key=key,
        structure=structure,
        questions=questions,
        digests=digests,
        outputs=outputs,
        stamps=stamps,
    )


def save_trace(folder: Path, trace: Trace, before: Trace | None) -> None:
    """Replace it. What was asked is left alone where it is what it was `before`: with most edits
    the answers alone change. A question that is not made of plain values is as good as new."""
    asked = (trace.key, trace.questions, trace.outputs)
    try:
        if before is None or asked != (before.key, before.questions, before.outputs):
            write_whole(folder / FILE, marshal.dumps(asked))
        answers = (_age(folder), trace.structure, trace.digests, trace.stamps)
        write_whole(folder / ANSWERS, marshal.dumps(answers))
    except ValueError:
        (folder / FILE).unlink(missing_ok=True)


def _age(folder: Path) -> int:
    """Of the questions: answers belong to these alone."""
    return (folder / FILE).stat().st_mtime_ns
