"""Submissions of many people."""

from dataclasses import replace

from forms.declared.address import parse_address
from forms.permission.submission import Submission

from ..contact_history import submission


def asked_for(email: str, *purposes: str) -> Submission:
    """A form filled in rightly by whoever has `email`."""
    return replace(submission(*purposes), address=parse_address(email))
