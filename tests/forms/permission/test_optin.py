"""The policy, without a database: examples first, then the laws over random lives."""

from datetime import timedelta

from hypothesis import given, settings, strategies as st

from forms.catalogue import Lasts
from forms.permission import mail_rules, optin
from forms.permission.ledger import Kind, Method, State, state_of
from forms.permission.record import Decision, Scope, Stage, Template

from ..contact_history import LIMITS, WORDINGS, Asked, Life, last_answer

HOUR = timedelta(hours=1)
WINDOW = LIMITS.window + timedelta(seconds=1)


def confirm(life: Life, number: int = -1, **answers: str) -> Decision:
    asked = life.pending[number]
    return life.decide(
        lambda record: optin.confirm(
            asked.events, record, expires=asked.expires, now=life.now, answers=answers
        )
    )


def decline(life: Life, number: int = -1) -> Decision:
    return life.decide(lambda record: optin.decline(life.pending[number].events, record))


def withdraw(life: Life, *purposes: str) -> Decision:
    return life.decide(
        lambda record: optin.withdraw(purposes, record, method=Method.BUTTON, language="en")
    )


def stage(life: Life, asked: Asked) -> Stage:
    return optin.stage_of(asked.events, life.record, expires=asked.expires, now=life.now)


def templates(decision: Decision) -> list[Template]:
    return [notice.template for notice in decision.notices]


def test_a_first_request_owes_a_confirmation() -> None:
    life = Life()
    made = life.request("newsletter")
    assert [entry.kind for entry in made.entries] == [Kind.REQUESTED]
    assert templates(made) == [Template.CONFIRM]
    assert stage(life, life.pending[0]) is Stage.OPEN


def test_the_same_request_within_the_window_writes_nothing() -> None:
    life = Life()
    life.request("newsletter")
    life.passes(LIMITS.window - timedelta(seconds=1))
    assert life.request("newsletter") == Decision()
    life.passes(timedelta(seconds=2))
    assert templates(life.request("newsletter")) == [Template.CONFIRM]


def test_what_is_new_in_a_second_submission_gets_a_confirmation_of_its_own() -> None:
    life = Life()
    life.request("newsletter")
    made = life.request("newsletter", "guide")
    assert [entry.purpose for entry in made.entries] == ["guide"]


def test_at_most_three_confirmations_an_hour() -> None:
    life = Life()
    sent = 0
    for _ in range(5):
        sent += len(life.request("newsletter").notices)
        life.passes(WINDOW)
    assert sent == LIMITS.confirmations.hourly
    life.passes(HOUR)
    assert life.request("newsletter").notices


def test_who_is_confirmed_is_reminded_once_a_day() -> None:
    life = Life()
    life.request("newsletter")
    confirm(life)
    assert templates(life.request("newsletter")) == [Template.ALREADY]
    life.passes(timedelta(hours=23))
    assert life.request("newsletter").notices == ()
    life.passes(timedelta(hours=2))
    assert templates(life.request("newsletter")) == [Template.ALREADY]


def test_what_is_confirmed_and_what_is_new_get_a_mail_each() -> None:
    life = Life()
    life.request("newsletter")
    confirm(life)
    life.passes(WINDOW)
    made = life.request("newsletter", "news")
    assert templates(made) == [Template.CONFIRM, Template.ALREADY]
    assert [life.events[-2].purpose, life.events[-1].purpose] == ["news", "newsletter"]


def test_a_guide_is_asked_for_and_confirmed_each_time() -> None:
    life = Life()
    life.request("guide")
    confirm(life)
    assert not life.record.is_live("guide")
    made = life.request("guide")
    assert templates(made) == [Template.CONFIRM]
    assert life.request("guide") == Decision()


def test_confirming_twice_is_confirming_once() -> None:
    life = Life()
    life.request("newsletter", "guide")
    first = confirm(life, answer="a guide")
    assert [entry.detail for entry in first.entries] == [{"answer": "a guide"}] * 2
    assert templates(first) == [Template.RECEIPT]
    assert confirm(life) == Decision()
    assert stage(life, life.pending[0]) is Stage.CONFIRMED


def test_an_old_link_does_not_undo_a_withdrawal() -> None:
    life = Life()
    life.request("newsletter")
    life.passes(WINDOW)
    life.request("newsletter")
    confirm(life, 1)
    withdraw(life, "newsletter")
    assert confirm(life, 0) == Decision()
    assert stage(life, life.pending[0]) is Stage.ENDED
    assert state_of(life.events, "newsletter") is State.WITHDRAWN


def test_a_link_that_is_too_old_confirms_nothing() -> None:
    life = Life()
    life.request("newsletter")
    life.passes(LIMITS.pending)
    assert stage(life, life.pending[0]) is Stage.EXPIRED
    assert confirm(life) == Decision()


def test_it_was_not_me_ends_it() -> None:
    life = Life()
    life.request("newsletter", "guide")
    decline(life)
    assert state_of(life.events, "newsletter") is State.DECLINED
    assert confirm(life) == Decision()
    assert decline(life) == Decision()


def test_leaving_twice_is_leaving_once_and_coming_back_is_a_new_wish() -> None:
    life = Life()
    life.request("newsletter")
    confirm(life)
    assert withdraw(life, "newsletter").entries
    assert not withdraw(life, "newsletter").entries
    assert templates(life.request("newsletter")) == [Template.CONFIRM]


