"""Webhooks: signed by the standard, the same id in every attempt, replayed on demand."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from forms.delivery.engine import Worker
from forms.delivery.webhooks import BACKOFF, Endpoint, WebhookSender, read_endpoints, sign
from forms.errors import SettingsError
from forms.operations.equip import Operations
from forms.permission.ledger import Kind, Method
from forms.permission.retention import Retention
from forms.store.people.erase import erase
from forms.store.people.purge import purge
from forms.store.queues.webhooks import ClaimedWebhook, WebhookQueue
from forms.store.records.store import Store

from ..databases import rows
from ..declared import NOW
from ..store.people.test_erase import confirm, request, store
from ..world import until, world
from .receiver import Receiver, receiving

__all__ = ["store"]

SECRET = b"0123456789abcdef0123456789abcdef"
SPELLED = "whsec_" + base64.b64encode(SECRET).decode()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def endpoint(receiver: Receiver, **more: object) -> Endpoint:
    return Endpoint(url=receiver.url, secrets=(SECRET,), **more)  # type: ignore[arg-type]


def worker(store: Store, *endpoints: Endpoint, now: datetime = NOW) -> Worker[ClaimedWebhook]:
    queue = WebhookQueue(store.database, [endpoint.id for endpoint in endpoints])
    sender = WebhookSender(endpoints, lambda: now)
    return Worker(queue, sender, clock=lambda: now, backoff=BACKOFF, chance=lambda: 0.5)


def deliver_all(worker: Worker[ClaimedWebhook]) -> int:
    number = 0
    while worker.deliver_one():
        number += 1
    return number


def test_ended_webhooks_are_purged_and_waiting_ones_are_not(
    store: Store, receiver: Receiver, database_url: str
) -> None:
    """Both delivered and given up; an owner can still replay all of them."""
    ours, kept = endpoint(receiver, kinds=frozenset({Kind.REQUESTED})), Retention().webhooks
    store.hooks = (ours.hook,)
    for name in ("ana", "bob", "eva"):
        request(store, f"{name}@example.org")
    receiver.statuses = [204, 410, 500]
    delivering = worker(store, ours)
    assert [delivering.deliver_one() for _ in range(3)] == [True] * 3
    assert purge(store, now=NOW + kept - timedelta(days=1), keep=Retention()).webhooks == 0
    would = purge(store, now=NOW + kept, keep=Retention(), dry_run=True)
    assert would.webhooks == purge(store, now=NOW + kept, keep=Retention()).webhooks == 2
    assert rows(database_url, "SELECT state FROM webhook") == [("waiting",)]
    queue = WebhookQueue(store.database)
    again = queue.replay((ours.hook,), now=NOW, since=NOW)
    assert again == 2, "the one that waits is delivered anyway"


def test_it_signs_as_the_reference_does() -> None:
    """The vector of the standard's own libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_confirmation_is_posted_with_ids_and_signed(store: Store, receiver: Receiver) -> None:
    here = endpoint(receiver)
    store.hooks = (here.hook,)
    requested = request(store, "ana@example.org")
    confirm(store, requested)
    assert deliver_all(worker(store, here)) == 1
    [(headers, body)] = receiver.calls
    payload = json.loads(body)
    assert payload["type"] == "permission.confirmed"
    assert payload["data"]["contact"] == requested.contact
    assert b"ana@" not in body
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    signature = sign(SECRET, headers["webhook-id"], int(NOW.timestamp()), body)
    assert headers["webhook-signature"] == signature
    assert headers["content-type"] == "application/json"


def test_the_address_is_sent_if_that_is_configured_and_never_of_erased_people(
    store: Store, receiver: Receiver
) -> None:
    here = endpoint(receiver, address=True)
    store.hooks = (here.hook,)
    for email in ("ana@example.org", "eva@example.org"):
        confirm(store, request(store, email))
    [(eva,)] = rows(
        str(store.database.engine.url.render_as_string(hide_password=False)),
        "SELECT id FROM contact WHERE key = 'eva@example.org'",
    )
    erase(store, str(eva), now=NOW, method=Method.OPERATOR)
    deliver_all(worker(store, here))
    addresses = {json.loads(body)["data"].get("address") for _, body in receiver.calls}
    assert addresses == {"ana@example.org", None}
    assert receiver.types.count("permission.erased") == 1


def test_both_secrets_sign_while_they_are_changed_over(store: Store, receiver: Receiver) -> None:
    here = Endpoint(url=receiver.url, secrets=(SECRET, SECRET[::-1]))
    store.hooks = (here.hook,)
    confirm(store, request(store, "ana@example.org"))
    deliver_all(worker(store, here))
    signatures = receiver.calls[0][0]["webhook-signature"].split(" ")
    assert len(set(signatures)) == 2
    assert all(each.startswith("v1,") for each in signatures)


