"""One function per route: parse, read the record, decide, commit, `303`.

What waits for the network is async; all the rest of a request runs in a thread, where the database
may block. GET, HEAD and OPTIONS only ever read.
"""

import logging
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ..catalogue import Catalogue, State
from ..links.tokens import Action, ExpiredError, TokenError
from ..mail.letters import delivered
from ..permission import optin
from ..permission.record import BY_BUTTON, BY_ONE_CLICK, Record, Stage
from ..permission.submission import FieldErrors, Raw, is_clean, ticked, validate
from ..store.database.writers import UnitOfWork
from ..store.records.batch import OptIn
from ..store.records.rows import PendingRequest
from ..store.records.spent_proofs import SpentError, spending
from ..store.records.store import Committed
from . import request_body
from .context import Service
from .form_pages import LONGEST_ANSWER, confirmed, form_again, question
from .request_body import RefusalError
from .responses import SECRET, message, page, see_other, spoken
from .screening.screen import Brought, ask_again, brought, payment, sift

log = logging.getLogger("atrae.forms")


async def subscribe(service: Service, request: Request) -> Response:
    """`POST /f/{form}`: the same answer to everybody whose form is right, after the same time."""
    raw = request_body.form_of(request)
    came = await brought(service, request)
    story = _subscribe(service, request.path_params["form"], raw, came)
    return await service.bell.evenly(service.store.database.run(story))


def show_confirmation(service: Service, request: Request) -> Response:
    """`GET /confirm/{token}`: the two buttons, or what became of it."""
    asked, record = _asked(service, request)
    catalogue = service.catalogue()
    language = spoken(catalogue, asked.events[0].language)
    stage = optin.stage_of(asked.events, record, expires=asked.expires, now=service.clock())
    match stage:
        case Stage.OPEN:
            return question(service, catalogue, asked, language)
        case Stage.CONFIRMED:
            return confirmed(service, catalogue, asked, record, language)
        case Stage.ENDED | Stage.EXPIRED:
            return message(service.renderer(catalogue), language, stage, status=410)


async def confirm(service: Service, request: Request) -> Response:
    """`POST /confirm/{token}`: a person pressed one of the two buttons."""
    return await run_in_threadpool(_confirm, service, request, request_body.form_of(request))


def show_unsubscribe(service: Service, request: Request) -> Response:
    """`GET /unsubscribe/{token}`: the button. Mail scanners follow links, so it acts on nothing."""
    contact, language, purposes = _leaving(service, request)
    catalogue = service.catalogue()
    record = service.store.current_record(contact)
    names = [
        catalogue.text(catalogue.purposes[purpose].name, language)
        if purpose in catalogue.purposes
        else purpose
        for purpose in purposes
        if record.lives(purpose)
    ]
    renderer = service.renderer(catalogue)
    if not names:
        return message(renderer, spoken(catalogue, language), "left", status=200)
    return page(
        renderer,
        "page/unsubscribe.html",
        spoken(catalogue, language),
        "unsubscribe_title",
        headers=SECRET,
        names=names,
    )


async def unsubscribe(service: Service, request: Request) -> Response:
    """`POST /unsubscribe/{token}`: the button, or RFC 8058's one click (no redirect, no cookie)."""
    form = request_body.form_of(request)
    if form.get(request_body.ONE_CLICK[0]) == [request_body.ONE_CLICK[1]]:
        await run_in_threadpool(_leave, service, request, BY_ONE_CLICK)
        return PlainTextResponse("unsubscribed\n")
    if form.get("do") != ["leave"]:
        raise RefusalError(400, "choice")
    language = await run_in_threadpool(_leave, service, request, BY_BUTTON)
    catalogue = await run_in_threadpool(service.catalogue)
    return see_other(service.links.target(_state(catalogue, State.LEFT, language)))


def healthy(_service: Service, _request: Request) -> Response:
    """`GET /healthz`: the process answers."""
    return PlainTextResponse("ok\n")


def ready(service: Service, _request: Request) -> Response:
    """`GET /readyz`: the database answers and the catalogue is loaded."""
    service.store.ping()
    service.catalogue()
    return PlainTextResponse("ready\n")


