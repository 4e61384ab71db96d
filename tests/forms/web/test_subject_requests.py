"""All that we know, in plain words: there is a sentence for everything that can happen."""

import pytest

from forms.catalogue import Frequency
from forms.declared.canonical import Json
from forms.permission.ledger import Kind
from forms.permission.preferences import PAUSES, RESUME
from forms.permission.record import WISH_TEMPLATES, Template
from forms.site.templates import Phrases
from forms.store.records.writing import MAIL_STATES
from forms.web.preferences import DONE
from forms.web.screening.signals import Signal
from forms.web.subject_requests import describe_own_data

from ..declared import catalogue, pages

PAGES = pages()
OWNERS = {"sealed", "held"}
"""Mails that no person gets but the owner."""


@pytest.mark.parametrize("language", sorted(PAGES.texts))
def test_there_is_a_sentence_for_everything(language: str) -> None:
    named = [
        *(f"event_{kind.value.replace('.', '_')}" for kind in Kind if is_theirs(kind)),
        *(f"reveal_mail_{template}" for template in Template if template not in OWNERS),
        *(f"reveal_state_{state}" for state in MAIL_STATES),
        *(f"frequency_{frequency}" for frequency in Frequency),
        *(f"sign_{sign}" for sign in Signal),
        *(f"me_{done}" for done in DONE.values()),
        *(f"me_pause_{months}" for months in (*PAUSES, RESUME)),
        *(f"event_access_asked_{ask}" for ask in WISH_TEMPLATES),
        *(f"mail_{ask}_{part}" for ask in WISH_TEMPLATES for part in ("subject", "intro", "why")),
        *(f"fresh_{ask}_{part}" for ask in WISH_TEMPLATES for part in ("title", "text", "yes")),
        *(
            f"{page}_{part}"
            for page in ("erased", "move_agreed", "moved", "stopped", "taken", "outdated")
            for part in ("title", "text")
        ),
    ]
    assert [key for key in named if key not in PAGES.texts[language]] == []


def is_theirs(kind: Kind) -> bool:
    return kind.value.partition(".")[0] in ("permission", "access")


def test_typed_and_chosen_values_are_shown_in_words() -> None:
    event: Json = {
        "at": "2026-03-01T12:00:00.000000Z",
        "kind": "permission.changed",
        "purpose": "newsletter",
        "wording": None,
        "page": "",
        "method": "preferences",
        "detail": {"frequency": "weekly", "topics": ["seo", "mail"], "answers": {"company": "A"}},
    }
    record: dict[str, Json] = {
        "address": "ana@example.org",
        "first_seen": "today",
        "events": [event],
        "mails": [],
    }
    (only,) = describe_own_data(record, catalogue(), Phrases(PAGES.texts["es"]), "es").history
    assert only.what == "Cambiaste cómo lo recibes: El boletín."
    assert only.details == (
        ("Frecuencia", "Una vez por semana"),
        ("Temas", "seo, mail"),
        ("Empresa", "A"),
    )
