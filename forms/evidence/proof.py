"""Proofs: everything on record about a person, in one signed file that needs no database.

The file is canonical JSON (sorted keys, no spaces, UTF-8) and a line break. Every other form is
refused, so no byte can be altered unnoticed. Its parts:

- `record`: the consent record in the vocabulary of ISO/IEC TS 27560:2023. It is derived from the
  evidence, and derived again when the file is checked.
- `evidence`: in our own vocabulary. The chain of events with their salted details, the wordings and
  forms that they name, the emails, each with its *because* and the mail server's reply, the states.
- `key`, `issued`, `signature`: Ed25519 over the canonical JSON of everything else.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from ..catalogue import Lasts, Wording
from ..declared.canonical import Json, canonical_json, digest_of
from ..declared.findings import Finding
from ..permission.ledger import START, Detail, Event, Kind, digest_of_event, spell
from .audit import TEMPLATES, Chain, MailRow, mail_faults, missing_mails
from .consent_record import consent_record, states
from .signing import PublicKey, SigningKey

LARGEST = 32 << 20
"""Octets; a larger file is refused."""
FORMAT = "atrae proof 2"

Evidence: TypeAlias = dict[str, Any]
"""`contact`, `address`, `created`, `events`, `details`, `wordings`, `forms`, `mails`: JSON."""


def bundle_of(evidence: Evidence, *, issued: datetime, key: SigningKey) -> bytes:
    """Return the file's content; `evidence` is what `store.people.export.read_evidence` returns."""
    events = [_event(fields) for fields in evidence["events"]]
    body: dict[str, Any] = {
        "format": FORMAT,
        "issued": spell(issued),
        "record": consent_record(evidence["contact"], events, _wordings(evidence)),
        "evidence": {**evidence, "states": states(events)},
        "key": {"algorithm": "Ed25519", "id": key.public.id, "public": key.public.hex},
    }
    return canonical_json({**body, "signature": key.sign(canonical_json(body))}) + b"\n"


def flaws(content: bytes, keys: tuple[PublicKey, ...] = ()) -> Iterator[Finding]:
    """Yield every fault of a bundle. With `keys`, it must be signed by one of them."""
    if len(content) > LARGEST:
        yield Finding("bundle", "it is too large to be a proof")
        return
    try:
        whole = json.loads(content)
        if not isinstance(whole, dict) or whole.get("format") != FORMAT:
            yield Finding("bundle", "it is not a proof of Atrae")
            return
        yield from _evidence(whole["evidence"], whole["record"])
        yield from _signature(whole, keys)
        if canonical_json(whole) + b"\n" != content:
            yield Finding("bundle", "it was altered: its JSON is not canonical")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield Finding("bundle", "something is missing or malformed")


def key_of(content: bytes) -> PublicKey:
    """Return the key that a valid bundle was signed with."""
    return PublicKey(json.loads(content)["key"]["public"])


def _signature(whole: Mapping[str, Any], keys: tuple[PublicKey, ...]) -> Iterator[Finding]:
    key = PublicKey(whole["key"]["public"])
    body = {name: value for name, value in whole.items() if name != "signature"}
    if whole["key"]["id"] != key.id:
        yield Finding("key", "its id doesn't match the key")
    if not key.vouches(canonical_json(body), whole["signature"]):
        yield Finding("signature", "it is invalid: something in the bundle was altered")
    if keys and key not in keys:
        known = ", ".join(trusted.id for trusted in keys)
        yield Finding("key", f"the bundle is signed with {key.id}, not with {known}")


def _evidence(evidence: Evidence, record: Json) -> Iterator[Finding]:
    for digest, text in evidence["wordings"].items():
        if _is_altered(text, digest):
            yield Finding(f"wording {digest}", "it was altered: its digest is not that of its text")
    for version, text in evidence["forms"].items():
        if _is_altered(text, version):
            fault = "it was altered: its version is not the digest of its text"
            yield Finding(f"form {version}", fault)
    broken = tuple(_chain(evidence))
    yield from broken
    if broken:
        return
    events = [_event(fields) for fields in evidence["events"]]
    yield from _mails(evidence, events)
    if evidence["states"] != states(events):
        yield Finding("states", "they don't follow from the events")
    if record != consent_record(evidence["contact"], events, _wordings(evidence)):
        yield Finding("record", "it doesn't follow from the evidence")


def _chain(evidence: Evidence) -> Iterator[Finding]:
    prev, details = START, evidence["details"]
    erased = max((e["seq"] for e in evidence["events"] if e["kind"] == Kind.ERASED), default=0)
    for fields in evidence["events"]:
        place = f"event {fields['seq']}"
        detail = details.get(str(fields["seq"]))
        if fields["digest"] != digest_of_event(fields):
            yield Finding(place, "it was altered: its digest is not that of its fields")
        elif fields["prev"] != prev or fields["subject"] != evidence["contact"]:
            yield Finding(place, "the event before it is missing: the chain is broken")
        elif fields["wording"] and fields["wording"] not in evidence["wordings"]:
            yield Finding(place, "the wording that it names is missing")
        elif fields["form_version"] and fields["form_version"] not in evidence["forms"]:
            yield Finding(place, "the form that it names is missing")
        elif detail is None and fields["detail"] and fields["seq"] > erased:
            yield Finding(f"detail of {place}", "it is missing without an erasure")
        elif detail is not None and _digest(fields["seq"], detail) != fields["detail"]:
            yield Finding(f"detail of {place}", "it was altered: the digest differs")
        prev = fields["digest"]
    for number in details.keys() - {str(fields["seq"]) for fields in evidence["events"]}:
        yield Finding(f"detail of event {number}", "there is no such event")


def _mails(evidence: Evidence, events: list[Event]) -> Iterator[Finding]:
    """Judge each email as `verify` does in the database, then find missing ones."""
    texts = _wordings(evidence)
    chain = Chain(
        subject=evidence["contact"],
        events=tuple(events),
        details={int(n): json.loads(d["body"]) for n, d in evidence["details"].items()},
        standing=frozenset(d for d, text in texts.items() if text.lasts is Lasts.STANDING),
    )
    mails = [(row["id"], MailRow.read(row, row["events"], chain)) for row in evidence["mails"]]
    for number, mail in mails:
        if mail.template not in TEMPLATES:
            yield Finding(f"mail {number}", "there is no such template")
            return
        for fault in mail_faults(mail, chain):
            yield Finding(f"mail {number}", fault)
    for event, fault in missing_mails(chain, [mail for _, mail in mails]):
        yield Finding(f"event {event.seq}", fault)


def _event(fields: Mapping[str, Any]) -> Event:
    return Event(**{**fields, "kind": Kind(fields["kind"])})


def _digest(event: int, detail: Mapping[str, str]) -> str:
    return Detail(event=event, salt=detail["salt"], body=detail["body"]).digest


def _wordings(evidence: Evidence) -> dict[str, Wording]:
    texts = evidence["wordings"].items()
    return {digest: Wording.model_validate_json(text) for digest, text in texts}


def _is_altered(text: str, digest: str) -> bool:
    content = json.loads(text)
    return digest_of(content) != digest or canonical_json(content).decode() != text
