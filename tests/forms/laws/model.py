"""What was said, by and of whom, and the mails that are owed for it: the values of the oracle."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

STANDING = frozenset({"newsletter", "news"})
ONCE = frozenset({"guide"})
GOOD_FOR = timedelta(days=14)
FRESH_FOR = timedelta(hours=24)
MOVES = frozenset({"move", "arrive"})
WISHES = frozenset({"reveal", "erase"}) | MOVES
"""What a fresh mail confirms."""


@dataclass(frozen=True, eq=False)
class Word:
    """Something that was said: `asked`, `held` (by a robot), `granted`, `ended`, `paused`, `wished`
    (for what a fresh mail confirms, or for a `link`; the purpose is that wish), or `stopped`.

    The purpose "" is every purpose. Of a pause, `until` is when it ends by itself; of a move,
    `address` is the new one; of what a robot asked for, `form` is where.
    """

    number: int
    at: datetime
    what: str
    purpose: str
    until: datetime | None = None
    by: str = "form"
    address: str = ""
    form: str = ""


@dataclass(eq=False)
class Person:
    """Everything that was ever said of one person, whatever address they had."""

    address: str
    words: list[Word] = field(default_factory=list)
    choices: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    """Of a purpose: how often, and the topics."""
    touched: datetime | None = None
    """When somebody last typed the address into a form."""
    moved: int = 0
    """The last word before their last move: what was asked before it is over."""
    moves: int = 0
    gone: bool = False

    def answer(self, purpose: str) -> Word | None:
        """The last word that granted or ended `purpose`."""
        return self.last(purpose, ("granted", "ended"))

    def is_open(self, asked: Word) -> bool:
        """Whether nobody has answered yet."""
        answer = self.answer(asked.purpose)
        unanswered = answer is None or answer.number < asked.number
        return unanswered and asked.number > self.moved

    def has(self, purpose: str) -> bool:
        """Whether `purpose` was granted, and nobody ended it; it may be paused."""
        answer = self.answer(purpose)
        return answer is not None and answer.what == "granted"

    def stands(self, granted: Word, now: datetime) -> bool:
        """Whether what was granted still is, and nobody paused it."""
        ended = self.last(granted.purpose, ("ended",))
        if ended is not None and ended.number > granted.number:
            return False
        return not self.is_paused(granted.purpose, now)

    def is_paused(self, purpose: str, now: datetime) -> bool:
        """Whether a pause holds that nothing but its date will end."""
        pause = self.last(purpose, ("granted", "ended", "paused"))
        if pause is None or pause.what != "paused":
            return False
        return pause.until is None or pause.until > now

    def lives(self, purpose: str, now: datetime) -> bool:
        """Whether regular mails of `purpose` may be sent."""
        answer = self.answer(purpose)
        if purpose not in STANDING or answer is None or answer.what != "granted":
            return False
        return self.stands(answer, now)

    def on(self) -> set[str]:
        """The regular purposes that they have, paused or not."""
        return {each for each in STANDING if self.has(each)}

    def is_known(self) -> bool:
        """Whether they have anything."""
        return any(self.has(each) for each in STANDING | ONCE)

    def wish_is_open(self, wish: Word, now: datetime | None = None) -> bool:
        """Whether what they wished for still waits for its fresh mail (in time, with `now`)."""
        if self.gone or wish.number <= self.moved:
            return False
        if now is not None and now >= wish.at + FRESH_FOR:
            return False
        later = [word for word in self.words if word.number > wish.number]
        return not any(_closes(word, wish) for word in later)

    def last(self, purpose: str, kinds: tuple[str, ...]) -> Word | None:
        """The last word of these kinds that concerns `purpose`."""
        said = [w for w in self.words if w.purpose in ("", purpose) and w.what in kinds]
        return said[-1] if said else None

    def often(self, span: timedelta, now: datetime, counts: Callable[[Word], bool]) -> list[Word]:
        """The words that count, less than `span` ago."""
        return [word for word in self.words if word.at > now - span and counts(word)]


def _closes(word: Word, wish: Word) -> bool:
    if word.what == "stopped":
        return word.purpose == wish.purpose or wish.purpose in MOVES
    return word.what == "wished" and word.purpose in MOVES and wish.purpose in MOVES


@dataclass(eq=False)
class Mail:
    """A mail that is owed to somebody, because of some of the words."""

    kind: str
    person: Person
    about: tuple[Word, ...]
    doubted: bool = False
    """There was a moment since at which it was not permitted: it need not arrive any more."""
    failed: bool = False
    arrived: int = 0
    repeats: int = 0
    """How often its arrival was not recorded, so that it may arrive once more."""

    @property
    def to(self) -> str:
        """Where it goes: to the address that the person has now; of a move, to the new one."""
        return self.about[0].address if self.kind == "arrive" else self.person.address
