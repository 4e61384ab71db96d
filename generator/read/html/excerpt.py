"""Excerpt of a document without a summary: its first words as plain text."""

import re
from collections.abc import Iterator

from .shortcodes import MARK
from .tokenizer import plain_text, tokenize

FOOTNOTE = re.compile(r'<sup class="footnote-ref">(?:(?!<sup).)*?</sup>', re.S)
"""Reference to a footnote."""

_MORE = re.compile(r"<!--\s*more\s*-->")


def excerpt(html: str) -> str:
    """Return the text before `<!--more-->`, else the first paragraph, without shortcodes' marks."""
    more = _MORE.search(html) if "<!--" in html else None
    opening = html[: more.start()] if more else html
    if "<sup" in opening:
        opening = FOOTNOTE.sub("", opening)
    opening = MARK.sub("", opening)
    if more:
        return plain_text(opening)
    return next((text for text in map(plain_text, _paragraphs(opening)) if text), "")


def _paragraphs(html: str) -> Iterator[str]:
    """Yield the HTML of each paragraph; an unclosed one ends where the next starts."""
    start = None
    for token in tokenize(html):
        if token.name == "p":
            if start is not None:
                yield html[start : token.start]
            start = None if token.closes else token.end
    if start is not None:
        yield html[start:]
