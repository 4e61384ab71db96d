"""The outbox against the chain of its contact: why each mail left, and which of them are gone."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row

from ...evidence.audit import TEMPLATES, Chain, MailRow, mail_faults, missing_mails, missing_pending
from ...permission.ledger import Kind
from ..queues.outbox import Fate
from .finding import Finding

_FATES = frozenset(map(str, Fate))


def check_mails(
    chain: Chain, mails: Sequence[Row[Any]], requests: Sequence[Row[Any]]
) -> Iterator[Finding]:
    """Each mail and each open request of a contact; then what should be there and is not."""
    read = [_read(row, chain) for row in mails]
    for row, mail in zip(mails, read, strict=True):
        yield from _mail(row, mail, chain)
    held = set()
    for row in requests:
        asked = chain.about(_numbers(row.events))
        if not asked or any(event.kind is not Kind.REQUESTED for event in asked):
            yield Finding(f"pending {row.id}", "it names no request of its contact")
        held |= {event.seq for event in asked}
    for event, fault in (*missing_mails(chain, read), *missing_pending(chain, read, held)):
        yield Finding(f"ledger event {event.seq}", fault)


def _mail(row: Row[Any], mail: MailRow, chain: Chain) -> Iterator[Finding]:
    place = f"mail {row.id}"
    if row.template not in TEMPLATES or row.state not in _FATES:
        yield Finding(place, "there is no such template or state")
        return
    found = next(mail_faults(mail, chain), None)
    if found is not None:
        yield Finding(place, found)
    elif row.dedupe != f"{row.template}:{row.because}":
        yield Finding(place, "it is not the one mail that its event asked for")


def _read(row: Row[Any], chain: Chain) -> MailRow:
    return MailRow(
        template=row.template,
        because=row.because,
        events=chain.about(_numbers(row.events)),
        created=row.created,
        sent=row.at if row.state == Fate.SENT else "",
        checked=row.checked,
    )


def _numbers(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
