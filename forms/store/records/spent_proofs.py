"""Used proofs of work: each is valid for one contact, on all handlers.

A proof is spent in the transaction of its request. Sending the request again for the same address
is allowed, because the first response may have been lost.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam

from ...permission.ledger import spell
from ..database.prepared import Prepared
from ..database.tables import spent
from ..database.writers import Write
from .statements import insert_into
from .store import Committed

VALID_FOR = timedelta(minutes=20)
"""How long a challenge can be solved after it was issued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A solved challenge: when it was issued, and the nonce that makes it unique."""

    issued: datetime
    nonce: str


class SpentError(Exception):
    """The proof was used for another address; nothing of this request is written."""


def spending(proof: Proof | None, request: Write[Committed]) -> Write[Committed]:
    """Return `request` extended to spend `proof`; running it may raise `SpentError`."""
    if proof is None:
        return request

    def write(connection: Connection) -> Committed:
        committed = request(connection)
        # Twice the validity: the clocks of several handlers may differ.
        expires = spell(proof.issued + 2 * VALID_FOR)
        row = {"nonce": proof.nonce, "contact": committed.contact, "expires": expires}
        if _SPEND[connection.dialect.name].scalar(connection, row) != committed.contact:
            raise SpentError
        return committed

    return write


def _spend(dialect: str) -> Prepared:
    row = insert_into(spent, dialect)
    # An update without effect makes one statement insert or wait, and return the row.
    unchanged = {"nonce": row.excluded.nonce}
    return Prepared(
        row.values({column: bindparam(column.name) for column in spent.columns})
        .on_conflict_do_update(index_elements=[spent.c.nonce], set_=unchanged)
        .returning(spent.c.contact)
    )


_SPEND = {name: _spend(name) for name in ("sqlite", "postgresql")}
