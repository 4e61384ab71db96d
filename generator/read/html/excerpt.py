"""What a list says of a document whose author does not say it: its first words, as plain text."""

import re
from collections.abc import Iterator

from .shortcodes import MARK
from .tokenizer import plain_text, tokens

FOOTNOTE = re.compile(r'<sup class="footnote-ref">(?:(?!<sup).)*?</sup>', re.S)
"""The mark of a footnote in a text."""

_MORE = re.compile(r"<!--\s*more\s*-->")


def summary(html: str) -> str:
    """As `model.document.Body.summary` promises; `html` has marks for its shortcodes."""
    more = _MORE.search(html) if "<!--" in html else None
    shown = html[: more.start()] if more else html
    if "<sup" in shown:
        shown = FOOTNOTE.sub("", shown)
    shown = MARK.sub("", shown)
    if more:
        return plain_text(shown)
    return next((text for text in map(plain_text, _paragraphs(shown)) if text), "")


def _paragraphs(html: str) -> Iterator[str]:
    """The HTML of each paragraph; one that is not closed lasts until the next begins."""
    start = None
    for token in tokens(html):
        if token.name == "p":
            if start is not None:
                yield html[start : token.start]
            start = None if token.closes else token.end
    if start is not None:
        yield html[start:]
