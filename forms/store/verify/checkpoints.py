"""The checkpoints: unbroken, signed, over the very events that are there, and as they were mailed.

One walk along the ledger in the order of its numbers serves all of them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, select

from ...evidence.checkpoint import NO_HEADS, Checkpoint, heads_after
from ...evidence.signing import PublicKey
from ...permission.ledger import Event, Kind
from ..database.tables import checkpoint, detail, ledger
from ..records.checkpoints import checkpoint_from_row, public_keys
from .finding import Finding, Trust

FETCHED = 1000


def check_checkpoints(
    connection: Connection, system: Sequence[Event], trust: Trust
) -> Iterator[Finding]:
    """Every checkpoint in turn, then the last one against what the owner holds."""
    keys = {key.id: key for key in public_keys(connection)} | {key.id: key for key in trust.keys}
    announced = _announced(connection, system)
    made = connection.execute(select(checkpoint).order_by(checkpoint.c.id)).all()
    query = select(ledger.c.seq, ledger.c.digest).order_by(ledger.c.seq)
    with connection.execute(query, execution_options={"yield_per": FETCHED}) as rows:
        yield from _each(
            made, _Walk((int(seq), str(digest)) for seq, digest in rows), keys, announced
        )
    for number in announced:
        yield Finding(f"checkpoint {number}", "the ledger says that it was made, and it is gone")
    yield from _trusted(checkpoint_from_row(made[-1]) if made else None, trust)
    yield from _as_mailed(connection, trust.mailed)


def _each(
    made: Sequence[Row[Any]],
    walk: "_Walk",
    keys: Mapping[str, PublicKey],
    announced: dict[int, dict[str, Any]],
) -> Iterator[Finding]:
    """Takes out of `announced` what is there."""
    before: Checkpoint | None = None
    for row in made:
        found = checkpoint_from_row(row)
        place = f"checkpoint {found.id}"
        if found.id != (before.id + 1 if before else 1):
            yield Finding(f"checkpoint {found.id - 1}", "it is gone")
        if found.key_id not in keys:
            yield Finding(place, f"its key {found.key_id} is not known")
        elif not found.is_by(keys[found.key_id]):
            yield Finding(place, "it was altered: its signature does not hold")
        elif before is None or before.id == found.id - 1:
            yield from walk.held_against(found, before)
        if announced.pop(found.id, None) != asdict(found):
            yield Finding(place, "the ledger does not say that it was made so")
        before = found


class _Walk:
    """Goes along the ledger once, from checkpoint to checkpoint."""

    def __init__(self, rows: Iterator[tuple[int, str]]) -> None:
        self._rows = rows
        self._next = next(self._rows, None)
        self._missing = 0

    def held_against(self, found: Checkpoint, before: Checkpoint | None) -> Iterator[Finding]:
        """The events since `before` hash to the heads of `found`."""
        first = before.last + 1 if before else 1
        heads = heads_after(before.heads if before else NO_HEADS, self._digests(first, found.last))
        if heads != found.heads:
            hint = f"; event {self._missing} is not there" if self._missing else ""
            yield Finding(
                f"checkpoint {found.id}",
                f"the events from {first} to {found.last} are not those that it sealed{hint}",
            )

    def _digests(self, first: int, last: int) -> Iterator[str]:
        """In the order of the numbers. `_missing` is the first number that was skipped."""
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


def _announced(connection: Connection, system: Sequence[Event]) -> dict[int, dict[str, Any]]:
    """What the system's events say of each checkpoint, by its number."""
    seqs = [event.seq for event in system if event.kind is Kind.SEALED]
    rows: Iterator[Row[Any]] = iter(())
    if seqs:
        query = select(detail.c.event, detail.c.body).where(
            detail.c.event.between(seqs[0], seqs[-1])
        )
        rows = iter(connection.execute(query.order_by(detail.c.event)))
    wanted, said = frozenset(seqs), {}
    for row in rows:
        if row.event in wanted:
            try:
                body = json.loads(row.body)
                said[int(body["id"])] = body
            except (ValueError, KeyError, TypeError):
                continue
    return said


def _trusted(last: Checkpoint | None, trust: Trust) -> Iterator[Finding]:
    ids = [key.id for key in trust.keys]
    if last is not None and ids and last.key_id not in ids:
        yield Finding(
            f"checkpoint {last.id}",
            f"it was made with key {last.key_id}, which is not one that you trust "
            f"({', '.join(ids)})",
        )


def _as_mailed(connection: Connection, mailed: Checkpoint | None) -> Iterator[Finding]:
    if mailed is None:
        return
    place = f"checkpoint {mailed.id}"
    row = connection.execute(select(checkpoint).where(checkpoint.c.id == mailed.id)).one_or_none()
    if row is None:
        yield Finding(place, "it was mailed, and the database does not have it: the record was cut")
    elif checkpoint_from_row(row) != mailed:
        yield Finding(place, "the database has another one than was mailed: the past was rewritten")
