"""The preference centre, `/me/{token}`, which every email links to.

Nothing here reveals or destroys data. Such requests are confirmed by another email; its links are
in `subject_requests`.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

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
from .responses import available_language, page, see_other

DONE = {"save": "saved", "leave": "left", "never": "never"} | dict.fromkeys(
    ("reveal", "erase", "move"), "sent"
)
"""Button -> key of the text after it. "sent" even if too many requests came to send an email."""


def show(context: Context, request: Request) -> Response:
    """Show a person's choices and what else they can do: `GET /me/{token}`."""
    record, language = _me(context, request)
    done = request.query_params.get("done", "")
    return _page(context, record, language, done=done if done in DONE.values() else "")


def save(context: Context, request: Request) -> Response:
    """Handle one of the page's buttons: `POST /me/{token}`."""
    raw, now = request_body.form_of(request), context.clock()
    record, language = _me(context, request)
    decide = _decide(context, raw, record, language, now)
    if isinstance(decide, Mapping):
        return _page(context, record, language, raw=raw, errors=decide)
    context.commit(record.contact, decide, now=now)
    return see_other(f"../me/{request.path_params['token']}?done={DONE[raw['do'][0]]}")


def _decide(
    context: Context, raw: Raw, record: Record, language: str, now: datetime
) -> Decide | Mapping[str, str]:
    """Return the decision that the pressed button asks for, or the form's errors."""
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
                pending=context.new_id(),
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
        context,
        catalogue,
        language,
        "me",
        "me_title",
        status=422 if errors else 200,
        centre=centre,
        offers=_offers(catalogue, record, language),
        more=context.links.more(record.contact, record.epoch, language),
        done="" if errors else done,
        typed="".join((raw or {}).get("email", ())[:1])[:LONGEST],
        longest=LONGEST,
    )


def _offers(catalogue: Catalogue, record: Record, language: str) -> tuple[guides.Offer, ...]:
    # Their buttons send to `/more/{token}`.
    if not guides.may_accept_offers(record):
        return ()
    return guides.offers(catalogue, record, language, spoken=catalogue.privacy)


def _me(context: Context, request: Request) -> tuple[Record, str]:
    link = read_link(context, request, PreferencesLink)
    record = context.store.current_record(link.contact)
    if not record.events:
        raise RefusalError(404, "token")
    if record.epoch != link.epoch:
        raise RefusalError(410, "outdated")
    return record, link.language
