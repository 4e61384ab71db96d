"""What should happen, said a second time: plain Python out of the specification.

It shares no line with the code that decides. It keeps what was said, in order, and answers what
each person has agreed to, which mails are owed, and whether one of them may leave at this moment.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .model import GOOD_FOR, WISHES, Mail, Person, Word

WINDOW = timedelta(minutes=10)
HOURLY, DAILY = 3, 8
AGAIN = timedelta(hours=24)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Oracle:
    """The people, and what is owed to them. Each action answers the mails that it asks for."""

    people: dict[str, Person] = field(default_factory=dict)
    """By the address that they have now; who was erased is here no more."""
    blocked: dict[str, set[str]] = field(default_factory=dict)
    """Of an address: `all`, or `marketing`. It survives the person."""
    mails: list[Mail] = field(default_factory=list)
    ceiling: int = 0
    """How many confirmations may leave in an hour; 0: all of them."""
    decided: set[Word] = field(default_factory=set)
    """What was kept back, until the owner released or discarded it."""
    left: list[datetime] = field(default_factory=list)
    """When confirmations did, that are known to have arrived."""
    said: int = 0

    def person(self, address: str) -> Person:
        """Whoever has `address`: from now on there is somebody."""
        return self.people.setdefault(address, Person(address))

    def bars(self, address: str) -> set[str]:
        """What is suppressed of an address."""
        return self.blocked.setdefault(address, set())

    def subscribe(
        self, address: str, purposes: tuple[str, ...], now: datetime, *, trapped: bool, form: str
    ) -> list[Mail]:
        """A form was sent. What is here already is reminded of; the rest is to be confirmed."""
        person = self.person(address)
        person.touched = now
        if trapped:
            self._hold(person, purposes, now, form)
            return []
        return self._asked(person, purposes, "form", now)

    def kept_back(self) -> list[Word]:
        """What robots asked for and the owner has not decided on, in order; what was asked for
        before a move, with another address, is nobody's any more."""
        held = [
            word
            for each in self.people.values()
            for word in each.words
            if word.what == "held" and word.number > each.moved
        ]
        return sorted((w for w in held if w not in self.decided), key=lambda word: word.number)

    def release(self, person: Person, word: Word, now: datetime) -> list[Mail]:
        """The owner lets a form that was kept back go on; no mail: it may not, now."""
        if "all" in self.bars(person.address):
            return []
        held = self._of_the_same_form(person, word)
        owed = self._asked(person, tuple(each.purpose for each in held), "released", now)
        self.decided.update(held if owed else ())
        return owed

    def discard(self, person: Person, word: Word, now: datetime) -> None:
        """The owner puts it away."""
        self.decided.update(self._of_the_same_form(person, word))
        self.say(person, now, "discarded", "nothing")

    def confirm(self, person: Person, about: tuple[Word, ...], now: datetime) -> list[Mail]:
        """*Yes, confirm* of a mail about these words."""
        bars = self.bars(person.address)
        if person.gone or now >= about[0].at + GOOD_FOR or "all" in bars:
            return []
        unanswered = [word for word in about if person.is_open(word)]
        granted = [self.say(person, now, "granted", word.purpose) for word in unanswered]
        if granted:
            bars.discard("marketing")
        return self.owe(person, ("receipt", granted))

    def decline(self, person: Person, about: tuple[Word, ...], now: datetime) -> None:
        """*It wasn't me*: while the link is good, it ends what was asked, confirmed or not."""
        if now < about[0].at + GOOD_FOR:
            self.leave(person, [word.purpose for word in about], now)

    def leave(self, person: Person, purposes: Collection[str], now: datetime) -> None:
        """A button, or one click; good for ever."""
        for purpose in purposes:
            self.say(person, now, "ended", purpose)
            person.choices.pop(purpose, None)

    def bounce(self, person: Person, now: datetime) -> None:
        """A server, a provider or the person said: never again."""
        self.say(person, now, "ended", "")
        person.choices.clear()
        self.bars(person.address).add("all")

    def lift(self, address: str) -> None:
        """The owner lets somebody ask again; nothing that ended comes back."""
        self.bars(address).discard("all")

    def erase(self, person: Person) -> None:
        """Who comes back is somebody new, but that no import brings them back."""
        if not person.gone:
            self.bars(person.address).add("marketing")
            self.forget(person)

    def let_go(self, person: Person) -> None:
        """A purge: who said no is not brought in later; who said nothing is forgotten."""
        if any(word.what == "ended" for word in person.words):
            self.bars(person.address).add("marketing")
        self.forget(person)

    def forget(self, person: Person) -> None:
        """Nobody has the address now."""
        person.gone = True
        del self.people[person.address]

    def bring_in(self, address: str, purpose: str, now: datetime) -> bool:
        """An import: never over a suppression, nor over anything that the person once said."""
        there = self.people.get(address)
        if self.bars(address) or (there is not None and there.answer(purpose) is not None):
            return False
        person = self.person(address)
        person.touched = person.touched or now
        self.say(person, now, "granted", purpose)
        return True

    def permits(self, mail: Mail, now: datetime) -> bool:
        """Law 1: whether `mail` may leave at this moment."""
        person, bars = mail.person, self.bars(mail.person.address)
        if person.gone:
            return False
        if mail.kind == "confirm":
            in_time = now < mail.about[0].at + GOOD_FOR
            return in_time and "all" not in bars and any(map(person.is_open, mail.about))
        if mail.kind in WISHES:
            bars = bars | self.bars(mail.to)
            return "all" not in bars and person.wish_is_open(mail.about[0], now)
        if mail.kind == "link":
            return not bars and person.has(mail.about[0].by)
        return not bars and bool(self.may_name(mail, now))

    def has_room(self, now: datetime) -> bool:
        """Whether one more confirmation may leave, over all people."""
        lately = [each for each in self.left if each > now - HOUR]
        return not self.ceiling or len(lately) < self.ceiling

    def may_name(self, mail: Mail, now: datetime) -> set[str]:
        """The purposes of which `mail` may speak at this moment."""
        person = mail.person
        if mail.kind == "confirm":
            return {word.purpose for word in mail.about}
        if mail.kind == "receipt":
            return {word.purpose for word in mail.about if person.stands(word, now)}
        if mail.kind == "already":
            return {word.purpose for word in mail.about if person.lives(word.purpose, now)}
        return set()

    def look(self, now: datetime) -> None:
        """Note of each mail that is owed whether it may leave now; called after each step."""
        for mail in self.mails:
            mail.doubted = mail.doubted or not self.permits(mail, now)

    def too_often(
        self, person: Person, what: tuple[str, ...], by: tuple[str, ...], now: datetime
    ) -> bool:
        """Whether one mail more would be too many; one submission is one, however many purposes."""

        def times(span: timedelta) -> set[datetime]:
            counted = person.often(span, now, lambda w: w.what in what and w.by in by)
            return {word.at for word in counted}

        return len(times(HOUR)) >= HOURLY or len(times(DAY)) >= DAILY

    def say(
        self,
        person: Person,
        now: datetime,
        what: str,
        purpose: str,
        *,
        until: datetime | None = None,
        by: str = "form",
        address: str = "",
        form: str = "",
    ) -> Word:
        """It is said, after all that was said before."""
        self.said += 1
        word = Word(self.said, now, what, purpose, until=until, by=by, address=address, form=form)
        person.words.append(word)
        return word

    def owe(self, person: Person, *kinds: tuple[str, list[Word]]) -> list[Mail]:
        """A mail of each kind that is about something."""
        mails = [Mail(kind, person, tuple(about)) for kind, about in kinds if about]
        self.mails += mails
        return mails

    def _asked(
        self, person: Person, purposes: tuple[str, ...], how: str, now: datetime
    ) -> list[Mail]:
        here = [each for each in purposes if person.lives(each, now)]
        fresh = [each for each in purposes if each not in here]
        # What was answered with no mail does not count once it may be answered with one.
        silent = "all" in self.bars(person.address)
        by = ("unanswered" if silent else "form", "released")
        often = self.too_often(person, ("asked",), (*by, "me"), now)
        asked = [] if often else self._new(person, fresh, by, now)
        due = here if all(self._is_due(person, each, by, now) for each in here) else []
        said = by[0] if how == "form" else how
        first = [self.say(person, now, "asked", each, by=said) for each in asked]
        rest = [self.say(person, now, "asked", each, by=said) for each in due]
        return [] if silent else self.owe(person, ("confirm", first), ("already", rest))

    def _new(
        self, person: Person, purposes: list[str], by: tuple[str, ...], now: datetime
    ) -> list[str]:
        lately = person.often(WINDOW, now, lambda w: w.what == "asked" and w.by in (*by, "me"))
        waiting = {word.purpose for word in lately if person.is_open(word)}
        return [each for each in purposes if each not in waiting]

    def _hold(self, person: Person, purposes: tuple[str, ...], now: datetime, form: str) -> None:
        lately = person.often(WINDOW, now, lambda word: word.what in ("asked", "held"))
        recent = {word.purpose for word in lately}
        if not self.too_often(person, ("held",), ("form",), now):
            for purpose in purposes:
                if purpose not in recent:
                    self.say(person, now, "held", purpose, form=form)

    def _of_the_same_form(self, person: Person, word: Word) -> list[Word]:
        held = [each for each in person.words if each.what == "held" and each.number > person.moved]
        return [each for each in held if (each.at, each.form) == (word.at, word.form)]

    def _is_due(self, person: Person, purpose: str, by: tuple[str, ...], now: datetime) -> bool:
        granted = person.answer(purpose)
        lately = person.often(
            AGAIN, now, lambda w: w.what == "asked" and w.by in by and w.purpose == purpose
        )
        return not any(granted is not None and word.number > granted.number for word in lately)
