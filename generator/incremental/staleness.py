"""Asks the last build's trace what is stale, and keeps this one's for the next."""

import marshal
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from ..config.config import Config
from ..model.output import Output, Tree
from ..render.page_context import Renderer
from .answer_digests import OF_BODIES, OF_THEMES, Answers, Edit, structure, texts
from .columns import Columns, columns_of, trace_of
from .documents import salt_of
from .trace import Numbers, Question, Trace, Verdict, extended, judge
from .whole import write_whole

FILE, ANSWERS = "trace", "answers"
Asked = tuple[Question, ...]

_NEW = ("", ())

_ASKED = Columns._fields.index("structure")
"""So many columns say what was asked; the others are the answers."""


class Tracing:
    """What of the public tree is stale, and what the next build will want to know.

    `edit` says what alone changed since the last build, where that is known; then the public tree
    is known to stand as it was written, too. `restyled` says that nothing but the theme did.
    """

    def __init__(
        self,
        config: Config,
        renderer: Renderer,
        outputs: Iterable[Output],
        edit: Edit | None = None,
        *,
        restyled: bool = False,
    ) -> None:
        self._folder, self._public = config.cache / "cache", config.public
        self._answers, self._site, self._edit = Answers(renderer), renderer.site, edit
        self._restyled = restyled
        self._theme = renderer.theme.digest
        self._given = outputs
        self._columns = load_columns(self._folder)
        # Where a text alone changed, the program, the settings and the theme did not.
        self._key = (
            self._columns.key
            if edit and self._columns
            else salt_of(config.settings, str(config.public))
        )
        self._verdict = self._judged()
        self.reasons = self._verdict.reasons
        """Path of each stale output of the public tree -> why."""
        self._asked: dict[str, tuple[int, ...]] = {}
        self.handler: set[Question] = set()
        """What the outputs of the handler's tree asked."""

    @cached_property
    def _outputs(self) -> tuple[Output, ...]:
        # Where a text alone changed, hardly one of them is asked for.
        return tuple(output for output in self._given if output.tree is Tree.PUBLIC)

    @property
    def kept(self) -> Iterator[str]:
        """The paths of the others."""
        return (output.path for output in self._outputs if output.path not in self.reasons)

    @property
    def known(self) -> bool:
        """Whether there is a trace of the last build to ask."""
        return self._columns is not None and self._columns.key == self._key

    def concerned(self, questions: Iterable[Question]) -> bool:
        """Whether one of these may be answered in another way now."""
        return self._edit is None or bool(self._edit.concerned(enumerate(questions)))

    def news(self, output: Output, questions: Asked) -> Asked | None:
        """What an output asked while it was rendered; None where it asked the same before."""
        if output.tree is not Tree.PUBLIC or not self.known:
            return questions
        same = tuple(map(self._question, self._numbers_before(output.path))) == questions
        return None if same else questions

    def asked(self, output: Output, news: Asked | None) -> None:
        """Take down what `news` says."""
        if output.tree is not Tree.PUBLIC:
            self.handler.update(news or ())
        elif news is None:
            self._asked[output.path] = self._numbers_before(output.path)
        else:
            self._asked[output.path] = self._numbers.of(news)

    def save(self) -> None:
        """Keep it for the next build, if there is anything new."""
        if self._columns and self._edit and "_numbers" not in self.__dict__:
            save_answers(self._folder, self._again(self._columns))
            return
        new = Trace(
            key=self._key,
            structure=self._structure,
            texts="" if self._edit else self._texts,
            theme=self._theme,
            questions=self._questions,
        )
        trace = extended(
            self._before,
            self._verdict,
            self._outputs,
            self._asked,
            new,
            digest=self._answers.digest,
            written=self._written,
        )
        save_trace(self._folder, trace, self._columns)

    def _again(self, before: Columns) -> Columns:
        """The columns after an edit for which nothing new was asked."""
        stamps = {path: self._written(path) or () for path in self._asked}
        return before.after(self._verdict.answers, stamps, self._structure)

    def _numbers_before(self, path: str) -> tuple[int, ...]:
        """Of the questions that an output asked before; none where it is new."""
        if self._edit and self._columns:
            return self._columns.asked_by(path)
        return self._before.outputs.get(path, _NEW)[1] if self._before else ()

    def _question(self, number: int) -> Question:
        if self._edit and self._columns:
            return self._columns.question(number)
        return self._before.questions[number] if self._before else ()

    @cached_property
    def _before(self) -> Trace | None:
        # Of an edit not much more is asked than what there is about one text.
        return trace_of(self._columns) if self._columns else None

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
        if self._restyled and self._columns:
            return self._columns.structure
        if self._edit is None or self._columns is None:
            return structure(self._site)
        # To know it, every document would have to be opened: so the next build that has to does.
        return "" if self._edit.said else self._columns.structure

    @cached_property
    def _texts(self) -> str:
        return self._columns.texts if self._restyled and self._columns else texts(self._site)

    def _judged(self) -> Verdict:
        if self._edit and self._columns:
            return self._judged_edit(self._edit, self._columns)
        return judge(
            self._outputs,
            self._before,
            key=self._key,
            theme=self._theme,
            ask=self._ask,
            written=self._written,
        )

    def _judged_edit(self, edit: Edit, before: Columns) -> Verdict:
        """The same where the outputs are those of before, and stand as they were written."""
        asked = edit.concerned(before.questions(edit.may_concern))
        answers = {number: self._answers.digest(question) for number, question in asked.items()}
        changed = {number: asked[number] for number in before.changed(answers)}
        return Verdict(reasons=before.reasons(changed), answers=answers)

    def _ask(self, questions: Sequence[Question]) -> dict[int, str]:
        every: Iterable[int] = range(len(questions))
        if self._before and self._before.structure == self._structure:
            kinds = OF_BODIES if self._before.texts != self._texts else frozenset()
            kinds |= OF_THEMES if self._before.theme != self._theme else frozenset()
            every = [number for number in every if questions[number][0] in kinds]
        return {number: self._answers.digest(questions[number]) for number in every}

    def _written(self, path: str) -> tuple[int, ...] | None:
        try:
            status = os.stat(f"{self._public}/{path}")  # noqa: PTH116  (thousands of them)
        except OSError:
            return None
        return (status.st_size, status.st_mtime_ns)


