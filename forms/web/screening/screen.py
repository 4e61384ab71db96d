"""Screening of a submission before it is recorded: credentials, signals and proof of work."""

import secrets
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ...permission.submission import FieldErrors, Submission
from ...store.records.spent_proofs import Proof
from .. import request_body
from ..context import Context
from ..form_pages import form_page
from ..request_body import RefusalError
from ..responses import Responder
from .proof_of_work import FIELD
from .signals import DECISIVE, Evidence, needs_retry, signals_of


def challenge(context: Context, request: Request) -> Response:
    """Return a challenge if the site uses proof of work: `GET /f/{form}/challenge`."""
    catalogue, form_id = context.catalogue(), request.path_params["form"]
    if not catalogue.solver or form_id not in catalogue.forms:
        raise RefusalError(404, "form")
    parameters = context.challenges.make(
        form_id, now=context.clock(), nonce=secrets.token_hex(16), salt=secrets.token_hex(16)
    )
    # The site's scripts may read it, even if the handler has another host.
    return JSONResponse(
        parameters, headers={"Access-Control-Allow-Origin": context.settings.site_origin}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Signed time and proof of work that came with a form."""

    shown: str
    """Signed time at which the form was shown, not verified yet."""
    proof: Proof | None


async def read_credentials(context: Context, request: Request) -> Credentials:
    """Read a request's credentials. The proof of work is checked in a thread."""
    payload = "".join(request_body.form_of(request).get(FIELD, ())[:1])
    form = request.path_params["form"]
    proof = await run_in_threadpool(_proof, context, payload, form) if payload else None
    return Credentials(shown=request.query_params.get("shown", ""), proof=proof)


def screen(
    responder: Responder, submission: Submission, credentials: Credentials
) -> tuple[Submission, Proof | None] | Response:
    """Return the submission with its signals, or a page that asks to send it again.

    With the submission comes the proof of work to use up: `None` if the person waited instead, or
    if none is needed. The result doesn't depend on the record, so every address gets the same.
    """
    context, works = responder.context, bool(responder.catalogue.solver)
    now = context.clock()
    evidence = _evidence(context, submission, credentials)
    if needs_retry(evidence, works=works, now=now):
        return ask_again(responder, submission, credentials.shown if evidence.waiting else "")
    blocked = context.blocklist.blocks(submission.address.key.rpartition("@")[2])
    signals = signals_of(evidence, trapped=submission.trapped, blocked=blocked, now=now)
    if not DECISIVE.isdisjoint(signals):
        submission = replace(submission, trapped=True, signs=tuple(map(str, signals)))
    is_proof_needed = needs_retry(replace(evidence, has_worked=False), works=works, now=now)
    return submission, credentials.proof if is_proof_needed else None


def ask_again(responder: Responder, submission: Submission, waiting: str = "") -> Response:
    """Return a page with the form to send again. `waiting` is the signed start of the wait."""
    context, form, address = responder.context, submission.form, submission.address
    waiting = waiting or context.signed_times.make(context.clock(), form, address.key)
    field = responder.catalogue.forms[form].address
    typed = {field.name: address.typed} if field else {}
    values = FieldErrors(
        errors={},
        values={**submission.answers, **typed},
        # Boxes stay ticked if their wording is unchanged.
        ticked=frozenset(wording.digest for wording in submission.wordings),
        page=submission.page,
        language=submission.language,
    )
    return form_page(responder, form, values, waiting=waiting)


def _proof(context: Context, payload: str, form: str) -> Proof | None:
    if not context.catalogue().solver:
        return None
    return context.challenges.read(payload, form, now=context.clock())


def _evidence(context: Context, submission: Submission, credentials: Credentials) -> Evidence:
    form, address, proof = submission.form, submission.address.key, credentials.proof
    waiting = context.signed_times.read(credentials.shown, form, address)
    shown = waiting or context.signed_times.read(credentials.shown, form)
    return Evidence(
        shown=shown if proof is None else proof.issued,
        waiting=waiting,
        has_worked=proof is not None,
    )
