"""Whether a domain can receive email, looked up in the DNS by the outbox worker.

Never while a visitor waits: a lookup takes time, and response times must not reveal anything.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from time import monotonic

from dns.exception import DNSException
from dns.rdtypes.ANY.MX import MX
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from ..settings.environment import mailbox
from .smtp import Deliver, Permitted, RejectedError

log = logging.getLogger("atrae.forms.mx")

DNS_SECONDS = 4.0
CACHE_SECONDS = 3600.0
UNSURE_SECONDS = 60.0
MOST_CACHED = 4096


class DomainStatus(StrEnum):
    """Permanent answers of the DNS about email for a domain, as SMTP replies."""

    OK = "ok"
    """It receives email, or the DNS is unsure: the mail server will find out."""
    NOT_FOUND = "550 5.1.2 there is no such domain"
    NO_MAIL = "556 5.1.10 the domain takes no mail (RFC 7505)"


def look_up(domain: str, resolver: Resolver | None = None) -> DomainStatus:
    """Ask this machine's resolver, for a few seconds at most. Raises `DNSException` if unsure.

    Only NXDOMAIN and a null MX (RFC 7505) are permanent. A name without MX receives email at its
    own address (RFC 5321, 5.1).
    """
    resolver = resolver or Resolver()
    resolver.lifetime = DNS_SECONDS
    try:
        answer = resolver.resolve(f"{domain}.", "MX")
    except NXDOMAIN:
        return DomainStatus.NOT_FOUND
    except NoAnswer:
        return DomainStatus.OK
    servers = [record for record in answer if isinstance(record, MX)]
    null = len(servers) == 1 and str(servers[0].exchange) == "." and servers[0].preference == 0
    return DomainStatus.NO_MAIL if null else DomainStatus.OK


@dataclass
class DomainCheck:
    """Looks up domains, and caches the answers. `own_domain` is the sender's, which exists."""

    own_domain: str
    look_up: Callable[[str], DomainStatus] = look_up
    clock: Callable[[], float] = monotonic
    _cache: OrderedDict[str, tuple[float, DomainStatus]] = field(default_factory=OrderedDict)

    def __call__(self, domain: str) -> DomainStatus:
        """Return `OK` unless the DNS permanently says otherwise."""
        status = self._cached(domain)
        unknown = DomainStatus.NOT_FOUND
        if status is unknown and self._cached(self.own_domain) is unknown:
            # A resolver that doesn't know our own domain is cut off or wrong.
            log.warning("the DNS does not know our own domain; it is not believed")
            return DomainStatus.OK
        return status

    def _cached(self, domain: str) -> DomainStatus:
        now = self.clock()
        expires, status = self._cache.get(domain, (0.0, DomainStatus.OK))
        if now < expires:
            return status
        try:
            status, seconds = self.look_up(domain), CACHE_SECONDS
        except (DNSException, OSError, UnicodeError) as fault:
            log.info("the DNS gave no answer: %s", type(fault).__name__)
            status, seconds = DomainStatus.OK, UNSURE_SECONDS
        self._cache[domain] = (now + seconds, status)
        self._cache.move_to_end(domain)
        if len(self._cache) > MOST_CACHED:
            self._cache.popitem(last=False)
        return status


def with_domain_check(deliver: Deliver, check: Callable[[str], DomainStatus]) -> Deliver:
    """Return `deliver`, but reject messages to domains that can't receive email.

    They are rejected, not refused: the email is given up, and the address is not suppressed. A
    domain may be registered tomorrow, and a resolver may be wrong.
    """

    def deliver_checked(message: EmailMessage, permitted: Permitted) -> str:
        status = check(mailbox(str(message["To"])).domain.lower())
        if status is not DomainStatus.OK:
            raise RejectedError(status)
        return deliver(message, permitted)

    return deliver_checked
