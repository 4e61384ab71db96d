"""Guides for people whom we know: a fresh link to one, and another one with one press. Pure.

A link of a mail proves that whoever holds it reads that mailbox, as a confirmation does. What it
asks for goes to that mailbox and nowhere else, so a mail that was passed on gives nothing away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..catalogue import Catalogue, Lasts, Wording
from .ledger import Entry, Event, Kind, is_recent
from .record import BY_LINK, NOTHING, Decision, Limits, Notice, Record, Template

BY_OFFER = "offer"
"""The method of a request that was made by the link of a mail, without a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A guide, and the words with which it is asked for."""

    name: str
    wording: Wording
    is_here: bool
    """It was confirmed before; pressing again sends a fresh link."""


def again(
    purpose: str, record: Record, *, now: datetime, language: str, limits: Limits
) -> Decision:
    """A fresh link to what `purpose` delivers, if the permission for it stands; else nothing."""
    grant = record.permission(purpose).grant
    if grant is None or record.suppressed or _too_often(purpose, record, now, limits):
        return NOTHING
    entry = Entry(
        kind=Kind.ACCESS_ASKED,
        purpose=purpose,
        wording=grant.wording,
        language=language,
        method=Template.LINK,
    )
    return Decision(entries=(entry,), notices=(Notice(template=Template.LINK, about=(0,)),))


def take(wording: Wording, record: Record, *, now: datetime, limits: Limits) -> Decision:
    """A known person presses the button beside `wording`: asked for and confirmed in one, for
    the link has confirmed the mailbox. What they have already is sent again."""
    language = wording.language
    if record.permission(wording.purpose).grant is not None:
        return again(wording.purpose, record, now=now, language=language, limits=limits)
    if not may_take(record) or _too_often(wording.purpose, record, now, limits):
        return NOTHING
    entries = tuple(
        Entry(
            kind=kind,
            purpose=wording.purpose,
            wording=wording.digest,
            language=language,
            method=method,
        )
        for kind, method in ((Kind.REQUESTED, BY_OFFER), (Kind.CONFIRMED, BY_LINK))
    )
    return Decision(entries=entries, notices=(Notice(template=Template.RECEIPT, about=(1,)),))


def may_take(record: Record) -> bool:
    """Whether there is anything to be had without the form: for who has confirmed something."""
    return record.is_known and not record.suppressed


def offers(
    catalogue: Catalogue, record: Record, language: str, *, spoken: Mapping[str, str]
) -> tuple[Offer, ...]:
    """Every guide of the site, with its words in `language` or in the site's first one.

    `spoken` are the privacy notices by language: what has none cannot be asked for.
    """
    found = []
    for purpose in catalogue.purposes.values():
        told = next(
            (each for each in (language, catalogue.default_language) if each in purpose.wording),
            None,
        )
        if is_guide(catalogue, purpose.id) and told is not None and told in spoken:
            found.append(
                Offer(
                    name=catalogue.text(purpose.name, language),
                    wording=catalogue.wording(purpose.id, told),
                    is_here=record.permission(purpose.id).grant is not None,
                )
            )
    return tuple(found)


def is_guide(catalogue: Catalogue, purpose: str) -> bool:
    """Whether `purpose` is a file that is asked for once."""
    declared = catalogue.purposes.get(purpose)
    return declared is not None and declared.lasts is Lasts.ONCE and bool(declared.resource)


def _too_often(purpose: str, record: Record, now: datetime, limits: Limits) -> bool:
    mine = [event for event in record.events if _is_ours(event)]

    def since(time: timedelta) -> list[Event]:
        return [event for event in mine if is_recent(event.at, now, time)]

    if any(event.purpose == purpose for event in since(limits.window)):
        return True
    return len(since(timedelta(hours=1))) >= limits.burst * 3 or (
        len(since(timedelta(days=1))) >= limits.daily * 2
    )


def _is_ours(event: Event) -> bool:
    asked_again = event.kind is Kind.ACCESS_ASKED and event.method == Template.LINK
    return asked_again or (event.kind is Kind.REQUESTED and event.method == BY_OFFER)
