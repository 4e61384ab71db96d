"""Gated guides for people who have confirmed something: a new link, or another guide.

A link in an email proves access to the mailbox, as a confirmation does. What it requests is sent
to that mailbox only, so a forwarded email gives nothing away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ..catalogue import Catalogue, Lasts, Wording
from .ledger import Entry, Kind, Method, is_recent
from .record import NOTHING, Decision, Limits, Record, Template, owe

LINK_REQUESTS = ((Kind.ACCESS_ASKED, Method.LINK), (Kind.REQUESTED, Method.OFFER))
"""Requests by a link in an email: a new link, or another guide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A guide and the wording that requests it."""

    name: str
    wording: Wording
    is_here: bool
    """Whether it was confirmed before; then the button sends a new link."""


def resend_link(
    purpose: str, record: Record, *, now: datetime, language: str, limits: Limits
) -> Decision:
    """Send a new link to the guide of `purpose`, if the permission for it still holds."""
    grant = record.permission(purpose).grant
    if grant is None or record.suppressed or _is_too_often(purpose, record, now, limits):
        return NOTHING
    entry = Entry(
        Kind.ACCESS_ASKED, purpose, wording=grant.wording, language=language, method=Method.LINK
    )
    return Decision(entries=(entry,), notices=owe(Template.LINK, (entry,)))


def accept_offer(wording: Wording, record: Record, *, now: datetime, limits: Limits) -> Decision:
    """Request and confirm the guide of `wording` at once, because the link proves the mailbox.

    A guide that the person already has is sent again.
    """
    language = wording.language
    if record.permission(wording.purpose).grant is not None:
        return resend_link(wording.purpose, record, now=now, language=language, limits=limits)
    if not may_accept_offers(record) or _is_too_often(wording.purpose, record, now, limits):
        return NOTHING
    entries = tuple(
        Entry(kind, wording.purpose, wording=wording.digest, language=language, method=method)
        for kind, method in ((Kind.REQUESTED, Method.OFFER), (Kind.CONFIRMED, Method.LINK))
    )
    return Decision(entries=entries, notices=owe(Template.RECEIPT, entries[1:]))


def may_accept_offers(record: Record) -> bool:
    """Return whether the person may have guides without a form: they have confirmed something."""
    return record.is_known and not record.suppressed


def offers(catalogue: Catalogue, record: Record, language: str) -> Iterator[Offer]:
    """Yield every guide of the site, worded in `language` or else in the site's first language.

    Without a privacy notice in that language, a guide cannot be offered.
    """
    for purpose in catalogue.purposes.values():
        available = language if language in purpose.wording else catalogue.default_language
        is_worded = available in purpose.wording and available in catalogue.privacy
        if is_worded and is_guide(catalogue, purpose.id):
            yield Offer(
                name=catalogue.text(purpose.name, language),
                wording=catalogue.wording(purpose.id, available),
                is_here=record.permission(purpose.id).grant is not None,
            )


def is_guide(catalogue: Catalogue, purpose: str) -> bool:
    """Return whether `purpose` delivers a file and lasts once."""
    declared = catalogue.purposes.get(purpose)
    return declared is not None and declared.lasts is Lasts.ONCE and bool(declared.resource)


def _is_too_often(purpose: str, record: Record, now: datetime, limits: Limits) -> bool:
    requests = [event for event in record.events if (event.kind, event.method) in LINK_REQUESTS]
    if any(e.purpose == purpose and is_recent(e.at, now, limits.window) for e in requests):
        return True
    return limits.guides.is_used_up([event.at for event in requests], now)
