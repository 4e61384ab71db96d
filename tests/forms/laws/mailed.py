"""What somebody holds who reads the mails of a person: links, each with what the oracle knows."""

from dataclasses import dataclass

from .model import Person, Word


@dataclass(frozen=True)
class Link:
    """An address of the handler, as it stands in a mail."""

    path: str
    person: Person


@dataclass(frozen=True)
class Confirm(Link):
    """The link of a confirmation mail."""

    about: tuple[Word, ...]


@dataclass(frozen=True)
class Leave(Link):
    """The link of RFC 8058's header, good for ever."""

    purposes: tuple[str, ...]


@dataclass(frozen=True)
class Steering(Link):
    """A link that steers until the person has another address, or none."""

    moves: int

    @property
    def steers(self) -> bool:
        """Whether it still does."""
        return not self.person.gone and self.moves == self.person.moves


@dataclass(frozen=True)
class Me(Steering):
    """The preference centre."""


@dataclass(frozen=True)
class More(Steering):
    """The guides of the site."""


@dataclass(frozen=True)
class Fresh(Link):
    """The link of a mail that reveals, erases or moves."""

    wish: Word
