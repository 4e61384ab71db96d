"""Make the databases, keys and tokens in this folder, as version 0.1.0 writes them.

It ran once, with that version's code: `python -m tests.forms.last_release.make`. It is kept to show
what happened in these databases. No test runs it, later code can't import it, and mypy skips it.
"""

import json
import sqlite3
import subprocess
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from sqlalchemy.engine import make_url

from forms.app import create_app
from forms.mail import DelayedError, Permitted, RefusedError, WithdrawnError
from forms.operations import read_operations
from forms.settings.environment import read_environment
from tests.forms.databases import _programs, postgresql_server, rows
from tests.forms.declared import catalogue, pages
from tests.forms.test_commands import run
from tests.forms.test_webhooks import SPELLED, Receiver, receiving
from tests.forms.world import QUICK, free_port, link, serving, until

HERE = Path(__file__).parent
GUIDE = b"%PDF-1.7 the guide of the last release\n"
KEYS = {
    "ATRAE_SECRET_KEY": "throw-away-secret-of-the-last-release-0123456789",
    "ATRAE_SUPPRESSION_KEY": "throw-away-suppression-key-of-the-last-release",
    "ATRAE_CHECKPOINT_KEY": "dGhyb3ctYXdheS1jaGVja3BvaW50LWtleS0wLjEuMC4",
    "ATRAE_WEBHOOK_SECRET": SPELLED,
}
SETTINGS = {
    **KEYS,
    "ATRAE_SITE_URL": "https://example.org/",
    "ATRAE_PUBLIC_URL": "https://forms.example.org",
    "ATRAE_MAIL_FROM": "Ana of Example <hello@example.org>",
    "ATRAE_OWNER": "owner@example.org",
    "ATRAE_SMTP_URL": "smtp://127.0.0.1:1/",
    "ATRAE_CHECK_MX": "no",
}
IMPORTED = """email,purpose,language,source,date,evidence,wording
oli@example.org,newsletter,en,fair 2025,2025-03-31,sheet 14,Send me the newsletter.
"""
CATALOGUE = catalogue(guide=GUIDE)
OPEN = "select count(*) from outbox where state = 'claimed' or state = 'waiting' and attempts = 0"
GUIDE_FORM = {"form": "guide", "purposes": ("guide", "newsletter"), "topic": "seo"}
Token = dict[str, object]


@dataclass
class Life:
    """A handler whose clock and mail server are steered by hand."""

    directory: Path
    environ: dict[str, str]
    receiver: Receiver
    now: datetime = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
    mails: list[EmailMessage] = field(default_factory=list)
    client: httpx.Client = field(init=False)

    def deliver(self, message: EmailMessage, permitted: Permitted) -> str:
        if not permitted():
            raise WithdrawnError
        if message["To"] == "jon@example.org":
            raise RefusedError("550 5.1.1 no such user")
        if message["To"] == "quinn@example.org":
            raise DelayedError("451 4.3.0 try again later")
        self.mails.append(message)
        return "250 2.0.0 kept"

    def passes(self, **time: float) -> None:
        self.settle()
        self.now += timedelta(**time)

    def settle(self) -> None:
        until(lambda: self.rows(OPEN) == [(0,)], "the outbox", 20)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return rows(self.environ["ATRAE_DATABASE_URL"], query)

    def mailed(self, name: str, action: str) -> str:
        """The path of a link in the last email to `name`."""
        self.settle()
        return link([m for m in self.mails if m["To"] == f"{name}@example.org"][-1], action)

    def post(self, path: str, data: dict[str, object]) -> None:
        self.passes(minutes=2)
        answer = self.client.post(path, data=data)
        assert answer.status_code in (200, 303), answer.text
        self.settle()

    def submit(
        self,
        name: str,
        /,
        form: str = "newsletter",
        purposes: tuple[str, ...] = ("newsletter",),
        language: str = "en",
        **fields: str,
    ) -> None:
        data = {
            "page": "/articles/one/",
            "language": language,
            "version": CATALOGUE.forms[form].version,
            "website": "",
            "email": f"{name}@example.org",
            "purpose": [CATALOGUE.wording(each, language).digest for each in purposes],
            **fields,
        }
        self.post(f"/f/{form}", data)

    def confirm(self, name: str, /, **how: object) -> str:
        """Sign up and confirm; the path of the preference centre."""
        self.submit(name, **how)  # type: ignore[arg-type]
        self.post(self.mailed(name, "confirm"), {"do": "confirm", "answer": "a search"})
        return self.mailed(name, "me")

    def command(self, *arguments: str) -> str:
        self.passes(minutes=1)
        with patch("forms.app.utc_now", lambda: self.now):
            result = run(*arguments, directory=self.directory, environ=self.environ)
        assert result.returncode == 0, (arguments, result.stderr)
        return result.stdout


