"""A small world for the handler: a catalogue, the default theme's pages, a site around them."""

import re
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import uvicorn
import yaml
from starlette.types import ASGIApp

from forms.app import Backoff, Pages, Permitted, WithdrawnError, create_app
from forms.catalogue import (
    Catalogue,
    Controller,
    Field,
    Form,
    Kind,
    Lasts,
    Option,
    Purpose,
    Resource,
    State,
)
from forms.settings import Settings, read_environment

THEME = Path(__file__).parents[2] / "themes" / "default" / "handler"
GUIDE = b"%PDF-1.7 the guide, all of it: " + bytes(range(256)) * 40
GUIDE_NAME = "the guide, ñ.pdf"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRET = "a-secret-for-the-tests-long-enough-to-be-taken"
SUPPRESSION = "another-secret-for-the-tests-as-long-as-that"


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


def pages() -> Pages:
    """The default theme's own handler templates, in a plain shell."""
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


def environment(directory: Path, url: str, **more: str) -> dict[str, str]:
    """A whole environment, as production has it; site and handler are both at `url`."""
    return {
        "ATRAE_DATABASE_URL": f"sqlite:///{directory / 'forms.db'}",
        "ATRAE_SECRET_KEY": SECRET,
        "ATRAE_SUPPRESSION_KEY": SUPPRESSION,
        "ATRAE_SITE_URL": url,
        "ATRAE_PUBLIC_URL": url,
        "ATRAE_MAIL_FROM": "Ana of Example <ana@example.org>",
        "ATRAE_SMTP_URL": "smtp://127.0.0.1:1/",
        "ATRAE_HANDLER_DIR": str(directory / "handler"),
        **more,
    }


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Inbox:
    """A `Deliver` that keeps every mail, as `serve` does."""

    messages: list[EmailMessage] = field(default_factory=list)
    refuse: Callable[[EmailMessage, Permitted], str] | None = None
    """Takes the place of the inbox while it is set."""

    def __call__(self, message: EmailMessage, permitted: Permitted) -> str:
        if self.refuse is not None:
            return self.refuse(message, permitted)
        if not permitted():
            raise WithdrawnError
        self.messages.append(message)
        return "250 kept"

    def wait(self, number: int, seconds: float = 5.0) -> list[EmailMessage]:
        """The mails, as soon as there are `number` of them."""
        until(lambda: len(self.messages) >= number, f"{number} mails", seconds)
        return list(self.messages)


def until(holds: Callable[[], bool], what: str, seconds: float = 5.0) -> None:
    """Wait for something that happens by itself; fail where it does not."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.005)


@contextmanager
def serving(app: ASGIApp, port: int) -> Iterator[str]:
    """Serve `app` over real HTTP, in a thread; yields its address."""
    config = uvicorn.Config(
        app, port=port, access_log=False, server_header=False, log_config=None, lifespan="on"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive(), "the server", 10)
        assert server.started, "the server did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(15)
        assert not thread.is_alive()


@dataclass(kw_only=True)
class World:
    """A running handler, its inbox, and what is known of it."""

    client: httpx.Client
    inbox: Inbox
    settings: Settings
    directory: Path
    catalogue: Catalogue
    declare: Callable[[Catalogue], None]
    """Put another catalogue in the place of the running one."""

    @property
    def database(self) -> Path:
        return self.directory / "forms.db"

    def digest(self, purpose: str, language: str = "en") -> str:
        return self.catalogue.wording(purpose, language).digest

    def submit(
        self,
        email: str,
        form: str = "newsletter",
        purposes: tuple[str, ...] = ("newsletter",),
        *,
        language: str = "en",
        headers: Mapping[str, str] | None = None,
        **fields: str,
    ) -> httpx.Response:
        """What a browser sends when a visitor presses the button."""
        data = {
            "page": "/articles/one/",
            "language": language,
            "version": self.catalogue.forms[form].version,
            "website": "",
            "email": email,
            "purpose": [self.digest(each, language) for each in purposes],
            **fields,
        }
        return self.client.post(f"/f/{form}", data=data, headers=headers)

    def subscribe(self, email: str, **how: object) -> str:
        """Submit, and answer the link of the confirmation mail (path only)."""
        before = len(self.inbox.messages)
        assert self.submit(email, **how).status_code == 303  # type: ignore[arg-type]
        return link(self.inbox.wait(before + 1)[-1], "confirm")

    def confirmed(self, email: str, **how: object) -> EmailMessage:
        """The whole way; answers the receipt."""
        path = self.subscribe(email, **how)
        before = len(self.inbox.messages)
        assert self.client.post(path, data={"do": "confirm"}).status_code == 303
        return self.inbox.wait(before + 1)[-1]

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Ask the database, beside the handler."""
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def kinds(self, email: str) -> list[str]:
        """The kinds of the events of whoever has `email`, in order."""
        query = "select kind from ledger join contact on subject = id where key = ? order by seq"
        return [str(kind) for (kind,) in self.rows(query, email)]

    def dump(self) -> list[str]:
        """Everything that the database holds."""
        connection = sqlite3.connect(self.database)
        try:
            return list(connection.iterdump())
        finally:
            connection.close()


@contextmanager
def world(directory: Path, *, inbox: Inbox | None = None, **settings: str) -> Iterator[World]:
    """A handler over real HTTP with an inbox beside it."""
    port, kept = free_port(), inbox or Inbox()
    url = f"http://127.0.0.1:{port}"
    told = read_environment(environment(directory, url, **settings), directory)
    declared, theme = [catalogue()], pages()
    file = directory / "guide.pdf"
    file.write_bytes(GUIDE)
    app = create_app(
        told,
        catalogue=lambda: declared[-1],
        pages=lambda: theme,
        files=lambda _resource: file,
        deliver=kept,
        backoff=QUICK,
    )
    with serving(app, port), httpx.Client(base_url=url, timeout=20) as client:
        yield World(
            client=client,
            inbox=kept,
            settings=told,
            directory=directory,
            catalogue=declared[0],
            declare=declared.append,
        )


def quick() -> Backoff:
    """Patience for tests: the same shape, in milliseconds."""
    short = timedelta(milliseconds=20)
    return replace(Backoff(), first=short, longest=short * 4, pause=short, longest_pause=short * 4)


QUICK = quick()


def link(message: EmailMessage, action: str) -> str:
    """The path of the first link of `action` in a mail's text."""
    part = message.get_body(("plain",))
    assert part is not None
    found = re.search(rf"https?://\S+/{action}/\S+", part.get_content())
    assert found, f"no link to {action} in the mail"
    return urlsplit(found.group()).path


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    """One part of a mail, decoded."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
