"""Values for the template of the preference centre, `page/me.html`. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

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


@dataclass(frozen=True, kw_only=True, eq=False)
class PreferencesPage:
    """All choices of a person, as `centre` in the template."""

    record: Record
    catalogue: Catalogue
    wordings: Mapping[str, Wording]
    """Wordings of the record's events, by digest."""
    language: str
    raw: Raw | None = None
    """The form that had `errors`, if one was sent."""
    errors: Mapping[str, str]

    pauses = PAUSES
    resume = RESUME

    @cached_property
    def lines(self) -> tuple[PurposeChoice, ...]:
        """Purposes that the person has or can choose."""
        # People can also unsubscribe from purposes that are no longer declared.
        purposes = dict.fromkeys((*self._declared_purposes(), *sorted(self._granted)))
        wordings = map(self._wording, purposes)
        return tuple(self._choice(wording) for wording in wordings if wording is not None)

    @property
    def pause(self) -> str:
        """Length of the pause that was chosen in the form."""
        return "".join((self.raw or {}).get("pause", ())[:1])

    @property
    def is_silent(self) -> bool:
        """Whether no email at all goes to the person, not even a confirmation."""
        return Scope.ALL in self.record.suppressed

    @property
    def is_any_on(self) -> bool:
        """Whether the person can unsubscribe from something."""
        return any(line.is_on for line in self.lines)

    @property
    def is_any_paused(self) -> bool:
        """Whether the person can end a pause."""
        return any(line.paused for line in self.lines)

    @cached_property
    def _granted(self) -> frozenset[str]:
        return standing_purposes(self.record)

    def _declared_purposes(self) -> list[str]:
        on_forms = {purpose for form in self.catalogue.forms.values() for purpose in form.purposes}
        return [
            purpose.id
            for purpose in self.catalogue.purposes.values()
            if purpose.lasts is Lasts.STANDING and purpose.id in self._granted | on_forms
        ]

    def _wording(self, purpose: str) -> Wording | None:
        grant = self.record.permission(purpose).grant
        if purpose in self._granted and grant is not None:
            return self.wordings.get(grant.wording)
        if self.is_silent:
            return None
        catalogue, language = self.catalogue, self.language
        available = catalogue.purposes[purpose].wording.keys() & catalogue.privacy.keys()
        if language not in available:
            language = catalogue.default_language
        return catalogue.wording(purpose, language) if language in available else None

    def _choice(self, wording: Wording) -> PurposeChoice:
        purpose, language, text = wording.purpose, self.language, self.catalogue.text
        declared, choice = self.catalogue.purposes.get(purpose), choice_of(self.record, purpose)
        grant, until = self.record.permission(purpose).grant, self.record.paused_until(purpose)
        frequencies = tuple(map(str, declared.frequencies)) if declared else ()
        frequency = str(choice.frequency or "".join(frequencies[:1]))
        topics = set(choice.topics) if choice.topics is not None else None
        is_on = is_ticked = purpose in self._granted
        if self.raw is not None:
            is_ticked = wording.digest in ticked(self.raw)
            frequency = "".join(self.raw.get(f"frequency-{purpose}", ())[:1]) or frequency
            topics = set(self.raw.get(f"topic-{purpose}", ()))
        return PurposeChoice(
            purpose=purpose,
            name=text(declared.name, language) if declared else purpose,
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
                    label=text(topic.label, language),
                    chosen=topics is None or topic.value in topics,
                )
                for topic in (declared.topics if declared else ())
            ),
            error=self.errors.get(purpose, ""),
        )
