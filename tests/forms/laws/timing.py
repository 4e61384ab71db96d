"""Telling addresses apart by the time that an answer takes: the attacker of law 7, and their tools.

The attacker knows how to prepare addresses in every state, asks for them in an order that is
shuffled, over one connection on the same machine (there is no quieter network), and classifies.
"""

import http.client
import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from urllib.parse import urlencode

from forms.app import utc_now
from forms.declared.address import parse_address
from forms.permission import optin
from forms.permission.ledger import Method
from forms.permission.record import Decision, Limits, Record
from forms.settings.environment import SuppressionKey
from forms.store.database.engine import Database, open_engine
from forms.store.records.store import Store

from ..contact_history import CATALOGUE, submission
from ..world import SUPPRESSION

STATES = ("unknown", "pending", "confirmed", "withdrawn", "suppressed")
DIGEST = CATALOGUE.wording("newsletter", "en").digest
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
BINS = 24


def addresses(state: str, number: int) -> list[str]:
    """As many addresses; all of one length, for the length of a request is the attacker's own."""
    return [f"{state[:4]}{each:05}@example.org" for each in range(number)]


def prepare(url: str, number: int) -> None:
    """A database with as many contacts in each state; each is asked for once, as it was left."""
    database = Database(open_engine(url))
    store = Store(database, key=SuppressionKey(SUPPRESSION.encode()), mail_domain="example.org")
    store.prepare()
    store.add_catalogue(CATALOGUE, now=utc_now() - timedelta(days=3))
    for state in STATES[1:]:
        for email in addresses(state, number):
            _bring(store, email, state)
    database.close()


def _bring(store: Store, email: str, state: str) -> None:
    # Long enough ago that no cool-down answers in its place.
    now = utc_now() - timedelta(days=2)
    asked = replace(submission("newsletter"), address=parse_address(email))
    made = store.commit_for_address(
        asked.address,
        lambda record: optin.request(
            asked, record, now=now, pending=store.new_id(), limits=Limits()
        ),
        now=now,
    )
    steps = {
        "confirmed": (lambda record: _confirm(made.events, record),),
        "withdrawn": (lambda record: _confirm(made.events, record), _withdraw),
        "suppressed": (lambda record: optin.bounce(record, reply="550"),),
    }
    for step in steps.get(state, ()):
        store.commit_for_contact(made.contact, step, now=now)


def _confirm(events: Sequence[object], record: Record) -> Decision:
    now = record.events[-1].moment
    expires = now + timedelta(days=1)
    return optin.confirm(record.events, record, expires=expires, now=now, answers={})


def _withdraw(record: Record) -> Decision:
    return optin.withdraw(["newsletter"], record, method=Method.BUTTON, language="en")


Timed = Sequence[tuple[str, float]]
"""State of the address, and seconds from the request to the whole answer; in the order asked."""


def timings(port: int, number: int, *, seed: int, **fields: str) -> Timed:
    """Ask once for each address, shuffled."""
    asked = [(state, email) for state in STATES for email in addresses(state, number)]
    random.Random(seed).shuffle(asked)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    taken = []
    for state, email in asked:
        body = urlencode(
            {"email": email, "purpose": DIGEST, "language": "en", "page": "/"} | fields
        )
        start = time.perf_counter()
        connection.request("POST", "/f/newsletter", body, HEADERS)
        answer = connection.getresponse()
        answer.read()
        taken.append((state, time.perf_counter() - start))
        assert answer.status == 303
    connection.close()
    return taken


def by_state(taken: Timed, *, before: int = 0) -> Mapping[str, list[float]]:
    """The times by the state that was asked for; or by that of so many requests `before`, for what
    is done behind one answer (a mail is written) may slow down the next ones."""
    found: dict[str, list[float]] = {state: [] for state in STATES}
    for (state, _), (_, seconds) in zip(taken, taken[before:], strict=False):
        found[state].append(seconds)
    return found


def areas(taken: Mapping[str, Sequence[float]]) -> Mapping[str, float]:
    """Of each pair of states, how well it can be told apart: the area under the curve of the
    better classifier."""
    return {
        f"{a} and {b}": max(threshold(taken[a], taken[b]), shapes(taken[a], taken[b]))
        for a, b in combinations(taken, 2)
    }


def threshold(ones: Sequence[float], others: Sequence[float]) -> float:
    """The area under the curve of the best classifier that asks "slower than x?" (Mann-Whitney)."""
    return abs(_area(ones, others) - 0.5) + 0.5


def shapes(ones: Sequence[float], others: Sequence[float]) -> float:
    """The same for one that learns from the other half in which times each state is commoner."""
    halves = ((ones[::2], others[::2]), (ones[1::2], others[1::2]))
    areas = []
    for (known, unlike), (asked, against) in (halves, halves[::-1]):
        together = sorted((*known, *unlike))
        edges = [together[len(together) * each // BINS] for each in range(1, BINS)]
        weight = [
            (1 + a) / (1 + b)
            for a, b in zip(_filled(known, edges), _filled(unlike, edges), strict=True)
        ]
        areas.append(
            _area(
                [weight[bisect_left(edges, each)] for each in asked],
                [weight[bisect_left(edges, each)] for each in against],
            )
        )
    return sum(areas) / 2


def _filled(times: Sequence[float], edges: Sequence[float]) -> list[int]:
    counts = [0] * (len(edges) + 1)
    for each in times:
        counts[bisect_left(edges, each)] += 1
    return counts


def _area(ones: Sequence[float], others: Sequence[float]) -> float:
    ranked = sorted(others)
    wins = sum(bisect_left(ranked, each) + bisect_right(ranked, each) for each in ones)
    return wins / (2 * len(ones) * len(others))
