"""What the handlers work with, put together once by `app`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ..catalogue import Catalogue, Resource
from ..links.links import Links
from ..links.tokens import Tokens
from ..permission.record import Limits
from ..settings.environment import Settings
from ..settings.networks import Buckets
from ..site.templates import Renderer
from ..store.records.store import Store
from .constant_time import Bell
from .screening.blocklist import Blocklist
from .screening.proof_of_work import Challenges
from .screening.signed_time import Stamps


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """All that the handlers work with. The callables answer anew on each request."""

    settings: Settings
    store: Store
    tokens: Tokens
    links: Links
    catalogue: Callable[[], Catalogue]
    """The catalogue as it is now, every wording of it in the database."""
    renderer: Callable[[Catalogue], Renderer]
    files: Callable[[Resource], Path | None]
    clock: Callable[[], datetime]
    fresh: Callable[[], str]
    limits: Limits
    wake: Callable[[], None]
    blocklist: Blocklist
    buckets: Buckets = field(default_factory=Buckets)
    bell: Bell
    """Lets the answers to a form leave at the same time after it, whoever it was about."""

    @property
    def stamps(self) -> Stamps:
        """Says when we showed what."""
        return Stamps(self.settings.keys)

    @property
    def challenges(self) -> Challenges:
        """Gives out challenges, and judges what comes back."""
        return Challenges(self.settings.keys)

    @property
    def origins(self) -> frozenset[str]:
        """Whose pages may send us forms."""
        return frozenset({self.settings.site_origin, self.settings.public_origin})
