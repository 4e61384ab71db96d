"""The domains that are blocked: throw-away mailboxes, or whatever the owner will not write to.

A request for an address of such a domain is answered like any other and kept in quarantine, like
one that filled in the honeypot: no mail leaves, and whoever tries out domains learns nothing.
"""

import logging
from pathlib import Path
from threading import Lock

from ...settings.abuse import Defence, read_domains

log = logging.getLogger("atrae.forms.domains")


class Blocklist:
    """The blocked domains, of the setting and of a file that may change while we run."""

    def __init__(self, defence: Defence) -> None:
        self._fixed = defence.blocked_domains
        self._path = defence.blocked_domains_file
        self._read: frozenset[str] = frozenset()
        self._stamp: tuple[int, int, int] | None = None
        self._lock = Lock()

    def blocks(self, domain: str) -> bool:
        """Whether `domain` (in IDNA, lower case) is on the list, or one that it is below."""
        blocked = self._fixed | self._current() if self._path else self._fixed
        if not blocked:
            return False
        labels = domain.split(".")
        return any(".".join(labels[start:]) in blocked for start in range(len(labels)))

    def _current(self) -> frozenset[str]:
        assert self._path is not None
        stamp = _stamp_of(self._path)
        with self._lock:
            if stamp is not None and stamp != self._stamp:
                # Also when it is wrong: it is said once, and the old list goes on.
                self._stamp = stamp
                try:
                    self._read = read_domains(self._path.read_text(encoding="utf-8"))
                except (OSError, ValueError) as fault:
                    log.error("the blocked domains are not read again: %s", fault)
            return self._read


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
