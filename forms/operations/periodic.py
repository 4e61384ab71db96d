"""Periodic tasks that the outbox worker does while nothing is due: sealing and purging."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from ..evidence.signing import signing_key
from ..settings.environment import Settings, mailbox
from ..store.people.purge import tidy_up
from ..store.records.checkpoints import Sealer
from ..store.records.store import Store

log = logging.getLogger("atrae.forms.periodic")

SEAL_EVERY = timedelta(hours=24)
"""Between two checkpoints, if there are new events."""
PURGE_EVERY = timedelta(hours=24)
CHECK_EVERY = timedelta(minutes=10)
"""How often to check whether a checkpoint is due."""


def periodic_tasks(
    settings: Settings, store: Store, clock: Callable[[], datetime]
) -> tuple["PeriodicTask", ...]:
    """Return the tasks of this handler; it seals only if a checkpoint key is set."""
    purge = PeriodicTask("purge", PURGE_EVERY, lambda now: tidy_up(store, now=now), clock)
    if not settings.checkpoint_keys:
        return (purge,)
    key = signing_key(settings.checkpoint_keys[0].get_secret_value())
    owner = mailbox(settings.owner).addr_spec if settings.owner else ""
    seal = partial(Sealer(store, key, owner).seal_if_due, every=SEAL_EVERY)
    return (PeriodicTask("seal", CHECK_EVERY, lambda now: seal(now=now), clock), purge)


@dataclass
class PeriodicTask:
    """Does `work` at the first call, and then at most once in `every`.

    A failure is logged, and retried after `every`.
    """

    name: str
    every: timedelta
    work: Callable[[datetime], object]
    clock: Callable[[], datetime]
    _last: datetime | None = None

    def __call__(self) -> None:
        """Do the work, if it is due."""
        now = self.clock()
        # A clock that was set back must not delay it.
        if self._last is not None and timedelta(0) <= now - self._last < self.every:
            return
        self._last = now
        try:
            self.work(now)
        except Exception as fault:
            # The outer edge: whatever is wrong with a task, emails go on. Without a traceback,
            # because its values may be personal.
            log.error("task=%s failed: %s", self.name, type(fault).__name__)
