"""The two uses of the delivery engine, each with a real peer, for the tests that they share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

from forms.declared.address import parse_address
from forms.delivery import email, webhooks
from forms.delivery.email import EmailSender
from forms.delivery.engine import Backoff, Delayed, Worker
from forms.delivery.webhooks import Endpoint, WebhookSender
from forms.mail.smtp import smtp_delivery
from forms.permission import optin
from forms.permission.ledger import Kind
from forms.permission.record import Decision, Limits, Record
from forms.settings.environment import SuppressionKey
from forms.store.database.engine import Database, open_engine
from forms.store.queues.lease import LeasedQueue, Result
from forms.store.queues.outbox import ClaimedEmail, Outbox
from forms.store.queues.webhooks import WebhookQueue
from forms.store.records.store import Store

from .. import databases
from ..contact_history import CATALOGUE
from ..declared import NOW
from ..faults.rude import DROP, HANG, Rude, listening
from ..store.submissions import asked_for
from ..world import SUPPRESSION, free_port
from .receiver import Receiver, receiving

SECONDS = 0.4
"""For each step of an attempt."""
WELL, LATER, NEVER, AWAY = "well", "later", "never", "away"
HABITS = (WELL, LATER, NEVER, DROP, HANG)


@dataclass(kw_only=True)
class Use:
    """A queue, a sender with its peer, and a clock that the test turns."""

    url: str
    store: Store
    table: str
    open_use: Callable[["Use"], tuple[LeasedQueue[Any], Callable[[Any], Result | Delayed]]]
    """Opens a queue and what attempts its claims."""
    peer: Rude | Receiver
    backoff: Backoff
    final: dict[str, str]
    """Habit of the peer -> state after one attempt."""
    now: datetime = NOW
    worker: Worker[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.worker = self.another_worker()

    def another_worker(self) -> Worker[Any]:
        """Return a worker that knows nothing of the first, as in another process."""
        return Worker(
            *self.open_use(self),
            clock=lambda: self.now,
            backoff=self.backoff,
            chance=lambda: 0.5,
        )

    def owe(self, address: str = "ana@example.org") -> None:
        """Let somebody ask for the newsletter: that is owed to them, and to the webhook."""
        request = asked_for(address, "newsletter")

        def decide(record: Record) -> Decision:
            return optin.request(
                request, record, now=self.now, pending=self.store.new_id(), limits=Limits()
            )

        self.store.commit_for_address(parse_address(address), decide, now=self.now)

    def behave(self, habit: str) -> None:
        """Let the peer treat the next attempts so."""
        self.peer.over.clear()
        if isinstance(self.peer, Receiver):
            self.peer.habit = habit if habit in (DROP, HANG) else ""
            self.peer.statuses = {LATER: [503] * 30, NEVER: [410]}.get(habit, [])
        else:
            replies = {"RCPT": {LATER: "450 later", NEVER: "550 5.1.1 nobody"}.get(habit, "")}
            self.peer.answers = {"body": habit} if habit in (DROP, HANG) else replies
            self.peer.answers = {step: reply for step, reply in self.peer.answers.items() if reply}

    @property
    def ids(self) -> list[str]:
        """The id of each message that has reached the peer, in order."""
        if isinstance(self.peer, Receiver):
            return self.peer.ids
        return [str(message_from_bytes(each)["Message-ID"]) for each in self.peer.messages]

    def rows(self) -> list[tuple[object, ...]]:
        """State and attempts of each row."""
        return databases.rows(self.url, f"SELECT state, attempts FROM {self.table} ORDER BY id")

    def everything(self) -> list[tuple[object, ...]]:
        """All columns of each row."""
        return databases.rows(self.url, f"SELECT * FROM {self.table} ORDER BY id")

    def deliver_all(self, until: datetime) -> None:
        """Turn the clock as the worker would let time pass."""
        while self.now < until:
            is_busy = self.worker.deliver_one()
            self.now += self.worker.pause
            if not is_busy:
                due = self.worker.queue.next_due()
                if due is None:
                    return
                self.now = max(due, self.now + timedelta(seconds=1))


def store_at(url: str) -> Store:
    """Open a store that shares nothing with others of the same database."""
    key = SuppressionKey(SUPPRESSION.encode())
    return Store(Database(open_engine(url)), key=key, mail_domain="example.org")


@contextmanager
def using(name: str, url: str, *, seconds: float = SECONDS, away: bool = False) -> Iterator[Use]:
    """Open the use called `name`, `email` or `webhooks`; its peer is down if `away`."""
    store = store_at(url)
    store.prepare()
    store.add_catalogue(CATALOGUE, now=NOW)
    open_use = {"email": _email, "webhooks": _webhooks}[name]
    try:
        with open_use(url, store, seconds, away=away) as use:
            yield use
    finally:
        store.database.close()


@contextmanager
def _email(url: str, store: Store, seconds: float, *, away: bool) -> Iterator[Use]:
    with listening(Rude()) as peer:
        server = f"smtp://127.0.0.1:{free_port()}" if away else peer.url
        deliver = smtp_delivery(server, seconds=seconds)

        def open_outbox(use: Use) -> tuple[Outbox, EmailSender]:
            queue = Outbox(use.store)
            return queue, EmailSender(queue, _compose, deliver)

        yield Use(
            url=url,
            store=store,
            table="outbox",
            open_use=open_outbox,
            peer=peer,
            backoff=email.BACKOFF,
            final={WELL: "sent", NEVER: "refused"},
        )


@contextmanager
def _webhooks(url: str, store: Store, seconds: float, *, away: bool) -> Iterator[Use]:
    with receiving() as peer:
        address = f"http://127.0.0.1:{free_port()}/" if away else peer.url
        kinds = frozenset({Kind.REQUESTED})
        endpoint = Endpoint(url=address, secrets=(b"0" * 32,), kinds=kinds)
        store.hooks = (endpoint.hook,)
        yield Use(
            url=url,
            store=store,
            table="webhook",
            open_use=lambda use: (
                WebhookQueue(use.store.database, [endpoint.id]),
                WebhookSender([endpoint], lambda: use.now, seconds),
            ),
            peer=peer,
            backoff=webhooks.BACKOFF,
            final={WELL: "done", NEVER: "failed"},
        )


def _compose(claim: ClaimedEmail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "us@example.org"
    message["To"] = claim.address
    message["Message-ID"] = claim.message_id
    message.set_content("hello")
    return message
