"""Emails to the owner of the site: a new checkpoint, and confirmations that are held back. Pure."""

from typing import Any

from ..catalogue import Catalogue
from ..evidence.checkpoint import Checkpoint, armoured
from ..evidence.signing import PublicKey
from ..links.links import Links
from ..settings.environment import Settings
from ..site.templates import Renderer, time_in_words
from .message import Letter


def checkpoint_letter(
    checkpoint: Checkpoint,
    key: PublicKey,
    catalogue: Catalogue,
    renderer: Renderer,
    links: Links,
    *,
    address: str,
) -> Letter:
    """Write a checkpoint, its purpose, and how to check it later."""
    return _letter(
        "sealed",
        catalogue,
        renderer,
        links,
        address,
        number=checkpoint.id,
        last=checkpoint.last,
        when=time_in_words(checkpoint.moment, catalogue.default_language),
        signer=key.id,
        armour=armoured(checkpoint, key),
        command=f"atrae forms verify --checkpoint checkpoint-{checkpoint.id}.eml",
    )


def ceiling_letter(
    settings: Settings, catalogue: Catalogue, renderer: Renderer, links: Links, *, address: str
) -> Letter:
    """Write that some confirmations wait, because somebody may be abusing a form."""
    return _letter(
        "held",
        catalogue,
        renderer,
        links,
        address,
        most=settings.defence.confirmations_per_hour,
        setting="ATRAE_CONFIRMATIONS_PER_HOUR",
    )


def _letter(
    template: str,
    catalogue: Catalogue,
    renderer: Renderer,
    links: Links,
    address: str,
    **details: object,
) -> Letter:
    # In the site's first language.
    language = catalogue.default_language
    context: dict[str, Any] = {
        "site": catalogue.text(catalogue.title, language),
        "controller": catalogue.controller,
        "privacy": links.page(catalogue.text(catalogue.privacy, language)),
        **details,
    }
    return Letter(
        to=address,
        subject=renderer.phrases(language)(f"mail_{template}_subject", **context),
        text=renderer.render(f"mail/{template}.txt", language, **context),
        html=renderer.render(f"mail/{template}.html", language, **context),
        language=language,
        by_form=False,
    )
