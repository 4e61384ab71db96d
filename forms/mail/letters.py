"""Write the letters for claimed emails. Pure; links and dates are derived here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from ..catalogue import Catalogue, Lasts, Resource, Wording
from ..evidence.checkpoint import Checkpoint, armoured
from ..evidence.signing import PublicKey
from ..links.links import Links
from ..links.tokens import (
    ConfirmLink,
    GuideLink,
    OffersLink,
    PreferencesLink,
    SubjectRequestLink,
    UnsubscribeLink,
)
from ..permission.guides import is_guide, may_accept_offers
from ..permission.ledger import Event
from ..permission.mail_rules import RULES
from ..permission.record import FRESH, WISH_TEMPLATES, Template
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


def checkpoint_details(checkpoint: Checkpoint, key: PublicKey, language: str) -> dict[str, object]:
    """Return what the email to the owner shows of a checkpoint, and how to check it later."""
    return {
        "number": checkpoint.id,
        "last": checkpoint.last,
        "when": time_in_words(checkpoint.moment, language),
        "signer": key.id,
        "armour": armoured(checkpoint, key),
        "command": f"atrae forms verify --checkpoint checkpoint-{checkpoint.id}.eml",
    }


@dataclass(frozen=True, slots=True)
class LetterWriter:
    """Writes letters from the declarations and templates of this moment."""

    catalogue: Catalogue
    renderer: Renderer
    links: Links

    def to_person(
        self, claim: ClaimedEmail, wordings: Mapping[str, Wording], *, address: str
    ) -> Letter:
        """Write an email to a person. `address` has the domain as A-labels."""
        links, record, language = self.links, claim.record, claim.events[0].language
        events = RULES[claim.template].speaks_of(claim.events, record)
        items = [self._item(event, claim, wordings[event.wording]) for event in events]
        pairs = zip(events, items, strict=True)
        lists = tuple(dict.fromkeys(event.purpose for event, item in pairs if item.leave))
        context: dict[str, object] = {"template": claim.template, "items": items}
        context |= {"site_url": links.settings.site_url, "link": "", "until": ""}
        # The new address of a move is not the person's yet: it cannot choose for them.
        may_choose = claim.template is not Template.CONFIRM_MOVE
        person = (claim.contact, record.epoch, language)
        context["choices"] = links.address(PreferencesLink(*person)) if may_choose else ""
        has_more = may_accept_offers(record) and any(
            is_guide(self.catalogue, purpose) for purpose in self.catalogue.purposes
        )
        context["more"] = links.address(OffersLink(*person)) if has_more else ""
        if pending := claim.pending:
            context["link"] = links.address(ConfirmLink(pending.id), expires=pending.expires)
            context["until"] = day_in_words(pending.expires, language)
        if claim.template in WISH_TEMPLATES:
            expires = claim.events[0].moment + FRESH
            wish = SubjectRequestLink(claim.contact, claim.events[0].seq)
            context["link"] = links.address(wish, expires=expires)
            context["until"] = time_in_words(expires, language)
        name = items[0].name if items else ""
        letter = self._letter(claim.template, language, context, to=address, name=name)
        if not lists:
            return letter
        return replace(
            letter,
            # RFC 2919: the purpose, within the site's host.
            list_id=f"{lists[0]}.{urlsplit(links.settings.site_origin).hostname}",
            leave=links.address(UnsubscribeLink(claim.contact, language, lists)),
        )

    def to_owner(
        self, template: Template, details: Mapping[str, object], *, address: str
    ) -> Letter:
        """Write an email to the owner, in the site's first language."""
        language = self.catalogue.default_language
        return replace(self._letter(template, language, details, to=address), by_form=False)

    def _letter(
        self,
        template: Template,
        language: str,
        details: Mapping[str, object],
        *,
        to: str,
        name: str = "",
    ) -> Letter:
        catalogue, renderer = self.catalogue, self.renderer
        context: dict[str, Any] = {
            "site": catalogue.text(catalogue.title, language),
            "controller": catalogue.controller,
            "privacy": self.links.page(catalogue.text(catalogue.privacy, language)),
            **details,
        }
        layout = "fresh" if template in WISH_TEMPLATES else template
        return Letter(
            to=to,
            subject=renderer.phrases(language)(f"mail_{template}_subject", name=name, **context),
            text=renderer.render(f"mail/{layout}.txt", language, **context),
            html=renderer.render(f"mail/{layout}.html", language, **context),
            language=language,
        )

    def _item(self, event: Event, claim: ClaimedEmail, wording: Wording) -> Item:
        catalogue, links, language = self.catalogue, self.links, event.language
        purpose = catalogue.purposes.get(event.purpose)
        delivers = RULES[claim.template].delivers_files
        file = resource_for(catalogue, event.purpose, language) if delivers else None
        # A confirmation has no list yet.
        is_list = wording.lasts is Lasts.STANDING and claim.template is not Template.CONFIRM
        leave = UnsubscribeLink(claim.contact, language, (event.purpose,))
        download = ""
        if file is not None:
            link = GuideLink(claim.contact, event.purpose, language, file.name)
            download = links.download(link, confirmed=event.moment)
        return Item(
            name=catalogue.text(purpose.name, language) if purpose else event.purpose,
            text=wording.text,
            when=time_in_words(event.moment, language),
            page=links.page(event.page) if event.page else "",
            leave=links.address(leave) if is_list else "",
            file=file.name if file else "",
            download=download,
        )
