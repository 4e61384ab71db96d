"""Blocked domains, such as those of disposable addresses.

A request for an address in one of them gets the usual response and goes to the quarantine, as if
the honeypot had been filled in. No email is sent, and the response doesn't reveal the list.
"""

import logging
from pathlib import Path
from threading import Lock

from ...settings.abuse import Defence, read_domains
from ...site.reload import file_stat

log = logging.getLogger("atrae.forms.domains")


class Blocklist:
    """The blocked domains from the setting, and from a file that may change at any time."""

    def __init__(self, defence: Defence) -> None:
        self._defence = defence
        self._domains: frozenset[str] = frozenset()
        self._file_stat: tuple[int, int, int] | None = None
        self._lock = Lock()

    def blocks(self, domain: str) -> bool:
        """Tell whether `domain` (in IDNA, lower case) or one of its parent domains is blocked."""
        blocked, file = self._defence.blocked_domains, self._defence.blocked_domains_file
        if file is not None:
            blocked |= self._read_file(file)
        labels = domain.split(".")
        return any(".".join(labels[start:]) in blocked for start in range(len(labels)))

    def _read_file(self, file: Path) -> frozenset[str]:
        stat = file_stat(file)
        with self._lock:
            if stat not in (None, self._file_stat):
                # Remember a faulty file too: log it once and keep the last valid list.
                self._file_stat = stat
                try:
                    self._domains = read_domains(file.read_text(encoding="utf-8"))
                except (OSError, ValueError) as fault:
                    log.error(
                        "can't read the blocked domains, so the last list is still used: %s", fault
                    )
            return self._domains
