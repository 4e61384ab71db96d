"""What a form has to show before it counts: the edge of `suspicion`, `stamp` and `work`."""

import secrets
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ...catalogue import Catalogue
from ...permission.proof_of_work import Proof
from ...permission.submission import FieldErrors, Submission
from .. import request_body
from ..context import Service
from ..form_pages import once_more
from ..request_body import RefusalError
from .proof_of_work import FIELD
from .signals import TELLING, Traces, is_asked_again, signs_of

SHOWN = "shown"
"""The part of a form's address that brings our stamp."""


def challenge(service: Service, request: Request) -> Response:
    """`GET /f/{form}/challenge`: a sum for the browser, while the site asks for one."""
    catalogue, form_id = service.catalogue(), request.path_params["form"]
    if not catalogue.solver or form_id not in catalogue.forms:
        raise RefusalError(404, "form")
    made = service.challenges.make(
        form_id, now=service.clock(), nonce=secrets.token_hex(16), salt=secrets.token_hex(16)
    )
    # The script of a page of the site may read it, wherever the handler is.
    return JSONResponse(made, headers={"Access-Control-Allow-Origin": service.settings.site_origin})


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came with a form, beside what a person typed."""

    shown: str
    """Our stamp, or whatever stands in its place."""
    proof: Proof | None


async def brought(service: Service, request: Request) -> Brought:
    """What the request brings; a proof of work takes a millisecond, in a thread of its own."""
    payload = "".join(request_body.form_of(request).get(FIELD, ())[:1])
    form = request.path_params["form"]
    proof = await run_in_threadpool(_proof, service, payload, form) if payload else None
    return Brought(shown=request.query_params.get(SHOWN, ""), proof=proof)


def sift(
    service: Service, catalogue: Catalogue, submission: Submission, came: Brought
) -> Submission | Response:
    """The submission with all that speaks against it, or the page that asks for it once more.

    It is the same for every address: nothing of the record is asked.
    """
    now = service.clock()
    traces = _traces(service, submission, came)
    if is_asked_again(traces, works=bool(catalogue.solver), now=now):
        return ask_again(service, catalogue, submission, came.shown if traces.waiting else "")
    blocked = service.blocklist.blocks(submission.address.key.rpartition("@")[2])
    signs = signs_of(traces, trapped=submission.trapped, blocked=blocked, now=now)
    if TELLING.isdisjoint(signs):
        return submission
    return replace(submission, trapped=True, signs=tuple(map(str, signs)))


def payment(
    service: Service, catalogue: Catalogue, submission: Submission, came: Brought
) -> Proof | None:
    """The proof of work that the submission counts by, to be used up together with it; none: it
    waited instead, or nothing is asked for."""
    without = replace(_traces(service, submission, came), has_worked=False)
    is_needed = is_asked_again(without, works=bool(catalogue.solver), now=service.clock())
    return came.proof if is_needed else None


def ask_again(
    service: Service, catalogue: Catalogue, submission: Submission, waiting: str = ""
) -> Response:
    """The form once more, as it came; `waiting` is the stamp since when it waits, if it does."""
    stamp = waiting or service.stamps.make(service.clock(), submission.form, submission.address.key)
    return once_more(service, catalogue, submission.form, _as_sent(catalogue, submission), stamp)


def _proof(service: Service, payload: str, form: str) -> Proof | None:
    if not service.catalogue().solver:
        return None
    return service.challenges.read(payload, form, now=service.clock())


def _traces(service: Service, submission: Submission, came: Brought) -> Traces:
    form, address, proof = submission.form, submission.address.key, came.proof
    waiting = service.stamps.read(came.shown, form, address)
    shown = waiting or service.stamps.read(came.shown, form)
    return Traces(
        shown=shown if proof is None else proof.issued,
        waiting=waiting,
        has_worked=proof is not None,
    )


def _as_sent(catalogue: Catalogue, submission: Submission) -> FieldErrors:
    """The form as it came, with nothing wrong: boxes stay ticked whose words are still the same."""
    field = catalogue.forms[submission.form].address
    typed = {field.name: submission.address.typed} if field else {}
    return FieldErrors(
        errors={},
        values={**submission.answers, **typed},
        ticked=frozenset(wording.digest for wording in submission.wordings),
        page=submission.page,
        language=submission.language,
    )
