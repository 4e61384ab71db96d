"""A person's consent record in the vocabulary of ISO/IEC TS 27560:2023.

The names of the fields are the specification's, as far as they are public: the record's header
(`schema_version`, `record_id`, `pii_principal_id`), PII processing (`privacy_notice`, `language`,
`purposes` with `purpose`, `lawful_basis`, `pii_information`, `pii_controllers`,
`collection_method`, `processing_method`, `retention_period`, `withdrawal_method`), party
identification (`party_id`, `party_name`, `party_address`, `party_email`, `party_role`) and events
(`event_time`, `validity_duration`, `entity_id`, `event_type`, `event_state`).

Ours are the values (`event_type` is a `Kind`, `event_state` a `State`), the list of all events with
`event_id` and `purpose`, and the `x_atrae_` fields: the exact text and its digest. Storage
locations, jurisdiction and transfers are left out, because only the controller knows them.
"""

from collections.abc import Mapping, Sequence

from ..catalogue import Controller, Lasts, Wording
from ..declared.canonical import Json, digest_of
from ..permission.ledger import GRANTS, Event, Kind, State, state_of

SCHEMA = "ISO/IEC TS 27560:2023 (profile atrae 1)"
VALIDITY = {Lasts.STANDING: "until withdrawn", Lasts.ONCE: "one delivery"}
BY_CONTROLLER = frozenset({Kind.IMPORTED, Kind.EXPIRED, Kind.BOUNCED, Kind.COMPLAINED})
"""Kinds that the controller causes. The others come from a form or an emailed link."""


def consent_record(
    contact: str, events: Sequence[Event], wordings: Mapping[str, Wording]
) -> dict[str, Json]:
    """Return the record of `contact`; `wordings` has every wording that `events` name."""
    texts = {event.wording: wordings[event.wording] for event in events if event.wording}
    parties = {_party(text.controller): text.controller for text in texts.values()}
    return {
        "schema_version": SCHEMA,
        "record_id": events[-1].digest if events else "",
        "pii_principal_id": contact,
        "pii_processing": [_processing(digest, text) for digest, text in sorted(texts.items())],
        "party_identification": [_identified(party, parties[party]) for party in sorted(parties)],
        "events": [_event(event, events, texts) for event in events],
    }


def states(events: Sequence[Event]) -> dict[str, Json]:
    """Return the state of each purpose."""
    purposes = sorted({event.purpose for event in events if event.purpose})
    return {purpose: str(state_of(events, purpose)) for purpose in purposes}


def _processing(digest: str, text: Wording) -> Json:
    return {
        "privacy_notice": text.privacy,
        "language": text.language,
        "purposes": [
            {
                "purpose": text.purpose,
                "lawful_basis": "consent",
                "pii_information": [{"pii_type": "e-mail address", "pii_optional": False}],
                "pii_controllers": [_party(text.controller)],
                "collection_method": "form, then a button on a page reached by a mailed link",
                "processing_method": "sending what was asked for by e-mail",
                "retention_period": VALIDITY[text.lasts],
                "withdrawal_method": "a link in every mail, without an account",
                "x_atrae_text": text.text,
                "x_atrae_version": text.version,
                "x_atrae_digest": digest,
            }
        ],
    }


def _identified(party: str, controller: Controller) -> Json:
    return {
        "party_id": party,
        "party_name": controller.name,
        "party_address": controller.address,
        "party_email": controller.email,
        "party_role": "PII controller",
    }


def _party(controller: Controller) -> str:
    return digest_of(controller.model_dump(mode="json"))[:16]


def _event(event: Event, events: Sequence[Event], texts: Mapping[str, Wording]) -> Json:
    until = [other for other in events if other.seq <= event.seq]
    state = state_of(until, event.purpose) if event.purpose else State.NONE
    text, by_controller = texts.get(event.wording), event.kind in BY_CONTROLLER
    return {
        "event_id": event.seq,
        "event_time": event.at,
        "event_type": str(event.kind),
        "event_state": str(state),
        "entity_id": _party(text.controller) if text and by_controller else event.subject,
        "validity_duration": VALIDITY[text.lasts] if text and event.kind in GRANTS else "",
        "purpose": event.purpose,
        "x_atrae_digest": event.wording,
    }
