"""The links of fresh mails, `/fresh/{token}`: what was asked for in the preference centre happens.

It reveals, erases, or moves to another address, after one more button. A GET only reads.
"""

import json
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..declared.address import parse_address
from ..links.tokens import Action
from ..permission import subject_requests
from ..permission.ledger import Event, Kind
from ..permission.record import Record, Template
from ..permission.submission import Raw
from ..store.people.move_address import move_address
from ..store.people.own_data import erase_own_data, read_own_data
from . import request_body
from .context import Service
from .own_data import told
from .preferences import read_token
from .request_body import RefusalError
from .responses import SECRET, message, page, see_other, spoken

FILE_NAME = "my-data.json"


def show(service: Service, request: Request) -> Response:
    """`GET /fresh/{token}`: what pressing the button will do, or what became of it."""
    asked, record = _asked(service, request)
    catalogue = service.catalogue()
    language = spoken(catalogue, asked.language)
    became = outcome(asked, record)
    if became:
        status = 410 if became == "stopped" else 200
        return message(service.renderer(catalogue), language, became, status=status)
    if not subject_requests.answerable(asked, Template(asked.method), record, now=service.clock()):
        return message(service.renderer(catalogue), language, "fresh_expired", status=410)
    return page(
        service.renderer(catalogue),
        "page/fresh.html",
        language,
        f"fresh_{asked.method}_title",
        headers=SECRET,
        method=asked.method,
        site=catalogue.text(catalogue.title, language),
    )


async def answer(service: Service, request: Request) -> Response:
    """`POST /fresh/{token}`: a person pressed a button there."""
    return await run_in_threadpool(_answer, service, request, request_body.form_of(request))


def outcome(asked: Event, record: Record) -> str:
    """What became of what was asked for: the key of a page's texts; empty while it is open."""
    later = [event for event in record.events if event.seq > asked.seq]
    for event in later:
        match event.kind, event.method:
            case Kind.ERASED, _:
                return "erased"
            case Kind.ACCESS_ASKED, Template.ARRIVE if asked.method == Template.MOVE:
                return "move_agreed"
            case Kind.CHANGED, _ if event.seq <= record.epoch:
                return "moved" if asked.method == Template.ARRIVE else "fresh_expired"
            case Kind.ACCESS_STOPPED, _ if not subject_requests.is_open(asked, record):
                return "stopped"
    return ""


def _answer(service: Service, request: Request, raw: Raw) -> Response:
    asked, record = _asked(service, request)
    contact, now, back = (
        record.contact,
        service.clock(),
        see_other(f"../fresh/{request.path_params['token']}"),
    )
    match raw.get("do"), asked.method:
        case ["no"], _:
            decide = partial(subject_requests.stop, asked)
            service.store.commit_for_contact(contact, decide, now=now)
        case ["yes" | "download"], Template.REVEAL:
            if not subject_requests.answerable(asked, Template.REVEAL, record, now=now):
                return back
            service.store.commit_for_contact(
                contact, partial(subject_requests.give, asked, now=now), now=now
            )
            return _reveal(service, contact, asked.language, download=raw.get("do") == ["download"])
        case ["yes"], Template.ERASE:
            decide = partial(subject_requests.erase_by_link, asked, now=now)
            erase_own_data(service.store, contact, decide, now=now)
        case ["yes"], Template.MOVE:
            decide = partial(subject_requests.agree, asked, now=now)
            if service.store.commit_for_contact(contact, decide, now=now).decision.notices:
                service.wake()
        case ["yes"], Template.ARRIVE:
            return _arrive(service, asked, record, back)
        case _:
            raise RefusalError(400, "choice")
    return back


def _arrive(service: Service, asked: Event, record: Record, back: Response) -> Response:
    now = service.clock()
    if not subject_requests.answerable(asked, Template.ARRIVE, record, now=now):
        return back
    address = parse_address(str(record.details.get(asked.seq, {}).get("email")))
    decide = partial(subject_requests.arrive, asked, address=address, now=now)
    if move_address(service.store, record.contact, decide, address, now=now):
        return back
    if not subject_requests.answerable(
        asked, Template.ARRIVE, service.store.current_record(record.contact), now=now
    ):
        # The same press a moment earlier has moved them.
        return back
    catalogue = service.catalogue()
    language = spoken(catalogue, asked.language)
    # Whoever reads this holds the mailbox that it speaks of.
    return message(service.renderer(catalogue), language, "taken", status=409)


def _reveal(service: Service, contact: str, language: str, *, download: bool) -> Response:
    found = read_own_data(service.store, contact)
    if found is None:
        raise RefusalError(410, "expired")
    if download:
        body = json.dumps(found, indent=2, ensure_ascii=False).encode()
        attached = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"', **SECRET}
        return Response(body, media_type="application/json", headers=attached)
    catalogue = service.catalogue()
    language = spoken(catalogue, language)
    return page(
        service.renderer(catalogue),
        "page/reveal.html",
        language,
        "reveal_title",
        headers=SECRET,
        told=told(found, catalogue, service.renderer(catalogue).phrases(language), language),
        controller=catalogue.controller,
        privacy=service.links.target(catalogue.text(catalogue.privacy, language)),
    )


def _asked(service: Service, request: Request) -> tuple[Event, Record]:
    match read_token(service, request, Action.FRESH):
        case (contact, number):
            record = service.store.current_record(contact)
            found = [event for event in record.events if str(event.seq) == number]
        case _:
            raise RefusalError(404, "token")
    if len(found) != 1 or found[0].kind is not Kind.ACCESS_ASKED:
        raise RefusalError(404, "token")
    return found[0], record
