"""Write the letter for a claimed email. Pure; links and dates are derived here."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..catalogue import Catalogue, Lasts, Resource, Wording
from ..links.links import Links
from ..permission.guides import is_guide, may_accept_offers
from ..permission.ledger import Event
from ..permission.mail_rules import RULES
from ..permission.record import FRESH, WISH_TEMPLATES, Template
from ..settings.environment import Settings, origin_of
from ..site.templates import Renderer, day_in_words, time_in_words
from ..store.queues.outbox import ClaimedEmail
from .message import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One purpose in an email: its exact wording, and the links for it."""

    name: str
    text: str
    when: str
    page: str
    leave: str
    """Empty for purposes that last once: there is nothing to leave."""
    file: str
    download: str


def resource_for(catalogue: Catalogue, purpose: str, language: str) -> Resource | None:
    """Return the file of `purpose` in `language`, else in the site's first language."""
    if purpose not in catalogue.purposes:
        return None
    resource = catalogue.purposes[purpose].resource
    return resource.get(language) or resource.get(catalogue.default_language)


def letter_of(
    owed: ClaimedEmail,
    catalogue: Catalogue,
    wordings: Mapping[str, Wording],
    renderer: Renderer,
    links: Links,
    *,
    address: str,
) -> Letter:
    """Write the email. `address` is the recipient, with the domain as A-labels."""
    language = owed.events[0].language
    events = RULES[owed.template].speaks_of(owed.events, owed.record)
    items = [_item(event, owed, catalogue, wordings, links) for event in events]
    standing = _standing(owed, events, wordings)
    confirm = owed.pending
    kind = "fresh" if owed.template in WISH_TEMPLATES else owed.template
    expires = owed.events[0].moment + FRESH
    context: dict[str, object] = {
        "site": catalogue.text(catalogue.title, language),
        "site_url": links.settings.site_url,
        "items": items,
        "template": owed.template,
        "link": links.confirm(confirm.id, expires=confirm.expires) if confirm else "",
        "until": day_in_words(confirm.expires, language) if confirm else "",
        # The new address of a move is not the person's yet: it cannot choose for them.
        "choices": ""
        if owed.template is Template.CONFIRM_MOVE
        else links.me(owed.contact, owed.record.epoch, language),
        "controller": catalogue.controller,
        "privacy": links.page(catalogue.text(catalogue.privacy, language)),
    }
    is_more = may_accept_offers(owed.record) and any(
        is_guide(catalogue, p) for p in catalogue.purposes
    )
    context["more"] = links.more(owed.contact, owed.record.epoch, language) if is_more else ""
    if owed.template in WISH_TEMPLATES:
        context["link"] = links.fresh(owed.contact, owed.events[0].seq, expires=expires)
        context["until"] = time_in_words(expires, language)
    say = renderer.phrases(language)
    name = items[0].name if items else ""
    return Letter(
        to=address,
        subject=say(f"mail_{owed.template}_subject", site=context["site"], name=name),
        text=renderer.render(f"mail/{kind}.txt", language, **context),
        html=renderer.render(f"mail/{kind}.html", language, **context),
        language=language,
        list_id=list_id(standing[0], links.settings) if standing else "",
        leave=links.unsubscribe(owed.contact, standing, language) if standing else "",
    )


def list_id(purpose: str, settings: Settings) -> str:
    """Return the `List-Id` (RFC 2919): the purpose, within the site's host."""
    host = origin_of(settings.site_url).split("://", 1)[1].split(":", 1)[0]
    return f"{purpose}.{host}"


def _standing(
    owed: ClaimedEmail, events: tuple[Event, ...], wordings: Mapping[str, Wording]
) -> tuple[str, ...]:
    """Return the standing purposes that the email names; a confirmation has no list yet."""
    if owed.template is Template.CONFIRM:
        return ()
    lasting = (e.purpose for e in events if wordings[e.wording].lasts is Lasts.STANDING)
    return tuple(dict.fromkeys(lasting))


def _item(
    event: Event,
    owed: ClaimedEmail,
    catalogue: Catalogue,
    wordings: Mapping[str, Wording],
    links: Links,
) -> Item:
    wording, language = wordings[event.wording], event.language
    purpose = catalogue.purposes.get(event.purpose)
    delivers = RULES[owed.template].delivers_files
    file = resource_for(catalogue, event.purpose, language) if delivers else None
    standing = wording.lasts is Lasts.STANDING and owed.template is not Template.CONFIRM
    return Item(
        name=catalogue.text(purpose.name, language) if purpose else event.purpose,
        text=wording.text,
        when=time_in_words(event.moment, language),
        page=links.page(event.page) if event.page else "",
        leave=links.unsubscribe(owed.contact, [event.purpose], language) if standing else "",
        file=file.name if file else "",
        download=links.resource(
            owed.contact, event.purpose, language, file.name, confirmed=event.moment
        )
        if file
        else "",
    )
