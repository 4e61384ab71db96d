"""Settings against abuse: proxies, rate limits, blocked domains. Each has a default."""

import re
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from ..declared.address import parse_address
from .networks import ForwardedHeader, Network
from .variables import Variable

PLAIN_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){0,20}")


def read_networks(text: str) -> tuple[Network, ...]:
    """Read networks in CIDR form, separated by spaces or commas.

    Raises `ValueError` if one is no network, or contains every address.
    """
    networks = []
    for part in text.replace(",", " ").split():
        try:
            network = ip_network(part)
        except ValueError as error:
            raise ValueError(f"{error}; write networks like 10.0.0.0/8 ::1/128") from error
        if network.prefixlen == 0:
            raise ValueError(f"{part} would trust every visitor's headers")
        networks.append(network)
    return tuple(networks)


def read_domains(text: str) -> frozenset[str]:
    """Read domains, separated by lines, spaces or commas; `#` starts a comment.

    Raises `ValueError` for the first that is no domain.
    """
    lines = (line.partition("#")[0].replace(",", " ") for line in text.splitlines())
    return frozenset(read_domain(part) for line in lines for part in line.split())


def read_domain(text: str) -> str:
    """Return a domain in IDNA and lower case, as addresses are compared. Raises `ValueError`."""
    bare = text.strip(".").lower()
    if PLAIN_DOMAIN.fullmatch(bare):
        # The common case, because the full check is slow on long lists.
        return bare
    try:
        return parse_address(f"a@{bare}").key.partition("@")[2]
    except ValueError as error:
        raise ValueError(f"{text!r} is no domain; write it like example.org") from error


def read_number(text: str) -> int:
    """Read a whole number. Raises `ValueError`."""
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise ValueError("it must be a whole number; 0 means no limit")
    return int(text)


def read_switch(text: str) -> bool:
    """Read `yes` or `no`. Raises `ValueError`."""
    if text.lower() not in ("yes", "no"):
        raise ValueError("it must be yes or no")
    return text.lower() == "yes"


def read_header(text: str) -> ForwardedHeader:
    """Read the name of a header. Raises `ValueError`."""
    try:
        return ForwardedHeader(text.lower())
    except ValueError:
        raise ValueError(
            "it must be X-Forwarded-For or Forwarded, whichever your proxy writes itself"
        ) from None


def read_file(path: Path) -> Path:
    """Check a file of domains. Raises `ValueError`."""
    try:
        read_domains(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Defence:
    """How the handler protects itself, and people who asked for nothing."""

    trusted_proxies: Annotated[tuple[Network, ...], Variable(read_networks)] = ()
    forwarded_header: Annotated[ForwardedHeader, Variable(read_header)] = (
        ForwardedHeader.X_FORWARDED_FOR
    )
    submissions_per_minute: Annotated[int, Variable(read_number)] = 30
    """Submissions from one network; 0: no limit."""
    confirmations_per_hour: Annotated[int, Variable(read_number)] = 1000
    """Confirmation emails to everyone; the rest waits. 0: no limit."""
    blocked_domains: Annotated[frozenset[str], Variable(read_domains)] = frozenset()
    """Domains in IDNA and lower case; each blocks its subdomains too."""
    blocked_domains_file: Path | None = None
    check_mx: Annotated[bool, Variable(read_switch)] = True
