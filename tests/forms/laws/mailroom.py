"""What the machine does with mails: each is what the oracle expects, and leaves when it may."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from forms.delivery.email import BACKOFF
from forms.mail.smtp import (
    DelayedError,
    Permitted,
    RefusedError,
    RejectedError,
    UnreachableError,
    WithdrawnError,
)
from forms.permission.record import Record

from ..world import link, text_of
from .evidence import Registry, vouched
from .handler import CATALOGUE, CrashError
from .mailed import Confirm, Fresh, Leave, Link, Me, More
from .model import ONCE, STANDING, WISHES, Mail, Person
from .oracle_preferences import Steered

PURPOSES = sorted(STANDING | ONCE)
FAILURES = {
    "delayed": DelayedError("450 later"),
    "unreachable": UnreachableError("no session"),
    "refused": RefusedError("550 5.1.1 no such user"),
    "rejected": RejectedError("554 not this"),
    "crash": CrashError(),
}
L = TypeVar("L", bound=Link)


class Mailroom(RuleBasedStateMachine):
    """The handler and the oracle beside it. `registry` is set by whoever runs it."""

    registry: Registry

    @initialize(ceiling=st.sampled_from([0, 0, 2]), works=st.booleans(), seed=st.integers(0, 9_999))
    def begin(self, ceiling: int, works: bool, seed: int) -> None:
        """Every history begins at the same moment, with nothing on record: what is drawn in it
        follows from what was drawn before, and from nothing else."""
        self.whole = False
        self.at = self.registry.take()
        self.at.begin(ceiling=ceiling, works=works)
        self.oracle = Steered(ceiling=ceiling)
        self.chance = random.Random(seed)
        self.addresses = [f"{name}@example.org" for name in ("ana", "ben", "eva")]
        self.links: list[Link] = []
        self.dead: list[Link] = []
        self.mails: dict[str, Mail] = {}
        self.solved: list[tuple[str, Person, str]] = []
        self.at.deliver = self.hand_over
        self.outcome = "ok"
        self.last = 0
        self.meanwhile: Callable[[], None] = lambda: None
        self.read: tuple[object, dict[str, Record]] = (None, {})
        self.idle = False
        self.broken: Exception | None = None
        self.whole = True

    def teardown(self) -> None:
        if not getattr(self, "whole", False):
            self.registry.spoil()
            return
        self.whole = False
        try:
            self.drain()
            vouched(self.at, self.chance)
            self.whole = True
        finally:
            self.at.deliver = None
            if not self.whole:
                self.registry.spoil()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Something happens, and then the handler and the oracle agree; if not, or if it fails,
        the house is not used again. What found nothing to do is no step."""
        self.whole, self.idle = False, False
        yield
        self.oracle.look(self.at.now)
        self.agree()
        if not self.idle:
            self.registry.steps += 1
            self.tell()
        self.whole = True

    def agree(self) -> None:
        """Raises `AssertionError` where what is on record is not what the oracle says."""
        raise NotImplementedError

    def tell(self) -> None:
        """What the step led to, all of it that is not random."""
        if self.registry.told is not None:
            links = [(type(each).__name__, each.person.address) for each in self.links]
            words = [
                (word.at.isoformat(), word.what, word.purpose, word.by)
                for each in self.oracle.people.values()
                for word in each.words
            ]
            mails = [(each.kind, each.to, each.arrived) for each in self.oracle.mails]
            self.registry.told.append(repr((self.at.now.isoformat(), links, words, mails)))

    def records(self) -> dict[str, Record]:
        """What is on record by address; read anew where something was written since."""
        written = "SELECT (SELECT max(seq) FROM ledger), (SELECT count(key) FROM contact)"
        now = (self.at.rows(written), *self.oracle.people)
        if self.read[0] != now:
            named = dict(zip("abc", self.addresses, strict=True))
            rows = self.at.rows("SELECT key, id FROM contact WHERE key IN (:a, :b, :c)", **named)
            self.read = (
                now,
                {str(key): self.at.store.current_record(str(each)) for key, each in rows},
            )
        return self.read[1]

    def mine(self, kind: type[L], person: Person | None = None) -> list[L]:
        """The links of a kind that arrived, of all or of one person."""
        found = [each for each in self.links if isinstance(each, kind)]
        return [each for each in found if person in (None, each.person)]

    def draw(self, data: st.DataObject, kind: type[L]) -> L:
        """One of them."""
        return data.draw(st.sampled_from(self.mine(kind)))

    def press(self, path: str, times: int = 1, /, **form: object) -> set[int]:
        """The same button, once or several times at the same moment; what was answered."""
        if times == 1:
            return {self.at.send("POST", path, form)}
        return set(self.at.send_at_once(times, path, form))

    def bury(self, person: Person) -> None:
        """Their links lead nowhere from now on, whoever has the address."""
        self.dead += [each for each in self.links if each.person is person]
        self.links = [each for each in self.links if each.person is not person]

    def expect(self, owed: list[Mail]) -> None:
        """Law 6: the outbox has these new rows and no others."""
        query = "SELECT message_id, template, key FROM outbox JOIN contact ON contact.id = contact"
        known = {
            str(row[0]): row for row in self.at.rows(f"{query} WHERE outbox.id > :i", i=self.last)
        }
        self.last = self.at.rows("SELECT coalesce(max(id), 0) FROM outbox")[0][0]
        found = sorted((str(template), str(key)) for _, template, key in known.values())
        assert found == sorted((mail.kind, mail.person.address) for mail in owed)
        for message_id, template, _ in known.values():
            (self.mails[str(message_id)],) = (mail for mail in owed if mail.kind == template)

    def send_one(self) -> bool:
        try:
            found = self.at.worker.deliver_one()
        except CrashError:
            found = True
        finally:
            self.outcome = "ok"
        if self.broken is not None:
            raise self.broken
        self.idle = not found
        return found

    def hand_over(self, message: EmailMessage, permitted: Permitted) -> str:
        """The mail server. What it finds wrong the worker would take for a trouble of the delivery,
        and try again; so it is kept, and raised when the worker is done."""
        try:
            return self.take(message, permitted)
        except (AssertionError, LookupError) as fault:
            self.broken = fault
            raise

    def take(self, message: EmailMessage, permitted: Permitted) -> str:
        """Whatever happens meanwhile happens before it asks."""
        mail, outcome = self.mails[str(message["Message-ID"])], self.outcome
        self.meanwhile()
        self.oracle.look(self.at.now)
        if not permitted():
            assert mail.doubted, "a mail was held back that was permitted all the time"
            raise WithdrawnError
        assert self.oracle.permits(mail, self.at.now), "law 1"
        confirms = mail.kind == "confirm"
        assert not confirms or self.oracle.has_room(self.at.now), "more than the ceiling allows"
        if outcome in ("rejected", "refused"):
            mail.failed = True
        # What the new address of a move refuses says nothing of the old one.
        if outcome == "refused" and mail.kind != "arrive":
            self.oracle.bounce(mail.person, self.at.now)
        if outcome in FAILURES and outcome != "crash":
            raise FAILURES[outcome]
        self.arrived(mail, message)
        if outcome == "crash":
            mail.repeats += 1
            raise CrashError
        if outcome == "lost":
            mail.repeats += 1
            raise DelayedError("the line dropped before 250")
        self.oracle.left += [self.at.now] if confirms else []
        return "250 ok"

    def arrived(self, mail: Mail, message: EmailMessage) -> None:
        assert message["To"] == mail.to
        mail.arrived += 1
        assert mail.arrived <= 1 + mail.repeats, "a mail arrived twice"
        said = text_of(message)
        named = {each for each in PURPOSES if CATALOGUE.wording(each, "en").text in said}
        assert named == self.oracle.may_name(mail, self.at.now), "law 1: what it speaks of"
        self.keep(mail, message, said, named)

    def keep(self, mail: Mail, message: EmailMessage, said: str, named: set[str]) -> None:
        """The links of a mail."""
        person = mail.person
        if mail.kind == "confirm":
            self.add(Confirm(link(message, "confirm"), person, mail.about))
        elif mail.kind in WISHES:
            self.add(Fresh(link(message, "fresh"), person, mail.about[0]))
        if "/me/" in said:
            self.add(Me(link(message, "me"), person, person.moves))
        if "/more/" in said:
            self.add(More(link(message, "more"), person, person.moves))
        if "List-Unsubscribe" in message:
            path = str(message["List-Unsubscribe"]).strip("<>").removeprefix("http://127.0.0.1")
            self.add(Leave(path, person, tuple(sorted(named & STANDING))))

    def add(self, found: Link) -> None:
        if found not in self.links:
            self.links.append(found)

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

    def sizes(self) -> list[tuple[object, ...]]:
        return [
            row
            for query in (
                "SELECT count(*), max(seq) FROM ledger",
                "SELECT count(*), max(at), sum(attempts) FROM outbox",
                "SELECT count(*), max(asked), count(key) FROM contact",
                "SELECT count(*) FROM pending",
                "SELECT count(*) FROM detail",
                "SELECT count(*), max(at) FROM suppression",
            )
            for row in self.at.rows(query)
        ]

    def read_all(self) -> None:
        """Whatever is due arrives, one mail a step."""
        found = True
        while found:
            with self.step():
                found = self.send_one()
