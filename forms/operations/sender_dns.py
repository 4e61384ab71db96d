"""SPF, DMARC and DKIM of the sender's domain, without which large providers reject its email."""

from collections.abc import Callable, Iterator

import dns.exception
import dns.name
import dns.resolver

from ..declared.findings import Level, Line

SECONDS = 4.0
"""For each lookup, however many servers it takes."""

Texts = Callable[[str], tuple[str, ...]]
"""Returns the TXT records of a name. Raises `UnansweredError` if no server answers."""


class UnansweredError(Exception):
    """No name server answered, which is no fault of the domain."""


def look_up_texts(name: str, resolver: dns.resolver.Resolver | None = None) -> tuple[str, ...]:
    """Return the TXT records of `name`; none if it doesn't exist. Asks the system's resolver."""
    try:
        resolver = resolver or dns.resolver.Resolver()
        query = dns.name.from_text(name)
        answer = resolver.resolve(query, "TXT", lifetime=SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except dns.exception.DNSException as fault:
        raise UnansweredError(type(fault).__name__) from fault
    return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in answer)


def check_sender(domain: str, selector: str, texts: Texts) -> Iterator[Line]:
    """Check SPF (RFC 7208), DMARC (RFC 7489) and, with a selector, DKIM (RFC 6376)."""
    # Without the list of public suffixes: one level up is right for most subdomains.
    parent = domain.split(".", 1)[1] if domain.count(".") > 1 else domain
    try:
        yield _spf(domain, texts(domain))
        yield _dmarc(domain, texts(f"_dmarc.{domain}") or texts(f"_dmarc.{parent}"))
        if selector:
            yield _dkim(domain, selector, texts(f"{selector}._domainkey.{domain}"))
        else:
            message = "not checked: add --dkim-selector; Gmail and Yahoo require signed email"
            yield Line(Level.WARNING, "DKIM", message)
    except UnansweredError as fault:
        message = f"no name server answers ({fault}): SPF, DKIM and DMARC are unknown"
        yield Line(Level.WARNING, "DNS", message)


def _spf(domain: str, records: tuple[str, ...]) -> Line:
    policies = [text for text in records if text.lower().split(" ")[0] == "v=spf1"]
    if not policies:
        message = f'{domain} has no record: add a TXT record like "v=spf1 mx -all"'
        return Line(Level.WARNING, "SPF", message)
    if len(policies) > 1:
        message = f"{domain} has {len(policies)} records: keep one (RFC 7208)"
        return Line(Level.ERROR, "SPF", message)
    if policies[0].lower().split()[-1] == "+all":
        return Line(Level.ERROR, "SPF", f"{domain} lets anybody send: end it with -all or ~all")
    return Line(Level.OK, "SPF", policies[0])


def _dmarc(domain: str, records: tuple[str, ...]) -> Line:
    policies = [text for text in records if text.lower().startswith("v=dmarc1")]
    if len(policies) == 1:
        return Line(Level.OK, "DMARC", policies[0])
    problem = "more than one record" if policies else "no record"
    fix = f'keep one TXT record at _dmarc.{domain} like "v=DMARC1; p=none; rua=mailto:…"'
    return Line(Level.WARNING, "DMARC", f"{problem}: {fix}")


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
