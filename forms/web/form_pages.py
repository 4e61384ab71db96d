"""Pages of a sign-up: the form with its errors, the confirmation and the confirmed request."""

from dataclasses import replace

from starlette.responses import Response

from ..catalogue import sheet
from ..links.tokens import GuideLink
from ..mail.letters import resource_for
from ..permission.record import Record
from ..permission.submission import FieldErrors
from ..store.records.rows import PendingRequest
from .responses import Responder
from .screening.signals import WAIT

LONGEST_ANSWER = 1000


def form_page(
    responder: Responder, form_id: str, values: FieldErrors, *, waiting: str = ""
) -> Response:
    """Return a 422 with the form as it was sent and an error beside each wrong field.

    With `waiting`, the signed time at which a wait began, it can be sent again after a few seconds.
    The page needs no JavaScript.
    """
    context, catalogue = responder.context, responder.catalogue
    shown = waiting or context.signed_times.make(context.clock(), form_id)
    wait = WAIT.seconds if waiting else 0
    form = sheet(
        catalogue,
        catalogue.forms[form_id],
        responder.language,
        # In the address, so that no theme can leave it out.
        action=f"{context.links.form(form_id)}?shown={shown}",
        page=values.page,
        values=values.values,
        ticked=values.ticked,
        errors=values.errors,
        challenge="" if wait else context.links.challenge(form_id),
    )
    # The handler's own host doesn't serve the site's paths.
    target = context.links.target
    solver = target(form.solver) if form.solver else ""
    form = replace(form, privacy=target(form.privacy), solver=solver)
    return responder.page(
        "form",
        title="once_more_title" if wait else "form_again_title",
        status=422,
        # Without `SECRET`, which would make browsers send the form with `Origin: null`.
        headers={},
        sheet=form,
        wait=wait,
    )


def confirmation_page(responder: Responder, request: PendingRequest) -> Response:
    """Return the page with the exact wordings, the optional question and the two buttons."""
    form = responder.catalogue.forms.get(request.events[0].form)
    wordings = responder.context.store.wordings(event.wording for event in request.events)
    return responder.page(
        "confirm",
        texts=[wordings[event.wording].text for event in request.events],
        question=responder.text(form.question) if form else "",
        longest=LONGEST_ANSWER,
    )


def confirmed_page(responder: Responder, request: PendingRequest, record: Record) -> Response:
    """Return the page of a confirmed request, with its downloads."""
    downloads = []
    for event in request.events:
        grant = record.permission(event.purpose).grant
        file = resource_for(responder.catalogue, event.purpose, event.language)
        if grant is not None and file is not None:
            link = GuideLink(request.contact, event.purpose, event.language, file.name)
            url = responder.context.links.download(link, confirmed=grant.moment)
            downloads.append((file.name, file.size, url))
    return responder.page("confirmed", downloads=downloads)
