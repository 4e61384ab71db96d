"""The preference centre, `/me/{token}`, which every email links to.

Nothing here reveals or destroys data. Such requests are confirmed by another email; its links are
in `subject_requests`.
"""

from collections.abc import Mapping
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..catalogue import Catalogue
from ..declared.address import LONGEST, parse_address
from ..links.tokens import PreferencesLink
from ..permission import guides, optin, preferences, subject_requests, suppression
from ..permission.ledger import Method, Wish
from ..permission.record import Record
from ..permission.submission import Raw, ticked
from ..store.records.store import Decide
from . import request_body
from .context import Context
from .guards import read_link
from .preferences_page import preferences_page
from .request_body import RefusalError
from .responses import SECRET, available_language, page, see_other

DONE = frozenset({"saved", "left", "sent", "never"})


def show(context: Context, request: Request) -> Response:
    """Show a person's choices and what else they can do: `GET /me/{token}`."""
    _, record, language = _me(context, request)
    done = request.query_params.get("done", "")
    return _page(context, record, language, done=done if done in DONE else "")


async def save(context: Context, request: Request) -> Response:
    """Handle one of the page's buttons: `POST /me/{token}`."""
    return await run_in_threadpool(_save, context, request, request_body.form_of(request))


def _save(context: Context, request: Request, raw: Raw) -> Response:
    contact, record, language = _me(context, request)
    match raw.get("do"):
        case ["save"]:
            return _change(context, request, raw, contact, language)
        case ["leave"]:
            leave = partial(
                optin.withdraw,
                sorted(preferences.standing_purposes(record)),
                method=Method.PREFERENCES,
                language=language,
            )
            return _commit(context, request, contact, leave, "left")
        case ["never"]:
            never = partial(suppression.never_again_by_person, language=language)
            return _commit(context, request, contact, never, "never")
        case ["reveal"]:
            return _request(context, request, contact, Wish.REVEAL, language)
        case ["erase"]:
            return _request(context, request, contact, Wish.ERASE, language)
        case ["move"]:
            typed = "".join(raw.get("email", ())[:1]).strip()
            try:
                address = parse_address(typed)
            except ValueError:
                errors = {"email": "error_email" if typed else "error_required"}
                return _page(context, record, language, raw=raw, errors=errors)
            return _request(context, request, contact, Wish.MOVE, language, address.typed)
        case _:
            raise RefusalError(400, "choice")


def _change(context: Context, request: Request, raw: Raw, contact: str, language: str) -> Response:
    catalogue, record = context.catalogue(), context.store.current_record(contact)
    wordings = context.store.wordings(ticked(raw))
    choices = preferences.read_choices(raw, catalogue, record, wordings)
    if isinstance(choices, preferences.ChoiceErrors):
        return _page(context, record, language, raw=raw, errors=choices.errors)
    decide = partial(
        preferences.change,
        choices,
        now=context.clock(),
        language=language,
        pending=context.new_id(),
        limits=context.limits,
    )
    return _commit(context, request, contact, decide, "saved")


def _request(
    context: Context,
    request: Request,
    contact: str,
    wish: Wish,
    language: str,
    address: str = "",
) -> Response:
    decide = partial(
        subject_requests.request,
        wish,
        now=context.clock(),
        limits=context.limits,
        language=language,
        address=address,
    )
    # The same page whether an email is sent or there were too many requests.
    return _commit(context, request, contact, decide, "sent")


def _commit(
    context: Context, request: Request, contact: str, decide: Decide, done: str
) -> Response:
    committed = context.store.commit_for_contact(contact, decide, now=context.clock())
    if committed.decision.notices:
        context.wake()
    return see_other(f"../me/{request.path_params['token']}?done={done}")


def _page(
    context: Context,
    record: Record,
    language: str,
    *,
    done: str = "",
    raw: Raw | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    catalogue = context.catalogue()
    language = available_language(catalogue, language)
    errors = errors or {}
    centre = preferences_page(
        record,
        catalogue,
        context.store.wordings(event.wording for event in record.events),
        language,
        raw=raw if errors.keys() - {"email"} else None,
        errors=errors,
    )
    return page(
        context.renderer(catalogue),
        "page/me.html",
        language,
        "me_title",
        status=422 if errors else 200,
        headers=SECRET,
        centre=centre,
        offers=_offers(catalogue, record, language),
        more=context.links.more(record.contact, record.epoch, language),
        done="" if errors else done,
        typed="".join((raw or {}).get("email", ())[:1])[:LONGEST],
        longest=LONGEST,
        site=catalogue.text(catalogue.title, language),
        controller=catalogue.controller,
        privacy=context.links.target(catalogue.text(catalogue.privacy, language)),
    )


def _offers(catalogue: Catalogue, record: Record, language: str) -> tuple[guides.Offer, ...]:
    # Their buttons send to `/more/{token}`.
    if not guides.may_accept_offers(record):
        return ()
    return guides.offers(catalogue, record, language, spoken=catalogue.privacy)


def _me(context: Context, request: Request) -> tuple[str, Record, str]:
    link = read_link(context, request, PreferencesLink)
    record = context.store.current_record(link.contact)
    if not record.events:
        raise RefusalError(404, "token")
    if record.epoch != link.epoch:
        raise RefusalError(410, "outdated")
    return link.contact, record, link.language
