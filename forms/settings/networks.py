"""How often a network, or the holder of a link, may knock: buckets in memory, and who is knocking.

A visitor's network is the /24 of an IPv4 address or the /48 of an IPv6 one: what one household or
one office has, so that neither a new address each time nor one shared by many changes much. It is
kept for as long as its bucket is not full again, in this process alone, and written nowhere.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

IP = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST_BUCKETS = 16_384
"""Some three megabytes when all are in use."""
MOST_HOPS = 20


class ForwardedHeader(StrEnum):
    """Which header the declared proxies write. The other one is never read: a proxy passes on
    what a visitor wrote into a header that it does not know."""

    X_FORWARDED_FOR = "x-forwarded-for"
    FORWARDED = "forwarded"


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once; then one more whenever a minute's share is over."""

    burst: int
    per_minute: float


class Buckets:
    """Buckets that refill with time, at most `most` of them: the one idle longest goes first.

    A bucket is one number, the moment at which it is full again (the generic cell rate algorithm
    of ATM, ITU-T I.371); one that is full is as good as none. Not to be used by several threads.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, most: int = MOST_BUCKETS
    ) -> None:
        self.clock = clock
        self.most = most
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: Hashable, rate: Rate) -> float:
        """Take one. 0.0 when there was one, else the seconds until there will be."""
        now, share = self.clock(), 60 / rate.per_minute
        full_at = max(self._full_at.get(key, now), now)
        wait = full_at - now - share * (rate.burst - 1)
        if wait > 0:
            return wait
        self._full_at[key] = full_at + share
        self._full_at.move_to_end(key)
        self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        while self._full_at:
            key = next(iter(self._full_at))
            if len(self._full_at) <= self.most and self._full_at[key] > now:
                return
            del self._full_at[key]


def network_of(address: IP) -> Network:
    """The network that an address is counted with."""
    length = 24 if address.version == 4 else 48
    return ip_network((address, length), strict=False)


def read_address(text: str) -> IP | None:
    """An address as headers and sockets spell it, with a port or without; `None`: it is none.

    An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
    """
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped or IPv6Address(int(found))
    return found


def visitor(
    peer: str, headers: Iterable[tuple[bytes, bytes]], trusted: Iterable[Network], name: str
) -> IP | None:
    """Who is knocking: `peer`, or whom a trusted proxy says that it speaks for.

    The hops of the header are read from the right, each believed only when the one that wrote it
    is trusted; so whatever a visitor puts there is never reached. `None`: it cannot be known.
    """
    networks = tuple(trusted)
    here = read_address(peer)
    if here is None or not _within(here, networks):
        return here
    for hop in _hops(headers, name):
        said = read_address(hop)
        if said is None:
            return here
        here = said
        if not _within(here, networks):
            return here
    return here


def _hops(headers: Iterable[tuple[bytes, bytes]], name: str) -> list[str]:
    wanted = name.encode("ascii")
    lines = [value.decode("latin-1") for key, value in headers if key.lower() == wanted]
    hops = ",".join(lines).rsplit(",", MOST_HOPS)[-MOST_HOPS:] if lines else []
    read = _for if name == ForwardedHeader.FORWARDED else str
    return [read(hop) for hop in reversed(hops)]


def _for(element: str) -> str:
    """The `for` of one element of `Forwarded` (RFC 7239)."""
    pairs = (pair.partition("=") for pair in element.split(";"))
    said: Mapping[str, str] = {key.strip().lower(): value.strip() for key, _, value in pairs}
    return said.get("for", "")


def _within(address: IP, networks: tuple[Network, ...]) -> bool:
    return any(address in each for each in networks if each.version == address.version)
