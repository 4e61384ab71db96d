"""Checkpoints: a signature over the heads of all chains, and how it travels to the owner. Pure.

The heads are hashed step by step: each checkpoint's `heads` is SHA-256 over those of the checkpoint
before it and the digests of all events since, in the order of their numbers. An event's digest is
over its own fields and the digest of the event before it in its chain, so that `heads` stands for
every chain up to its head then, a new one costs no more than what is new, and `verify` recomputes
all of them in one walk.

The signature (Ed25519) is over the canonical JSON of every field but itself. A checkpoint in a mail
is armoured as in RFC 7468: base64 between two marks, which survives any mail program.
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
from ..permission.record import Decision, Notice, Template
from .signing import PublicKey, SigningKey

NO_HEADS = ""
"""What the first checkpoint's heads begin with."""

BEGIN = "-----BEGIN ATRAE CHECKPOINT-----"
END = "-----END ATRAE CHECKPOINT-----"
ARMOUR = re.compile(f"{BEGIN}(.{{1,8000}}?){END}", re.DOTALL)
LARGEST_MAIL = 1 << 20
"""Octets. A file that is larger is not read as a mail of ours."""


class CheckpointError(ValueError):
    """What was read is no checkpoint of ours, or not whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Every event up to the number `last`, vouched for at `at` by the holder of key `key_id`."""

    id: int
    """1, 2, 3 … without a gap."""
    at: str
    last: int
    heads: str
    key_id: str
    signature: str

    @property
    def message(self) -> bytes:
        """What is signed."""
        fields = {name: value for name, value in asdict(self).items() if name != "signature"}
        return b"atrae checkpoint\n" + canonical_json(fields)

    @property
    def moment(self) -> datetime:
        """When it was made, in UTC."""
        return datetime.fromisoformat(self.at)

    def is_by(self, key: PublicKey) -> bool:
        """Whether `key` made it, and no byte of it is another."""
        return key.id == self.key_id and key.vouches(self.message, self.signature)


def heads_after(heads: str, digests: Iterable[str]) -> str:
    """Go on from the `heads` of a checkpoint with the digests of the events since."""
    running = hashlib.sha256(heads.encode())
    for digest in digests:
        running.update(b"\n" + digest.encode())
    return running.hexdigest()


def signed(
    before: Checkpoint | None, *, at: datetime, last: int, heads: str, key: SigningKey
) -> Checkpoint:
    """The checkpoint that follows `before`."""
    bare = Checkpoint(
        id=before.id + 1 if before else 1,
        at=spell(at),
        last=last,
        heads=heads,
        key_id=key.public.id,
        signature="",
    )
    return replace(bare, signature=key.sign(bare.message))


def sealing(made: Checkpoint, *, mailed: bool) -> Decision:
    """What to write with a checkpoint: the event that says so, and the mail that it asks for."""
    method = Method.MAILED if mailed else Method.SEALER
    entry = Entry(kind=Kind.SEALED, method=method, detail=asdict(made))
    notices = (Notice(template=Template.SEALED, about=(0,)),) if mailed else ()
    return Decision(entries=(entry,), notices=notices)


def armoured(checkpoint: Checkpoint, key: PublicKey) -> str:
    """The checkpoint and the key that it can be checked with, as lines for a mail."""
    body = canonical_json({**asdict(checkpoint), "public_key": key.hex})
    lines = wrap(base64.b64encode(body).decode(), 64)
    return "\n".join((BEGIN, *lines, END))


def read_mailed(content: bytes) -> tuple[Checkpoint, PublicKey]:
    """The checkpoint in a mail's text, or in a whole mail as it was saved (`.eml`).

    Raises `CheckpointError` where there is none, or where its signature does not hold. Line breaks,
    spaces and quotation marks that a mail program added do no harm.
    """
    if len(content) > LARGEST_MAIL:
        raise CheckpointError("this is too large for a checkpoint's mail")
    # As a mail first: in its source, quoted-printable may have altered the block.
    texts = (_text_of(content), content.decode(errors="replace"))
    blocks = [found[1] for found in map(ARMOUR.search, texts) if found]
    if not blocks:
        raise CheckpointError(f"there is no checkpoint in it: look for the line {BEGIN}")
    checkpoint, key = _unarmoured(re.sub(r"[\s>]", "", blocks[0]))
    if not checkpoint.is_by(key):
        raise CheckpointError(f"the signature of checkpoint {checkpoint.id} does not hold")
    return checkpoint, key


def _unarmoured(body: str) -> tuple[Checkpoint, PublicKey]:
    try:
        fields = json.loads(base64.b64decode(body, validate=True))
        key = PublicKey(fields.pop("public_key"))
        checkpoint = Checkpoint(**fields)
        if armoured(checkpoint, key) != "\n".join((BEGIN, *wrap(body, 64), END)):
            raise CheckpointError("the checkpoint is not spelled as we spell it")
        return checkpoint, key
    except CheckpointError:
        raise
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise CheckpointError("the checkpoint in it is not whole") from fault


def _text_of(content: bytes) -> str:
    message = message_from_bytes(content, policy=mail_policy)
    part = message.get_body(("plain", "html"))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError, KeyError):
        return ""
