"""The preference centre, `/me/{token}`, which every email links to.

Nothing here reveals or destroys data. Such requests are confirmed by another email; its links are
in `subject_requests`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from starlette.requests import Request
from starlette.responses import Response

from ..catalogue import Catalogue, Lasts, Wording
from ..declared.address import LONGEST, parse_address
from ..links.tokens import OffersLink, PreferencesLink
from ..permission import guides, optin, preferences, subject_requests, suppression
from ..permission.ledger import Method, Wish
from ..permission.preferences import PAUSES, RESUME, choice_of, standing_purposes
from ..permission.record import Record, Scope
from ..permission.submission import Raw, ticked
from ..site.templates import day_in_words
from ..store.records.store import Decide
from . import request_body
from .context import Context
from .guards import read_link
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic of a purpose, in the person's language."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeChoice:
    """One standing purpose.

    `wording` is the text that the person agreed to, or would agree to by ticking the box.
    """

    purpose: str
    name: str
    wording: Wording
    is_on: bool
    ticked: bool
    since: str
    """Day of the permission, in words; empty if there is none."""
    paused: str
    """Day until which it is paused, in words; empty if it isn't."""
    frequencies: tuple[str, ...]
    frequency: str
    topics: tuple[Topic, ...]
    error: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class PreferencesPage:
    """All choices of a person, as `centre` in the template."""

    record: Record
    catalogue: Catalogue
    wordings: Mapping[str, Wording]
    """Wordings of the record's events, by digest."""
    language: str
    raw: Raw
    """The form that had `errors`; empty if none was sent."""
    errors: Mapping[str, str]

    pauses = PAUSES
    resume = RESUME

    @cached_property
    def lines(self) -> tuple[PurposeChoice, ...]:
        """Purposes that the person has or can choose."""
        # People can also unsubscribe from purposes that are no longer declared.
        purposes = dict.fromkeys((*self._declared_purposes(), *sorted(self._granted)))
        wordings = map(self._wording, purposes)
        return tuple(self._choice(wording) for wording in wordings if wording is not None)

    @property
    def pause(self) -> str:
        """Length of the pause that was chosen in the form."""
        return "".join(self.raw.get("pause", ())[:1])

    @property
    def is_silent(self) -> bool:
        """Whether no email at all goes to the person, not even a confirmation."""
        return Scope.ALL in self.record.suppressed

    @property
    def is_any_on(self) -> bool:
        """Whether the person can unsubscribe from something."""
        return any(line.is_on for line in self.lines)

    @property
    def is_any_paused(self) -> bool:
        """Whether the person can end a pause."""
        return any(line.paused for line in self.lines)

    @cached_property
    def _granted(self) -> frozenset[str]:
        return standing_purposes(self.record)

    def _declared_purposes(self) -> list[str]:
        on_forms = {purpose for form in self.catalogue.forms.values() for purpose in form.purposes}
        return [
            purpose.id
            for purpose in self.catalogue.purposes.values()
            if purpose.lasts is Lasts.STANDING and purpose.id in self._granted | on_forms
        ]

    def _wording(self, purpose: str) -> Wording | None:
        grant = self.record.permission(purpose).grant
        if purpose in self._granted and grant is not None:
            return self.wordings.get(grant.wording)
        if self.is_silent:
            return None
        catalogue, language = self.catalogue, self.language
        available = catalogue.purposes[purpose].wording.keys() & catalogue.privacy.keys()
        if language not in available:
            language = catalogue.default_language
        return catalogue.wording(purpose, language) if language in available else None

    def _choice(self, wording: Wording) -> PurposeChoice:
        purpose, language, text = wording.purpose, self.language, self.catalogue.text
        declared, choice = self.catalogue.purposes.get(purpose), choice_of(self.record, purpose)
        grant, until = self.record.permission(purpose).grant, self.record.paused_until(purpose)
        frequencies = tuple(map(str, declared.frequencies)) if declared else ()
        frequency = str(choice.frequency or "".join(frequencies[:1]))
        topics = set(choice.topics) if choice.topics is not None else None
        is_on = is_ticked = purpose in self._granted
        if self.raw:
            is_ticked = wording.digest in ticked(self.raw)
            frequency = "".join(self.raw.get(f"frequency-{purpose}", ())[:1]) or frequency
            topics = set(self.raw.get(f"topic-{purpose}", ()))
        return PurposeChoice(
            purpose=purpose,
            name=text(declared.name, language) if declared else purpose,
            wording=wording,
            is_on=is_on,
            ticked=is_ticked,
            since=day_in_words(grant.moment, language) if grant and is_on else "",
            paused=day_in_words(until, language) if until else "",
            frequencies=frequencies,
            frequency=frequency,
            topics=tuple(
                Topic(
                    value=topic.value,
                    label=text(topic.label, language),
                    chosen=topics is None or topic.value in topics,
                )
                for topic in (declared.topics if declared else ())
            ),
            error=self.errors.get(purpose, ""),
        )


def _decide(
    context: Context, raw: Raw, record: Record, language: str, now: datetime
) -> Decide | Mapping[str, str]:
    ask = partial(subject_requests.request, now=now, limits=context.limits, language=language)
    match raw.get("do"):
        case ["save"]:
            wordings = context.store.wordings(ticked(raw))
            choices = preferences.read_choices(raw, context.catalogue(), record, wordings)
            if isinstance(choices, dict):
                return choices
            return partial(
                preferences.change,
                choices,
                now=now,
                language=language,
                pending=context.store.new_id(),
                limits=context.limits,
            )
        case ["leave"]:
            purposes = sorted(standing_purposes(record))
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
        raw=raw if errors.keys() - {"email"} else {},
        errors=errors,
    )
    # Their buttons send to `/more/{token}`.
    offers = guides.offers(catalogue, record, language) if guides.may_accept_offers(record) else ()
    return responder.page(
        "me",
        status=422 if errors else 200,
        centre=centre,
        offers=tuple(offers),
        more=context.links.address(OffersLink(record.contact, record.epoch, language)),
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
