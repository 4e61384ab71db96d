"""Export all contacts with their states, or the ledger with its details, row by row.

Order and spelling are the same on both databases: equal records give equal bytes.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TextIO

from sqlalchemy import Connection, select

from ...declared.canonical import Json
from ...permission.ledger import SYSTEM, concerns, permission_of
from ..database.tables import contact, detail, ledger
from ..records.rows import STREAMED, event_from_row

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet read a cell as a formula."""

ExportRow = dict[str, Json]


def contact_rows(connection: Connection) -> Iterator[ExportRow]:
    """Yield a row for each contact and each of its purposes."""
    query = (
        select(ledger, contact.c.address, contact.c.created)
        .join(contact, contact.c.id == ledger.c.subject)
        .where(ledger.c.subject != SYSTEM)
        .order_by(ledger.c.subject, ledger.c.seq)
    )
    rows = connection.execute(query, execution_options=STREAMED)
    for subject, group in groupby(rows, key=lambda row: str(row.subject)):
        chain = list(group)
        events = [event_from_row(row) for row in chain]
        for purpose in sorted({event.purpose for event in events if event.purpose}):
            permission = permission_of(events, purpose)
            last = [event for event in events if concerns(event, purpose)][-1]
            grant = permission.grant
            yield {
                "contact": subject,
                "address": chain[0].address or "",
                "created": chain[0].created,
                "purpose": purpose,
                "state": str(permission.state),
                "since": last.at,
                "confirmed": grant.at if grant else "",
                "language": grant.language if grant else last.language,
                "wording": grant.wording if grant else "",
            }


def event_rows(connection: Connection) -> Iterator[ExportRow]:
    """Yield a row for each event, in order, with its detail unless that is erased."""
    query = (
        select(ledger, detail.c.body)
        .outerjoin(detail, detail.c.event == ledger.c.seq)
        .order_by(ledger.c.seq)
    )
    for row in connection.execute(query, execution_options=STREAMED).mappings():
        fields: ExportRow = {str(name): value for name, value in row.items()}
        body, digest = fields.pop("body"), fields.pop("detail")
        yield fields | {"detail": json.loads(str(body)) if body else None, "detail_digest": digest}


def write_jsonl(rows: Iterable[ExportRow], out: TextIO) -> int:
    """Write a JSON object per line; return the number of rows."""
    number = 0
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        number += 1
    return number


def write_csv(rows: Iterable[ExportRow], out: TextIO) -> int:
    """Write CSV with a header (RFC 4180), safe for spreadsheets; return the number of rows."""
    writer, number = csv.writer(out), 0
    for number, row in enumerate(rows, 1):
        if number == 1:
            writer.writerow(row)
        writer.writerow(_cells(row))
    return number


def _cells(row: Mapping[str, Json]) -> Iterator[str]:
    for value in row.values():
        if isinstance(value, dict):
            yield json.dumps(value, ensure_ascii=False)
        else:
            text = "" if value is None else str(value)
            yield f"'{text}" if text.startswith(FORMULA) else text
