"""How long things are kept, and what is recorded when they are deleted."""

from dataclasses import dataclass
from datetime import timedelta

from .ledger import ENDINGS, Entry, Event, Kind, Method, is_move, last_word
from .record import Decision, Record, Scope

REQUEST_NUMBER = "asked"
"""Key in the detail of an `expired` event: the number of the request that expired."""
PASSIVE = (Kind.EXPIRED, Kind.DISCARDED)
"""Kinds of event that the contact does not cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long things are kept."""

    pending: timedelta = timedelta(days=14)
    """After the last event of a contact who never confirmed."""
    replies: timedelta = timedelta(days=90)
    """After the last reply of a mail server."""
    webhooks: timedelta = timedelta(days=90)
    """After the last attempt. `webhooks replay --since` can send the event all the same."""


def expire(requests: tuple[Event, ...], record: Record) -> Decision:
    """Record an `expired` event for each of `requests` that is still unanswered."""
    return Decision(
        entries=tuple(
            Entry(
                Kind.EXPIRED,
                event.purpose,
                wording=event.wording,
                form=event.form,
                form_version=event.form_version,
                language=event.language,
                method=Method.PURGE,
                detail={REQUEST_NUMBER: event.seq},
            )
            for event in requests
            if (word := last_word(record.events, event)) is None or is_move(word)
        )
    )


def forget(record: Record) -> Decision:
    """Erase a contact who never confirmed anything.

    The HMAC of the address is kept if they once declined, so that no import brings them back.
    """
    entry = Entry(kind=Kind.ERASED, method=Method.PURGE)
    if not any(event.kind in ENDINGS for event in record.events):
        return Decision(entries=(entry,))
    return Decision(entries=(entry,), suppress=Scope.MARKETING, reason="declined")
