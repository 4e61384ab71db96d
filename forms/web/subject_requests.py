"""Requests about a person's own data, `/fresh/{token}`: show it, erase it or change the address.

People make them in the preference centre and confirm them here, with the link of another email and
a button. A GET only reads.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from ..catalogue import Catalogue
from ..declared.address import parse_address
from ..declared.canonical import Json
from ..links.tokens import SubjectRequestLink
from ..permission import subject_requests
from ..permission.ledger import Event, Kind, Wish
from ..permission.record import Record
from ..site.templates import Phrases, time_in_words
from ..store.people.erase import erase_own_data
from ..store.people.export import read_own_data
from ..store.people.move_address import move_address
from . import request_body
from .context import Context
from .guards import read_link
from .request_body import RefusalError
from .responses import SECRET, Responder, see_other


def show(context: Context, request: Request) -> Response:
    """Show what the button will do, or the outcome: `GET /fresh/{token}`."""
    wish, record = _read_request(context, request)
    responder = Responder.in_language(context, wish.language)
    result = outcome(wish, record)
    if result:
        return responder.message(result, status=410 if result == "stopped" else 200)
    if not subject_requests.is_answerable(wish, Wish(wish.method), record, now=context.clock()):
        return responder.message("fresh_expired", status=410)
    return responder.page("fresh", title=f"fresh_{wish.method}_title", method=wish.method)


def outcome(wish: Event, record: Record) -> str:
    """Return the key of the outcome's texts; empty while the request is open."""
    later = [event for event in record.events if event.seq > wish.seq]
    for event in later:
        match event.kind, event.method:
            case Kind.ERASED, _:
                return "erased"
            case Kind.ACCESS_ASKED, Wish.CONFIRM_MOVE if wish.method == Wish.MOVE:
                return "move_agreed"
            case Kind.CHANGED, _ if event.seq <= record.epoch:
                return "moved" if wish.method == Wish.CONFIRM_MOVE else "fresh_expired"
            case Kind.ACCESS_STOPPED, _ if not subject_requests.is_open(wish, record):
                return "stopped"
    return ""


def answer(context: Context, request: Request) -> Response:
    """Handle one of the page's buttons: `POST /fresh/{token}`."""
    wish, record = _read_request(context, request)
    raw = request_body.form_of(request)
    contact, now = record.contact, context.clock()
    back = see_other(f"../fresh/{request.path_params['token']}")
    match raw.get("do"), wish.method:
        case ["no"], _:
            context.commit(contact, partial(subject_requests.cancel, wish), now=now)
        case ["yes" | "download"], Wish.REVEAL:
            if not subject_requests.is_answerable(wish, Wish.REVEAL, record, now=now):
                return back
            context.commit(contact, partial(subject_requests.disclose, wish, now=now), now=now)
            return _reveal(context, contact, wish.language, download=raw.get("do") == ["download"])
        case ["yes"], Wish.ERASE:
            decide = partial(subject_requests.erase_by_link, wish, now=now)
            erase_own_data(context.store, contact, decide, now=now)
        case ["yes"], Wish.MOVE:
            context.commit(contact, partial(subject_requests.approve_move, wish, now=now), now=now)
        case ["yes"], Wish.CONFIRM_MOVE:
            return _complete_move(context, wish, record, back)
        case _:
            raise RefusalError(400, "choice")
    return back


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One event in plain words."""

    when: str
    what: str
    wording: str
    """The exact wording that the event is about; empty if it has none."""
    page: str
    details: tuple[tuple[str, str], ...]
    """Labels and values that the person typed or chose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """Values for the template `page/reveal.html`."""

    address: str
    since: str
    history: tuple[HistoryEntry, ...]
    emails: tuple[tuple[str, str], ...]
    suppressions: tuple[tuple[str, str], ...]


def describe_own_data(
    exported: Mapping[str, Json], catalogue: Catalogue, phrases: Phrases, language: str
) -> OwnData:
    """Describe a person's export (`store.people.export`) in `language`."""
    rows = cast("Mapping[str, list[dict[str, Json]]]", exported)
    return OwnData(
        address=str(exported["address"]),
        since=_when(exported["first_seen"], language),
        history=tuple(
            _history_entry(event, catalogue, phrases, language) for event in rows["events"]
        ),
        emails=tuple(
            (_when(email["created"], language), _email(email, phrases)) for email in rows["mails"]
        ),
        suppressions=tuple(
            (_when(row["at"], language), phrases(f"reveal_suppressed_{row['scope']}"))
            for row in rows.get("suppressions", ())
        ),
    )


