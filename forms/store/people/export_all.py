"""Everything, line by line: contacts with their states, and the ledger with its details.

The order and the spelling are the same on both databases: exports of equal records are equal
bytes.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TextIO

from sqlalchemy import Connection, select

from ...declared.canonical import Json
from ...permission.ledger import SYSTEM, permission_of
from ..database.tables import contact, detail, ledger
from ..records.rows import event_of

STREAMED = {"yield_per": 1000}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

Line = dict[str, Json]


def contacts(connection: Connection) -> Iterator[Line]:
    """One line for each contact and purpose that it was ever asked about."""
    query = (
        select(ledger, contact.c.address.label("_address"), contact.c.created.label("_created"))
        .join(contact, contact.c.id == ledger.c.subject)
        .where(ledger.c.subject != SYSTEM)
        .order_by(ledger.c.subject, ledger.c.seq)
    )
    rows = connection.execute(query, execution_options=STREAMED).mappings()
    for subject, group in groupby(rows, key=lambda row: str(row["subject"])):
        chain = list(group)
        events = [
            event_of({str(k): v for k, v in row.items() if not str(k).startswith("_")})
            for row in chain
        ]
        for purpose in sorted({event.purpose for event in events if event.purpose}):
            permission = permission_of(events, purpose)
            last = [event for event in events if event.purpose in ("", purpose)][-1]
            grant = permission.grant
            yield {
                "contact": subject,
                "address": chain[0]["_address"] or "",
                "created": chain[0]["_created"],
                "purpose": purpose,
                "state": str(permission.state),
                "since": last.at,
                "confirmed": grant.at if grant else "",
                "language": grant.language if grant else last.language,
                "wording": grant.wording if grant else "",
            }


def events(connection: Connection) -> Iterator[Line]:
    """One line for each event, in order, with the detail that there still is."""
    query = (
        select(ledger, detail.c.body.label("_body"))
        .outerjoin(detail, detail.c.event == ledger.c.seq)
        .order_by(ledger.c.seq)
    )
    for row in connection.execute(query, execution_options=STREAMED).mappings():
        fields: Line = {str(name): row[name] for name in row if name not in ("_body", "detail")}
        body = row["_body"]
        yield {
            **fields,
            "detail": json.loads(body) if body else None,
            "detail_digest": row["detail"],
        }


def write_jsonl(lines: Iterable[Line], out: TextIO) -> int:
    """JSON, an object a line; returns how many."""
    number = 0
    for line in lines:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
        number += 1
    return number


def write_csv(lines: Iterable[Line], out: TextIO) -> int:
    """CSV with a header (RFC 4180), safe to be opened in a spreadsheet; returns how many."""
    writer, number = csv.writer(out), 0
    for line in lines:
        if not number:
            writer.writerow(line)
        writer.writerow(_cells(line))
        number += 1
    return number


def _cells(line: Mapping[str, Json]) -> Iterator[str]:
    for value in line.values():
        if isinstance(value, dict):
            yield json.dumps(value, ensure_ascii=False)
        else:
            text = "" if value is None else str(value)
            yield f"'{text}" if text.startswith(FORMULA) else text
