"""Requests about a person's own data, `/fresh/{token}`: show it, erase it or change the address.

People make them in the preference centre and confirm them here, with the link of another email and
a button. A GET only reads.
"""

import json
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from ..declared.address import parse_address
from ..links.tokens import SubjectRequestLink
from ..permission import subject_requests
from ..permission.ledger import Event, Kind, Wish
from ..permission.record import Record
from ..store.people.erase import erase_own_data
from ..store.people.export import read_own_data
from ..store.people.move_address import move_address
from . import request_body
from .context import Context
from .guards import read_link
from .own_data import describe_own_data
from .request_body import RefusalError
from .responses import SECRET, Responder, see_other

FILE_NAME = "my-data.json"


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
        attached = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"', **SECRET}
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