def save(*topics: str, **more: object) -> dict[str, object]:
    """What the preference centre sends when the newsletter stays ticked."""
    return {
        "do": "save",
        "on": ["newsletter"],
        "purpose": [CATALOGUE.wording("newsletter", "en").digest],
        "topics-newsletter": "shown",
        "topic-newsletter": list(topics),
        **more,
    }


def token(life: Life, action: str, name: str, path: str = "", **what: object) -> Token:
    """A link of an email: what GET answers, what to press, and what that writes and mails."""
    usual = {"shows": 200, "press": {}, "events": [], "mails": 0}
    ((contact,),) = life.rows(f"select id from contact where key = '{name}@example.org'") or [("",)]
    path = path or life.mailed(name, action)
    return {"action": action, "path": path, "contact": contact, **usual, **what}


def first_days(life: Life) -> list[Token]:
    """Whoever confirms, changes their mind, leaves or is sent away."""
    life.confirm("rex", **GUIDE_FORM, name="Rex Ñandú")
    life.post(life.mailed("rex", "unsubscribe"), {"List-Unsubscribe": "One-Click"})
    (life.directory / "people.csv").write_text(IMPORTED)
    life.command("import", "people.csv", "--yes")
    eva = life.confirm("eva")
    life.post(eva, save("seo", "mail", pause="3"))
    life.confirm("uma")
    life.post(life.confirm("gus"), {"do": "never"})
    life.confirm("hal")
    life.command("suppress", "hal@example.org", "--complaint", "--reason", "his provider's report")
    life.command("suppress", "ivy@example.org", "--reason", "her letter of 1 September")
    life.command("lift", "ivy@example.org", "--reason", "she asked me to", "--yes")
    kim = life.confirm("kim")
    life.post(kim, {"do": "erase"})
    life.post(life.mailed("kim", "fresh"), {"do": "yes"})
    life.post(life.confirm("mia"), {"do": "move", "email": "mia.new@example.org"})
    life.post(life.mailed("mia", "fresh"), {"do": "yes"})
    life.post(life.mailed("mia.new", "fresh"), {"do": "yes"})
    life.submit("pia")
    life.submit("jon")
    weekly = save("seo", "mail", **{"frequency-newsletter": "weekly"})
    changed = {"press": weekly, "events": ["permission.changed"]}
    again = {"press": {"do": "again"}, "events": ["access.asked"], "mails": 1}
    both = ["permission.requested", "permission.confirmed"]
    guide = {"purpose": CATALOGUE.wording("guide", "en").digest}
    taken = {"press": guide, "events": both, "mails": 1}
    return [
        token(life, "more", "uma", **taken),
        token(life, "me", "eva", **changed),
        token(life, "me", "kim", kim, shows=410),
        token(life, "resource", "rex", shows=410, **again),
    ]


def last_day(life: Life) -> list[Token]:
    """What is open when the next version takes over."""
    life.post(life.confirm("ana", **GUIDE_FORM, name="Ana <b>"), save("mail"))
    resource, leave = life.mailed("ana", "resource"), life.mailed("ana", "unsubscribe")
    life.submit("ana")
    life.submit("dan")
    life.post(life.mailed("dan", "confirm"), {"do": "decline"})
    for name in ("lee", "roy", "max"):
        life.submit(name, website="http://robots.example")
    held = life.command("quarantine", "--format", "jsonl").splitlines()
    for line, what in zip(held[:2], ("--discard", "--release"), strict=True):
        life.command("quarantine", what, str(json.loads(line)["id"]))
    life.submit("bob", language="es")
    life.post(life.confirm("ned"), {"do": "erase"})
    life.submit("quinn", form="news", purposes=("news",))
    again = {"press": {"do": "again"}, "events": ["access.asked"], "mails": 1}
    left = {"press": {"do": "leave"}, "events": ["permission.withdrawn"]}
    erased = {"press": {"do": "yes"}, "events": ["permission.erased"]}
    yes = {"press": {"do": "confirm"}, "events": ["permission.confirmed"], "mails": 1}
    return [
        token(life, "confirm", "bob", **yes),
        token(life, "resource", "ana", resource, **again),
        token(life, "unsubscribe", "ana", leave, **left),
        token(life, "fresh", "ned", **erased),
    ]


