"""The preference centre as a page shows it: values for its template. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..catalogue import Catalogue, Lasts, Wording
from ..permission.preferences import PAUSES, RESUME, choice_of, on
from ..permission.record import Record, Scope
from ..permission.submission import Raw, ticked
from ..site.templates import day_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic of a purpose, in the person's language."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One standing purpose. `wording` is what they agreed to, or what ticking it would agree to."""

    purpose: str
    name: str
    wording: Wording
    is_on: bool
    ticked: bool
    since: str
    """The day of the permission, in words; empty where there is none."""
    paused: str
    """The day until which it is paused, in words; empty: it is not."""
    frequencies: tuple[str, ...]
    frequency: str
    topics: tuple[Topic, ...]
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """All that the template may ask."""

    lines: tuple[Line, ...]
    errors: Mapping[str, str]
    pauses: tuple[int, ...]
    resume: int
    pause: str
    is_silent: bool
    """Whether no mail leaves to the person at all, not even a confirmation."""

    @property
    def is_any_on(self) -> bool:
        """Whether there is something to leave."""
        return any(line.is_on for line in self.lines)

    @property
    def is_any_paused(self) -> bool:
        """Whether there is something to take up again."""
        return any(line.paused for line in self.lines)


def centre(
    record: Record,
    catalogue: Catalogue,
    wordings: Mapping[str, Wording],
    language: str,
    *,
    raw: Raw | None = None,
    errors: Mapping[str, str] | None = None,
) -> Centre:
    """Lay it out. `raw` and `errors` are what was sent and what is wrong with it, if anything."""
    here, given, wrong = on(record), raw or {}, errors or {}
    asked = {purpose for form in catalogue.forms.values() for purpose in form.purposes}
    declared = [
        each.id
        for each in catalogue.purposes.values()
        if each.lasts is Lasts.STANDING and (each.id in here or each.id in asked)
    ]
    # What is declared no more, and still permitted, can be left here all the same.
    purposes = [*declared, *sorted(here - set(declared))]
    lines = []
    for purpose in purposes:
        wording = _wording(purpose, record, catalogue, wordings, language, here)
        if wording is not None and (purpose in here or Scope.ALL not in record.suppressed):
            lines.append(_line(wording, record, catalogue, language, here, raw, wrong))
    return Centre(
        lines=tuple(lines),
        errors=wrong,
        pauses=PAUSES,
        resume=RESUME,
        pause="".join(given.get("pause", ())[:1]),
        is_silent=Scope.ALL in record.suppressed,
    )


def _wording(
    purpose: str,
    record: Record,
    catalogue: Catalogue,
    wordings: Mapping[str, Wording],
    language: str,
    here: frozenset[str],
) -> Wording | None:
    grant = record.permission(purpose).grant
    if purpose in here and grant is not None:
        return wordings.get(grant.wording)
    spoken = catalogue.purposes[purpose].wording.keys() & catalogue.privacy.keys()
    if language not in spoken:
        language = catalogue.default_language
    return catalogue.wording(purpose, language) if language in spoken else None


def _line(
    wording: Wording,
    record: Record,
    catalogue: Catalogue,
    language: str,
    here: frozenset[str],
    raw: Raw | None,
    wrong: Mapping[str, str],
) -> Line:
    purpose = wording.purpose
    declared, choice = catalogue.purposes.get(purpose), choice_of(record, purpose)
    grant, until = record.permission(purpose).grant, record.paused_until(purpose)
    frequencies = tuple(map(str, declared.frequencies)) if declared else ()
    frequency = str(choice.frequency or "".join(frequencies[:1]))
    chosen = set(choice.topics) if choice.topics is not None else None
    is_ticked = purpose in here
    if raw is not None:
        is_ticked = wording.digest in ticked(raw)
        frequency = "".join(raw.get(f"frequency-{purpose}", ())[:1]) or frequency
        chosen = set(raw.get(f"topic-{purpose}", ()))
    return Line(
        purpose=purpose,
        name=catalogue.text(declared.name, language) if declared else purpose,
        wording=wording,
        is_on=purpose in here,
        ticked=is_ticked,
        since=day_in_words(grant.moment, language) if grant and purpose in here else "",
        paused=day_in_words(until, language) if until else "",
        frequencies=frequencies,
        frequency=frequency,
        topics=tuple(
            Topic(
                value=topic.value,
                label=catalogue.text(topic.label, language),
                chosen=chosen is None or topic.value in chosen,
            )
            for topic in (declared.topics if declared else ())
        ),
        error=wrong.get(purpose, ""),
    )
