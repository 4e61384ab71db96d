"""Email addresses: as typed, as mail servers accept them, and as the key of a contact."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

LONGEST = 254
"""Octets of the longest address in SMTP (RFC 5321, erratum 1690)."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address. `key` is case-folded, NFC, with its domain in IDNA; tags and dots are kept."""

    typed: str
    deliverable: str
    key: str


def parse_address(text: str) -> Address:
    """Read an address, without the network. Raises `ValueError`.

    Domains may be in any script. Local parts must be ASCII, because few servers accept others
    (RFC 6531), and neither does `type=email` in browsers.
    """
    typed = text.strip()
    if len(typed) > LONGEST:
        raise ValueError("the address is too long")
    try:
        valid = validate_email(
            typed, check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    deliverable = valid.ascii_email
    if deliverable is None:
        raise ValueError("the address has no ASCII form")
    return Address(typed=typed, deliverable=deliverable, key=deliverable.casefold())
