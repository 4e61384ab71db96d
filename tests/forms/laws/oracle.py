"""What should happen, said a second time: plain Python out of the specification.

It shares no line with the code that decides. It keeps what was said, in order, and answers what
each person has agreed to, which mails are owed, and whether one of them may leave at this moment.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

STANDING = frozenset({"newsletter", "news"})
ONCE = frozenset({"guide"})
WINDOW = timedelta(minutes=10)
HOURLY, DAILY = 3, 8
AGAIN = timedelta(hours=24)
GOOD_FOR = timedelta(days=14)


@dataclass(frozen=True, eq=False)
class Word:
    """Something that was said: `asked`, `held` (by a robot), `granted`, `ended` or `paused`.

    The purpose "" is every purpose. Of a pause, `until` is when it ends by itself.
    """

    number: int
    at: datetime
    what: str
    purpose: str
    until: datetime | None = None


@dataclass(eq=False)
class Mail:
    """A mail that is owed, because of some of the words."""

    kind: str
    to: str
    about: tuple[Word, ...]
    doubted: bool = False
    """There was a moment since at which it was not permitted: it need not arrive any more."""
    failed: bool = False
    forgotten: bool = False
    """The person it was for was erased."""
    arrived: int = 0
    repeats: int = 0
    """How often its arrival was not recorded, so that it may arrive once more."""


@dataclass
class Person:
    """Everything that was ever said of one address."""

    words: list[Word] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    """`all`, or `marketing`."""

    def answer(self, purpose: str) -> Word | None:
        """The last word that granted or ended `purpose`."""
        return self._last(purpose, ("granted", "ended"))

    def is_open(self, asked: Word) -> bool:
        """Whether nobody has answered yet."""
        answer = self.answer(asked.purpose)
        return answer is None or answer.number < asked.number

    def stands(self, granted: Word, now: datetime) -> bool:
        """Whether what was granted still is, and nobody paused it."""
        answer = self.answer(granted.purpose)
        ended = self._last(granted.purpose, ("ended",))
        if ended is not None and ended.number > granted.number:
            return False
        pause = self._last(granted.purpose, ("granted", "ended", "paused"))
        return answer is not None and not _holds(pause, now)

    def lives(self, purpose: str, now: datetime) -> bool:
        """Whether regular mails of `purpose` may be sent."""
        answer = self.answer(purpose)
        if purpose not in STANDING or answer is None or answer.what != "granted":
            return False
        return self.stands(answer, now)

    def _last(self, purpose: str, kinds: tuple[str, ...]) -> Word | None:
        said = [w for w in self.words if w.purpose in ("", purpose) and w.what in kinds]
        return said[-1] if said else None


def _holds(pause: Word | None, now: datetime) -> bool:
    return pause is not None and pause.what == "paused" and (not pause.until or pause.until > now)


@dataclass
class Oracle:
    """The people, and what is owed to them. Each action answers the mails that it asks for."""

    people: dict[str, Person] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    said: int = 0

    def person(self, address: str) -> Person:
        return self.people.setdefault(address, Person())

    def subscribe(
        self, address: str, purposes: tuple[str, ...], now: datetime, *, trapped: bool
    ) -> list[Mail]:
        """A form was sent. What is here already is reminded of; the rest is to be confirmed."""
        person = self.person(address)
        if trapped:
            self._hold(person, purposes, now)
            return []
        here = [each for each in purposes if person.lives(each, now)]
        fresh = [each for each in purposes if each not in here]
        asked = [] if self._too_often(person, "asked", now) else self._new(person, fresh, now)
        due = here if all(self._is_due(person, each, now) for each in here) else []
        first = [self._say(person, now, "asked", each) for each in asked]
        rest = [self._say(person, now, "asked", each) for each in due]
        if "all" in person.blocked:
            return []
        return self._owe(address, ("confirm", first), ("already", rest))

    def confirm(self, address: str, about: tuple[Word, ...], now: datetime) -> list[Mail]:
        """*Yes, confirm* of a mail about these words."""
        person = self.person(address)
        unanswered = [word for word in about if person.is_open(word)]
        if now >= about[0].at + GOOD_FOR or "all" in person.blocked:
            return []
        granted = [self._say(person, now, "granted", word.purpose) for word in unanswered]
        if granted:
            person.blocked.discard("marketing")
        return self._owe(address, ("receipt", granted))

    def decline(self, address: str, about: tuple[Word, ...], now: datetime) -> None:
        """*It wasn't me*: while the link is good, it ends what was asked, confirmed or not."""
        if now < about[0].at + GOOD_FOR:
            self.leave(address, tuple(word.purpose for word in about), now)

    def leave(self, address: str, purposes: tuple[str, ...], now: datetime) -> None:
        """A button, or one click; good for ever."""
        for purpose in purposes:
            self._say(self.person(address), now, "ended", purpose)

    def bounce(self, address: str, now: datetime) -> None:
        """A server, or a complaint, said: never again."""
        self._say(self.person(address), now, "ended", "")
        self.person(address).blocked.add("all")

    def erase(self, address: str) -> None:
        """Who comes back is somebody new, but that no import brings them back."""
        before = self.people.get(address)
        if before is None:
            return
        self.people[address] = Person(blocked=before.blocked | {"marketing"})
        for mail in self.mails:
            mail.forgotten = mail.forgotten or mail.to == address

    def bring_in(self, address: str, purpose: str, now: datetime) -> bool:
        """An import: never over a suppression, nor over anything that the person once said."""
        person = self.person(address)
        if person.blocked or person.answer(purpose) is not None:
            return False
        self._say(person, now, "granted", purpose)
        return True

    def permits(self, mail: Mail, now: datetime) -> bool:
        """Law 1: whether `mail` may leave at this moment."""
        person = self.person(mail.to)
        if mail.forgotten:
            return False
        if mail.kind == "confirm":
            return "all" not in person.blocked and any(map(person.is_open, mail.about))
        return not person.blocked and bool(self.may_name(mail, now))

    def may_name(self, mail: Mail, now: datetime) -> set[str]:
        """The purposes of which `mail` may speak at this moment."""
        person = self.person(mail.to)
        if mail.kind == "confirm":
            return {word.purpose for word in mail.about}
        if mail.kind == "receipt":
            return {word.purpose for word in mail.about if person.stands(word, now)}
        return {word.purpose for word in mail.about if person.lives(word.purpose, now)}

    def look(self, now: datetime) -> None:
        """Note of each mail that is owed whether it may leave now; called after each step."""
        for mail in self.mails:
            mail.doubted = mail.doubted or not self.permits(mail, now)

    def _new(self, person: Person, purposes: list[str], now: datetime) -> list[str]:
        waiting = {
            word.purpose
            for word in person.words
            if word.what == "asked" and word.at > now - WINDOW and person.is_open(word)
        }
        return [each for each in purposes if each not in waiting]

    def _hold(self, person: Person, purposes: tuple[str, ...], now: datetime) -> None:
        recent = {
            word.purpose
            for word in person.words
            if word.what in ("asked", "held") and word.at > now - WINDOW
        }
        if not self._too_often(person, "held", now):
            for purpose in purposes:
                if purpose not in recent:
                    self._say(person, now, "held", purpose)

    def _is_due(self, person: Person, purpose: str, now: datetime) -> bool:
        granted = person.answer(purpose)
        return not any(
            word.what == "asked" and word.purpose == purpose and word.at > now - AGAIN
            for word in person.words
            if granted is not None and word.number > granted.number
        )

    def _too_often(self, person: Person, what: str, now: datetime) -> bool:
        times = {word.at for word in person.words if word.what == what}
        in_hour = [at for at in times if at > now - timedelta(hours=1)]
        in_day = [at for at in times if at > now - timedelta(days=1)]
        return len(in_hour) >= HOURLY or len(in_day) >= DAILY

    def _say(self, person: Person, now: datetime, what: str, purpose: str) -> Word:
        self.said += 1
        word = Word(self.said, now, what, purpose)
        person.words.append(word)
        return word

    def _owe(self, to: str, *kinds: tuple[str, list[Word]]) -> list[Mail]:
        mails = [Mail(kind, to, tuple(about)) for kind, about in kinds if about]
        self.mails += mails
        return mails
