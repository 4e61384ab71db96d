"""The oracle of what people do themselves, by the links of their mails: choices, moves, guides."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .model import Mail, Person, Word
from .oracle import DAILY, DAY, HOUR, HOURLY, WINDOW, Oracle

EVERYBODY = ("form", "unanswered", "released", "me", "offer")
Choices = Mapping[str, tuple[str, frozenset[str]]]


@dataclass
class Steered(Oracle):
    """Every one of these acts only for whoever has the link of a mail to the address of now."""

    def save(
        self,
        person: Person,
        wanted: Collection[str],
        shown: Collection[str],
        choices: Choices,
        pause: int | None,
        now: datetime,
    ) -> list[Mail]:
        """The boxes, how often, which topics, and a pause of some months (0: it ends now)."""
        known, here = person.is_known(), person.on()
        left = sorted(here & set(shown) - set(wanted))
        self.leave(person, left, now)
        new = [] if "all" in self.bars(person.address) else sorted(set(wanted) - here)
        stay = here - set(left)
        if known:
            granted = [self.say(person, now, "granted", each, by="me") for each in new]
            owed = self.owe(person, ("receipt", granted))
        else:
            granted, owed = [], self._ask_for(person, new, now)
        for purpose in stay | {word.purpose for word in granted}:
            if purpose in choices and purpose in wanted:
                person.choices[purpose] = choices[purpose]
        for purpose in sorted(stay) if pause is not None else ():
            self._pause(person, purpose, pause or 0, now)
        return owed

    def wish(self, person: Person, what: str, now: datetime, address: str = "") -> list[Mail]:
        """What reveals, erases or moves is asked for, and confirmed by a fresh mail."""
        hour = person.often(HOUR, now, lambda word: word.what == "wished")
        day = person.often(DAY, now, lambda word: word.what == "wished")
        same = [
            word
            for word in person.often(WINDOW, now, lambda word: word.what == "wished")
            if (word.purpose, word.address) == (what, address) and person.wish_is_open(word)
        ]
        too_often = len(hour) >= 2 * HOURLY or len(day) >= DAILY
        if "all" in self.bars(person.address) or same or too_often:
            return []
        return self.owe(person, (what, [self.say(person, now, "wished", what, address=address)]))

    def agree(self, wish: Word, person: Person, now: datetime) -> list[Mail]:
        """The old address says yes to a move: the new one is asked."""
        if not person.wish_is_open(wish, now):
            return []
        asked = self.say(person, now, "wished", "arrive", address=wish.address)
        return self.owe(person, ("arrive", [asked]))

    def arrive(self, wish: Word, person: Person, now: datetime) -> bool:
        """The new address says that it is theirs; whether it is, for somebody else may have it."""
        there = self.people.get(wish.address)
        if not person.wish_is_open(wish, now) or there not in (None, person):
            return False
        bars = self.bars(person.address)
        if person.is_known():
            # Erased there once: by this they have come back.
            self.bars(wish.address).discard("marketing")
        self.bars(wish.address).update(bars)
        del self.people[person.address]
        self.people[wish.address] = person
        self.say(person, now, "moved", wish.address)
        person.address, person.moved, person.moves = wish.address, self.said, person.moves + 1
        return True

    def stop(self, wish: Word, person: Person, now: datetime) -> None:
        """*It wasn't me*."""
        if person.wish_is_open(wish, now):
            self.say(person, now, "stopped", wish.purpose)

    def take(self, person: Person, guide: str, now: datetime) -> list[Mail]:
        """One press for a guide, where the person is known; what they have is sent again."""
        if self.bars(person.address) or not person.is_known():
            return []
        mine = [word for word in person.words if _is_for_a_guide(word)]
        if self._pressed_too_often(mine, guide, now):
            return []
        if person.has(guide):
            # The purpose of such a wish is what it was for; `by` says which guide.
            wished = self.say(person, now, "wished", "link", by=guide)
            return self.owe(person, ("link", [wished]))
        self.say(person, now, "asked", guide, by="offer")
        granted = self.say(person, now, "granted", guide, by="offer")
        return self.owe(person, ("receipt", [granted]))

    def _pressed_too_often(self, mine: list[Word], guide: str, now: datetime) -> bool:
        def since(span: timedelta) -> list[Word]:
            return [word for word in mine if word.at > now - span]

        same = [word for word in since(WINDOW) if guide in (word.purpose, word.by)]
        return bool(same) or len(since(HOUR)) >= 3 * HOURLY or len(since(DAY)) >= 2 * DAILY

    def _ask_for(self, person: Person, purposes: list[str], now: datetime) -> list[Mail]:
        """Who has confirmed nothing yet gets the usual confirmation."""
        if self.too_often(person, ("asked", "held"), EVERYBODY, now):
            return []
        lately = person.often(WINDOW, now, lambda word: word.what in ("asked", "held"))
        waiting = {word.purpose for word in lately if person.is_open(word)}
        fresh = [each for each in purposes if each not in waiting]
        asked = [self.say(person, now, "asked", each, by="me") for each in fresh]
        return self.owe(person, ("confirm", asked))

    def _pause(self, person: Person, purpose: str, months: int, now: datetime) -> None:
        if not months and not person.is_paused(purpose, now):
            return
        self.say(person, now, "paused", purpose, until=months_on(now, months))


def months_on(moment: datetime, months: int) -> datetime:
    """The same day of the month, or the last one of a month that is too short."""
    after = moment.date().replace(day=1)
    for _ in range(months):
        after = _first_of_the_next(after)
    days = (_first_of_the_next(after) - after).days
    return moment.replace(year=after.year, month=after.month, day=min(moment.day, days))


def _first_of_the_next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _is_for_a_guide(word: Word) -> bool:
    asked = word.what == "asked" and word.by == "offer"
    return asked or (word.what == "wished" and word.purpose == "link")
