"""Proof of work, as ALTCHA has it (version 2): a sum that costs a browser about half a second.

The handler gives out a challenge with its signature and keeps nothing of it. Whoever solves it has
tried keys (PBKDF2-SHA-256, some 256 times) until one begins with a zero byte; the handler derives
that one key again. A challenge is good for one form, for some minutes, and for one address
(`store.spending`): who sends the same form twice, for the answer was lost, is not asked to solve
another.
"""

import binascii
import hashlib
import hmac
import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime

from ...declared.canonical import Json, canonical_json
from ...permission.proof_of_work import VALID_FOR, Proof
from .signed_time import Signer, milliseconds, moment_of

FIELD = "altcha"
"""The field of the form that brings the solution, as ALTCHA's own widget names it."""

ALGORITHM = "PBKDF2/SHA-256"
COST = 5000
PREFIX = "00"
KEY_LENGTH = 32
LONGEST_PAYLOAD = 2048


@dataclass(frozen=True, slots=True)
class Challenges:
    """Gives out challenges and judges what comes back. The first of `keys` signs, all are read."""

    keys: tuple[str, ...]

    def make(self, form: str, *, now: datetime, nonce: str, salt: str) -> dict[str, Json]:
        """A challenge for `form`, as JSON; `nonce` and `salt` are 32 random hexadecimal digits."""
        parameters: dict[str, Json] = {
            "algorithm": ALGORITHM,
            "cost": COST,
            "data": {"form": form, "issued": milliseconds(now)},
            "expiresAt": int((now + VALID_FOR).timestamp()),
            "keyLength": KEY_LENGTH,
            "keyPrefix": PREFIX,
            "nonce": nonce,
            "salt": salt,
        }
        return {"parameters": parameters, "signature": self._sign(parameters)}

    def read(self, payload: str, form: str, *, now: datetime) -> Proof | None:
        """The proof in `payload` (Base64 of JSON); `None` where it is none, or too old, or for
        another form. Costs about two milliseconds, and next to nothing where nothing is signed."""
        match _opened(payload):
            case {
                "challenge": {"parameters": dict(parameters), "signature": str(signature)},
                "solution": {"counter": int(counter), "derivedKey": str(key)},
            } if key.isascii() and self._signer.knows(_spelled(parameters), signature):
                return _proof(parameters, counter, key, form, now)
            case _:
                return None

    def _sign(self, parameters: dict[str, Json]) -> str:
        return self._signer.sign(canonical_json(parameters))

    @property
    def _signer(self) -> Signer:
        return Signer(self.keys, "challenge")


def derived(parameters: dict[str, Json], counter: int) -> bytes:
    """The key that `counter` leads to: nonce and counter are the password, the salt is the salt."""
    nonce, salt = str(parameters["nonce"]), str(parameters["salt"])
    password = bytes.fromhex(nonce) + counter.to_bytes(4, "big")
    return hashlib.pbkdf2_hmac("sha256", password, bytes.fromhex(salt), COST, KEY_LENGTH)


def _proof(
    parameters: dict[str, Json], counter: int, key: str, form: str, now: datetime
) -> Proof | None:
    """Of parameters that we have signed, though perhaps by another version of this program."""
    match parameters:
        case {
            "algorithm": str(algorithm),
            "cost": int(cost),
            "data": {"form": str(meant), "issued": int(issued)},
            "keyPrefix": str(prefix),
        } if (algorithm, cost, prefix, meant) == (ALGORITHM, COST, PREFIX, form):
            moment = moment_of(issued)
        case _:
            return None
    # One that seems to come from the future was given out by another handler, or the clock was put
    # back: it is ours all the same.
    if now >= moment + VALID_FOR or not 0 <= counter < 2**32:
        return None
    found = derived(parameters, counter).hex()
    right = hmac.compare_digest(found.encode(), key.encode("utf-8", "surrogatepass"))
    return (
        Proof(issued=moment, nonce=str(parameters["nonce"]))
        if right and found.startswith(PREFIX)
        else None
    )


def _opened(payload: str) -> object:
    if not payload or len(payload) > LONGEST_PAYLOAD:
        return None
    try:
        return json.loads(b64decode(payload, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None


def _spelled(parameters: dict[str, Json]) -> bytes:
    """As it would be signed; empty, which nobody signs, where it cannot be spelled."""
    try:
        return canonical_json(parameters)
    except (ValueError, RecursionError):
        return b""
