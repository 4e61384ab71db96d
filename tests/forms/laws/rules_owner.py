"""Rules of what the owner does: import, erase, suppress, lift, purge."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from forms.declared.address import parse_address
from forms.errors import NotPossibleError
from forms.permission.importing import Grant
from forms.permission.ledger import Method, State
from forms.permission.record import Limits
from forms.permission.retention import Retention
from forms.permission.suppression import complain, lift, never_again
from forms.store.people.erase import erase
from forms.store.people.importing import import_grants
from forms.store.people.purge import purge
from forms.store.people.quarantine import discard, held_requests, release

from .handler import CATALOGUE
from .mailroom import Mailroom
from .model import GOOD_FOR, ONCE, STANDING, Person

WHO = st.integers(0, 1)


class Owning(Mailroom):
    """The owner, at the command line."""

    @rule(who=WHO, chance=st.integers(0, 3))
    def erase(self, who: int, chance: int) -> None:
        """The owner erases somebody; their links lead nowhere, whoever has the address now."""
        person = self.oracle.people.get(self.addresses[who])
        if chance or person is None:
            return
        with self.step():
            assert erase(self.at.store, self.id_of(person), now=self.at.now, method=Method.OPERATOR)
            self.oracle.erase(person)
            self.bury(person)

    @rule(who=WHO, purpose=st.sampled_from(sorted(STANDING)))
    def bring_in(self, who: int, purpose: str) -> None:
        """An import, from another tool."""
        with self.step():
            grant = Grant(
                line=1,
                address=parse_address(self.addresses[who]),
                wording=CATALOGUE.wording(purpose, "en"),
                source="another tool",
                date=self.at.now,
                evidence="a form on paper",
            )
            done = import_grants(self.at.store, [grant], now=self.at.now)
            expected = self.oracle.bring_in(self.addresses[who], purpose, self.at.now)
            assert done.permitted == expected, done.left_out

    @rule(who=WHO, chance=st.integers(0, 3), complains=st.booleans())
    def complain(self, who: int, chance: int, complains: bool) -> None:
        """Somebody complained, or said "never again", elsewhere; or their server said so."""
        if chance:
            return
        decide, now = complain if complains else never_again, self.at.now
        with self.step():
            address = parse_address(self.addresses[who])
            self.at.store.commit_for_address(
                address, lambda r: decide(r, reason="a letter"), now=now
            )
            person = self.oracle.person(self.addresses[who])
            person.touched = now
            self.oracle.bounce(person, now)

    @precondition(lambda self: any("all" in self.oracle.bars(each) for each in self.addresses))
    @rule(data=st.data())
    def lift(self, data: st.DataObject) -> None:
        """The owner takes it back: nobody gets a mail by that, but they may ask again."""
        barred = [each for each in self.addresses if "all" in self.oracle.bars(each)]
        chosen = data.draw(st.sampled_from(barred))
        with self.step():
            address, now = parse_address(chosen), self.at.now
            self.at.store.commit_for_address(
                address, lambda r: lift(r, reason="she asked"), now=now
            )
            self.oracle.person(chosen).touched = now
            self.oracle.lift(chosen)
            self.expect([])

    @precondition(lambda self: bool(self.oracle.kept_back()))
    @rule(data=st.data(), discards=st.integers(0, 2))
    def decide_on_what_was_kept_back(self, data: st.DataObject, discards: int) -> None:
        """Law 1: a form that looked like a robot's goes on, or is put away."""
        words, now = self.oracle.kept_back(), self.at.now
        place = data.draw(st.integers(0, len(words) - 1))
        word = words[place]
        (person,) = (each for each in self.oracle.people.values() if word in each.words)
        with self.step():
            with self.at.store.database.reading() as connection:
                lines = list(held_requests(connection))
            assert [(line["form"], line["purpose"]) for line in lines] == [
                (each.form, each.purpose) for each in words
            ]
            number = int(str(lines[place]["id"]))
            if discards == 0:
                assert discard(self.at.store, number, now=now)
                self.oracle.discard(person, word, now)
                return
            try:
                done = release(self.at.store, number, now=now, limits=Limits())
            except NotPossibleError:
                done = 0
            owed = self.oracle.release(person, word, now)
            assert bool(done) == bool(owed)
            self.expect(owed)

    @rule(later=st.booleans())
    def purge(self, later: bool) -> None:
        """What nobody confirmed goes by itself, and who never confirmed anything."""
        if later:
            with self.step():
                self.at.now += timedelta(days=15)
        with self.step():
            purge(self.at.store, now=self.at.now, keep=Retention())
            for person in [*self.oracle.people.values()]:
                if self.is_gone(person):
                    self.oracle.let_go(person)
                    self.bury(person)
                else:
                    self.sees_expired(person)
            now = self.at.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            assert self.at.rows("SELECT id FROM pending WHERE expires <= :now", now=now) == []

    def is_gone(self, person: Person) -> bool:
        """Only who never had anything and is quiet is let go; and surely after two weeks of it."""
        now, words = self.at.now, person.words
        gone = not self.at.rows("SELECT id FROM contact WHERE key = :to", to=person.address)
        confirmed = any(word.what == "granted" for word in words)
        times = [word.at for word in words if word.what in ("asked", "held")]
        touched = [person.touched] if person.touched else []
        asks, all_of = max([*times, *touched]), max([*touched, *(word.at for word in words)])
        if gone:
            assert not confirmed
            assert asks <= now - GOOD_FOR
        else:
            assert confirmed or all_of > now - GOOD_FOR, "somebody was not let go"
        return gone

    def sees_expired(self, person: Person) -> None:
        """What was asked for two weeks ago and never answered is an `expired` event by now."""
        record = self.at.store.current_record(self.id_of(person))
        for purpose in STANDING | ONCE:
            asked = person.last(purpose, ("asked", "held"))
            if asked is None or asked.by == "unanswered" or asked.at > self.at.now - GOOD_FOR:
                continue
            answer = person.answer(purpose)
            if answer is None or (answer.what == "ended" and answer.number < asked.number):
                assert record.permission(purpose).state is State.EXPIRED

    def id_of(self, person: Person) -> str:
        ((found,),) = self.at.rows("SELECT id FROM contact WHERE key = :to", to=person.address)
        return str(found)
