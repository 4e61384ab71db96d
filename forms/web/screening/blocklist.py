"""Blocked domains, such as those of disposable addresses.

A request for an address in one of them gets the usual response and goes to the quarantine, as if
the honeypot had been filled in. No email is sent, and the response doesn't reveal the list.
"""

import logging
from threading import Lock

from ...settings.abuse import Defence, read_domains
from ...site.reload import file_stat

log = logging.getLogger("atrae.forms.domains")


class Blocklist:
    """The blocked domains from the setting, and from a file that may change at any time."""

    def __init__(self, defence: Defence) -> None:
        self._fixed = defence.blocked_domains
        self._path = defence.blocked_domains_file
        self._domains: frozenset[str] = frozenset()
        self._file_stat: tuple[int, int, int] | None = None
        self._lock = Lock()

    def blocks(self, domain: str) -> bool:
        """Whether `domain` (in IDNA, lower case) or one of its parent domains is blocked."""
        blocked = self._fixed | self._read_file() if self._path else self._fixed
        if not blocked:
            return False
        labels = domain.split(".")
        return any(".".join(labels[start:]) in blocked for start in range(len(labels)))

    def _read_file(self) -> frozenset[str]:
        assert self._path is not None
        stat = file_stat(self._path)
        with self._lock:
            if stat not in (None, self._file_stat):
                # Remember a faulty file too: log it once and keep the last valid list.
                self._file_stat = stat
                try:
                    self._domains = read_domains(self._path.read_text(encoding="utf-8"))
                except (OSError, ValueError) as fault:
                    log.error(
                        "can't read the blocked domains, so the last list is still used: %s", fault
                    )
            return self._domains
