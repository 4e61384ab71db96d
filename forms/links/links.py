"""The addresses in emails and pages. They are made of tokens and hold nothing personal."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from ..settings.environment import Settings
from .tokens import GuideLink, Link, Tokens

DOWNLOADABLE = timedelta(days=30)
"""How long after the confirmation a link delivers its file."""


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links to the handler and to pages of the site."""

    settings: Settings
    tokens: Tokens

    def address(self, link: Link, *, expires: datetime | None = None) -> str:
        """Return the address of a link's page, with its token in the path."""
        token = self.tokens.issue(link, expires=expires)
        return f"{self.settings.public_url}/{link.action}/{token}"

    def download(self, link: GuideLink, *, confirmed: datetime) -> str:
        """Return the address of a guide's file, which ends in the file's name."""
        address = self.address(link, expires=confirmed + DOWNLOADABLE)
        return f"{address}/{quote(link.name, safe='')}"

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

    @property
    def _one_host(self) -> bool:
        return self.settings.site_origin == self.settings.public_origin
