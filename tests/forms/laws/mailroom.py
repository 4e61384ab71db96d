"""What the machine does with mails: each is what the oracle expects, and leaves when it may."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage

from hypothesis.stateful import RuleBasedStateMachine, initialize

from forms.app import (
    DelayedError,
    Permitted,
    RefusedError,
    RejectedError,
    UnreachableError,
    WithdrawnError,
)

from ..world import link, text_of
from .evidence import Registry
from .house import BACKOFF, CATALOGUE, CrashError
from .oracle import ONCE, STANDING, Mail, Oracle, Word

PURPOSES = sorted(STANDING | ONCE)
FAILURES = {
    "delayed": DelayedError("450 later"),
    "unreachable": UnreachableError("no session"),
    "refused": RefusedError("550 5.1.1 no such user"),
    "rejected": RejectedError("554 not this"),
    "crash": CrashError(),
}


@dataclass(frozen=True)
class Confirm:
    """The link of a confirmation mail."""

    path: str
    to: str
    about: tuple[Word, ...]


@dataclass(frozen=True)
class Leave:
    """The link of RFC 8058's header, good for ever."""

    path: str
    to: str
    purposes: tuple[str, ...]


class Mailroom(RuleBasedStateMachine):
    """The handler and the oracle beside it. `registry` is set by whoever runs it."""

    registry: Registry

    @initialize()
    def begin(self) -> None:
        self.whole = False
        self.at = self.registry.take()
        self.oracle = Oracle()
        self.people = [f"p{self.registry.used}{name}@example.org" for name in "ab"]
        self.links: list[Confirm | Leave] = []
        self.dead: list[Confirm | Leave] = []
        self.mails: dict[str, Mail] = {}
        self.at.deliver = self.hand_over
        self.outcome = "ok"
        self.last = self.at.rows("SELECT coalesce(max(id), 0) FROM outbox")[0][0]
        self.meanwhile: Callable[[], None] = lambda: None
        self.whole = True

    def teardown(self) -> None:
        if not getattr(self, "whole", False):
            self.registry.spoil()
            return
        self.whole = False
        try:
            self.drain()
        finally:
            self.at.deliver = None
            if not self.whole:
                self.registry.spoil()

    def answer(self, chosen: Confirm, button: str) -> None:
        status = self.at.send("POST", chosen.path, {"do": button})
        assert status in (303, 410)
        if button == "confirm":
            self.expect(self.oracle.confirm(chosen.to, chosen.about, self.at.now))
        else:
            self.oracle.decline(chosen.to, chosen.about, self.at.now)

    def go(self, chosen: Leave, *, one_click: bool = True) -> None:
        form = {"List-Unsubscribe": "One-Click"} if one_click else {"do": "leave"}
        status = self.at.send("POST", chosen.path, form)
        assert status == (200 if one_click else 303)
        self.oracle.leave(chosen.to, chosen.purposes, self.at.now)

    @contextmanager
    def step(self) -> Iterator[None]:
        """Something happens; if it fails, the house is not used again."""
        self.whole = False
        yield
        self.oracle.look(self.at.now)
        self.registry.steps += 1
        self.whole = True

    def expect(self, owed: list[Mail]) -> None:
        """Law 6: the outbox has these new rows and no others."""
        query = "SELECT message_id, template, key FROM outbox JOIN contact ON contact.id = contact"
        known = {
            str(row[0]): row for row in self.at.rows(f"{query} WHERE outbox.id > :i", i=self.last)
        }
        self.last = self.at.rows("SELECT coalesce(max(id), 0) FROM outbox")[0][0]
        found = sorted((str(template), str(key)) for _, template, key in known.values())
        assert found == sorted((mail.kind, mail.to) for mail in owed)
        for message_id, template, _ in known.values():
            (self.mails[str(message_id)],) = (mail for mail in owed if mail.kind == template)

    def send_one(self) -> bool:
        try:
            return self.at.worker.send_one()
        except CrashError:
            return True
        finally:
            self.outcome = "ok"

    def hand_over(self, message: EmailMessage, permitted: Permitted) -> str:
        """The mail server; whatever happens meanwhile happens before it asks."""
        mail, outcome = self.mails[str(message["Message-ID"])], self.outcome
        self.meanwhile()
        self.oracle.look(self.at.now)
        if not permitted():
            assert mail.doubted, "a mail was held back that was permitted all the time"
            raise WithdrawnError
        assert self.oracle.permits(mail, self.at.now), "law 1"
        if outcome in ("rejected", "refused"):
            mail.failed = True
        if outcome == "refused":
            self.oracle.bounce(mail.to, self.at.now)
        if outcome in FAILURES and outcome != "crash":
            raise FAILURES[outcome]
        self.arrived(mail, message)
        if outcome == "crash":
            mail.repeats += 1
            raise CrashError
        if outcome == "lost":
            mail.repeats += 1
            raise DelayedError("the line dropped before 250")
        return "250 ok"

    def arrived(self, mail: Mail, message: EmailMessage) -> None:
        assert message["To"] == mail.to
        mail.arrived += 1
        assert mail.arrived <= 1 + mail.repeats, "a mail arrived twice"
        said = text_of(message)
        named = {each for each in PURPOSES if CATALOGUE.wording(each, "en").text in said}
        assert named == self.oracle.may_name(mail, self.at.now), "law 1: what it speaks of"
        if mail.kind == "confirm":
            self.links.append(Confirm(link(message, "confirm"), mail.to, mail.about))
        elif "List-Unsubscribe" in message:
            path = str(message["List-Unsubscribe"]).strip("<>").removeprefix("http://127.0.0.1")
            purposes = tuple(sorted(named & STANDING))
            self.links.append(Leave(path, mail.to, purposes))

    def drain(self) -> None:
        """Until nothing is owed; then each mail arrived once, but those that were not to."""
        self.outcome = "ok"
        while True:
            while self.send_one():
                pass
            if self.at.worker.queue.next_due() is None:
                break
            self.at.now += BACKOFF.lease
            self.oracle.look(self.at.now)
        for mail in self.oracle.mails:
            if not mail.failed and not mail.doubted:
                assert mail.arrived >= 1, f"{mail} never arrived"
        self.whole = True

    def sizes(self) -> list[tuple[object, ...]]:
        return [
            row
            for query in (
                "SELECT count(*), max(seq) FROM ledger",
                "SELECT count(*), max(at), sum(attempts) FROM outbox",
                "SELECT count(*), max(asked) FROM contact",
                "SELECT count(*) FROM pending",
                "SELECT count(*) FROM suppression",
            )
            for row in self.at.rows(query)
        ]

    def read_all(self) -> None:
        """Whatever is due arrives."""
        with self.step():
            while self.send_one():
                pass
