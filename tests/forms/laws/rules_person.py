"""Rules of what people do by the links of their mails: answer, leave, choose, move, be erased."""

from collections.abc import Collection

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from .handler import CATALOGUE
from .mailed import Confirm, Fresh, Leave, Me, More
from .mailroom import Mailroom
from .model import FRESH_FOR, STANDING, Mail, Person

TOPICS = {
    each: frozenset(topic.value for topic in CATALOGUE.purposes[each].topics) for each in STANDING
}
OFTEN = tuple(map(str, CATALOGUE.purposes["newsletter"].frequencies))
BOXES = st.sets(st.sampled_from(sorted(STANDING)))
PAUSES = st.sampled_from([None, None, 0, 1, 3, 6])
TIMES = st.sampled_from([1, 1, 4])


class Wishing(Mailroom):
    """Whoever holds a link presses something on its page."""

    def answer(self, chosen: Confirm, button: str) -> None:
        assert self.press(chosen.path, do=button) <= {303, 410}
        if button == "confirm":
            self.expect(self.oracle.confirm(chosen.person, chosen.about, self.at.now))
        else:
            self.oracle.decline(chosen.person, chosen.about, self.at.now)

    def go(self, chosen: Leave, *, one_click: bool = True) -> None:
        form = {"List-Unsubscribe": "One-Click"} if one_click else {"do": "leave"}
        assert self.press(chosen.path, **form) == {200 if one_click else 303}
        self.oracle.leave(chosen.person, chosen.purposes, self.at.now)

    def choose(
        self,
        me: Me,
        wanted: Collection[str],
        *,
        shown: Collection[str] = STANDING,
        often: str = OFTEN[0],
        topics: Collection[str] = TOPICS["newsletter"],
        pause: int | None = None,
        times: int = 1,
    ) -> None:
        """*Save*, with these boxes ticked, of which these were shown as ticked."""
        statuses = self.press(
            me.path,
            times,
            do="save",
            on=sorted(shown),
            purpose=[CATALOGUE.wording(each, "en").digest for each in sorted(wanted)],
            pause="" if pause is None else str(pause),
            **{
                "frequency-newsletter": often,
                "topics-newsletter": "shown",
                "topic-newsletter": sorted(topics),
            },
        )
        assert statuses == {303 if me.steers else 410}
        owed: list[Mail] = []
        for _ in range(times if me.steers else 0):
            choices = {"newsletter": (often, frozenset(topics))}
            owed += self.oracle.save(me.person, wanted, shown, choices, pause, self.at.now)
        self.expect(owed)

    def go_on(self, fresh: Fresh, times: int = 1) -> None:
        """*Yes*: it reveals, erases, asks the new address, or moves there."""
        now, person, wish = self.at.now, fresh.person, fresh.wish
        good = person.wish_is_open(wish, now)
        statuses = self.press(fresh.path, times, do="yes")
        match wish.purpose:
            case "reveal":
                assert statuses == {200} if good else statuses <= {303, 410}
            case "erase":
                assert statuses <= {303, 410}
                if good:
                    self.oracle.erase(person)
                    self.bury(person)
            case "move":
                assert statuses <= {303, 410}
                self.expect(self.oracle.agree(wish, person, now))
            case "arrive":
                moved = self.oracle.arrive(wish, person, now)
                assert statuses == {303 if moved else 409} if good else statuses <= {303, 410}

    @precondition(lambda self: self.mine(Me))
    @rule(
        data=st.data(),
        wanted=BOXES,
        shown=st.sampled_from(["true", "true", "all", "none"]),
        often=st.sampled_from(OFTEN),
        topics=st.sets(st.sampled_from(sorted(TOPICS["newsletter"])), min_size=1),
        pause=PAUSES,
        times=TIMES,
    )
    def save(
        self,
        data: st.DataObject,
        wanted: set[str],
        shown: str,
        often: str,
        topics: set[str],
        pause: int | None,
        times: int,
    ) -> None:
        """Laws 1, 2 and 6: choices change for whoever has the link, and a stale page leaves what
        it did not show."""
        me = self.draw(data, Me)
        boxes = {"true": me.person.on(), "all": set(STANDING), "none": set()}[shown]
        with self.step():
            self.choose(
                me, wanted, shown=boxes, often=often, topics=topics, pause=pause, times=times
            )

    @precondition(lambda self: self.mine(Me))
    @rule(data=st.data(), pause=PAUSES)
    def pause(self, data: st.DataObject, pause: int | None) -> None:
        """Law 1: nothing regular leaves until it ends by itself."""
        me = self.draw(data, Me)
        with self.step():
            self.choose(me, sorted(me.person.on()), pause=pause)

    @precondition(lambda self: self.mine(Me))
    @rule(data=st.data())
    def leave_everything(self, data: st.DataObject) -> None:
        """Law 4, by the other door."""
        me = self.draw(data, Me)
        with self.step():
            assert self.press(me.path, do="leave") == {303 if me.steers else 410}
            if me.steers:
                self.oracle.leave(me.person, sorted(me.person.on()), self.at.now)

    @precondition(lambda self: self.mine(Me))
    @rule(data=st.data(), chance=st.integers(0, 3))
    def never_again(self, data: st.DataObject, chance: int) -> None:
        """Law 4: and no mail at all any more, not even a confirmation."""
        me = self.draw(data, Me)
        if chance:
            return
        with self.step():
            assert self.press(me.path, do="never") == {303 if me.steers else 410}
            if me.steers and "all" not in self.oracle.bars(me.person.address):
                self.oracle.bounce(me.person, self.at.now)

    @precondition(lambda self: self.mine(Me))
    @rule(
        data=st.data(),
        what=st.sampled_from(["reveal", "erase", "move", "move"]),
        to=st.integers(0, 2),
        times=TIMES,
    )
    def wish(self, data: st.DataObject, what: str, to: int, times: int) -> None:
        """Law 6: what reveals, erases or moves is only asked for."""
        with self.step():
            self.ask(self.draw(data, Me), what, self.addresses[to], times)

    def ask(self, me: Me, what: str, to: str, times: int = 1) -> None:
        address = to if what == "move" else ""
        more = {"email": address} if address else {}
        statuses = self.press(me.path, times, do=what, **more)
        assert statuses == {303 if me.steers else 410}
        owed: list[Mail] = []
        for _ in range(times if me.steers else 0):
            owed += self.oracle.wish(me.person, what, self.at.now, address)
        self.expect(owed)

    @precondition(lambda self: self.mine(Fresh))
    @rule(data=st.data(), no=st.integers(0, 3), times=TIMES)
    def press_what_a_fresh_mail_brought(self, data: st.DataObject, no: int, times: int) -> None:
        """In time or late, once, again, or *It wasn't me*."""
        fresh = self.draw(data, Fresh)
        with self.step():
            if no == 0:
                assert self.press(fresh.path, do="no") <= {303, 410}
                if self.at.now < fresh.wish.at + FRESH_FOR:
                    self.oracle.stop(fresh.wish, fresh.person, self.at.now)
            else:
                self.go_on(fresh, times)

    @precondition(lambda self: self.mine(Me))
    @rule(data=st.data(), to=st.integers(0, 2), taken=st.booleans())
    def a_person_moves(self, data: st.DataObject, to: int, taken: bool) -> None:
        """The whole way, in one go."""
        me = self.draw(data, Me)
        free = [each for each in self.addresses if each not in self.oracle.people]
        target = self.addresses[to] if taken or not free else free[0]
        with self.step():
            self.ask(me, "move", target)
        for kind in ("move", "arrive"):
            self.read_all()
            with self.step():
                for fresh in self.newest(me.person, kind):
                    self.go_on(fresh)

    @precondition(lambda self: self.mine(Me))
    @rule(data=st.data(), chance=st.integers(0, 3))
    def a_person_is_erased(self, data: st.DataObject, chance: int) -> None:
        """The whole way, not too often."""
        me = self.draw(data, Me)
        if chance:
            return
        with self.step():
            self.ask(me, "erase", "")
        self.read_all()
        with self.step():
            for fresh in self.newest(me.person, "erase"):
                self.go_on(fresh)

    def newest(self, person: Person, kind: str) -> list[Fresh]:
        return [each for each in self.mine(Fresh, person) if each.wish.purpose == kind][-1:]

    @precondition(lambda self: self.mine(More))
    @rule(data=st.data(), times=TIMES)
    def take_a_guide(self, data: st.DataObject, times: int) -> None:
        """Law 6: a guide with one press; only for who is known, only to their own mailbox."""
        more = self.draw(data, More)
        with self.step():
            known = more.person.is_known() and not self.oracle.bars(more.person.address)
            digest = CATALOGUE.wording("guide", "en").digest
            statuses = self.press(more.path, times, purpose=digest)
            assert statuses == {303 if more.steers and known else 410}
            owed: list[Mail] = []
            for _ in range(times if more.steers else 0):
                owed += self.oracle.take(more.person, "guide", self.at.now)
            self.expect(owed)

    @precondition(lambda self: bool(self.dead))
    @rule(data=st.data())
    def press_a_dead_link(self, data: st.DataObject) -> None:
        """The links of somebody who was erased do nothing to who comes after."""
        chosen = data.draw(st.sampled_from(self.dead))
        with self.step():
            before = self.sizes()
            digest = CATALOGUE.wording("guide", "en").digest
            words = {Confirm: "confirm", Fresh: "yes"}
            form = {"do": words.get(type(chosen), "leave"), "purpose": digest}
            assert self.at.send("POST", chosen.path, form) in (303, 410)
            assert self.sizes() == before
