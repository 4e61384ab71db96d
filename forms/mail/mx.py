"""Whether a domain can take mail at all: asked of the DNS by the outbox worker alone.

Never while a visitor waits: it would take its time, and the time of an answer must not tell.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
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
REMEMBERED_SECONDS = 3600.0
UNSURE_SECONDS = 60.0
MOST_REMEMBERED = 4096


class Reach(StrEnum):
    """What the DNS says about mail for a domain. Only what it says for good is an answer."""

    FINE = "fine"
    """It takes mail, or that is not sure: the mail server will find out."""
    NOWHERE = "550 5.1.2 there is no such domain"
    NO_MAIL = "556 5.1.10 the domain takes no mail (RFC 7505)"


Ask = Callable[[str], Reach]


def ask_dns(domain: str, resolver: Resolver | None = None) -> Reach:
    """Ask the resolver of this machine; a few seconds at most. Raises `DNSException` when unsure.

    Final are a name that does not exist (NXDOMAIN) and a null MX (RFC 7505). A name without MX
    takes mail at its own address (RFC 5321, 5.1).
    """
    resolver = resolver or Resolver()
    resolver.lifetime = DNS_SECONDS
    try:
        answer = resolver.resolve(f"{domain}.", "MX")
    except NXDOMAIN:
        return Reach.NOWHERE
    except NoAnswer:
        return Reach.FINE
    servers = [each for each in answer if isinstance(each, MX)]
    null = len(servers) == 1 and str(servers[0].exchange) == "." and servers[0].preference == 0
    return Reach.NO_MAIL if null else Reach.FINE


class Reachable:
    """What is known of domains for a while. `ours` is a domain that exists: our own sender's."""

    def __init__(
        self, ours: str, *, ask: Ask = ask_dns, clock: Callable[[], float] = monotonic
    ) -> None:
        self.ours = ours
        self.ask = ask
        self.clock = clock
        self._known: OrderedDict[str, tuple[float, Reach]] = OrderedDict()

    def __call__(self, domain: str) -> Reach:
        """Fine, unless the DNS says for good that it is not."""
        found = self._reach(domain)
        if found is Reach.NOWHERE and self._reach(self.ours) is Reach.NOWHERE:
            # A resolver that does not even know us is cut off, or lies: it shall not judge others.
            log.warning("the DNS does not know our own domain; it is not believed")
            return Reach.FINE
        return found

    def _reach(self, domain: str) -> Reach:
        now = self.clock()
        until, known = self._known.get(domain, (0.0, Reach.FINE))
        if now < until:
            return known
        try:
            found, lasts = self.ask(domain), REMEMBERED_SECONDS
        except (DNSException, OSError, UnicodeError) as fault:
            log.info("the DNS gave no answer: %s", type(fault).__name__)
            found, lasts = Reach.FINE, UNSURE_SECONDS
        self._known[domain] = (now + lasts, found)
        self._known.move_to_end(domain)
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return found


def checked(deliver: Deliver, reach: Callable[[str], Reach]) -> Deliver:
    """`deliver`, for domains that can take mail; the others are rejected without being tried.

    Rejected, not refused: the mail is given up, the address is not suppressed. A domain may be
    registered tomorrow, and a resolver may be wrong.
    """

    def deliver_checked(message: EmailMessage, permitted: Permitted) -> str:
        found = reach(mailbox(str(message["To"])).domain.lower())
        if found is not Reach.FINE:
            raise RejectedError(found)
        return deliver(message, permitted)

    return deliver_checked