def _complete_move(context: Context, wish: Event, record: Record, back: Response) -> Response:
    now = context.clock()
    if not subject_requests.is_answerable(wish, Wish.CONFIRM_MOVE, record, now=now):
        return back
    address = parse_address(str(record.details.get(wish.seq, {}).get("email")))
    decide = partial(subject_requests.complete_move, wish, address=address, now=now)
    if move_address(context.store, record.contact, decide, address, now=now):
        return back
    if not subject_requests.is_answerable(
        wish, Wish.CONFIRM_MOVE, context.store.current_record(record.contact), now=now
    ):
        # The button was pressed twice, and the first press moved the address.
        return back
    # Only the owner of the mailbox can read this.
    return Responder.in_language(context, wish.language).message("taken", status=409)


def _reveal(context: Context, contact: str, language: str, *, download: bool) -> Response:
    exported = read_own_data(context.store, contact)
    if exported is None:
        raise RefusalError(410, "expired")
    if download:
        body = json.dumps(exported, indent=2, ensure_ascii=False).encode()
        attached = {"Content-Disposition": 'attachment; filename="my-data.json"', **SECRET}
        return Response(body, media_type="application/json", headers=attached)
    responder = Responder.in_language(context, language)
    catalogue, language = responder.catalogue, responder.language
    phrases = context.renderer(catalogue).phrases(language)
    own_data = describe_own_data(exported, catalogue, phrases, language)
    return responder.page("reveal", own_data=own_data)


def _read_request(context: Context, request: Request) -> tuple[Event, Record]:
    link = read_link(context, request, SubjectRequestLink, expired="fresh_expired")
    record = context.store.current_record(link.contact)
    events = [event for event in record.events if event.seq == link.event]
    if len(events) != 1 or events[0].kind is not Kind.ACCESS_ASKED:
        raise RefusalError(404, "token")
    return events[0], record


def _history_entry(
    event: Mapping[str, Json], catalogue: Catalogue, phrases: Phrases, language: str
) -> HistoryEntry:
    purpose = catalogue.purposes.get(str(event["purpose"]))
    name = catalogue.text(purpose.name, language) if purpose else str(event["purpose"])
    wording, kind = event["wording"], str(event["kind"])
    key = f"event_{kind.replace('.', '_')}"
    # Some kinds have a more precise text for each method.
    what = phrases(f"{key}_{event['method']}", default="", name=name)
    return HistoryEntry(
        when=_when(event["at"], language),
        what=what or phrases(key, default=kind, name=name or phrases("reveal_everything")),
        wording=str(wording["text"]) if isinstance(wording, dict) else "",
        page=str(event["page"]),
        details=tuple(_details(event["detail"], phrases, language)),
    )


def _details(detail: Json, phrases: Phrases, language: str) -> Iterator[tuple[str, str]]:
    for name, value in detail.items() if isinstance(detail, dict) else ():
        if isinstance(value, dict):
            yield from _details(value, phrases, language)
        elif value not in ("", None, []):
            label = phrases(f"reveal_{name}", default="") or phrases(f"field_{name}", default=name)
            yield label, _value(name, value, phrases, language)


def _value(name: str, value: Json, phrases: Phrases, language: str) -> str:
    if name == "until":
        return _when(value, language)
    if name == "frequency":
        return phrases(f"frequency_{value}", default=str(value))
    if name == "signs" and isinstance(value, list):
        return ", ".join(phrases(f"sign_{sign}", default=str(sign)) for sign in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _email(email: Mapping[str, Json], phrases: Phrases) -> str:
    template, state = str(email["template"]), str(email["state"])
    what = phrases(f"reveal_mail_{template}", default=template)
    return f"{what}: {phrases(f'reveal_state_{state}', default=state)}"


def _when(value: Json, language: str) -> str:
    try:
        return time_in_words(datetime.fromisoformat(str(value)), language)
    except ValueError:
        return str(value)
