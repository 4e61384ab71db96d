"""What a plain word of YAML is: the core schema of YAML 1.2."""

import re

MAX_DIGITS = 20
"""From here on it is a name, not a number."""

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
"""How one says that there is no value."""

_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def core(text: str) -> str | int | float | bool:
    """A plain scalar by the core schema of YAML 1.2, without octal and hexadecimal.

    What begins with a zero, as a postal code, and what is too long for a number stays text.
    """
    if text in _TRUTHS:
        return _TRUTHS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < MAX_DIGITS else text
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
