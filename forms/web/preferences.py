"""The preference centre, `/me/{token}`, which every email links to.

Nothing here reveals or destroys data. Such requests are confirmed by another email; its links are
in `subject_requests`.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

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
from .preferences_page import PreferencesPage
from .request_body import RefusalError
from .responses import Responder, see_other

DONE = {"save": "saved", "leave": "left", "never": "never"} | dict.fromkeys(
    ("reveal", "erase", "move"), "sent"
)
"""Button -> key of the text after it. "sent" even if too many requests came to send an email."""


def show(context: Context, request: Request) -> Response:
    """Show a person's choices and what else they can do: `GET /me/{token}`."""
    record, language = _me(context, request)
    done = request.query_params.get("done", "")
    responder = Responder.in_language(context, language)
    return _page(responder, record, done=done if done in DONE.values() else "")


def save(context: Context, request: Request) -> Response:
    """Handle one of the page's buttons: `POST /me/{token}`."""
    raw, now = request_body.form_of(request), context.clock()
    record, language = _me(context, request)
    decide = _decide(context, raw, record, language, now)
    if isinstance(decide, Mapping):
        return _page(Responder.in_language(context, language), record, raw=raw, errors=decide)
    context.commit(record.contact, decide, now=now)
    return see_other(f"../me/{request.path_params['token']}?done={DONE[raw['do'][0]]}")


def _decide(
    context: Context, raw: Raw, record: Record, language: str, now: datetime
) -> Decide | Mapping[str, str]:
    ask = partial(subject_requests.request, now=now, limits=context.limits, language=language)
    match raw.get("do"):
        case ["save"]:
            wordings = context.store.wordings(ticked(raw))
            choices = preferences.read_choices(raw, context.catalogue(), record, wordings)
            if isinstance(choices, preferences.ChoiceErrors):
                return choices.errors
            return partial(
                preferences.change,
                choices,
                now=now,
                language=language,
                pending=context.store.new_id(),
                limits=context.limits,
            )
        case ["leave"]:
            purposes = sorted(preferences.standing_purposes(record))
            return partial(optin.withdraw, purposes, method=Method.PREFERENCES, language=language)
        case ["never"]:
            return partial(suppression.never_again_by_person, language=language)
        case ["reveal" | "erase" as wish]:
            return partial(ask, Wish(wish))
        case ["move"]:
            typed = "".join(raw.get("email", ())[:1]).strip()
            try:
                return partial(ask, Wish.MOVE, address=parse_address(typed).typed)
            except ValueError:
                return {"email": "error_email" if typed else "error_required"}
        case _:
            raise RefusalError(400, "choice")


def _page(
    responder: Responder,
    record: Record,
    *,
    done: str = "",
    raw: Raw | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    context, catalogue, language = responder.context, responder.catalogue, responder.language
    raw, errors = raw or {}, errors or {}
    centre = PreferencesPage(
        record=record,
        catalogue=catalogue,
        wordings=context.store.wordings(event.wording for event in record.events),
        language=language,
        raw=raw if errors.keys() - {"email"} else None,
        errors=errors,
    )
    offers: tuple[guides.Offer, ...] = ()
    if guides.may_accept_offers(record):
        # Their buttons send to `/more/{token}`.
        offers = guides.offers(catalogue, record, language, spoken=catalogue.privacy)
    return responder.page(
        "me",
        status=422 if errors else 200,
        centre=centre,
        offers=offers,
        more=context.links.more(record.contact, record.epoch, language),
        done=done,
        typed="".join(raw.get("email", ())[:1])[:LONGEST],
        longest=LONGEST,
    )


def _me(context: Context, request: Request) -> tuple[Record, str]:
    link = read_link(context, request, PreferencesLink)
    record = context.store.current_record(link.contact)
    if not record.events:
        raise RefusalError(404, "token")
    if record.epoch != link.epoch:
        raise RefusalError(410, "outdated")
    return record, link.language