def load_trace(folder: Path) -> Trace | None:
    """What the last build wrote and why; None where that is not known."""
    columns = load_columns(folder)
    return trace_of(columns) if columns else None


def load_columns(folder: Path) -> Columns | None:
    """The same, to be asked about a part."""
    try:
        asked = marshal.loads((folder / FILE).read_bytes())
        age, *answers = marshal.loads((folder / ANSWERS).read_bytes())
        return Columns(*asked, *answers) if age == _age(folder) else None
    except (OSError, ValueError, EOFError, TypeError):
        return None


def save_trace(folder: Path, trace: Trace, before: Columns | None) -> None:
    """Replace it. What was asked is left alone where it is what it was `before`: with most edits
    the answers alone change. A question that is not made of plain values is as good as new."""
    try:
        columns = columns_of(trace)
    except ValueError:
        (folder / FILE).unlink(missing_ok=True)
        return
    if before is None or columns[:_ASKED] != before[:_ASKED]:
        write_whole(folder / FILE, marshal.dumps(columns[:_ASKED]))
    save_answers(folder, columns)


def save_answers(folder: Path, columns: Columns) -> None:
    """Replace the answers alone."""
    write_whole(folder / ANSWERS, marshal.dumps((_age(folder), *columns[_ASKED:])))


def _age(folder: Path) -> int:
    """Of the questions: answers belong to these alone."""
    return (folder / FILE).stat().st_mtime_ns
