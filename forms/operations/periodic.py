"""What is done every so often beside the mails: sealing, and whatever else keeps the house."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from ..evidence.signing import signing_key
from ..settings.environment import Settings, mailbox
from ..store.people.purge import tidy_up
from ..store.records.checkpoints import Sealer
from ..store.records.store import Store

log = logging.getLogger("atrae.forms.chores")

SEALED = timedelta(hours=24)
"""Between two checkpoints, if anything has happened."""
PURGED = timedelta(hours=24)
"""Between two purges."""
LOOKED = timedelta(minutes=10)
"""Between two looks whether one is due."""


def chores_of(
    settings: Settings, store: Store, clock: Callable[[], datetime]
) -> tuple["Chore", ...]:
    """What this handler does beside the mails."""
    tidy = Chore("purge", PURGED, lambda now: tidy_up(store, now=now), clock=clock)
    if not settings.checkpoint_keys:
        return (tidy,)
    key = signing_key(settings.checkpoint_keys[0].get_secret_value())
    owner = mailbox(settings.owner).addr_spec if settings.owner else ""
    sealer = Sealer(store, key, owner)
    return (
        Chore("seal", LOOKED, lambda now: sealer.seal_if_due(now=now, every=SEALED), clock=clock),
        tidy,
    )


class Chore:
    """Does `work` at the first call, and then at most once in `every`; a failure is told in the
    log, and tried again when its time comes."""

    def __init__(
        self,
        name: str,
        every: timedelta,
        work: Callable[[datetime], object],
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self.name = name
        self.every = every
        self.work = work
        self.clock = clock
        self._last: datetime | None = None

    def __call__(self) -> None:
        """Do it, if it is due."""
        now = self.clock()
        # A clock that was set back must not keep it waiting.
        if self._last is not None and timedelta(0) <= now - self._last < self.every:
            return
        self._last = now
        try:
            self.work(now)
        except Exception as fault:
            # An outer edge: whatever is wrong with a chore, the mails go on. Without a traceback,
            # for its values may be personal.
            log.error("chore=%s failed: %s", self.name, type(fault).__name__)
