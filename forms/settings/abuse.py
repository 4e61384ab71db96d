"""What the environment says about abuse: proxies, ceilings, domains. Everything has a default."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import TypeVar

from ..declared.address import parse_address
from .networks import ForwardedHeader, Network

T = TypeVar("T")

PLAIN_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){0,20}")
SWITCH = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Defence:
    """How the handler defends itself, and the mailboxes of people who asked for nothing."""

    trusted_proxies: tuple[Network, ...] = ()
    forwarded_header: ForwardedHeader = ForwardedHeader.X_FORWARDED_FOR
    submissions_per_minute: int = 30
    """From one network; 0: as many as come."""
    confirmations_per_hour: int = 1000
    """Over all; what is above waits. 0: as many as are asked for."""
    blocked_domains: frozenset[str] = frozenset()
    """In IDNA, lower case; each with all that is below it."""
    blocked_domains_file: Path | None = None
    check_mx: bool = True


def read_defence(environ: Mapping[str, str], directory: Path) -> tuple[Defence, tuple[str, ...]]:
    """The settings, and what is wrong with them, each fault with a way out."""
    asked = _Asked(environ)
    defence = Defence(
        trusted_proxies=asked.read("ATRAE_TRUSTED_PROXIES", read_networks, ()),
        forwarded_header=asked.read(
            "ATRAE_FORWARDED_HEADER", _header, ForwardedHeader.X_FORWARDED_FOR
        ),
        submissions_per_minute=asked.read("ATRAE_SUBMISSIONS_PER_MINUTE", _number, 30),
        confirmations_per_hour=asked.read("ATRAE_CONFIRMATIONS_PER_HOUR", _number, 1000),
        blocked_domains=asked.read("ATRAE_BLOCKED_DOMAINS", read_domains, frozenset()),
        blocked_domains_file=asked.read(
            "ATRAE_BLOCKED_DOMAINS_FILE", lambda text: _file(directory / text), None
        ),
        check_mx=asked.read("ATRAE_CHECK_MX", _switch, True),
    )
    return defence, tuple(asked.faults)


def read_networks(text: str) -> tuple[Network, ...]:
    """Networks in CIDR form, separated by spaces or commas. Raises `ValueError` for the first
    that is none, and for one that trusts everybody."""
    networks = []
    for part in text.replace(",", " ").split():
        try:
            network = ip_network(part)
        except ValueError as fault:
            raise ValueError(f"{fault}; write networks like 10.0.0.0/8 ::1/128") from fault
        if network.prefixlen == 0:
            raise ValueError(f"{part} would let every visitor say who they are")
        networks.append(network)
    return tuple(networks)


def read_domains(text: str) -> frozenset[str]:
    """Domains, one a line or separated by spaces or commas; `#` begins a comment.

    Raises `ValueError` for the first that is none.
    """
    found = set()
    for line in text.splitlines():
        for part in line.partition("#")[0].replace(",", " ").split():
            found.add(read_domain(part))
    return frozenset(found)


def read_domain(text: str) -> str:
    """A domain as addresses are compared: IDNA, lower case. Raises `ValueError`."""
    bare = text.strip(".").lower()
    if PLAIN_DOMAIN.fullmatch(bare):
        # Most are: a list of a hundred thousand is read in a moment.
        return bare
    try:
        return parse_address(f"a@{bare}").key.partition("@")[2]
    except ValueError as fault:
        raise ValueError(f"{text!r} is no domain; write it like example.org") from fault


class _Asked:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []

    def read(self, name: str, parse: Callable[[str], T], default: T) -> T:
        text = self.environ.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as fault:
            self.faults.append(f"{name}: {fault}")
            return default


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise ValueError("it must be a whole number; 0 means no limit")
    return int(text)


def _switch(text: str) -> bool:
    if text.lower() not in SWITCH:
        raise ValueError("it is either yes or no")
    return SWITCH[text.lower()]


def _header(text: str) -> ForwardedHeader:
    try:
        return ForwardedHeader(text.lower())
    except ValueError:
        raise ValueError(
            "it is X-Forwarded-For or Forwarded: the one that your proxy writes itself"
        ) from None


def _file(path: Path) -> Path:
    try:
        read_domains(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise ValueError(f"{path}: {fault.strerror}") from fault
    return path
