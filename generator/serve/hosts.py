"""The Host headers that `atrae serve` answers, against DNS rebinding.

A page of any site may name a host of its own that resolves to 127.0.0.1, and would then read
drafts and emails with the visitor's browser. It can't choose the Host header.
"""

import re
import socket
from ipaddress import ip_address

_HEADER = re.compile(r"\[?(?P<name>[^\[\]/@\\]*?)\]?(?::\d*)?")
_EVERYWHERE = ("0.0.0.0", "::")


class Hosts:
    """The hosts of a server that listens on `bound`, a name or an address."""

    def __init__(self, bound: str) -> None:
        self._names, self._any_address = {bound.lower()}, bound in _EVERYWHERE
        if self._any_address:
            own = socket.gethostname().lower()
            self._names |= {own, f"{own}.local"}

    def allow(self, header: str) -> bool:
        """Return True for a loopback host and for the one that the server was started with.

        A server that listens everywhere has its machine's names, and every address, which nobody
        can rebind.
        """
        name = _name(header)
        return is_loopback(header) or name in self._names or (self._any_address and _is_ip(name))


def is_loopback(header: str) -> bool:
    """Return True if a Host header names this machine for itself."""
    name = _name(header)
    if _is_ip(name):
        return ip_address(name).is_loopback
    return name == "localhost" or name.endswith(".localhost")


def _name(header: str) -> str:
    match = _HEADER.fullmatch(header.strip())
    return match["name"].lower() if match else ""


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
