"""Proofs of work that are used up: each counts for one contact, whichever handler it comes to.

It is used in the transaction of the request that it is brought for. Bringing it twice for the same
address is no fault: the first answer may have been lost.
"""

from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from ...permission.ledger import spell
from ...permission.proof_of_work import VALID_FOR, Proof
from ..database.prepared import Prepared
from ..database.tables import spent
from ..database.writers import Write
from .store import Committed


class SpentError(Exception):
    """The proof was used for another address; nothing of this request is written."""


def paid_by(proof: Proof | None, request: Write[Committed]) -> Write[Committed]:
    """`request`, using up `proof` where there is one; carried out, it may raise `SpentError`."""
    if proof is None:
        return request

    def write(connection: Connection) -> Committed:
        committed = request(connection)
        # Twice as long as it is good: the clocks of several handlers may be apart.
        expires = spell(proof.issued + 2 * VALID_FOR)
        row = {"nonce": proof.nonce, "contact": committed.contact, "expires": expires}
        if _USE[connection.dialect.name].scalar(connection, row) != committed.contact:
            raise SpentError
        return committed

    return write


def _use(dialect: str) -> Prepared:
    row = (postgresql if dialect == "postgresql" else sqlite).insert(spent)
    # An update that changes nothing, so that the row is given back, and waited for, in one step.
    same = {"nonce": row.excluded.nonce}
    return Prepared(
        row.values({column: bindparam(column.name) for column in spent.columns})
        .on_conflict_do_update(index_elements=[spent.c.nonce], set_=same)
        .returning(spent.c.contact)
    )


_USE = {name: _use(name) for name in ("sqlite", "postgresql")}
