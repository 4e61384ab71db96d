"""Gated files: the file behind a link, a fresh link for one that is too old, and other guides."""

import logging
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from ..catalogue import Resource, State
from ..links.tokens import Action, ExpiredError, TokenError
from ..mail.letters import delivered
from ..permission import guides
from ..permission.record import Record
from ..store.records.store import Decide
from . import request_body
from .context import Service
from .request_body import RefusalError
from .responses import SECRET, page, see_other, spoken

log = logging.getLogger("atrae.forms")


class GuideResponse(FileResponse):
    """A file in pieces of 64 KiB, whole or one range of it (RFC 9110, 14).

    Several ranges at once are answered with the whole, as a server may: they are a way to have
    much made of little, and no reader of a guide needs them.
    """

    max_ranges = 1

    def __init__(self, path: Path, file: Resource) -> None:
        super().__init__(
            path,
            media_type=file.media_type,
            filename=file.name,
            # Of the content, so that a download goes on after the site was built anew.
            headers={**SECRET, "ETag": f'"{file.digest}"'},
        )


def download(service: Service, request: Request) -> Response:
    """`GET /resource/{token}/{name}`: a gated file, as often as wanted until the link expires.

    A genuine link that is too old shows a button that mails a fresh one.
    """
    try:
        _contact, purpose, language, _name = _ids(service, request)
    except ExpiredError as expired:
        return _too_old(service, expired.ids[2])
    found = delivered(service.catalogue(), purpose, language)
    path = service.files(found) if found else None
    if found is None or path is None or not path.is_file():
        log.error("the file of purpose=%s language=%s is missing", purpose, language)
        raise RefusalError(404, "file")
    response = GuideResponse(path, found)
    if "," in request.headers.get("range", ""):
        # It is read from the scope: what is not there is not answered.
        request.scope["headers"] = [h for h in request.scope["headers"] if h[0] != b"range"]
    return response


def send_again(service: Service, request: Request) -> Response:
    """`POST /resource/{token}/{name}`: mail a fresh link, if the permission stands.

    The same answer in every case: who found an old link learns nothing of whose it was.
    """
    if request_body.form_of(request).get("do") != ["again"]:
        raise RefusalError(400, "choice")
    try:
        contact, purpose, language, _name = _ids(service, request)
    except ExpiredError as expired:
        contact, purpose, language, _name = expired.ids
    now, limits = service.clock(), service.limits
    decide = partial(guides.again, purpose, now=now, language=language, limits=limits)
    return _mailed(service, contact, decide, language)


def show_offers(service: Service, request: Request) -> Response:
    """`GET /more/{token}`: the guides of the site, each with its words and a button."""
    _, record, language = _known(service, request)
    catalogue = service.catalogue()
    found = guides.offers(catalogue, record, language, spoken=catalogue.privacy)
    return page(
        service.renderer(catalogue),
        "page/more.html",
        language,
        "more_title",
        headers=SECRET,
        offers=found,
        controller=catalogue.controller,
        privacy=service.links.target(catalogue.text(catalogue.privacy, language)),
    )


def take_offer(service: Service, request: Request) -> Response:
    """`POST /more/{token}`: the button beside one of them."""
    chosen = request_body.form_of(request).get("purpose", [])
    contact, _, language = _known(service, request)
    wording = service.store.wordings(chosen[:1]).get("".join(chosen[:1]))
    if len(chosen) != 1 or wording is None:
        raise RefusalError(400, "choice")
    if not guides.is_guide(service.catalogue(), wording.purpose):
        raise RefusalError(404, "file")
    now = service.clock()
    decide = partial(guides.take, wording, now=now, limits=service.limits)
    return _mailed(service, contact, decide, language)


def _mailed(service: Service, contact: str, decide: Decide, language: str) -> Response:
    committed = service.store.commit_for_contact(contact, decide, now=service.clock())
    if committed.decision.notices:
        service.wake()
    catalogue = service.catalogue()
    path = catalogue.text(catalogue.states[State.CHECK_INBOX], spoken(catalogue, language))
    return see_other(service.links.target(path))


def _ids(service: Service, request: Request) -> tuple[str, str, str, str]:
    """Contact, purpose, language and name of a link. Raises `ExpiredError` with the same."""
    token, name = request.path_params["token"], request.path_params["name"]
    try:
        ids = service.tokens.read(Action.RESOURCE, token, now=service.clock())
    except ExpiredError as expired:
        _whole(expired.ids, name)
        raise
    except TokenError:
        raise RefusalError(404, "token") from None
    return _whole(ids, name)


def _whole(ids: tuple[str, ...], name: str) -> tuple[str, str, str, str]:
    if len(ids) != 4 or ids[3] != name:
        raise RefusalError(404, "token")
    contact, purpose, language, _ = ids
    return contact, purpose, language, name


def _too_old(service: Service, language: str) -> Response:
    catalogue = service.catalogue()
    return page(
        service.renderer(catalogue),
        "page/again.html",
        spoken(catalogue, language),
        "again_title",
        status=410,
        headers=SECRET,
    )


def _known(service: Service, request: Request) -> tuple[str, Record, str]:
    """The person that the link was mailed to, while they are known; else a page that says why."""
    try:
        ids = service.tokens.read(Action.MORE, request.path_params["token"], now=service.clock())
    except TokenError:
        raise RefusalError(404, "token") from None
    if len(ids) != 3:
        raise RefusalError(404, "token")
    contact, epoch, language = ids
    record = service.store.current_record(contact)
    if str(record.epoch) != epoch or not guides.may_take(record):
        raise RefusalError(410, "outdated")
    return contact, record, spoken(service.catalogue(), language)
