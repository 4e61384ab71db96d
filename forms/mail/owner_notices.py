"""Mails to the owner of the site: what the record itself has to say. Pure."""

from ..catalogue import Catalogue
from ..evidence.checkpoint import Checkpoint, armoured
from ..evidence.signing import PublicKey
from ..links.links import Links
from ..settings.environment import Settings
from ..site.templates import Renderer, time_in_words
from .smtp import Letter


def sealed_letter(
    checkpoint: Checkpoint,
    key: PublicKey,
    catalogue: Catalogue,
    renderer: Renderer,
    links: Links,
    *,
    address: str,
) -> Letter:
    """A checkpoint, what it is for, and how to check it later, in the site's first language."""
    language = catalogue.default_language
    site = catalogue.text(catalogue.title, language)
    context: dict[str, object] = {
        "site": site,
        "number": checkpoint.id,
        "last": checkpoint.last,
        "when": time_in_words(checkpoint.moment, language),
        "signer": key.id,
        "armour": armoured(checkpoint, key),
        "command": f"atrae forms verify --checkpoint checkpoint-{checkpoint.id}.eml",
        "controller": catalogue.controller,
        "privacy": links.page(catalogue.text(catalogue.privacy, language)),
    }
    say = renderer.phrases(language)
    return Letter(
        to=address,
        subject=say("mail_sealed_subject", number=checkpoint.id, site=site),
        text=renderer.render("mail/sealed.txt", language, **context),
        html=renderer.render("mail/sealed.html", language, **context),
        language=language,
        by_form=False,
    )


def held_letter(
    settings: Settings, catalogue: Catalogue, renderer: Renderer, links: Links, *, address: str
) -> Letter:
    """So many confirmations were asked for that some wait: somebody may be abusing a form."""
    language = catalogue.default_language
    site = catalogue.text(catalogue.title, language)
    context: dict[str, object] = {
        "site": site,
        "most": settings.defence.confirmations_per_hour,
        "setting": "ATRAE_CONFIRMATIONS_PER_HOUR",
        "controller": catalogue.controller,
        "privacy": links.page(catalogue.text(catalogue.privacy, language)),
    }
    return Letter(
        to=address,
        subject=renderer.phrases(language)("mail_held_subject", site=site),
        text=renderer.render("mail/held.txt", language, **context),
        html=renderer.render("mail/held.html", language, **context),
        language=language,
        by_form=False,
    )
