"""The preference centre, `/me/{token}`: a link in every mail shows and changes choices.

Nothing here reveals or destroys: that is only asked for, and confirmed by a fresh mail (`fresh`).
"""

from collections.abc import Mapping
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..catalogue import Catalogue
from ..declared.address import LONGEST, parse_address
from ..links.tokens import Action, ExpiredError, TokenError
from ..permission import guides, optin, preferences, subject_requests, suppression
from ..permission.record import BY_PREFERENCES, Record, Template
from ..permission.submission import Raw, ticked
from ..store.records.store import Decide
from . import request_body
from .context import Service
from .preferences_page import centre
from .request_body import RefusalError
from .responses import SECRET, page, see_other, spoken

DONE = frozenset({"saved", "left", "sent", "never"})


def show(service: Service, request: Request) -> Response:
    """`GET /me/{token}`: what the person chose, and what else they can do."""
    _, record, language = _me(service, request)
    done = request.query_params.get("done", "")
    return _page(service, record, language, done=done if done in DONE else "")


async def save(service: Service, request: Request) -> Response:
    """`POST /me/{token}`: one of the buttons there."""
    return await run_in_threadpool(_save, service, request, request_body.form_of(request))


def _save(service: Service, request: Request, raw: Raw) -> Response:
    contact, record, language = _me(service, request)
    match raw.get("do"):
        case ["save"]:
            return _change(service, request, raw, contact, language)
        case ["leave"]:
            leave = partial(
                optin.withdraw,
                sorted(preferences.on(record)),
                method=BY_PREFERENCES,
                language=language,
            )
            return _decided(service, request, contact, leave, "left")
        case ["never"]:
            never = partial(suppression.never_said, language=language)
            return _decided(service, request, contact, never, "never")
        case ["reveal"]:
            return _ask(service, request, contact, Template.REVEAL, language)
        case ["erase"]:
            return _ask(service, request, contact, Template.ERASE, language)
        case ["move"]:
            typed = "".join(raw.get("email", ())[:1]).strip()
            try:
                address = parse_address(typed)
            except ValueError:
                wrong = {"email": "error_email" if typed else "error_required"}
                return _page(service, record, language, raw=raw, errors=wrong)
            return _ask(service, request, contact, Template.MOVE, language, address.typed)
        case _:
            raise RefusalError(400, "choice")


def _change(service: Service, request: Request, raw: Raw, contact: str, language: str) -> Response:
    catalogue, record = service.catalogue(), service.store.current_record(contact)
    wordings = service.store.wordings(ticked(raw))
    wish = preferences.read(raw, catalogue, record, wordings)
    if isinstance(wish, preferences.Wrong):
        return _page(service, record, language, raw=raw, errors=wish.errors)
    decide = partial(
        preferences.change,
        wish,
        now=service.clock(),
        language=language,
        pending=service.fresh(),
        limits=service.limits,
    )
    return _decided(service, request, contact, decide, "saved")


def _ask(
    service: Service,
    request: Request,
    contact: str,
    what: Template,
    language: str,
    address: str = "",
) -> Response:
    decide = partial(
        subject_requests.ask,
        what,
        now=service.clock(),
        limits=service.limits,
        language=language,
        address=address,
    )
    # The same answer, whether it owed a mail or was one too many.
    return _decided(service, request, contact, decide, "sent")


def _decided(
    service: Service, request: Request, contact: str, decide: Decide, done: str
) -> Response:
    committed = service.store.commit_for_contact(contact, decide, now=service.clock())
    if committed.decision.notices:
        service.wake()
    return see_other(f"../me/{request.path_params['token']}?done={done}")


def _page(
    service: Service,
    record: Record,
    language: str,
    *,
    done: str = "",
    raw: Raw | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    catalogue = service.catalogue()
    language = spoken(catalogue, language)
    wrong = errors or {}
    shown = centre(
        record,
        catalogue,
        service.store.wordings(event.wording for event in record.events),
        language,
        raw=raw if wrong.keys() - {"email"} else None,
        errors=wrong,
    )
    return page(
        service.renderer(catalogue),
        "page/me.html",
        language,
        "me_title",
        status=422 if wrong else 200,
        headers=SECRET,
        centre=shown,
        offers=_offers(catalogue, record, language),
        more=service.links.more(record.contact, record.epoch, language),
        done="" if wrong else done,
        typed="".join((raw or {}).get("email", ())[:1])[:LONGEST],
        longest=LONGEST,
        site=catalogue.text(catalogue.title, language),
        controller=catalogue.controller,
        privacy=service.links.target(catalogue.text(catalogue.privacy, language)),
    )


def _offers(catalogue: Catalogue, record: Record, language: str) -> tuple[guides.Offer, ...]:
    """The guides that the person may have with one press; the button is that of `/more/`."""
    if not guides.may_take(record):
        return ()
    return guides.offers(catalogue, record, language, spoken=catalogue.privacy)


def _me(service: Service, request: Request) -> tuple[str, Record, str]:
    """The contact that the link was mailed to, if it still steers; else a page that says why."""
    match read_token(service, request, Action.ME):
        case (contact, epoch, language):
            record = service.store.current_record(contact)
        case _:
            raise RefusalError(404, "token")
    if not record.events:
        raise RefusalError(404, "token")
    if str(record.epoch) != epoch:
        raise RefusalError(410, "outdated")
    return contact, record, language


def read_token(service: Service, request: Request, action: Action) -> tuple[str, ...]:
    """The ids that the link holds. Raises `RefusalError` with a page that says how to go on."""
    try:
        return service.tokens.read(action, request.path_params["token"], now=service.clock())
    except ExpiredError:
        raise RefusalError(410, "fresh_expired") from None
    except TokenError:
        raise RefusalError(404, "token") from None
