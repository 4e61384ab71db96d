"""Anybody does anything, in any order; after each step the handler and the oracle agree."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from forms.address import parse_address
from forms.store.erase import erase
from forms.store.transfer import import_grants
from forms.transfer import Grant

from .house import CATALOGUE
from .mailroom import FAILURES, PURPOSES, Confirm, Leave, Mailroom
from .oracle import STANDING, Mail

FORMS = {"newsletter": ("newsletter",), "guide": ("guide", "newsletter"), "news": ("news",)}
WAITS = [timedelta(0), *(timedelta(minutes=m) for m in (1, 5, 11, 45, 90)), timedelta(hours=25)]
OUTCOMES = ("ok", "ok", "ok", "lost", *FAILURES)
ASKED = st.sampled_from([(form, (each,)) for form, all_of in FORMS.items() for each in all_of])


class Handler(Mailroom):
    """The handler's life."""

    @rule(who=st.integers(0, 1), asked=ASKED, more=st.booleans(), trapped=st.integers(0, 7))
    def subscribe(
        self, who: int, asked: tuple[str, tuple[str, ...]], more: bool, trapped: int
    ) -> None:
        """Laws 2 and 6: anybody types any address into any form."""
        self._subscribe(1, who, asked, more, trapped)

    @rule(who=st.integers(0, 1), asked=ASKED, more=st.booleans(), trapped=st.integers(0, 7))
    def subscribe_at_once(
        self, who: int, asked: tuple[str, tuple[str, ...]], more: bool, trapped: int
    ) -> None:
        """Law 6: the same submission several times at the same moment."""
        self._subscribe(4, who, asked, more, trapped)

    def _subscribe(
        self, times: int, who: int, asked: tuple[str, tuple[str, ...]], more: bool, trapped: int
    ) -> None:
        with self.step():
            form, purposes = asked[0], FORMS[asked[0]] if more else asked[1]
            to = self.people[who]
            said = self.at.subscribe_form(to, purposes, form, trapped=trapped == 0)
            assert self.at.send_at_once(times, f"/f/{form}", said) == [303] * times
            owed: list[Mail] = []
            for _ in range(times):
                owed += self.oracle.subscribe(to, purposes, self.at.now, trapped=trapped == 0)
            self.expect(owed)

    @rule(
        who=st.integers(0, 1),
        asked=ASKED,
        more=st.booleans(),
        button=st.sampled_from(["confirm", "confirm", "confirm", "decline"]),
        waits=st.booleans(),
    )
    def a_person_joins(
        self, who: int, asked: tuple[str, tuple[str, ...]], more: bool, button: str, waits: bool
    ) -> None:
        """The usual way, in one go, so that long histories have something to do with."""
        if waits:
            self.time_passes(timedelta(minutes=90))
        self._subscribe(1, who, asked, more, 1)
        self.read_all()
        mine = [x for x in self.links if isinstance(x, Confirm) and x.to == self.people[who]]
        with self.step():
            if mine:
                self.answer(mine[-1], button)
        self.read_all()

    @precondition(lambda self: any(isinstance(each, Confirm) for each in self.links))
    @rule(data=st.data(), button=st.sampled_from(["confirm", "confirm", "decline"]))
    def press(self, data: st.DataObject, button: str) -> None:
        """A person presses one of the two buttons, in time or late, once or again."""
        links = [each for each in self.links if isinstance(each, Confirm)]
        with self.step():
            self.answer(data.draw(st.sampled_from(links)), button)

    @precondition(lambda self: any(isinstance(each, Leave) for each in self.links))
    @rule(data=st.data(), one_click=st.booleans())
    def leave(self, data: st.DataObject, one_click: bool) -> None:
        """Law 4: it acts at once, and always."""
        links = [each for each in self.links if isinstance(each, Leave)]
        with self.step():
            self.go(data.draw(st.sampled_from(links)), one_click=one_click)

    @rule(who=st.integers(0, 1), chance=st.integers(0, 3))
    def erase(self, who: int, chance: int) -> None:
        """The owner erases somebody; their links lead nowhere, whoever has the address now."""
        if chance:
            return
        to = self.people[who]
        with self.step():
            for (contact,) in self.at.rows("SELECT id FROM contact WHERE key = :to", to=to):
                erase(self.at.store, str(contact), now=self.at.now, method="operator")
                self.oracle.erase(to)
            self.dead += [each for each in self.links if each.to == to]
            self.links = [each for each in self.links if each.to != to]

    @precondition(lambda self: bool(self.dead))
    @rule(data=st.data())
    def press_a_dead_link(self, data: st.DataObject) -> None:
        """The links of somebody who was erased do nothing to who comes after."""
        chosen = data.draw(st.sampled_from(self.dead))
        with self.step():
            before = self.sizes()
            form = {"do": "confirm" if isinstance(chosen, Confirm) else "leave"}
            assert self.at.send("POST", chosen.path, form) in (303, 410)
            assert self.sizes() == before

    @rule(who=st.integers(0, 1), purpose=st.sampled_from(sorted(STANDING)))
    def bring_in(self, who: int, purpose: str) -> None:
        """An import, from another tool."""
        with self.step():
            grant = Grant(
                line=1,
                address=parse_address(self.people[who]),
                wording=CATALOGUE.wording(purpose, "en"),
                source="another tool",
                date=self.at.now,
                evidence="a form on paper",
            )
            done = import_grants(self.at.store, [grant], now=self.at.now)
            expected = self.oracle.bring_in(self.people[who], purpose, self.at.now)
            assert done.permitted == expected, done.left_out

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
            self.meanwhile = lambda: (
                self.go(chosen) if isinstance(chosen, Leave) else self.answer(chosen, "decline")
            )
            try:
                self.send_one()
            finally:
                self.meanwhile = lambda: None

    @rule(time=st.sampled_from(WAITS))
    def time_passes(self, time: timedelta) -> None:
        with self.step():
            self.at.now += time

    @rule(chance=st.integers(0, 3))
    def two_weeks_pass(self, chance: int) -> None:
        """Longer than a confirmation link is good; not often, or nothing else is ever good."""
        with self.step():
            self.at.now += timedelta(days=15 if chance == 0 else 1)

    @precondition(lambda self: bool(self.links))
    @rule(data=st.data(), method=st.sampled_from(["GET", "HEAD", "OPTIONS"]))
    def a_scanner_follows(self, data: st.DataObject, method: str) -> None:
        """Law 3."""
        with self.step():
            before = self.sizes()
            chosen = data.draw(st.sampled_from(self.links))
            assert self.at.send(method, chosen.path) in (200, 405, 410)
            assert self.sizes() == before

    @invariant()
    def everybody_has_what_they_chose(self) -> None:
        """Laws 1 and 2: what is alive for each person is what the oracle says."""
        if not getattr(self, "whole", False):
            return
        for to in self.people:
            ids = self.at.rows("SELECT id FROM contact WHERE key = :to", to=to)
            assert len(ids) <= 1
            found = self.at.store.history(str(ids[0][0])) if ids else None
            found = found and replace(found, at=self.at.now)
            alive = {each for each in PURPOSES if found and found.lives(each)}
            person = self.oracle.person(to)
            assert alive == {each for each in PURPOSES if person.lives(each, self.at.now)}, to
