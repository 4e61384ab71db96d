"""Chains for suppressions that were added before suppressions had chains.

Each suppression gets the event that the ledger lacks. Its time is that of the migration, its method
is `migrated`, and its detail is the row with the row's own time. It proves nothing about the past.
"""

import json
import secrets
from collections.abc import Iterator
from datetime import UTC
from itertools import count

import sqlalchemy as sa
from alembic import context, op

from forms.declared.canonical import Json, canonical_json, digest_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MIGRATED = "migrated"
PREFIX = "suppression:"
BATCH = 500

_SUPPRESSIONS = sa.text(
    "SELECT address, scope, key_id, reason, at FROM suppression "
    "WHERE address > :address OR (address = :address AND scope > :scope) "
    "ORDER BY address, scope LIMIT :batch"
)
_CHAINS = sa.text(
    "SELECT ledger.subject, ledger.digest, detail.body FROM ledger "
    "LEFT JOIN detail ON detail.event = ledger.seq "
    "WHERE ledger.subject IN :subjects ORDER BY ledger.seq"
).bindparams(sa.bindparam("subjects", expanding=True))
_EMPTY = ("purpose", "wording", "form", "form_version", "page", "language", "campaign")
_EVENT = ("seq", "at", "subject", *_EMPTY, "kind", "method", "detail", "prev", "digest")
_ADD_EVENT = sa.text(
    f"INSERT INTO ledger ({', '.join(_EVENT)}) VALUES ({', '.join(f':{name}' for name in _EVENT)})"
)
_ADD_DETAIL = sa.text("INSERT INTO detail (event, salt, body) VALUES (:event, :salt, :body)")


def upgrade() -> None:
    """Write the first event of each suppression that has none."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # A running handler waits, and then sees the new chains.
        connection.execute(sa.text("LOCK TABLE suppression IN SHARE MODE"))
    now = context.config.attributes["now"].astimezone(UTC)
    at = now.isoformat(timespec="microseconds").replace("+00:00", "Z")
    for rows in _batches(connection):
        _add_events(connection, rows, at)


def downgrade() -> None:
    """Change nothing: the ledger is append-only, and the earlier version ignores the events."""


def _batches(connection: sa.Connection) -> Iterator[list[dict[str, str]]]:
    last = {"address": "", "scope": ""}
    while rows := connection.execute(_SUPPRESSIONS, {**last, "batch": BATCH}).mappings().all():
        yield [dict(row) for row in rows]
        last = {name: rows[-1][name] for name in last}


def _add_events(connection: sa.Connection, rows: list[dict[str, str]], at: str) -> None:
    heads, scopes = _read_chains(connection, rows)
    events: list[dict[str, Json]] = []
    details: list[dict[str, Json]] = []
    numbers = _numbers(connection)
    for row in rows:
        subject = PREFIX + row.pop("address")
        if (subject, row["scope"]) in scopes:
            continue
        body, salt = canonical_json(dict[str, Json](row)).decode(), secrets.token_hex(16)
        event: dict[str, Json] = {
            **dict.fromkeys(_EMPTY, ""),
            "seq": next(numbers),
            "at": at,
            "subject": subject,
            "kind": "suppression.added",
            "method": MIGRATED,
            "detail": digest_of([salt, body]),
            "prev": heads.get(subject, ""),
        }
        heads[subject] = digest_of(event)
        events.append({**event, "digest": heads[subject]})
        details.append({"event": event["seq"], "salt": salt, "body": body})
    if events:
        connection.execute(_ADD_EVENT, events)
        connection.execute(_ADD_DETAIL, details)


def _read_chains(
    connection: sa.Connection, rows: list[dict[str, str]]
) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """Return the heads of the existing chains, and the scopes that each of them has events for."""
    subjects = sorted({PREFIX + row["address"] for row in rows})
    heads, scopes = {}, set()
    for subject, digest, body in connection.execute(_CHAINS, {"subjects": subjects}):
        heads[subject] = digest
        scopes.add((subject, json.loads(body or "{}").get("scope", "")))
    return heads, scopes


def _numbers(connection: sa.Connection) -> Iterator[int]:
    if connection.dialect.name == "postgresql":
        while True:
            yield int(connection.execute(sa.text("SELECT nextval('ledger_seq')")).scalar_one())
    last = connection.execute(sa.text("SELECT coalesce(max(seq), 0) FROM ledger")).scalar_one()
    yield from count(int(last) + 1)
