"""Sign-up, confirmation and unsubscription, one function per route.

Each parses the request, reads the record, decides, commits and redirects. Only sign-ups are async,
because they wait for a shared commit and a tick. GET, HEAD and OPTIONS only read.
"""

from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ..catalogue import State
from ..links.tokens import ConfirmLink, UnsubscribeLink
from ..mail.letters import resource_for
from ..permission import optin
from ..permission.ledger import Method
from ..permission.preferences import standing_purposes
from ..permission.record import Record, Stage
from ..permission.submission import FieldErrors, Raw, is_clean, ticked, validate
from ..store.database.writers import UnitOfWork
from ..store.records.batch import OptIn
from ..store.records.rows import PendingRequest
from ..store.records.spent_proofs import SpentError, spending
from ..store.records.store import Committed
from . import request_body
from .context import Context
from .form_pages import LONGEST_ANSWER, confirmation_page, confirmed_page, form_page
from .guards import read_link
from .request_body import RefusalError
from .responses import Responder, see_other
from .screening.screen import Credentials, ask_again, read_credentials, screen


async def subscribe(context: Context, request: Request) -> Response:
    """Record a sign-up: `POST /f/{form}`. Every valid form gets the same response in equal time."""
    raw = request_body.form_of(request)
    credentials = await read_credentials(context, request)
    work = _subscribe(context, request.path_params["form"], raw, credentials)
    return await context.pacer.at_tick(context.store.database.run(work))


def show_confirmation(context: Context, request: Request) -> Response:
    """Show a request's two buttons, or its outcome: `GET /confirm/{token}`."""
    pending, record = _read_pending(context, request)
    responder = Responder.in_language(context, pending.events[0].language)
    stage = optin.stage_of(pending.events, record, expires=pending.expires, now=context.clock())
    match stage:
        case Stage.OPEN:
            return confirmation_page(responder, pending)
        case Stage.CONFIRMED:
            return confirmed_page(responder, pending, record)
        case Stage.ENDED | Stage.EXPIRED:
            return responder.message(stage, status=410)


def confirm(context: Context, request: Request) -> Response:
    """Confirm or decline a request: `POST /confirm/{token}`."""
    pending, _ = _read_pending(context, request)
    raw, now = request_body.form_of(request), context.clock()
    choice = raw.get("do", [])
    if choice == ["decline"]:
        decide = partial(optin.decline, pending.events)
    elif choice == ["confirm"]:
        answers = _answers(raw)
        decide = partial(
            optin.confirm, pending.events, expires=pending.expires, now=now, answers=answers
        )
    else:
        raise RefusalError(400, "choice")
    context.commit(pending.contact, decide, now=now)
    responder = Responder.in_language(context, pending.events[0].language)
    if choice == ["decline"]:
        return responder.see_state(State.DECLINED)
    return _after_confirm(responder, request)


def show_unsubscribe(context: Context, request: Request) -> Response:
    """Show the unsubscribe button: `GET /unsubscribe/{token}`.

    It changes nothing, because email scanners follow links.
    """
    link = read_link(context, request, UnsubscribeLink)
    responder = Responder.in_language(context, link.language)
    catalogue = responder.catalogue
    # Paused ones too: people can unsubscribe during a pause.
    granted = standing_purposes(context.store.current_record(link.contact))
    names = [
        catalogue.text(catalogue.purposes[purpose].name, link.language)
        if purpose in catalogue.purposes
        else purpose
        for purpose in link.purposes
        if purpose in granted
    ]
    if not names:
        return responder.message("left", status=200)
    return responder.page("unsubscribe", names=names)


def unsubscribe(context: Context, request: Request) -> Response:
    """Unsubscribe, by the button or by RFC 8058's one click: `POST /unsubscribe/{token}`.

    Whatever isn't the button counts as the one click: an empty body, another type or line end.
    """
    link = read_link(context, request, UnsubscribeLink)
    is_one_click = request_body.form_of(request).get("do") != ["leave"]
    method = Method.ONE_CLICK if is_one_click else Method.BUTTON
    decide = partial(optin.withdraw, link.purposes, method=method, language=link.language)
    context.commit(link.contact, decide, now=context.clock())
    if is_one_click:
        # RFC 8058 forbids a redirect.
        return PlainTextResponse("unsubscribed\n")
    return Responder(context, context.catalogue(), link.language).see_state(State.LEFT)


def healthy(_context: Context, _request: Request) -> Response:
    """Return 200 while the process runs: `GET /healthz`."""
    return PlainTextResponse("ok\n")


def ready(context: Context, _request: Request) -> Response:
    """Return 200 if the database works and the catalogue loads: `GET /readyz`."""
    context.store.ping()
    context.catalogue()
    return PlainTextResponse("ready\n")


def _subscribe(
    context: Context, form_id: str, raw: Raw, credentials: Credentials
) -> UnitOfWork[Committed, Response]:
    responder = Responder.in_language(context, "".join(raw.get("language", ())[:1]), form_id)
    form = responder.catalogue.forms.get(form_id)
    if form is None or form.address is None:
        raise RefusalError(404, "form")
    submission = validate(
        form,
        raw,
        language=responder.language,
        wordings=context.store.wordings(ticked(raw)),
        versions=context.store.form_versions(form_id, raw.get("version", ())[:1]),
    )
    if isinstance(submission, FieldErrors):
        return form_page(responder, form_id, submission)
    screened = screen(responder, submission, credentials)
    if isinstance(screened, Response):
        return screened
    submission, proof = screened
    store, now = context.store, context.clock()
    decide = partial(
        optin.request, submission, now=now, pending=store.new_id(), limits=context.limits
    )
    request = OptIn(store=store, address=submission.address, decide=decide, now=now)
    try:
        committed = yield spending(proof, request)
    except SpentError:
        return ask_again(responder, submission)
    if committed.decision.notices:
        context.wake()
    return responder.see_state(State.CHECK_INBOX, form.after_submit)


def _after_confirm(responder: Responder, request: Request) -> Response:
    context, catalogue = responder.context, responder.catalogue
    pending, record = _read_pending(context, request)
    stage = optin.stage_of(pending.events, record, expires=pending.expires, now=context.clock())
    form = catalogue.forms.get(pending.events[0].form)
    own = form.after_confirm if form else {}
    files = any(resource_for(catalogue, event.purpose, event.language) for event in pending.events)
    if stage is not Stage.CONFIRMED or (files and not responder.text(own)):
        # That page shows the outcome and the downloads.
        return see_other(f"../confirm/{request.path_params['token']}")
    return responder.see_state(State.CONFIRMED, own)


def _read_pending(context: Context, request: Request) -> tuple[PendingRequest, Record]:
    link = read_link(context, request, ConfirmLink)
    pending = context.store.pending_request(link.pending)
    if pending is None or not pending[0].events:
        # It was purged after it expired.
        raise RefusalError(410, "expired")
    return pending


def _answers(raw: Raw) -> dict[str, str]:
    text = "".join(raw.get("answer", ())[:1]).replace("\r\n", "\n").strip()[:LONGEST_ANSWER]
    return {"answer": text} if text and is_clean(text, lines=True) else {}
