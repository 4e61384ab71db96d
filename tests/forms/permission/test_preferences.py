"""What somebody chose in the preference centre: the fold, and what a new choice amounts to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from forms.catalogue import Frequency
from forms.declared.address import parse_address
from forms.permission import mail_rules, optin, preferences, subject_requests
from forms.permission.ledger import Entry, Kind, State, Wish
from forms.permission.preferences import Choice, Choices, choice_of, months_after
from forms.permission.record import Decision, Scope, Template

from ..contact_history import CATALOGUE, LIMITS, WORDINGS, Life

DAY = timedelta(days=1)


def confirmed(*purposes: str) -> Life:
    """Somebody who asked for these and confirmed them."""
    life = Life()
    life.request(*purposes)
    asked = life.pending[-1]
    life.decide(
        lambda record: optin.confirm(
            asked.events, record, expires=asked.expires, now=life.now, answers={}
        )
    )
    return life


def wish(
    *purposes: str, shown: tuple[str, ...] = (), pause: int | None = None, **choices: Choice
) -> Choices:
    return Choices(
        wordings=tuple(CATALOGUE.wording(purpose, "en") for purpose in purposes),
        shown=frozenset(shown),
        choices=choices,
        pause=pause,
    )


def change(life: Life, wanted: Choices) -> Decision:
    return life.decide(
        lambda record: preferences.change(
            wanted, record, now=life.now, language="en", pending="p", limits=LIMITS
        )
    )


def ask(life: Life, wish: Wish, address: str = "") -> Decision:
    return life.decide(
        lambda record: subject_requests.request(
            wish, record, now=life.now, limits=LIMITS, language="en", address=address
        )
    )


def kinds(decision: Decision) -> list[str]:
    return [entry.kind.value.partition(".")[2] for entry in decision.entries]


def test_a_ticked_box_of_a_confirmed_person_is_an_opt_in_with_a_receipt() -> None:
    life = confirmed("newsletter")
    made = change(life, wish("newsletter", "news", shown=("newsletter",)))
    assert kinds(made) == ["confirmed"]
    assert made.entries[0].wording == CATALOGUE.wording("news", "en").digest
    assert [notice.template for notice in made.notices] == [Template.RECEIPT]
    assert life.record.is_live("news")


def test_who_confirmed_a_guide_only_is_a_confirmed_person_too() -> None:
    life = confirmed("guide")
    assert kinds(change(life, wish("news"))) == ["confirmed"]


def test_a_stranger_or_who_has_left_it_all_gets_a_confirmation() -> None:
    stranger = Life()
    stranger.request("newsletter")
    made = change(stranger, wish("news"))
    assert [notice.template for notice in made.notices] == [Template.CONFIRM]
    assert not stranger.record.is_live("news")
    gone = confirmed("newsletter")
    change(gone, wish(shown=("newsletter",)))
    assert kinds(change(gone, wish("newsletter"))) == ["requested"]
    assert not gone.record.is_live("newsletter")


def test_confirmations_asked_for_by_a_link_are_as_few_as_those_of_a_form() -> None:
    life = Life()
    life.request("newsletter")
    sent = sum(len(change(life, wish(*wanted)).notices) for wanted in (["news"],) * 5)
    assert sent == 1
    for _ in range(9):
        life.passes(LIMITS.window + timedelta(seconds=1))
        sent += len(change(life, wish("news")).notices)
    assert sent <= LIMITS.confirmations.daily


def test_a_pause_ends_by_its_date_and_needs_no_event() -> None:
    life = confirmed("newsletter")
    change(life, wish("newsletter", shown=("newsletter",), pause=1))
    until = life.record.paused_until("newsletter")
    assert until == months_after(life.now, 1)
    assert not life.record.is_live("newsletter")
    life.now = until - timedelta(microseconds=1)
    assert life.record.permission("newsletter").state is State.PAUSED
    life.now = until
    assert life.record.is_live("newsletter")
    assert life.record.paused_until("newsletter") is None


def test_a_pause_can_be_ended_before_its_time() -> None:
    life = confirmed("newsletter")
    change(life, wish("newsletter", shown=("newsletter",), pause=6))
    life.passes(DAY)
    assert kinds(change(life, wish("newsletter", shown=("newsletter",), pause=0))) == ["paused"]
    assert life.record.is_live("newsletter")


def test_no_mail_but_a_confirmation_leaves_while_it_is_paused() -> None:
    """Law 1."""
    life = confirmed("newsletter")
    receipt, about = life.owed[-1]
    life.passes(DAY)
    life.request("newsletter")
    reminder, again = life.owed[-1]
    assert (receipt.template, reminder.template) == (Template.RECEIPT, Template.ALREADY)
    assert mail_rules.permits(receipt.template, about, life.record)
    change(life, wish("newsletter", shown=("newsletter",), pause=1))
    assert not mail_rules.permits(receipt.template, about, life.record)
    assert not mail_rules.permits(reminder.template, again, life.record)
    ask(life, Wish.REVEAL)
    fresh, asked = life.owed[-1]
    assert mail_rules.permits(fresh.template, asked, life.record)


def test_a_pause_leaves_what_is_newly_ticked_alone() -> None:
    life = confirmed("newsletter")
    change(life, wish("newsletter", "news", shown=("newsletter",), pause=1))
    assert life.record.is_live("news")
    assert not life.record.is_live("newsletter")


def test_who_leaves_and_comes_back_begins_anew() -> None:
    life = confirmed("newsletter", "news")
    weekly = Choice(frequency=Frequency.WEEKLY, topics=("seo",))
    both = ("newsletter", "news")
    change(life, wish(*both, shown=both, newsletter=weekly))
    assert choice_of(life.record, "newsletter") == weekly
    assert choice_of(life.record, "news") == Choice()
    assert kinds(change(life, wish(*both, shown=both, newsletter=weekly))) == []
    change(life, wish("news", shown=both))
    change(life, wish(*both, shown=("news",)))
    assert choice_of(life.record, "newsletter") == Choice()


def test_a_suppressed_address_can_turn_nothing_on() -> None:
    life = confirmed("newsletter")
    life.suppressed = frozenset({Scope.ALL})
    assert kinds(change(life, wish("newsletter", "news", shown=("newsletter",)))) == []
    assert kinds(ask(life, Wish.REVEAL)) == []


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.sampled_from(preferences.PAUSES))
def test_a_month_is_a_month_of_the_calendar(moment: datetime, months: int) -> None:
    after = months_after(moment, months)
    assert (after.year - moment.year) * 12 + after.month - moment.month == months
    assert after.day == moment.day or (after + DAY).month != after.month
    assert after.time() == moment.time()


PURPOSES = st.sampled_from(["newsletter", "news"])
SOME = st.sets(PURPOSES)
CHOICES = st.builds(
    Choice,
    frequency=st.sampled_from([None, *Frequency]),
    topics=st.sampled_from([None, ("seo",), ("mail", "seo")]),
)
WISHES = st.builds(
    lambda on, shown, pause, choices: wish(*sorted(on), shown=tuple(shown), pause=pause, **choices),
    SOME,
    SOME,
    st.sampled_from([None, 0, 1, 3, 6]),
    st.dictionaries(PURPOSES, CHOICES),
)


@given(st.lists(st.tuples(WISHES, st.integers(0, 100)), max_size=8))
def test_what_was_chosen_holds_and_choosing_it_again_writes_nothing(
    wishes: list[tuple[Choices, int]],
) -> None:
    """Whatever was chosen before: what is ticked is on, what was cleared is off, once."""
    life = confirmed("newsletter")
    for wanted, days in wishes:
        was_known = life.record.is_known
        change(life, wanted)
        on = preferences.standing_purposes(life.record)
        ticked = {wording.purpose for wording in wanted.wordings}
        assert not on & wanted.shown - ticked
        if was_known:
            assert ticked <= on
            for purpose, choice in wanted.choices.items():
                assert purpose not in ticked or choice_of(life.record, purpose) == choice
        again = change(life, replace(wanted, pause=None))
        assert again.entries == ()
        life.passes(DAY * days)
    for event in life.events:
        assert event.kind is not Kind.CONFIRMED or event.wording in WORDINGS


def test_erasing_twice_is_erasing_once() -> None:
    life = confirmed("newsletter")
    assert kinds(life.decide(lambda record: subject_requests.erase(record))) == ["erased"]
    assert life.suppressed == {Scope.MARKETING}
    assert kinds(life.decide(lambda record: subject_requests.erase(record))) == []


def test_a_fresh_link_acts_for_a_day_and_for_its_own_kind_alone() -> None:
    life = confirmed("newsletter")
    ask(life, Wish.ERASE)
    asked = life.events[-1]

    def may(wish: Wish) -> bool:
        return subject_requests.is_answerable(asked, wish, life.record, now=life.now)

    assert may(Wish.ERASE)
    assert not may(Wish.REVEAL)
    assert not may(Wish.MOVE)
    life.passes(DAY)
    assert not may(Wish.ERASE)


def test_a_later_move_takes_the_place_of_an_earlier_one() -> None:
    life = confirmed("newsletter")
    ask(life, Wish.MOVE, "slip@example.org")
    first = life.events[-1]
    ask(life, Wish.MOVE, "right@example.org")
    assert not subject_requests.is_open(first, life.record)
    assert subject_requests.is_open(life.events[-1], life.record)


def test_after_a_move_what_was_asked_for_before_is_closed() -> None:
    life = confirmed("newsletter")
    ask(life, Wish.ERASE)
    erase = life.events[-1]
    ask(life, Wish.MOVE, "new@example.org")
    life.decide(lambda record: subject_requests.approve_move(life.events[-1], record, now=life.now))
    arrive = life.events[-1]
    assert subject_requests.is_open(erase, life.record)
    address = parse_address("new@example.org")
    life.decide(
        lambda record: subject_requests.complete_move(arrive, record, address, now=life.now)
    )
    assert life.record.epoch == life.events[-1].seq
    assert not subject_requests.is_open(erase, life.record)
    assert not subject_requests.is_open(arrive, life.record)
    assert life.record.is_live("newsletter")


ASKS = st.sampled_from([Wish.REVEAL, Wish.ERASE, Wish.MOVE])


@given(st.lists(st.tuples(ASKS, st.integers(0, 90)), max_size=30))
def test_whoever_holds_the_link_can_cause_few_mails(asks: list[tuple[Wish, int]]) -> None:
    life = confirmed("newsletter")
    sent = []
    for what, minutes in asks:
        if ask(life, what, "eve@example.net").notices:
            sent.append(life.now)
        life.passes(timedelta(minutes=minutes))
    for moment in sent:
        assert sum(moment <= other < moment + DAY for other in sent) <= LIMITS.confirmations.daily


def test_what_is_asked_for_folds_into_no_permission() -> None:
    life = confirmed("newsletter")
    before = life.record.permission("newsletter")
    for kind in (Kind.ACCESS_ASKED, Kind.ACCESS_GIVEN, Kind.ACCESS_STOPPED):
        life.carry_out(Decision(entries=(Entry(kind=kind, method=Wish.REVEAL),)))
    assert life.record.permission("newsletter") == before


def test_the_same_move_asked_for_twice_is_one_mail_and_another_one_mends_a_slip() -> None:
    """Law 6: a button that is pressed twice."""
    life = confirmed("newsletter")
    assert ask(life, Wish.MOVE, "ana.nwe@example.org").notices != ()
    assert ask(life, Wish.MOVE, "ana.nwe@example.org").notices == ()
    assert ask(life, Wish.MOVE, "ana.new@example.org").notices != ()


def test_after_a_move_the_old_mailbox_confirms_nothing_for_the_new_one() -> None:
    """Law 1: what was asked for at the old address is answered there, or not at all."""
    life = confirmed("newsletter")
    life.request("news")
    asked = life.pending[-1]
    ask(life, Wish.MOVE, "ana.new@example.org")
    life.decide(
        lambda record: subject_requests.approve_move(record.events[-1], record, now=life.now)
    )
    arrived = parse_address("ana.new@example.org")
    life.decide(
        lambda record: subject_requests.complete_move(
            record.events[-1], record, arrived, now=life.now
        )
    )
    assert not mail_rules.permits(Template.CONFIRM, asked.events, life.record)
    made = life.decide(
        lambda record: optin.confirm(
            asked.events, record, expires=asked.expires, now=life.now, answers={}
        )
    )
    assert made == Decision()
    assert life.record.is_live("newsletter")
    assert not life.record.is_live("news")