@pytest.mark.parametrize("status", [500, 429, 302, 404])
def test_what_is_not_accepted_is_posted_again_later_under_the_same_id(
    store: Store, receiver: Receiver, status: int
) -> None:
    here = endpoint(receiver)
    store.hooks = (here.hook,)
    confirm(store, request(store, "ana@example.org"))
    receiver.statuses = [status]
    assert deliver_all(worker(store, here)) == 1
    assert deliver_all(worker(store, here, now=NOW + timedelta(seconds=4))) == 0
    assert deliver_all(worker(store, here, now=NOW + timedelta(seconds=6))) == 1
    assert deliver_all(worker(store, here, now=NOW + timedelta(days=9))) == 0
    assert len(receiver.calls) == 2
    assert len(set(receiver.ids)) == 1
    assert len({headers["webhook-signature"] for headers, _ in receiver.calls}) == 2


def test_it_gives_up_in_the_end_and_is_replayed_on_demand(store: Store, receiver: Receiver) -> None:
    here, now = endpoint(receiver), NOW
    store.hooks = (here.hook,)
    confirm(store, request(store, "ana@example.org"))
    receiver.statuses = [503] * 20
    queue = WebhookQueue(store.database)
    for _ in range(14):
        now += timedelta(days=2)
        deliver_all(worker(store, here, now=now))
    assert queue.counts() == {(here.id, "failed"): 1}
    assert len(receiver.calls) == 10
    receiver.statuses = []
    assert queue.replay([here.hook], now=now, since=None) == 1
    assert deliver_all(worker(store, here, now=now)) == 1
    assert queue.counts() == {(here.id, "done"): 1}
    assert len(set(receiver.ids)) == 1


def test_a_receiver_that_is_gone_is_left_alone(store: Store, receiver: Receiver) -> None:
    here = endpoint(receiver)
    store.hooks = (here.hook,)
    confirm(store, request(store, "ana@example.org"))
    receiver.statuses = [410]
    deliver_all(worker(store, here))
    assert WebhookQueue(store.database).counts() == {(here.id, "failed"): 1}


def test_earlier_events_can_be_replayed_from_a_moment_on(store: Store, receiver: Receiver) -> None:
    confirm(store, request(store, "ana@example.org"))
    here, queue = endpoint(receiver), WebhookQueue(store.database)
    later = NOW + timedelta(days=1)
    assert queue.replay([here.hook], now=later, since=later) == 0
    since = NOW - timedelta(days=1)
    assert queue.replay([here.hook], now=later, since=since, dry_run=True) == 1
    assert queue.counts() == {}
    assert queue.replay([here.hook], now=later, since=since) == 1
    assert deliver_all(worker(store, here, now=later)) == 1
    assert queue.replay([here.hook], now=later, since=since) == 1
    assert deliver_all(worker(store, here, now=later)) == 1
    assert len(set(receiver.ids)) == 1


def test_only_the_wanted_kinds_are_posted(store: Store, receiver: Receiver) -> None:
    here = endpoint(receiver, kinds=frozenset({Kind.REQUESTED}))
    store.hooks = (here.hook,)
    confirm(store, request(store, "ana@example.org"))
    deliver_all(worker(store, here))
    assert receiver.types == ["permission.requested"]


def test_a_running_handler_posts_on_its_own(tmp_path: Path, receiver: Receiver) -> None:
    # Another process may have queued the webhook, so the worker looks now and then.
    backoff = replace(BACKOFF, idle=timedelta(milliseconds=50))
    operations = Operations(endpoints=(endpoint(receiver),), backoff=backoff)
    with world(tmp_path, operations=operations) as here:
        here.confirmed("ana@example.org")
        until(lambda: receiver.types == ["permission.confirmed"], "the webhook", 15)


def test_every_fault_of_the_settings_is_reported() -> None:
    with pytest.raises(SettingsError) as raised:
        read_endpoints(
            {
                "ATRAE_WEBHOOK_URL": "http://example.org/hook",
                "ATRAE_WEBHOOK_SECRET": "whsec_short",
                "ATRAE_WEBHOOK_EVENTS": "permission.confirmed permission.unknown",
                "ATRAE_WEBHOOK_URL_2": "https://example.org/hook",
                "ATRAE_WEBHOOK_ADDRESS_2": "perhaps",
            }
        )
    faults = "\n".join(raised.value.faults)
    assert len(raised.value.faults) == 5
    assert "ATRAE_WEBHOOK_SECRET_2" in faults
    assert "whsec_short" not in faults


def test_endpoints_are_read_and_hide_their_secrets() -> None:
    [one, two] = read_endpoints(
        {
            "ATRAE_WEBHOOK_URL": "https://example.org/hook",
            "ATRAE_WEBHOOK_SECRET": f"{SPELLED} {SPELLED}",
            "ATRAE_WEBHOOK_URL_3": "http://localhost:9/",
            "ATRAE_WEBHOOK_SECRET_3": SPELLED,
            "ATRAE_WEBHOOK_EVENTS_3": "permission.withdrawn",
            "ATRAE_WEBHOOK_ADDRESS_3": "yes",
        }
    )
    assert one.secrets == (SECRET, SECRET)
    assert (one.address, Kind.CONFIRMED in one.kinds) == (False, True)
    assert (two.address, two.kinds) == (True, frozenset({Kind.WITHDRAWN}))
    assert "example" not in repr(one)
