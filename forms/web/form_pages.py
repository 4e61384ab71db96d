"""The pages that show something: a form with its errors, the question, what was confirmed."""

from dataclasses import replace

from starlette.responses import Response

from ..catalogue import Catalogue, sheet
from ..mail.letters import delivered
from ..permission.record import Record
from ..permission.submission import FieldErrors
from ..store.records.rows import PendingRequest
from .context import Service
from .responses import SECRET, page
from .screening.signals import WAIT

LONGEST_ANSWER = 1000


def form_again(
    service: Service, catalogue: Catalogue, form_id: str, wrong: FieldErrors
) -> Response:
    """422: the form as it was sent, with what is wrong beside each field."""
    shown = service.stamps.make(service.clock(), form_id)
    return _form(service, catalogue, form_id, wrong, shown)


def once_more(
    service: Service, catalogue: Catalogue, form_id: str, sent: FieldErrors, waiting: str
) -> Response:
    """422: the form as it was sent, to be sent again after a few seconds; `waiting` is the stamp
    that says since when. It needs no JavaScript, and no script of ours runs in it."""
    return _form(service, catalogue, form_id, sent, waiting, wait=WAIT.seconds)


def _form(
    service: Service,
    catalogue: Catalogue,
    form_id: str,
    wrong: FieldErrors,
    shown: str,
    *,
    wait: int = 0,
) -> Response:
    again = sheet(
        catalogue,
        catalogue.forms[form_id],
        wrong.language,
        # In the address, so that no theme can forget it.
        action=f"{service.links.form(form_id)}?shown={shown}",
        page=wrong.page,
        values=wrong.values,
        ticked=wrong.ticked,
        errors=wrong.errors,
        challenge="" if wait else service.links.challenge(form_id),
    )
    # On the handler's own host a path alone would lead nowhere.
    target = service.links.target
    solver = target(again.solver) if again.solver else ""
    again = replace(again, privacy=target(again.privacy), solver=solver)
    return page(
        service.renderer(catalogue),
        "page/form.html",
        wrong.language,
        "once_more_title" if wait else "form_again_title",
        status=422,
        sheet=again,
        wait=wait,
    )


def question(
    service: Service, catalogue: Catalogue, asked: PendingRequest, language: str
) -> Response:
    """Who asks, the exact words, and the two buttons."""
    form = catalogue.forms.get(asked.events[0].form)
    wordings = service.store.wordings(event.wording for event in asked.events)
    return page(
        service.renderer(catalogue),
        "page/confirm.html",
        language,
        "confirm_title",
        headers=SECRET,
        texts=[wordings[event.wording].text for event in asked.events],
        site=catalogue.text(catalogue.title, language),
        controller=catalogue.controller,
        privacy=service.links.target(catalogue.text(catalogue.privacy, language)),
        question=catalogue.text(form.question, language) if form else "",
        longest=LONGEST_ANSWER,
    )


def confirmed(
    service: Service, catalogue: Catalogue, asked: PendingRequest, record: Record, language: str
) -> Response:
    """That it is confirmed, with what was asked for."""
    downloads = []
    for event in asked.events:
        grant = record.permission(event.purpose).grant
        file = delivered(catalogue, event.purpose, event.language)
        if grant is not None and file is not None:
            url = service.links.resource(
                asked.contact, event.purpose, event.language, file.name, confirmed=grant.moment
            )
            downloads.append((file.name, file.size, url))
    return page(
        service.renderer(catalogue),
        "page/confirmed.html",
        language,
        "confirmed_title",
        headers=SECRET,
        downloads=downloads,
        site_url=service.settings.site_url,
    )
