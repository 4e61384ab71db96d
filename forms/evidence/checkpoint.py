"""Checkpoints: signatures over the heads of all chains, which are emailed to the owner.

A checkpoint's `heads` is the SHA-256 of the previous checkpoint's `heads` and the digests of all
events since, by number. An event's digest covers its fields and the digest before it in its chain,
so `heads` covers every chain. A new checkpoint reads only new events, and `verify` recomputes all
checkpoints in one pass.

The signature (Ed25519) covers the canonical JSON of every other field. In an email, a checkpoint is
armoured as in RFC 7468: base64 between two marks, which survives any mail program.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from email import message_from_bytes
from email.policy import default as mail_policy
from textwrap import wrap

from ..declared.canonical import canonical_json
from ..permission.ledger import Entry, Kind, Method, spell
from ..permission.record import Decision, Template, owe
from .signing import PublicKey, SigningKey

NO_HEADS = ""
"""`heads` before the first checkpoint."""

BEGIN = "-----BEGIN ATRAE CHECKPOINT-----"
END = "-----END ATRAE CHECKPOINT-----"
ARMOUR = re.compile(f"{BEGIN}(.{{1,8000}}?){END}", re.DOTALL)
LARGEST_MAIL = 1 << 20
"""Octets; a larger file is refused."""


class CheckpointError(ValueError):
    """There is no checkpoint, or it is damaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signature over every event up to the number `last`."""

    id: int
    """1, 2, 3 … without a gap."""
    at: str
    last: int
    heads: str
    key_id: str
    signature: str

    @property
    def message(self) -> bytes:
        """Signed message."""
        fields = {name: value for name, value in asdict(self).items() if name != "signature"}
        return b"atrae checkpoint\n" + canonical_json(fields)

    @property
    def moment(self) -> datetime:
        """Time of the checkpoint, in UTC."""
        return datetime.fromisoformat(self.at)

    def is_by(self, key: PublicKey) -> bool:
        """Return whether `key` signed it and nothing was altered."""
        return key.id == self.key_id and key.vouches(self.message, self.signature)


def heads_after(heads: str, digests: Iterable[str]) -> str:
    """Return `heads` after the events with these digests."""
    running = hashlib.sha256(heads.encode())
    for digest in digests:
        running.update(b"\n" + digest.encode())
    return running.hexdigest()


def signed(
    before: Checkpoint | None, *, at: datetime, last: int, heads: str, key: SigningKey
) -> Checkpoint:
    """Return the checkpoint that follows `before`."""
    bare = Checkpoint(
        id=before.id + 1 if before else 1,
        at=spell(at),
        last=last,
        heads=heads,
        key_id=key.public.id,
        signature="",
    )
    return replace(bare, signature=key.sign(bare.message))


def sealing(checkpoint: Checkpoint, *, mailed: bool) -> Decision:
    """Record a checkpoint, and email it if it is `mailed`."""
    method = Method.MAILED if mailed else Method.SEALER
    entry = Entry(kind=Kind.SEALED, method=method, detail=asdict(checkpoint))
    notices = owe(Template.SEALED, (entry,)) if mailed else ()
    return Decision(entries=(entry,), notices=notices)


def armoured(checkpoint: Checkpoint, key: PublicKey) -> str:
    """Return the checkpoint and its public key as lines of an email."""
    body = canonical_json({**asdict(checkpoint), "public_key": key.hex})
    lines = wrap(base64.b64encode(body).decode(), 64)
    return "\n".join((BEGIN, *lines, END))


def read_mailed(content: bytes) -> tuple[Checkpoint, PublicKey]:
    """Read the checkpoint in an email's text or in a saved email (`.eml`).

    Line breaks, spaces and quotation marks that a mail program added are ignored.

    Raises:
        CheckpointError: There is none, or its signature is wrong.
    """
    if len(content) > LARGEST_MAIL:
        raise CheckpointError("this file is too large for an email with a checkpoint")
    # The decoded text first, because quoted-printable may have altered the source.
    texts = (_text_of(content), content.decode(errors="replace"))
    blocks = [match[1] for match in map(ARMOUR.search, texts) if match]
    if not blocks:
        raise CheckpointError(f"there is no checkpoint in this file: look for the line {BEGIN}")
    checkpoint, key = _unarmoured(re.sub(r"[\s>]", "", blocks[0]))
    if not checkpoint.is_by(key):
        raise CheckpointError(f"the signature of checkpoint {checkpoint.id} is wrong")
    return checkpoint, key


def _unarmoured(body: str) -> tuple[Checkpoint, PublicKey]:
    try:
        fields = json.loads(base64.b64decode(body, validate=True))
        key = PublicKey(fields.pop("public_key"))
        checkpoint = Checkpoint(**fields)
        canonical = armoured(checkpoint, key)
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CheckpointError("the checkpoint is damaged") from error
    if canonical != "\n".join((BEGIN, *wrap(body, 64), END)):
        raise CheckpointError("the checkpoint is not in canonical form")
    return checkpoint, key


def _text_of(content: bytes) -> str:
    message = message_from_bytes(content, policy=mail_policy)
    part = message.get_body(("plain", "html"))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError, KeyError):
        return ""
