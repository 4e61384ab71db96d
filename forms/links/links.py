"""The addresses that mails and pages carry: made of tokens, never of anything personal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from ..settings.environment import Settings
from .tokens import Action, Tokens

DOWNLOADABLE = timedelta(days=30)
"""How long after the confirmation its link delivers the file."""


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links to the handler and to pages of the site."""

    settings: Settings
    tokens: Tokens

    def confirm(self, pending: str, *, expires: datetime) -> str:
        """The page with the two buttons."""
        token = self.tokens.issue(Action.CONFIRM, [pending], expires=expires)
        return f"{self.settings.public_url}/confirm/{token}"

    def unsubscribe(self, contact: str, purposes: Sequence[str], language: str) -> str:
        """The page with the button, and RFC 8058's one click; good for ever."""
        ids = [contact, language, *purposes]
        token = self.tokens.issue(Action.UNSUBSCRIBE, ids, expires=None)
        return f"{self.settings.public_url}/unsubscribe/{token}"

    def me(self, contact: str, epoch: int, language: str) -> str:
        """The preference centre. Good until the address changes or is erased (`Record.epoch`)."""
        token = self.tokens.issue(Action.ME, [contact, str(epoch), language], expires=None)
        return f"{self.settings.public_url}/me/{token}"

    def fresh(self, contact: str, asked: int, *, expires: datetime) -> str:
        """The page that confirms what the event `asked` asks for: it reveals, erases or moves."""
        token = self.tokens.issue(Action.FRESH, [contact, str(asked)], expires=expires)
        return f"{self.settings.public_url}/fresh/{token}"

    def resource(
        self, contact: str, purpose: str, language: str, name: str, *, confirmed: datetime
    ) -> str:
        """The file that `purpose` delivers in `language`; it is bound to its name, not its bytes,
        so that a new edition reaches those who asked for the old one. When it is too old, it is
        known whom a fresh one would be for."""
        ids = [contact, purpose, language, name]
        expires = confirmed + DOWNLOADABLE
        token = self.tokens.issue(Action.RESOURCE, ids, expires=expires)
        return f"{self.settings.public_url}/resource/{token}/{quote(name, safe='')}"

    def more(self, contact: str, epoch: int, language: str) -> str:
        """The guides that a person whom we know may have with one press."""
        token = self.tokens.issue(Action.MORE, [contact, str(epoch), language], expires=None)
        return f"{self.settings.public_url}/more/{token}"

    def form(self, form_id: str) -> str:
        """Where a form that the handler shows is sent to: the path alone on one host."""
        whole = f"{self.settings.public_url}/f/{form_id}"
        return urlsplit(whole).path if self._one_host else whole

    def challenge(self, form_id: str) -> str:
        """Where a form that the handler shows gets its challenge."""
        return f"{self.form(form_id)}/challenge"

    def page(self, path: str) -> str:
        """A page of the site, whole, for a mail."""
        return f"{self.settings.site_origin}{path}"

    def target(self, path: str) -> str:
        """A page of the site as the target of a redirect: the path alone on the same host."""
        return path if self._one_host else self.page(path)

    @property
    def _one_host(self) -> bool:
        return self.settings.site_origin == self.settings.public_origin