def history(life: Life) -> dict[str, Any]:
    """Live for forty days, and say what a later version should find."""
    tokens = first_days(life)
    undelivered = "select count(*) from webhook where state <> 'done'"
    until(lambda: life.rows(undelivered) == [(0,)], "the webhooks", 30)
    life.passes(days=40)
    # From now on, the owner's other program is down.
    life.receiver.statuses.extend([500] * 1000)
    checkpoint = life.command("seal")
    tokens += last_day(life)
    until(lambda: life.rows(f"{undelivered} and attempts = 0") == [(0,)], "the webhooks", 30)
    life.settle()
    life.command("verify")
    return {
        "now": (life.now + timedelta(minutes=10)).isoformat(),
        "webhook": life.environ["ATRAE_WEBHOOK_URL"],
        "webhooks": dict(life.rows("select state, count(*) from webhook group by state")),
        "checkpoint": checkpoint,
        "tokens": tokens,
        "export": json.loads(life.command("export", "ana@example.org")),
    }


def lived(url: str, directory: Path) -> dict[str, Any]:
    """Live through it on the database at `url`."""
    port = free_port()
    with receiving() as receiver:
        environ = {**SETTINGS, "ATRAE_DATABASE_URL": url, "ATRAE_WEBHOOK_URL": receiver.url}
        life = Life(directory, environ, receiver)
        (directory / "guide.pdf").write_bytes(GUIDE)
        shown = pages()
        app = create_app(
            read_environment(environ, directory),
            catalogue=lambda: CATALOGUE,
            pages=lambda: shown,
            files=lambda _resource: directory / "guide.pdf",
            deliver=life.deliver,
            clock=lambda: life.now,
            backoff=replace(QUICK, idle=timedelta(milliseconds=50)),
            operations=read_operations(environ),
        )
        with serving(app, port), httpx.Client(base_url=f"http://127.0.0.1:{port}") as life.client:
            return history(life)


def dumped(url: str) -> str:
    """The database as statements, without the settings of a session and the commands of psql."""
    parts = make_url(url)
    at = ("-h", str(parts.query["host"]), "-U", "atrae", str(parts.database))
    plain = ("--inserts", "--rows-per-insert=100", "--no-owner", "--no-privileges")
    text = subprocess.run(
        [str(_programs() / "pg_dump"), *plain, *at], capture_output=True, text=True, check=True
    ).stdout
    dropped = ("--", "SET ", "\\", "SELECT pg_catalog.set_config")
    return "".join(
        line for line in text.splitlines(True) if line.strip() and not line.startswith(dropped)
    )


def main() -> None:
    """Write every file of this folder but the code."""
    with tempfile.TemporaryDirectory() as name, postgresql_server() as server:
        directory, expected = Path(name), {}
        expected["sqlite"] = lived(f"sqlite:///{directory / 'forms.db'}", directory)
        connection = sqlite3.connect(directory / "forms.db", isolation_level=None)
        # Small pages, because the file is kept with the code.
        for pragma in ("journal_mode=DELETE", "page_size=512"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        (HERE / "forms.db").write_bytes((directory / "forms.db").read_bytes())
        with server.empty_database() as url:
            expected["postgresql"] = lived(url, directory)
            (HERE / "forms.sql").write_text(dumped(url))
    tokens = {each: expected[each].pop("tokens") for each in expected}
    written = {"keys": KEYS, "tokens": tokens, "expected": expected}
    for file, content in written.items():
        text = json.dumps(content, indent=0, ensure_ascii=False)
        (HERE / f"{file}.json").write_text(f"{text}\n", encoding="utf-8")
    (HERE / "catalogue.json").write_bytes(CATALOGUE.to_json())


if __name__ == "__main__":
    main()
