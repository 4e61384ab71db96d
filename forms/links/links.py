"""The addresses in emails and pages. They are made of tokens and hold nothing personal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from ..settings.environment import Settings
from .tokens import (
    ConfirmLink,
    GuideLink,
    Link,
    OffersLink,
    PreferencesLink,
    SubjectRequestLink,
    Tokens,
    UnsubscribeLink,
)

DOWNLOADABLE = timedelta(days=30)
"""How long after the confirmation a link delivers its file."""


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links to the handler and to pages of the site."""

    settings: Settings
    tokens: Tokens

    def confirm(self, pending: str, *, expires: datetime) -> str:
        """Return the address of the page that confirms or declines a request."""
        return self._emailed(ConfirmLink(pending), expires)

    def unsubscribe(self, contact: str, purposes: Sequence[str], language: str) -> str:
        """Return the address of the unsubscription page and of RFC 8058's one click."""
        return self._emailed(UnsubscribeLink(contact, language, tuple(purposes)))

    def me(self, contact: str, epoch: int, language: str) -> str:
        """Return the address of the preference centre."""
        return self._emailed(PreferencesLink(contact, epoch, language))

    def fresh(self, contact: str, event: int, *, expires: datetime) -> str:
        """Return the address of the page that confirms a data-subject request."""
        return self._emailed(SubjectRequestLink(contact, event), expires)

    def resource(
        self, contact: str, purpose: str, language: str, name: str, *, confirmed: datetime
    ) -> str:
        """Return the address of the file that `purpose` delivers in `language`."""
        link = GuideLink(contact, purpose, language, name)
        return f"{self._emailed(link, confirmed + DOWNLOADABLE)}/{quote(name, safe='')}"

    def more(self, contact: str, epoch: int, language: str) -> str:
        """Return the address of the page with the guides that need no form."""
        return self._emailed(OffersLink(contact, epoch, language))

    def form(self, form_id: str) -> str:
        """Return the target of a form that the handler shows: the path alone on one host."""
        whole = f"{self.settings.public_url}/f/{form_id}"
        return urlsplit(whole).path if self._one_host else whole

    def challenge(self, form_id: str) -> str:
        """Return the address that issues a challenge for a form that the handler shows."""
        return f"{self.form(form_id)}/challenge"

    def page(self, path: str) -> str:
        """Return the whole address of a page of the site, for an email."""
        return f"{self.settings.site_origin}{path}"

    def target(self, path: str) -> str:
        """Return a page of the site as the target of a redirect: the path alone on one host."""
        return path if self._one_host else self.page(path)

    def _emailed(self, link: Link, expires: datetime | None = None) -> str:
        token = self.tokens.issue(link, expires=expires)
        return f"{self.settings.public_url}/{link.action}/{token}"

    @property
    def _one_host(self) -> bool:
        return self.settings.site_origin == self.settings.public_origin
