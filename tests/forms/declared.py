"""What is declared in the tests: a catalogue, and the default theme's pages in a plain shell."""

import json
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import yaml

from forms.catalogue import (
    Catalogue,
    Controller,
    Field,
    Form,
    Frequency,
    Kind,
    Lasts,
    Option,
    Purpose,
    Resource,
    State,
)
from forms.site.templates import Pages

THEME = Path(__file__).parents[2] / "themes" / "default" / "handler"
GUIDE = b"%PDF-1.7 the guide, all of it: " + bytes(range(256)) * 40
GUIDE_NAME = "the guide, ñ.pdf"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def catalogue(*, guide: bytes = GUIDE) -> Catalogue:
    """A newsletter, product news, and a gated guide, in two languages."""
    resource = Resource(
        name=GUIDE_NAME,
        digest=sha256(guide).hexdigest(),
        size=len(guide),
        media_type="application/pdf",
    )
    email = Field(name="email", kind=Kind.EMAIL, required=True)
    return Catalogue(
        title={"en": "Example", "es": "Ejemplo"},
        default_language="en",
        languages=("en", "es"),
        controller=Controller(
            name="Example & Co", address="1 Main St, Springfield", email="hello@example.org"
        ),
        privacy={"en": "/privacy/", "es": "/es/privacidad/"},
        states={state: {"en": f"/{state}/", "es": f"/es/{state}/"} for state in State},
        purposes={
            "newsletter": Purpose(
                id="newsletter",
                version=3,
                name={"en": "The newsletter", "es": "El boletín"},
                wording={
                    "en": "Send me the monthly newsletter. I can leave at any time.",
                    "es": "Envíame el boletín mensual. Puedo darme de baja cuando quiera.",
                },
                frequencies=(Frequency.EVERY, Frequency.WEEKLY, Frequency.MONTHLY),
                topics=(
                    Option(value="seo", label={"en": "Search", "es": "Búsqueda"}),
                    Option(value="mail", label={"en": "Mail", "es": "Correo"}),
                ),
            ),
            "news": Purpose(
                id="news",
                name={"en": "Product news", "es": "Novedades"},
                wording={"en": "Tell me what is new.", "es": "Contadme qué hay de nuevo."},
            ),
            "guide": Purpose(
                id="guide",
                lasts=Lasts.ONCE,
                name={"en": "The guide", "es": "La guía"},
                wording={"en": "Send me the guide <once>.", "es": "Envíame la guía una vez."},
                resource={"en": resource},
            ),
        },
        forms={
            "newsletter": Form(id="newsletter", purposes=("newsletter",), fields=(email,)),
            "guide": Form(
                id="guide",
                purposes=("guide", "newsletter"),
                fields=(
                    Field(name="name", max_length=60),
                    email,
                    Field(
                        name="topic",
                        kind=Kind.SELECT,
                        options=(
                            Option(value="seo", label={"en": "Search", "es": "Búsqueda"}),
                            Option(value="mail", label={"en": "Mail", "es": "Correo"}),
                        ),
                    ),
                    Field(name="message", kind=Kind.TEXTAREA, max_length=500),
                ),
                title={"en": "Get the guide", "es": "Consigue la guía"},
                question={"en": "What brought you here?"},
            ),
            "news": Form(
                id="news",
                purposes=("news",),
                fields=(email,),
                after_submit={"en": "/news/inbox/"},
                after_confirm={"en": "/news/welcome/"},
            ),
        },
    )


@cache
def pages() -> Pages:
    """The default theme's own handler templates, in a plain shell. They are read once."""
    templates = {
        path.relative_to(THEME).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(THEME.rglob("*"))
        if path.suffix in (".html", ".txt")
    }
    texts = {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((THEME / "texts").glob("*.yaml"))
    }
    shells = {
        language: f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        "<title><!--atrae:title--> · Example</title></head>"
        "<body><main><!--atrae:main--></main></body></html>\n"
        for language in texts
    }
    return Pages(templates=templates, shells=shells, texts=texts)


def write_bundle(directory: Path, declared: Catalogue, theme: Pages) -> None:
    """What a build writes: the tree, and its manifest last."""
    files = {"catalogue.json": declared.to_json()}
    files |= {f"templates/{name}": text.encode() for name, text in theme.templates.items()}
    files |= {f"shell/{name}.html": text.encode() for name, text in theme.shells.items()}
    files |= {f"texts/{name}.json": json.dumps(each).encode() for name, each in theme.texts.items()}
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    digests = {name: sha256(content).hexdigest() for name, content in files.items()}
    (directory / "manifest.json").write_text(json.dumps({"files": digests}))