def test_a_trapped_request_is_kept_and_answered_with_nothing() -> None:
    life = Life()
    made = life.request("newsletter", trapped=True)
    assert [entry.method for entry in made.entries] == [Method.QUARANTINED]
    assert made.notices == ()
    assert life.request("newsletter", trapped=True) == Decision()
    # The person whose browser filled it in may try again at once.
    assert templates(life.request("newsletter")) == [Template.CONFIRM]


def test_after_a_bounce_nothing_is_owed() -> None:
    life = Life()
    life.request("newsletter")
    life.decide(lambda record: optin.bounce(record, reply="550 no such user"))
    assert life.suppressed == {Scope.ALL}
    life.passes(WINDOW)
    assert life.request("newsletter").notices == ()
    assert confirm(life) == Decision()


def test_who_was_erased_may_come_back_by_confirming() -> None:
    life = Life(suppressed=frozenset({Scope.MARKETING}))
    assert templates(life.request("newsletter")) == [Template.CONFIRM]
    made = confirm(life)
    assert made.lift is Scope.MARKETING
    notice, about = life.owed[-1]
    assert mail_rules.permits(notice.template, about, life.record)


PURPOSES = st.sampled_from(["newsletter", "news", "guide"])
SOME = st.lists(PURPOSES, min_size=1, max_size=3, unique=True)
ACTIONS = st.one_of(
    st.tuples(st.just("request"), SOME, st.booleans()),
    st.tuples(st.just("confirm"), st.integers(0, 20)),
    st.tuples(st.just("decline"), st.integers(0, 20)),
    st.tuples(st.just("withdraw"), PURPOSES),
    st.tuples(st.just("bounce"), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 30)),
)


def act(life: Life, action: tuple[object, ...]) -> None:
    match action:
        case ("request", list(purposes), bool(trapped)):
            life.request(*purposes, trapped=trapped)
        case ("confirm", int(number)) if life.pending:
            confirm(life, number % len(life.pending))
        case ("decline", int(number)) if life.pending:
            decline(life, number % len(life.pending))
        case ("withdraw", str(purpose)):
            withdraw(life, purpose)
        case ("bounce", _):
            life.decide(lambda record: optin.bounce(record, reply="550"))
        case ("wait", int(steps)):
            life.passes(timedelta(minutes=5) * steps * steps)


@given(st.lists(ACTIONS, max_size=25))
def test_a_mail_leaves_only_with_a_live_permission(actions: list[tuple[object, ...]]) -> None:
    """Law 1, for every mail that was ever owed, asked again after every step."""
    life = Life()
    for action in actions:
        act(life, action)
        for notice, about in life.owed:
            if not mail_rules.permits(notice.template, about, life.record):
                continue
            assert Scope.ALL not in life.suppressed
            if notice.template is Template.CONFIRM:
                continue
            answers = [last_answer(life.events, event.purpose) for event in about]
            assert any(answer and answer.kind is Kind.CONFIRMED for answer in answers)


@given(st.lists(ACTIONS, max_size=20), SOME, st.booleans())
def test_no_anonymous_request_alters_what_is_confirmed(
    actions: list[tuple[object, ...]], purposes: list[str], trapped: bool
) -> None:
    """Law 2."""
    life = Life()
    for action in actions:
        act(life, action)
    names = ("newsletter", "news", "guide")
    before = {name: (life.record.is_live(name), life.record.permission(name)) for name in names}
    stages = [stage(life, asked) for asked in life.pending]
    life.request(*purposes, trapped=trapped)
    for name, (lived, permission) in before.items():
        assert life.record.is_live(name) == lived
        if permission.state is State.CONFIRMED:
            assert life.record.permission(name) == permission
    assert [stage(life, asked) for asked in life.pending[: len(stages)]] == stages


@given(st.lists(ACTIONS, max_size=20), st.sampled_from(["newsletter", "news"]))
def test_a_withdrawal_wins(actions: list[tuple[object, ...]], purpose: str) -> None:
    """Law 4: after it, no mail that was owed for the purpose alone is permitted any more."""
    life = Life()
    for action in actions:
        act(life, action)
    life.request(purpose)
    withdraw(life, purpose)
    assert not life.record.is_live(purpose)
    for notice, about in life.owed:
        if {event.purpose for event in about} == {purpose}:
            assert not mail_rules.permits(notice.template, about, life.record)
    for number in range(len(life.pending)):
        confirm(life, number)
    assert not life.record.is_live(purpose)


@given(st.lists(ACTIONS, max_size=30))
@settings(max_examples=60)
def test_what_lasts_once_never_becomes_standing(actions: list[tuple[object, ...]]) -> None:
    life = Life()
    for action in actions:
        act(life, action)
        assert not life.record.is_live("guide")
    for event in life.events:
        if event.kind is Kind.CONFIRMED and event.purpose == "guide":
            assert WORDINGS[event.wording].lasts is Lasts.ONCE


@given(st.lists(ACTIONS, max_size=30))
def test_one_request_per_purpose_and_window(actions: list[tuple[object, ...]]) -> None:
    """Law 6, at the level of decisions: unless it was answered in between."""
    life = Life()
    for action in actions:
        act(life, action)
    asked = [e for e in life.events if e.kind is Kind.REQUESTED and e.method == "form"]
    for first in asked:
        for second in asked:
            soon = timedelta(0) <= second.moment - first.moment < LIMITS.window
            if first.seq < second.seq and first.purpose == second.purpose and soon:
                between = life.events[first.seq : second.seq - 1]
                assert any(e.kind is not Kind.REQUESTED for e in between)