def _subscribe(
    service: Service, form_id: str, raw: Raw, came: Brought
) -> UnitOfWork[Committed, Response]:
    catalogue = service.catalogue()
    form = catalogue.forms.get(form_id)
    if form is None or form.address is None:
        raise RefusalError(404, "form")
    verdict = validate(
        form,
        raw,
        language=spoken(catalogue, "".join(raw.get("language", ())[:1]), form),
        wordings=service.store.wordings(ticked(raw)),
        versions=service.store.form_versions(raw.get("version", ())[:1]),
    )
    if isinstance(verdict, FieldErrors):
        return form_again(service, catalogue, form_id, verdict)
    taken = sift(service, catalogue, verdict, came)
    if isinstance(taken, Response):
        return taken
    now, pending = service.clock(), service.fresh()
    request = OptIn(
        store=service.store,
        address=taken.address,
        decide=lambda record: optin.request(
            taken, record, now=now, pending=pending, limits=service.limits
        ),
        now=now,
    )
    try:
        committed = yield spending(payment(service, catalogue, taken, came), request)
    except SpentError:
        return ask_again(service, catalogue, taken)
    _wake(service, committed)
    path = catalogue.text(form.after_submit, taken.language)
    path = path or _state(catalogue, State.CHECK_INBOX, taken.language)
    return see_other(service.links.target(path))


def _confirm(service: Service, request: Request, raw: Raw) -> Response:
    asked, _ = _asked(service, request)
    now, choice = service.clock(), raw.get("do", [])
    if choice == ["decline"]:
        decide = partial(optin.decline, asked.events)
    elif choice == ["confirm"]:
        answers = _answers(raw)
        decide = partial(
            optin.confirm, asked.events, expires=asked.expires, now=now, answers=answers
        )
    else:
        raise RefusalError(400, "choice")
    _wake(service, service.store.commit_for_contact(asked.contact, decide, now=now))
    catalogue = service.catalogue()
    language = spoken(catalogue, asked.events[0].language)
    if choice == ["decline"]:
        return see_other(service.links.target(_state(catalogue, State.DECLINED, language)))
    return see_other(_after_confirm(service, request, catalogue, asked, language))


def _after_confirm(
    service: Service, request: Request, catalogue: Catalogue, asked: PendingRequest, language: str
) -> str:
    _, record = _asked(service, request)
    stage = optin.stage_of(asked.events, record, expires=asked.expires, now=service.clock())
    form = catalogue.forms.get(asked.events[0].form)
    own = catalogue.text(form.after_confirm, language) if form else ""
    files = any(delivered(catalogue, event.purpose, event.language) for event in asked.events)
    if stage is not Stage.CONFIRMED or (files and not own):
        # The page of the link itself says where things stand, and holds the download.
        return f"../confirm/{request.path_params['token']}"
    return service.links.target(own or _state(catalogue, State.CONFIRMED, language))


def _leave(service: Service, request: Request, method: str) -> str:
    contact, language, purposes = _leaving(service, request)
    decide = partial(optin.withdraw, purposes, method=method, language=language)
    service.store.commit_for_contact(contact, decide, now=service.clock())
    return language


def _leaving(service: Service, request: Request) -> tuple[str, str, tuple[str, ...]]:
    match _read_token(service, request, Action.UNSUBSCRIBE):
        case (contact, language, *purposes) if purposes:
            return contact, language, tuple(purposes)
        case _:
            raise RefusalError(404, "token")


def _asked(service: Service, request: Request) -> tuple[PendingRequest, Record]:
    ids = _read_token(service, request, Action.CONFIRM)
    found = service.store.pending_request(ids[0]) if len(ids) == 1 else None
    if found is None or not found[0].events:
        # It was purged when its time was over.
        raise RefusalError(410, "expired")
    return found


def _read_token(service: Service, request: Request, action: Action) -> tuple[str, ...]:
    try:
        return service.tokens.read(action, request.path_params["token"], now=service.clock())
    except ExpiredError:
        raise RefusalError(410, "expired") from None
    except TokenError:
        raise RefusalError(404, "token") from None


def _answers(raw: Raw) -> dict[str, str]:
    text = "".join(raw.get("answer", ())[:1]).replace("\r\n", "\n").strip()[:LONGEST_ANSWER]
    return {"answer": text} if text and is_clean(text, lines=True) else {}


def _state(catalogue: Catalogue, state: State, language: str) -> str:
    return catalogue.text(catalogue.states[state], language)


def _wake(service: Service, committed: Committed) -> None:
    if committed.decision.notices:
        service.wake()
