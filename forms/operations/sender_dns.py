"""What the DNS says of the sender's domain: whether big receivers will take its mail."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.resolver

from ..declared.findings import Level, Line

SECONDS = 4.0
"""For each question, however many servers are asked."""

Texts = Callable[[str], tuple[str, ...]]
"""A name -> its TXT records. Raises `UnansweredError` where nobody answers."""


class UnansweredError(Exception):
    """The DNS could not be asked: that says nothing of the domain."""


@dataclass(frozen=True, slots=True)
class Dns:
    """Asks by dnspython; `resolver` is the system's where there is none."""

    resolver: dns.resolver.Resolver | None = None

    def __call__(self, name: str) -> tuple[str, ...]:
        """The TXT records of `name`; none where there is no such name."""
        try:
            asked = self.resolver or dns.resolver.Resolver()
            answer = asked.resolve(dns.name.from_text(name), "TXT", lifetime=SECONDS, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except dns.exception.DNSException as fault:
            raise UnansweredError(type(fault).__name__) from fault
        return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in answer)


def check_sender(domain: str, selector: str, texts: Texts) -> Iterator[Line]:
    """SPF (RFC 7208), DMARC (RFC 7489) and, where a selector is told, DKIM (RFC 6376)."""
    try:
        yield _spf(domain, texts(domain))
        yield _dmarc(domain, texts(f"_dmarc.{domain}") or texts(f"_dmarc.{_parent(domain)}"))
        if selector:
            yield _dkim(domain, selector, texts(f"{selector}._domainkey.{domain}"))
        else:
            yield Line(
                Level.WARNING,
                "DKIM",
                "not looked at: say --dkim-selector; Gmail and Yahoo demand signed mail",
            )
    except UnansweredError as fault:
        yield Line(Level.WARNING, "DNS", f"nobody answers ({fault}): SPF, DKIM, DMARC unknown")


def _spf(domain: str, records: tuple[str, ...]) -> Line:
    found = [text for text in records if text.lower().split(" ")[0] == "v=spf1"]
    if not found:
        told = f'{domain} says nothing: add a TXT record like "v=spf1 mx -all"'
        return Line(Level.WARNING, "SPF", told)
    if len(found) > 1:
        return Line(Level.ERROR, "SPF", f"{domain} has {len(found)} records: keep one (RFC 7208)")
    if found[0].lower().split()[-1] == "+all":
        return Line(Level.ERROR, "SPF", f"{domain} lets anybody send: end it with -all or ~all")
    return Line(Level.OK, "SPF", found[0])


def _dmarc(domain: str, records: tuple[str, ...]) -> Line:
    found = [text for text in records if text.lower().startswith("v=dmarc1")]
    if len(found) == 1:
        return Line(Level.OK, "DMARC", found[0])
    told = "more than one record" if found else "none"
    way = f'add one TXT record at _dmarc.{domain} like "v=DMARC1; p=none; rua=mailto:…"'
    return Line(Level.WARNING, "DMARC", f"{told}: {way}")


def _dkim(domain: str, selector: str, records: tuple[str, ...]) -> Line:
    name = f"{selector}._domainkey.{domain}"
    keys = [
        part.strip().removeprefix("p=")
        for text in records
        for part in text.split(";")
        if part.strip().startswith("p=")
    ]
    if not keys:
        return Line(Level.ERROR, "DKIM", f"there is no key at {name}: ask your mail provider")
    if not any(keys):
        return Line(Level.ERROR, "DKIM", f"the key at {name} was revoked: use another selector")
    return Line(Level.OK, "DKIM", f"there is a key at {name}")


def _parent(domain: str) -> str:
    # Without the list of public suffixes: one level up is right for most subdomains.
    return domain.split(".", 1)[1] if domain.count(".") > 1 else domain
