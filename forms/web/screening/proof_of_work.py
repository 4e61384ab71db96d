"""Proof of work as in ALTCHA, version 2: a calculation that slows bots down.

The handler issues a signed challenge and stores nothing. The browser derives keys (PBKDF2-SHA-256)
until one begins with a zero byte; the handler derives only that key. A challenge is valid for one
form, for some minutes and for one address (`store.records.spent_proofs`), so sending the same form
again after a lost response needs no second proof.
"""

import hashlib
import hmac
import json
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from ...declared.canonical import Json, canonical_json
from ...store.records.spent_proofs import VALID_FOR, Proof
from .signed_time import Signer, milliseconds, moment_of

FIELD = "altcha"
"""Form field of the solution, with the name that ALTCHA's widget uses."""

ALGORITHM = "PBKDF2/SHA-256"
COST = 5000
PREFIX = "00"
KEY_LENGTH = 32
LONGEST_PAYLOAD = 2048


@dataclass(frozen=True, slots=True)
class Challenges(Signer):
    """Issues challenges and checks solutions."""

    use = "challenge"

    def make(self, form: str, *, now: datetime, nonce: str, salt: str) -> dict[str, Json]:
        """Return a challenge for `form`. `nonce` and `salt` are 32 random hexadecimal digits."""
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
        signature = self.sign(canonical_json(parameters))
        return {"parameters": parameters, "signature": signature}

    def read(self, payload: str, form: str, *, now: datetime) -> Proof | None:
        """Return the proof in `payload` (JSON in Base64).

        `None` if it isn't valid, is too old or belongs to another form. The signature is checked
        first, because the derivation is the expensive part.
        """
        if len(payload) > LONGEST_PAYLOAD:
            return None
        # The payload may be no JSON in Base64, or its values may have no canonical form.
        with suppress(ValueError, RecursionError):
            match json.loads(b64decode(payload, validate=True)):
                case {
                    "challenge": {"parameters": dict(parameters), "signature": str(signature)},
                    "solution": {"counter": int(counter), "derivedKey": str(key)},
                } if key.isascii() and self.verifies(canonical_json(parameters), signature):
                    return _proof(parameters, counter, key, form, now)
        return None


def derive_key(parameters: dict[str, Json], counter: int) -> bytes:
    """Return the key for `counter`. The password is the nonce and the counter."""
    nonce, salt = str(parameters["nonce"]), str(parameters["salt"])
    password = bytes.fromhex(nonce) + counter.to_bytes(4, "big")
    return hashlib.pbkdf2_hmac("sha256", password, bytes.fromhex(salt), COST, KEY_LENGTH)


def _proof(
    parameters: dict[str, Json], counter: int, key: str, form: str, now: datetime
) -> Proof | None:
    # We signed these parameters, but perhaps in another version of this program.
    match parameters:
        case {
            "algorithm": str(algorithm),
            "cost": int(cost),
            "data": {"form": str(form_id), "issued": int(issued)},
            "keyPrefix": str(prefix),
        } if (algorithm, cost, prefix, form_id) == (ALGORITHM, COST, PREFIX, form):
            moment = moment_of(issued)
        case _:
            return None
    # A time in the future is valid: another handler's clock may be ahead.
    if now >= moment + VALID_FOR or not 0 <= counter < 2**32:
        return None
    derived = derive_key(parameters, counter).hex()
    if not hmac.compare_digest(derived, key) or not derived.startswith(PREFIX):
        return None
    return Proof(issued=moment, nonce=str(parameters["nonce"]))
