"""Verify the checkpoints: complete, signed, over the events that exist, and equal to those mailed.

All of them are verified in one pass over the ledger, in the order of its numbers.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select

from ...declared.findings import Finding
from ...evidence.checkpoint import NO_HEADS, Checkpoint, heads_after
from ...evidence.signing import PublicKey
from ...permission.ledger import Event, Kind
from ..database.tables import checkpoint, detail, ledger
from ..records.checkpoints import public_keys
from ..records.rows import STREAMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Evidence that the owner keeps outside of the database."""

    keys: tuple[PublicKey, ...] = ()
    """Public keys, one of which must have signed the last checkpoint."""
    mailed: Checkpoint | None = None
    """A checkpoint as it was emailed."""


def check_checkpoints(
    connection: Connection, system: Sequence[Event], trust: Trust
) -> Iterator[Finding]:
    """Verify every checkpoint in order, then compare with what the owner keeps."""
    keys = {key.id: key for key in (*public_keys(connection), *trust.keys)}
    announced = _read_announced(connection, system)
    rows = connection.execute(select(checkpoint).order_by(checkpoint.c.id)).mappings()
    checkpoints = [Checkpoint(**row) for row in rows]
    query = select(ledger.c.seq, ledger.c.digest).order_by(ledger.c.seq)
    with connection.execute(query, execution_options=STREAMED) as events:
        cursor = _LedgerCursor((int(seq), str(digest)) for seq, digest in events)
        yield from _check_each(checkpoints, cursor, keys, announced)
    for number in announced:
        yield Finding(f"checkpoint {number}", "the ledger says that it was made, but it is gone")
    ids = [key.id for key in trust.keys]
    if checkpoints and ids and checkpoints[-1].key_id not in ids:
        last = checkpoints[-1]
        yield Finding(
            f"checkpoint {last.id}",
            f"it was signed with key {last.key_id}, which is not one that you trust "
            f"({', '.join(ids)})",
        )
    if trust.mailed is not None:
        stored = {stored.id: stored for stored in checkpoints}.get(trust.mailed.id)
        place = f"checkpoint {trust.mailed.id}"
        if stored is None:
            yield Finding(place, "it was mailed, but the database does not have it: rows were cut")
        elif stored != trust.mailed:
            yield Finding(place, "the mailed one differs from the database: the past was rewritten")


def _check_each(
    checkpoints: Sequence[Checkpoint],
    cursor: "_LedgerCursor",
    keys: Mapping[str, PublicKey],
    announced: dict[int, dict[str, Any]],
) -> Iterator[Finding]:
    """Verify each checkpoint, and remove it from `announced`."""
    before: Checkpoint | None = None
    for current in checkpoints:
        place = f"checkpoint {current.id}"
        if current.id != (before.id + 1 if before else 1):
            yield Finding(f"checkpoint {current.id - 1}", "it is gone")
        if current.key_id not in keys:
            yield Finding(place, f"its key {current.key_id} is unknown")
        elif not current.is_by(keys[current.key_id]):
            yield Finding(place, "it was altered: its signature is invalid")
        elif before is None or before.id == current.id - 1:
            yield from cursor.check_heads(current, before)
        if announced.pop(current.id, None) != asdict(current):
            yield Finding(place, "it differs from what the ledger says")
        before = current


class _LedgerCursor:
    """Reads the ledger once, from checkpoint to checkpoint."""

    def __init__(self, rows: Iterator[tuple[int, str]]) -> None:
        self._rows = rows
        self._next = next(self._rows, None)
        self._missing = 0

    def check_heads(self, current: Checkpoint, before: Checkpoint | None) -> Iterator[Finding]:
        """Compare the heads of `current` with those computed from the events since `before`."""
        first, heads = (before.last + 1, before.heads) if before else (1, NO_HEADS)
        if heads_after(heads, self._digests(first, current.last)) != current.heads:
            hint = f"; event {self._missing} is missing" if self._missing else ""
            yield Finding(
                f"checkpoint {current.id}",
                f"the events from {first} to {current.last} are not those it sealed{hint}",
            )

    def _digests(self, first: int, last: int) -> Iterator[str]:
        """Yield the digests in order, and set `_missing` to the first number that was skipped."""
        self._missing, expected = 0, first
        while self._next is not None and self._next[0] <= last:
            (number, digest), self._next = self._next, next(self._rows, None)
            if number < first:
                continue
            if number != expected and not self._missing:
                self._missing = expected
            expected = number + 1
            yield digest
        if expected <= last and not self._missing:
            self._missing = expected


def _read_announced(connection: Connection, system: Sequence[Event]) -> dict[int, dict[str, Any]]:
    """Return what the system's events record about each checkpoint, by its number."""
    seqs = frozenset(event.seq for event in system if event.kind is Kind.SEALED)
    if not seqs:
        return {}
    query = select(detail.c.event, detail.c.body).order_by(detail.c.event)
    announced = {}
    # A range, because the number of parameters is limited.
    for seq, text in connection.execute(query.where(detail.c.event.between(min(seqs), max(seqs)))):
        if seq in seqs:
            try:
                body = json.loads(text)
                announced[int(body["id"])] = body
            except (ValueError, KeyError, TypeError):
                continue
    return announced
