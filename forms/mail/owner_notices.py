"""Emails to the owner of the site: a new checkpoint, and confirmations that are held back. Pure."""

from typing import Any

from ..catalogue import Catalogue
from ..evidence.checkpoint import Checkpoint, armoured
from ..evidence.signing import PublicKey
from ..links.links import Links
from ..permission.record import Template
from ..settings.environment import Settings
from ..site.templates import Renderer, time_in_words
from .message import Letter


def checkpoint_details(checkpoint: Checkpoint, key: PublicKey, language: str) -> dict[str, object]:
    """Return what the email shows of a checkpoint, and how to check it later."""
    return {
        "number": checkpoint.id,
        "last": checkpoint.last,
        "when": time_in_words(checkpoint.moment, language),
        "signer": key.id,
        "armour": armoured(checkpoint, key),
        "command": f"atrae forms verify --checkpoint checkpoint-{checkpoint.id}.eml",
    }


def ceiling_details(settings: Settings) -> dict[str, object]:
    """Return what the email shows of confirmations that wait, perhaps because of abuse."""
    most = settings.defence.confirmations_per_hour
    return {"most": most, "setting": "ATRAE_CONFIRMATIONS_PER_HOUR"}


def owner_letter(
    template: Template,
    details: dict[str, object],
    catalogue: Catalogue,
    renderer: Renderer,
    links: Links,
    *,
    address: str,
) -> Letter:
    """Write an email to the owner, in the site's first language."""
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
