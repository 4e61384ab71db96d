"""Which outputs are stale, and why. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ..model.output import Output
from ..model.value import value

Question = tuple[Any, ...]
Stamp = tuple[int, ...]

Traced = tuple[str, tuple[int, ...]]
"""What an output was made from: its origin and its questions, by number. Plain, for there are
thousands to be kept."""

Asks = Callable[[Sequence[Question]], Mapping[int, str]]
"""Asks those questions again whose answers may be others now: number -> digest of the answer."""


@value
class Trace:
    """What a build wrote and why."""

    key: str
    """Of whatever all outputs and all answers depend on: program, settings."""
    structure: str
    """Of the site, whatever its texts say; empty: not known."""
    texts: str = ""
    """Of all of them; empty: not known."""
    theme: str = ""
    """What all outputs depend on, and hardly any answer."""
    questions: tuple[Question, ...] = ()
    digests: tuple[str, ...] = ()
    """The answer to each question."""
    outputs: dict[str, Traced] = field(default_factory=dict)
    stamps: dict[str, Stamp] = field(default_factory=dict)
    """The file of each output as it was written."""


@value
class Verdict:
    """What is stale, and how that was found."""

    reasons: Mapping[str, str]
    """Path of each output that has to be rendered -> the reason, in words for a person."""
    answers: Mapping[int, str] = field(default_factory=dict)
    """The digests of the answers to the questions that were asked again, by their numbers."""


def judge(
    outputs: Iterable[Output],
    before: Trace | None,
    *,
    key: str,
    theme: str,
    ask: Asks,
    written: Callable[[str], Stamp | None],
) -> Verdict:
    """Which of `outputs` have to be rendered again. `written` is the stamp of a file now."""
    if before is None:
        return _all(outputs, "nothing is known of an earlier build")
    if before.key != key:
        return _all(outputs, "the program or the settings changed")
    answers = ask(before.questions)
    if before.theme != theme:
        return replace(_all(outputs, "the theme changed"), answers=answers)
    changed = _changed(before, answers)
    found = {}
    for output in outputs:
        reason = _reason(output, before, changed, written)
        if reason:
            found[output.path] = reason
    return Verdict(reasons=found, answers=answers)


def _all(outputs: Iterable[Output], reason: str) -> Verdict:
    return Verdict(reasons={output.path: reason for output in outputs})


def _changed(before: Trace, answers: Mapping[int, str]) -> dict[int, Question]:
    return {
        number: before.questions[number]
        for number, now in answers.items()
        if now != before.digests[number]
    }


def _reason(
    output: Output,
    before: Trace,
    changed: Mapping[int, Question],
    written: Callable[[str], Stamp | None],
) -> str:
    if output.path not in before.outputs:
        return "new"
    origin, asked = before.outputs[output.path]
    if origin != _origin(output):
        return f"now made from {output.origin}"
    if changed and (reason := reason_of(asked, changed)):
        return reason
    if written(output.path) != before.stamps[output.path]:
        return "the file is not as it was written"
    return ""


def reason_of(asked: Iterable[int], changed: Mapping[int, Question]) -> str:
    """The first of the questions that is answered in another way, in words; empty: none is."""
    for number in asked:
        if number in changed:
            return f"the answer to {spoken(changed[number])} changed"
    return ""


def _origin(output: Output) -> str:
    return f"{output.recipe} {output.origin} {output.language} {output.number}"


def spoken(question: Question) -> str:
    """A question as a person reads it: `card(content/a.md)`."""
    kind, _, words, options = question
    said = [str(word) for word in words] + [f"{name}={value}" for name, value in options]
    return f"{kind}({', '.join(said)})"


class Numbers:
    """Questions by number: each is held once, however many outputs ask it."""

    def __init__(self, questions: Iterable[Question] = ()) -> None:
        self._numbers = {question: number for number, question in enumerate(questions)}

    def of(self, questions: Iterable[Question]) -> tuple[int, ...]:
        """The number of each; a new one gets the next."""
        numbers = self._numbers
        return tuple(numbers.setdefault(question, len(numbers)) for question in questions)

    @property
    def questions(self) -> tuple[Question, ...]:
        """All of them, in the order of their numbers."""
        return tuple(self._numbers)


def extended(
    before: Trace | None,
    verdict: Verdict,
    outputs: Iterable[Output],
    asked: Mapping[str, tuple[int, ...]],
    new: Trace,
    *,
    digest: Callable[[Question], str],
    written: Callable[[str], Stamp | None],
) -> Trace:
    """The trace after a build that rendered the outputs in `asked`, with what each asked: numbers
    of the questions in `new`, which begin with those of before if the key is theirs. Of `new` its
    outputs and answers are not known yet.

    `digest` is that of the answer to a question now.
    """
    old = before if before and before.key == new.key else Trace(key=new.key, structure="")
    traced, stamps = {}, {}
    for output in outputs:
        path = output.path
        if path in asked:
            traced[path], stamps[path] = (_origin(output), asked[path]), written(path) or ()
        elif path in old.outputs:
            traced[path], stamps[path] = old.outputs[path], old.stamps[path]
    digests = list(old.digests)
    for number, now in verdict.answers.items():
        digests[number] = now
    trace = replace(
        new,
        digests=(*digests, *map(digest, new.questions[len(digests) :])),
        outputs=traced,
        stamps=stamps,
    )
    return _pruned(trace) if len(new.questions) > len(old.questions) else trace


def _pruned(trace: Trace) -> Trace:
    """Without the questions that nobody asks any more, if they are most of them."""
    used = sorted({number for _, asked in trace.outputs.values() for number in asked})
    if len(used) * 2 > len(trace.questions):
        return trace
    new = {number: position for position, number in enumerate(used)}
    return replace(
        trace,
        questions=tuple(trace.questions[number] for number in used),
        digests=tuple(trace.digests[number] for number in used),
        outputs={
            path: (origin, tuple(new[number] for number in asked))
            for path, (origin, asked) in trace.outputs.items()
        },
    )
