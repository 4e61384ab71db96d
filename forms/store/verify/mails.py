"""The outbox against the chain of its contact: why each mail left, and which of them are gone."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row

from ...evidence.audit import TEMPLATES, Mail, Story, faults, unheld, unwritten
from ...permission.ledger import Kind
from ..queues.outbox import Fate
from .finding import Finding

_FATES = frozenset(map(str, Fate))


def check_mails(
    story: Story, mails: Sequence[Row[Any]], requests: Sequence[Row[Any]]
) -> Iterator[Finding]:
    """Each mail and each open request of a contact; then what should be there and is not."""
    read = [_read(row, story) for row in mails]
    for row, mail in zip(mails, read, strict=True):
        yield from _mail(row, mail, story)
    held = set()
    for row in requests:
        asked = story.about(_numbers(row.events))
        if not asked or any(event.kind is not Kind.REQUESTED for event in asked):
            yield Finding(f"pending {row.id}", "it names no request of its contact")
        held |= {event.seq for event in asked}
    for event, fault in (*unwritten(story, read), *unheld(story, read, held)):
        yield Finding(f"ledger event {event.seq}", fault)


def _mail(row: Row[Any], mail: Mail, story: Story) -> Iterator[Finding]:
    place = f"mail {row.id}"
    if row.template not in TEMPLATES or row.state not in _FATES:
        yield Finding(place, "there is no such template or state")
        return
    found = next(faults(mail, story), None)
    if found is not None:
        yield Finding(place, found)
    elif row.dedupe != f"{row.template}:{row.because}":
        yield Finding(place, "it is not the one mail that its event asked for")


def _read(row: Row[Any], story: Story) -> Mail:
    return Mail(
        template=row.template,
        because=row.because,
        events=story.about(_numbers(row.events)),
        created=row.created,
        sent=row.at if row.state == Fate.SENT else "",
        checked=row.checked,
    )


def _numbers(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
