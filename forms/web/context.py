"""The request handlers' dependencies, assembled once by `forms.app`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ..catalogue import Catalogue, Resource
from ..links.links import Links
from ..permission.record import Limits
from ..settings.environment import Settings
from ..settings.networks import Buckets
from ..site.templates import Renderer
from ..store.records.store import Decide, Store
from .constant_time import Pacer
from .screening.blocklist import Blocklist
from .screening.proof_of_work import Challenges
from .screening.signed_time import SignedTimes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Context:
    """Everything that a request handler uses. The callables are called on each request."""

    settings: Settings
    store: Store
    links: Links
    catalogue: Callable[[], Catalogue]
    """Returns the current catalogue; all its wordings are in the database."""
    renderer: Callable[[Catalogue], Renderer]
    files: Callable[[Resource], Path | None]
    clock: Callable[[], datetime]
    limits: Limits
    wake: Callable[[], None]
    """Wakes the worker that sends emails."""
    blocklist: Blocklist
    buckets: Buckets = field(default_factory=Buckets)
    pacer: Pacer
    """Gives every response to a form the same delay, so that time reveals no address."""

    def commit(self, contact: str, decide: Decide, *, now: datetime) -> None:
        """Commit a decision about `contact`, and wake the worker if it owes emails."""
        committed = self.store.commit_for_contact(contact, decide, now=now)
        if committed.decision.notices:
            self.wake()

    @property
    def signed_times(self) -> SignedTimes:
        """Signs and reads the times at which forms were shown."""
        return SignedTimes(self.settings.keys)

    @property
    def challenges(self) -> Challenges:
        """Issues challenges and checks their solutions."""
        return Challenges(self.settings.keys)
