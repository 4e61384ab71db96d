"""Gated files: downloads, new links for expired ones, and offers of other guides."""

import logging
from functools import partial

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from ..catalogue import State
from ..links.tokens import GuideLink, OffersLink
from ..mail.letters import resource_for
from ..permission import guides
from ..permission.record import Record
from . import request_body
from .context import Context
from .guards import read_link, read_link_of_any_age
from .request_body import RefusalError
from .responses import SECRET, Responder

log = logging.getLogger("atrae.forms")


def download(context: Context, request: Request) -> Response:
    """Send a gated file, or one range of it (RFC 9110, 14): `GET /resource/{token}/{name}`.

    An expired link shows a button that emails a new one.
    """
    link, is_expired = _read_link(context, request)
    if is_expired:
        return Responder.in_language(context, link.language).page("again", status=410)
    file = resource_for(context.catalogue(), link.purpose, link.language)
    path = context.files(file) if file else None
    if file is None or path is None or not path.is_file():
        log.error("the file of purpose=%s language=%s is missing", link.purpose, link.language)
        raise RefusalError(404, "file")
    if "," in request.headers.get("range", ""):
        # Several ranges get the whole file, as the RFC allows: many small ones would turn a short
        # request into a large response, and no PDF reader needs them. Starlette reads the scope.
        request.scope["headers"] = [h for h in request.scope["headers"] if h[0] != b"range"]
    # Of the content, so that a download can be resumed after a new build.
    headers = {**SECRET, "ETag": f'"{file.digest}"'}
    return FileResponse(path, media_type=file.media_type, filename=file.name, headers=headers)


def send_again(context: Context, request: Request) -> Response:
    """Email a new link if there is still a permission: `POST /resource/{token}/{name}`.

    The response is always the same, so an old link doesn't reveal whose it was.
    """
    if request_body.form_of(request).get("do") != ["again"]:
        raise RefusalError(400, "choice")
    link, _ = _read_link(context, request)
    decide = partial(
        guides.resend_link,
        link.purpose,
        now=context.clock(),
        language=link.language,
        limits=context.limits,
    )
    context.commit(link.contact, decide, now=context.clock())
    return Responder.in_language(context, link.language).see_state(State.CHECK_INBOX)


def show_offers(context: Context, request: Request) -> Response:
    """Show the site's guides, each with its wording and a button: `GET /more/{token}`."""
    record, responder = _read_offer_link(context, request)
    offers = guides.offers(responder.catalogue, record, responder.language)
    return responder.page("more", offers=tuple(offers))


def take_offer(context: Context, request: Request) -> Response:
    """Email the chosen guide: `POST /more/{token}`."""
    chosen = request_body.form_of(request).get("purpose", [])
    record, responder = _read_offer_link(context, request)
    wording = context.store.wordings(chosen[:1]).get("".join(chosen[:1]))
    if len(chosen) != 1 or wording is None:
        raise RefusalError(400, "choice")
    if not guides.is_guide(responder.catalogue, wording.purpose):
        raise RefusalError(404, "file")
    now = context.clock()
    decide = partial(guides.accept_offer, wording, now=now, limits=context.limits)
    context.commit(record.contact, decide, now=now)
    return responder.see_state(State.CHECK_INBOX)


def _read_link(context: Context, request: Request) -> tuple[GuideLink, bool]:
    link, is_expired = read_link_of_any_age(context, request, GuideLink)
    if link.name != request.path_params["name"]:
        raise RefusalError(404, "token")
    return link, is_expired


def _read_offer_link(context: Context, request: Request) -> tuple[Record, Responder]:
    link = read_link(context, request, OffersLink)
    record = context.store.current_record(link.contact)
    if record.epoch != link.epoch or not guides.may_accept_offers(record):
        raise RefusalError(410, "outdated")
    return record, Responder.in_language(context, link.language)
