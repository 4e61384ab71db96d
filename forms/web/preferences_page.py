"""Values for the template of the preference centre, `page/me.html`. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..catalogue import Catalogue, Lasts, Wording
from ..permission.preferences import PAUSES, RESUME, choice_of, standing_purposes
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
class PurposeChoice:
    """One standing purpose.

    `wording` is the text that the person agreed to, or would agree to by ticking the box.
    """

    purpose: str
    name: str
    wording: Wording
    is_on: bool
    ticked: bool
    since: str
    """Day of the permission, in words; empty if there is none."""
    paused: str
    """Day until which it is paused, in words; empty if it isn't."""
    frequencies: tuple[str, ...]
    frequency: str
    topics: tuple[Topic, ...]
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesPage:
    """All choices of a person, as `centre` in the template."""

    lines: tuple[PurposeChoice, ...]
    errors: Mapping[str, str]
    pauses: tuple[int, ...]
    resume: int
    pause: str
    is_silent: bool
    """No email at all goes to the person, not even a confirmation."""

    @property
    def is_any_on(self) -> bool:
        """Whether the person can unsubscribe from something."""
        return any(line.is_on for line in self.lines)

    @property
    def is_any_paused(self) -> bool:
        """Whether the person can end a pause."""
        return any(line.paused for line in self.lines)


def preferences_page(
    record: Record,
    catalogue: Catalogue,
    wordings: Mapping[str, Wording],
    language: str,
    *,
    raw: Raw | None = None,
    errors: Mapping[str, str] | None = None,
) -> PreferencesPage:
    """Return the page's values. `raw` is the form that had `errors`, if one was sent."""
    granted, errors = standing_purposes(record), errors or {}
    lines = []
    for purpose in _purposes(catalogue, granted):
        wording = _wording(purpose, record, catalogue, wordings, language, granted)
        if wording is not None and (purpose in granted or Scope.ALL not in record.suppressed):
            lines.append(_choice(wording, record, catalogue, language, granted, raw, errors))
    return PreferencesPage(
        lines=tuple(lines),
        errors=errors,
        pauses=PAUSES,
        resume=RESUME,
        pause="".join((raw or {}).get("pause", ())[:1]),
        is_silent=Scope.ALL in record.suppressed,
    )


def _purposes(catalogue: Catalogue, granted: frozenset[str]) -> list[str]:
    on_forms = {purpose for form in catalogue.forms.values() for purpose in form.purposes}
    declared = [
        purpose.id
        for purpose in catalogue.purposes.values()
        if purpose.lasts is Lasts.STANDING and (purpose.id in granted or purpose.id in on_forms)
    ]
    # People can also unsubscribe from purposes that are no longer declared.
    return [*declared, *sorted(granted - set(declared))]


def _wording(
    purpose: str,
    record: Record,
    catalogue: Catalogue,
    wordings: Mapping[str, Wording],
    language: str,
    granted: frozenset[str],
) -> Wording | None:
    grant = record.permission(purpose).grant
    if purpose in granted and grant is not None:
        return wordings.get(grant.wording)
    available = catalogue.purposes[purpose].wording.keys() & catalogue.privacy.keys()
    if language not in available:
        language = catalogue.default_language
    return catalogue.wording(purpose, language) if language in available else None


def _choice(
    wording: Wording,
    record: Record,
    catalogue: Catalogue,
    language: str,
    granted: frozenset[str],
    raw: Raw | None,
    errors: Mapping[str, str],
) -> PurposeChoice:
    purpose = wording.purpose
    declared, choice = catalogue.purposes.get(purpose), choice_of(record, purpose)
    grant, until = record.permission(purpose).grant, record.paused_until(purpose)
    frequencies = tuple(map(str, declared.frequencies)) if declared else ()
    frequency = str(choice.frequency or "".join(frequencies[:1]))
    topics = set(choice.topics) if choice.topics is not None else None
    is_on = is_ticked = purpose in granted
    if raw is not None:
        is_ticked = wording.digest in ticked(raw)
        frequency = "".join(raw.get(f"frequency-{purpose}", ())[:1]) or frequency
        topics = set(raw.get(f"topic-{purpose}", ()))
    return PurposeChoice(
        purpose=purpose,
        name=catalogue.text(declared.name, language) if declared else purpose,
        wording=wording,
        is_on=is_on,
        ticked=is_ticked,
        since=day_in_words(grant.moment, language) if grant and is_on else "",
        paused=day_in_words(until, language) if until else "",
        frequencies=frequencies,
        frequency=frequency,
        topics=tuple(
            Topic(
                value=topic.value,
                label=catalogue.text(topic.label, language),
                chosen=topics is None or topic.value in topics,
            )
            for topic in (declared.topics if declared else ())
        ),
        error=errors.get(purpose, ""),
    )
