"""One rule per email: what asks for it, when it may be sent, what it repeats, which events owe it.

The outbox asks `permits` when it claims an email and again just before it is sent.
`evidence.audit` judges past emails by the same rules. To add an email, see CONTRIBUTING.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .ledger import ENDINGS, Event, Kind, Method, Wish, concerns, last_word
from .record import Record, Scope, Template
from .subject_requests import is_open

Events: TypeAlias = Sequence[Event]
"""Events that an email is about; the first one is its *because*."""


def _no_events(_about: Events, _record: Record) -> tuple[Event, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRule:
    """When an email may be sent, and why."""

    template: Template
    asked_by: Kind
    """The kind of every event that the email is about."""
    permitted: Callable[[Events, Record], bool]
    """Whether the email may be sent now, given the contact's record."""
    blocked_by: frozenset[Scope] = frozenset(Scope)
    """Suppressions that forbid the email."""
    speaks_of: Callable[[Events, Record], tuple[Event, ...]] = _no_events
    """The events whose wording the email repeats: only what still holds and was agreed to."""
    owed_by: frozenset[Method | Wish] = frozenset()
    """Methods with which an `asked_by` event is never recorded without this email.

    Where several rules name the same kind and method, one of their emails is owed. Without an
    email that is owed, `verify` reports the event.
    """
    delivers_files: bool = False
    """The email has download links for the guides it speaks of."""
    states_choices: bool = False
    """The email lists what the person is subscribed to, so it is dropped and composed again if
    they change that while it is being sent."""


def permits(template: Template, about: Events, record: Record) -> bool:
    """Return whether an email about the events `about` may be sent now."""
    rule = RULES[template]
    return not record.suppressed & rule.blocked_by and rule.permitted(about, record)


def owed_by(event: Event) -> frozenset[Template]:
    """Return the emails of which `event` must have one; empty if it owes none."""
    return frozenset(
        rule.template
        for rule in RULES.values()
        if rule.asked_by is event.kind and event.method in rule.owed_by
    )


def is_unanswered(request: Event, record: Record) -> bool:
    """Return whether nothing since `request` has granted or ended its purpose."""
    return last_word(record.events, request) is None


def _has_unanswered(about: Events, record: Record) -> bool:
    return any(is_unanswered(event, record) for event in about)


def _has_unended(about: Events, record: Record) -> bool:
    return bool(_unended(about, record))


def _has_live_permission(about: Events, record: Record) -> bool:
    return any(record.is_live(event.purpose) for event in about)


def _has_all_grants(about: Events, record: Record) -> bool:
    return bool(about) and len(_grants(about, record)) == len(about)


def _has_open_wish(about: Events, record: Record) -> bool:
    return bool(about) and is_open(about[0], record)


def _always(_about: Events, _record: Record) -> bool:
    # The owner asked for it, by the settings.
    return True


def _every_event(about: Events, _record: Record) -> tuple[Event, ...]:
    return tuple(about)


def _grants(about: Events, record: Record) -> tuple[Event, ...]:
    grants = (record.permission(event.purpose).grant for event in about)
    return tuple(grant for grant in grants if grant is not None)


def _unended(about: Events, record: Record) -> tuple[Event, ...]:
    """Return the events that no later event put an end to and that are not paused now."""
    return tuple(
        event
        for event in about
        if record.permission(event.purpose).pause is None
        and not any(
            later.seq > event.seq and later.kind in ENDINGS and concerns(later, event.purpose)
            for later in record.events
        )
    )


RULES: Mapping[Template, MailRule] = {
    rule.template: rule
    for rule in (
        MailRule(
            template=Template.CONFIRM,
            asked_by=Kind.REQUESTED,
            permitted=_has_unanswered,
            blocked_by=frozenset({Scope.ALL}),
            speaks_of=_every_event,
            owed_by=frozenset({Method.FORM, Method.RELEASED, Method.PREFERENCES}),
        ),
        MailRule(
            template=Template.ALREADY,
            asked_by=Kind.REQUESTED,
            permitted=_has_live_permission,
            speaks_of=_grants,
            owed_by=frozenset({Method.FORM, Method.RELEASED}),
            states_choices=True,
        ),
        MailRule(
            template=Template.RECEIPT,
            asked_by=Kind.CONFIRMED,
            permitted=_has_unended,
            speaks_of=_unended,
            owed_by=frozenset(Method),
            delivers_files=True,
            states_choices=True,
        ),
        MailRule(
            template=Template.LINK,
            asked_by=Kind.ACCESS_ASKED,
            permitted=_has_all_grants,
            speaks_of=_every_event,
            owed_by=frozenset({Method.LINK}),
            delivers_files=True,
            states_choices=True,
        ),
        *(
            MailRule(
                template=Template(wish),
                asked_by=Kind.ACCESS_ASKED,
                permitted=_has_open_wish,
                blocked_by=frozenset({Scope.ALL}),
                owed_by=frozenset({wish}),
            )
            for wish in Wish
        ),
        MailRule(
            template=Template.SEALED,
            asked_by=Kind.SEALED,
            permitted=_always,
            owed_by=frozenset({Method.MAILED}),
        ),
        MailRule(
            template=Template.HELD,
            asked_by=Kind.HELD,
            permitted=_always,
            owed_by=frozenset({Method.MAILED}),
        ),
    )
}
"""Every email's rule."""
