"""Compose the message for a claimed row of the outbox."""

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
from .letters import LetterWriter, checkpoint_details
from .message import message_of


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes emails from the catalogue, the templates and the wordings as they are now."""

    settings: Settings
    store: Store
    links: Links
    catalogue: Callable[[], Catalogue]
    renderer: Callable[[Catalogue], Renderer]
    clock: Callable[[], datetime]

    def __call__(self, claim: ClaimedEmail) -> EmailMessage:
        """Return the message, with the same Message-ID whenever the row is composed."""
        catalogue = self.catalogue()
        writer = LetterWriter(catalogue, self.renderer(catalogue), self.links)
        address = parse_address(claim.address).deliverable
        if claim.template in (Template.SEALED, Template.HELD):
            details = self._owner_details(claim, catalogue.default_language)
            letter = writer.to_owner(claim.template, details, address=address)
        else:
            wordings = self.store.wordings(event.wording for event in claim.record.events)
            letter = writer.to_person(claim, wordings, address=address)
        return message_of(
            letter,
            sender=self.settings.mail_from,
            reply_to=self.settings.reply_to,
            message_id=claim.message_id,
            date=self.clock(),
        )

    def _owner_details(self, claim: ClaimedEmail, language: str) -> dict[str, object]:
        if claim.template is Template.HELD:
            most = self.settings.defence.confirmations_per_hour
            return {"most": most, "setting": "ATRAE_CONFIRMATIONS_PER_HOUR"}
        with self.store.database.reading() as connection:
            checkpoint = checkpoint_of_event(connection, claim.events[0].seq)
        if checkpoint is None:
            raise LookupError("the checkpoint of this mail is gone")
        return checkpoint_details(*checkpoint, language)
