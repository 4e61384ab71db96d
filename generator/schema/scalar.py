"""Plain scalars by the core schema of YAML 1.2."""

import re

MAX_DIGITS = 20
"""Longer digits stay text: they are an identifier rather than a number."""

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
"""Spellings of an empty value."""

_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def parse_scalar(text: str) -> str | int | float | bool:
    """Parse a plain scalar; octal, hexadecimal and digits after a leading zero stay text."""
    if text in _TRUTHS:
        return _TRUTHS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < MAX_DIGITS else text
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
