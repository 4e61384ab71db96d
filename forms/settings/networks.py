"""Rate limits for networks and links, and how a visitor's network is found behind proxies.

A network is the /24 of an IPv4 address or the /48 of an IPv6 one, about a household or an office.
It is kept in the memory of this process until its bucket is full again, and never stored.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

IP = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST_BUCKETS = 16_384
"""Most buckets that are kept, which bounds memory."""
MOST_HOPS = 20


class ForwardedHeader(StrEnum):
    """The header that the trusted proxies write.

    The other one is never read, because a proxy passes on unknown headers from visitors.
    """

    X_FORWARDED_FOR = "x-forwarded-for"
    FORWARDED = "forwarded"


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit: `burst` at once, then `per_minute`."""

    burst: int
    per_minute: float


class Buckets:
    """Buckets that refill with time. Beyond `most`, the least recently used is dropped.

    A bucket is the time at which it is full again (the generic cell rate algorithm, ITU-T I.371).
    Full buckets are not kept. Not thread-safe.
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
        """Take one from a bucket; return 0.0, or the seconds until there is one."""
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
    """Return the network of an address."""
    length = 24 if address.version == 4 else 48
    return ip_network((address, length), strict=False)


def read_address(text: str) -> IP | None:
    """Read an address, with or without a port; `None` if it is none.

    An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) becomes the IPv4 address.
    """
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address


def visitor(
    peer: str, headers: Iterable[tuple[bytes, bytes]], trusted: tuple[Network, ...], name: str
) -> IP | None:
    """Return the address of a visitor: `peer`, or the one that a trusted proxy names.

    The header is read from the right, and a hop is believed only if a trusted proxy wrote it, so
    what a visitor writes there is never used. `None` if the address is unknown.
    """
    address = read_address(peer)
    for hop in _hops(headers, name):
        before = read_address(hop)
        if address is None or before is None or not _is_within(address, trusted):
            break
        address = before
    return address


def _hops(headers: Iterable[tuple[bytes, bytes]], name: str) -> list[str]:
    wanted = name.encode("ascii")
    lines = [value.decode("latin-1") for key, value in headers if key.lower() == wanted]
    hops = ",".join(lines).rsplit(",", MOST_HOPS)[-MOST_HOPS:] if lines else []
    read = _for if name == ForwardedHeader.FORWARDED else str
    return [read(hop) for hop in reversed(hops)]


def _for(element: str) -> str:
    # RFC 7239.
    pairs = (pair.partition("=") for pair in element.split(";"))
    values = {key.strip().lower(): value.strip() for key, _, value in pairs}
    return values.get("for", "")


def _is_within(address: IP, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks if network.version == address.version)
