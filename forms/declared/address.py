"""An e-mail address: as typed, as a mail server takes it, as the key that tells people apart."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

LONGEST = 254
"""Octets in the longest address that SMTP can carry (RFC 5321, erratum 1690)."""


@dataclass(frozen=True, slots=True)
class Address:
    """`key` is case-folded, NFC, with its domain in IDNA; `+tags` and dots are kept."""

    typed: str
    deliverable: str
    key: str


def parse_address(text: str) -> Address:
    """Read an address, without asking the network. Raises `ValueError` where it is none.

    A local part outside ASCII is refused: few servers take one (RFC 6531), and a browser's own
    check of `type=email` refuses it too. Domains may be in any script.
    """
    typed = text.strip()
    if len(typed) > LONGEST:
        raise ValueError("the address is too long")
    try:
        valid = validate_email(
            typed, check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError as fault:
        raise ValueError(str(fault)) from fault
    deliverable = valid.ascii_email
    if deliverable is None:
        raise ValueError("the address has no ASCII form")
    return Address(typed=typed, deliverable=deliverable, key=deliverable.casefold())
