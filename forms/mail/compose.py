"""From a claimed row of the outbox to the message that leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from ..catalogue import Catalogue
from ..declared.address import parse_address
from ..links.links import Links
from ..permission.record import Template
from ..settings.environment import Settings
from ..site.templates import Renderer
from ..store.queues.outbox import ClaimedEmail
from ..store.records.checkpoints import checkpoint_of_event
from ..store.records.store import Store
from .letters import letter_of
from .owner_notices import held_letter, sealed_letter
from .smtp import Letter, message_of


@dataclass(frozen=True, slots=True)
class Composer:
    """Called with what is owed; everything else it asks for anew, as it is at that moment."""

    settings: Settings
    store: Store
    links: Links
    catalogue: Callable[[], Catalogue]
    renderer: Callable[[Catalogue], Renderer]
    clock: Callable[[], datetime]

    def __call__(self, owed: ClaimedEmail) -> EmailMessage:
        """The whole message. The same Message-ID whenever the same row is composed."""
        catalogue = self.catalogue()
        letter = self._letter(owed, catalogue, parse_address(owed.address).deliverable)
        return message_of(
            letter,
            sender=self.settings.mail_from,
            reply_to=self.settings.reply_to,
            message_id=owed.message_id,
            date=self.clock(),
        )

    def _letter(self, owed: ClaimedEmail, catalogue: Catalogue, address: str) -> Letter:
        renderer = self.renderer(catalogue)
        if owed.template is Template.SEALED:
            with self.store.database.reading() as connection:
                found = checkpoint_of_event(connection, owed.events[0].seq)
            if found is None:
                raise LookupError("the checkpoint of this mail is gone")
            return sealed_letter(*found, catalogue, renderer, self.links, address=address)
        if owed.template is Template.HELD:
            return held_letter(self.settings, catalogue, renderer, self.links, address=address)
        return letter_of(
            owed,
            catalogue,
            self.store.wordings(event.wording for event in owed.record.events),
            renderer,
            self.links,
            address=address,
        )
