"""The suppression list against the chains of its concealed addresses."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row

from ...declared.canonical import Json
from ...evidence.audit import Chain
from ...permission.ledger import Event, Kind
from .finding import Finding


def check_suppressions(address: str, chain: Chain, rows: Sequence[Row[Any]]) -> Iterator[Finding]:
    """The last word of each scope: it was added, and the row says so; or lifted, and it is gone."""
    there = {str(row.scope): row for row in rows}
    last = {str(chain.details.get(event.seq, {}).get("scope", "")): event for event in chain.events}
    for scope, event in last.items():
        place, row = f"suppression {address} {scope}", there.pop(scope, None)
        if event.kind is Kind.LIFTED:
            if row is not None:
                yield Finding(place, f"event {event.seq} lifted it, and it is there")
        elif row is None:
            yield Finding(place, f"event {event.seq} added it, and it is gone")
        elif _of_row(row) != _of_event(event, chain):
            yield Finding(place, f"it is not as event {event.seq} added it")
    for scope in there:
        yield Finding(f"suppression {address} {scope}", "the ledger does not say that it was added")


def _of_row(row: Row[Any]) -> dict[str, Json]:
    return {"at": row.at, "scope": row.scope, "reason": row.reason, "key_id": row.key_id}


def _of_event(event: Event, chain: Chain) -> dict[str, Json]:
    return {"at": event.at, **chain.details.get(event.seq, {})}
