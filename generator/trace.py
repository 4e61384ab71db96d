"""Which outputs are stale, and why. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .model.output import Output

Question = tuple[Any, ...]
Stamp = tuple[int, ...]


class Traced(NamedTuple):
    """What an output was made from: its questions, by number, and the file as it was written."""

    origin: str
    stamp: Stamp
    asked: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a build wrote and why."""

    key: str
    """Of whatever all outputs depend on: program, settings, theme."""
    structure: str
    questions: tuple[Question, ...] = ()
    digests: tuple[str, ...] = ()
    """The answer to each question."""
    outputs: Mapping[str, Traced] = field(default_factory=dict)


def stale(
    outputs: Iterable[Output],
    before: Trace | None,
    *,
    key: str,
    structure: str,
    digest: Callable[[Question], str],
    body: Callable[[Question], str],
    of_bodies: frozenset[str],
    written: Callable[[str], Stamp | None],
) -> dict[str, str]:
    """Path of each output that has to be rendered -> the reason, in words for a person.

    `written` is the stamp of a file in the folder now; `digest` answers a question now, and
    `body` one of the kinds `of_bodies`, more quickly, while the structure is what it was.
    """
    every = tuple(outputs)
    if before is None:
        return {output.path: "nothing is known of an earlier build" for output in every}
    if before.key != key:
        return {output.path: "the program, the settings or the theme changed" for output in every}
    same = before.structure == structure
    changed = {
        number: question
        for number, question in enumerate(before.questions)
        if (
            (question[0] in of_bodies and body(question) != before.digests[number])
            if same
            else digest(question) != before.digests[number]
        )
    }
    found = {}
    for output in every:
        reason = _reason(output, before.outputs.get(output.path), changed, written)
        if reason:
            found[output.path] = reason
    return found


def _reason(
    output: Output,
    known: Traced | None,
    changed: Mapping[int, Question],
    written: Callable[[str], Stamp | None],
) -> str:
    if known is None:
        return "new"
    if known.origin != _origin(output):
        return f"now made from {output.origin}"
    if changed:
        for number in known.asked:
            if number in changed:
                return f"the answer to {spoken(changed[number])} changed"
    if written(output.path) != known.stamp:
        return "the file is not as it was written"
    return ""


def _origin(output: Output) -> str:
    return f"{output.recipe} {output.origin} {output.language} {output.number}"


def spoken(question: Question) -> str:
    """A question as a person reads it: `card(content/a.md)`."""
    kind, _, words, options = question
    said = [str(word) for word in words] + [f"{name}={value}" for name, value in options]
    return f"{kind}({', '.join(said)})"


def extended(
    before: Trace | None,
    outputs: Iterable[Output],
    asked: Mapping[str, Iterable[Question]],
    *,
    key: str,
    structure: str,
    digest: Callable[[Question], str],
    of_bodies: frozenset[str],
    written: Callable[[str], Stamp | None],
) -> Trace:
    """The trace after a build that rendered the outputs in `asked`, with what each asked."""
    old = before if before and before.key == key else Trace(key=key, structure="")
    numbers = {question: number for number, question in enumerate(old.questions)}
    traced = {}
    for output in outputs:
        known = old.outputs.get(output.path)
        if output.path in asked:
            known = Traced(
                origin=_origin(output),
                stamp=written(output.path) or (),
                asked=tuple(numbers.setdefault(q, len(numbers)) for q in asked[output.path]),
            )
        if known:
            traced[output.path] = known
    digests = tuple(
        old.digests[number]
        if number < len(old.digests) and old.structure == structure and kind not in of_bodies
        else digest(question)
        for question, number in numbers.items()
        for kind in (question[0],)
    )
    return Trace(
        key=key, structure=structure, questions=tuple(numbers), digests=digests, outputs=traced
    )
