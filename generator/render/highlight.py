"""Syntax highlighting with Pygments, as classes for the theme's style sheet."""

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.formatters import HtmlFormatter
    from pygments.lexer import Lexer

# Pygments is imported late, because most edits change no code.


@lru_cache(maxsize=64)
def _lexer(language: str) -> "Lexer | None":
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=1)
def _formatter() -> "HtmlFormatter[str]":
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(nowrap=True)


def highlight(text: str, language: str) -> str:
    """Return a `<pre>` with Pygments' short classes, plain for languages it doesn't know."""
    from pygments import highlight as colour

    lexer = _lexer(language)
    name = escape(language)
    opening = f'<pre class="code" tabindex="0"><code class="language-{name}">'
    inner = colour(text, lexer, _formatter()) if lexer else escape(text)
    return f"{opening}{inner}</code></pre>"
