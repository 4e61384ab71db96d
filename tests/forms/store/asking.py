"""Submissions of many people."""

from dataclasses import replace

from forms.address import parse_address
from forms.validate import Submission

from ..life import submission


def asked_for(email: str, *purposes: str) -> Submission:
    """A form filled in rightly by whoever has `email`."""
    return replace(submission(*purposes), address=parse_address(email))
