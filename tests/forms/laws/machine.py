"""Anybody does anything, in any order; after each step the handler and the oracle agree."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from forms.permission.preferences import choice_of
from forms.web.screening.proof_of_work import FIELD
from forms.web.screening.signals import FASTEST, WAIT

from .handler import CATALOGUE
from .mailed import Confirm, Fresh, Leave, Link, Me
from .mailroom import FAILURES, PURPOSES
from .model import Mail
from .rules_owner import Owning
from .rules_person import TIMES, TOPICS, Wishing

FORMS = {"newsletter": ("newsletter",), "guide": ("guide", "newsletter"), "news": ("news",)}
WHO = st.sampled_from([0, 0, 0, 1, 1, 2])
WAITS = [timedelta(0), *(timedelta(minutes=m) for m in (1, 5, 11, 45, 90)), timedelta(hours=25)]
OUTCOMES = ("ok", "ok", "ok", "lost", *FAILURES)
ASKED = st.sampled_from([(form, (each,)) for form, all_of in FORMS.items() for each in all_of])
Asked = tuple[str, tuple[str, ...]]
BRINGS = st.sampled_from(["sum", "sum", "wait", "sum of another", "nothing"])
"""What a form that asks for a proof of work gets; one that asks for none does not look at it."""


class Handler(Wishing, Owning):
    """The handler's life."""

    @rule(
        who=WHO,
        asked=ASKED,
        more=st.booleans(),
        trapped=st.integers(0, 7),
        brings=BRINGS,
        times=TIMES,
    )
    def subscribe(
        self, who: int, asked: Asked, more: bool, trapped: int, brings: str, times: int
    ) -> None:
        """Laws 2 and 6: anybody types any address into any form, perhaps several times at once."""
        with self.step():
            self._subscribe(times, who, asked, more, trapped, brings)

    def _subscribe(
        self, times: int, who: int, asked: Asked, more: bool, trapped: int, brings: str = "sum"
    ) -> None:
        form, purposes = asked[0], FORMS[asked[0]] if more else asked[1]
        to = self.addresses[who]
        said = self.at.subscribe_form(to, purposes, form, trapped=trapped == 0)
        path = self.shown(form, said, who, brings, times) if self.at.works else f"/f/{form}"
        owed: list[Mail] = []
        if path:
            assert self.press(path, times, **said) == {303}
            for _ in range(times):
                owed += self.oracle.subscribe(
                    to, purposes, self.at.now, trapped=trapped == 0, form=form
                )
        self.expect(owed)

    def shown(
        self, form: str, said: dict[str, object], who: int, brings: str, times: int
    ) -> str | None:
        """Where to send `said`, once the form has what it asks for; `None`: it gets nothing, and
        whatever is sent changes nothing."""
        path = f"/f/{form}"
        if brings == "sum":
            said[FIELD] = self.at.solved(form)
            person = self.oracle.person(self.addresses[who])
            self.solved.append((form, person, str(said[FIELD])))
            self.at.now += FASTEST
            return path
        if brings == "sum of another":
            # Whoever has moved is the same person, with sums of their own.
            mine = self.oracle.people.get(self.addresses[who])
            others = [
                solution
                for at, whose, solution in self.solved
                if at == form and whose is not mine and not whose.gone
            ]
            said[FIELD] = others[-1] if others else "no sum at all"
        if brings == "wait":
            path = self.at.asked_again(path, said)
            self.at.now += WAIT
            return path
        before = self.sizes()
        assert self.press(path, times, **said) == {422}
        assert self.sizes() == before
        return None

    @rule(
        who=WHO,
        asked=ASKED,
        more=st.booleans(),
        button=st.sampled_from(["confirm", "confirm", "confirm", "decline"]),
        waits=st.booleans(),
    )
    def a_person_joins(self, who: int, asked: Asked, more: bool, button: str, waits: bool) -> None:
        """The usual way, in one go, so that long histories have something to do with."""
        if waits:
            self.time_passes(timedelta(minutes=90))
        with self.step():
            self._subscribe(1, who, asked, more, 1)
        self.read_all()
        mine = self.mine(Confirm, self.oracle.people.get(self.addresses[who]))
        with self.step():
            if mine:
                self.answer(mine[-1], button)
        self.read_all()

    @precondition(lambda self: self.mine(Confirm))
    @rule(data=st.data(), button=st.sampled_from(["confirm", "confirm", "decline"]))
    def answer_a_mail(self, data: st.DataObject, button: str) -> None:
        """A person presses one of the two buttons, in time or late, once or again."""
        with self.step():
            self.answer(self.draw(data, Confirm), button)

    @precondition(lambda self: self.mine(Leave))
    @rule(data=st.data(), one_click=st.booleans())
    def leave(self, data: st.DataObject, one_click: bool) -> None:
        """Law 4: it acts at once, and always."""
        with self.step():
            self.go(self.draw(data, Leave), one_click=one_click)

    @rule(outcome=st.sampled_from(OUTCOMES))
    def work(self, outcome: str) -> None:
        """The outbox takes one mail further, well or badly."""
        with self.step():
            self.outcome = outcome
            self.send_one()

    @precondition(lambda self: bool(self.links))
    @rule(data=st.data(), outcome=st.sampled_from(("ok", "ok", "lost")))
    def work_while_something_is_pressed(self, data: st.DataObject, outcome: str) -> None:
        """Law 4: between a claim and its DATA a person changes their mind."""
        chosen = data.draw(st.sampled_from(self.links))
        with self.step():
            self.outcome = outcome
            self.meanwhile = lambda: self.change_their_mind(chosen)
            try:
                self.send_one()
            finally:
                self.meanwhile = lambda: None

    def change_their_mind(self, chosen: Link) -> None:
        """Whatever such a link can take back."""
        match chosen:
            case Leave():
                self.go(chosen)
            case Confirm():
                self.answer(chosen, "decline")
            case Me():
                self.choose(chosen, sorted(chosen.person.on()), pause=1)
            case Fresh():
                self.go_on(chosen)

    @rule(time=st.sampled_from(WAITS))
    def time_passes(self, time: timedelta) -> None:
        with self.step():
            self.at.now += time

    @rule(days=st.sampled_from([1, 1, 1, 1, 15, 32, 95, 190]))
    def much_time_passes(self, days: int) -> None:
        """Longer than a link is good or a pause lasts; not often, or nothing is ever good."""
        with self.step():
            self.at.now += timedelta(days=days)

    @precondition(lambda self: bool(self.links))
    @rule(data=st.data(), method=st.sampled_from(["GET", "HEAD", "OPTIONS"]))
    def a_scanner_follows(self, data: st.DataObject, method: str) -> None:
        """Law 3."""
        with self.step():
            before = self.sizes()
            chosen = data.draw(st.sampled_from(self.links))
            assert self.at.send(method, chosen.path) in (200, 405, 410)
            assert self.sizes() == before

    def agree(self) -> None:
        """Laws 1 and 2: what is alive for each person is what the oracle says, and as they want."""
        records = self.records()
        assert records.keys() == self.oracle.people.keys()
        for to, person in self.oracle.people.items():
            found = replace(records[to], at=self.at.now)
            alive = {each for each in PURPOSES if found.is_live(each)}
            assert alive == {each for each in PURPOSES if person.lives(each, self.at.now)}, to
            for purpose in alive:
                choice = choice_of(found, purpose)
                declared = "".join(CATALOGUE.purposes[purpose].frequencies[:1])
                often = str(choice.frequency or declared)
                topics = TOPICS[purpose] if choice.topics is None else frozenset(choice.topics)
                usual = (declared, TOPICS[purpose])
                assert (often, topics) == person.choices.get(purpose, usual), purpose
