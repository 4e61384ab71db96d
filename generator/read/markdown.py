"""Markdown -> HTML. The only file that knows the parser."""

from functools import lru_cache

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

EXTENSIONS = frozenset({"table", "strikethrough", "footnote"})
"""What goes beyond CommonMark 0.31.2."""


@lru_cache(maxsize=8)
def _parser(extensions: frozenset[str]) -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    for rule in sorted(extensions - {"footnote"}):
        parser.enable(rule)
    if "footnote" in extensions:
        parser.use(footnote_plugin)
    return parser


def to_html(text: str, extensions: frozenset[str] = EXTENSIONS) -> str:
    """HTML of `text` by CommonMark 0.31.2 and `extensions`. Raw HTML is the author's to write."""
    return str(_parser(extensions).render(text))
