"""Render Markdown as HTML. Only this module knows the parsers.

markdown-it-py is the reference. Its port to Rust, the extra `fast`, renders the texts for which it
makes the same bytes: `is_plain` looks for anything that the two are known to read differently.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

EXTENSIONS = frozenset({"table", "strikethrough", "footnote"})
"""Syntax beyond CommonMark 0.31.2."""

Engine = Callable[[str], str]


def to_html(text: str, extensions: frozenset[str] = EXTENSIONS) -> str:
    """Render `text` by CommonMark 0.31.2 and `extensions`. Raw HTML stays as it is."""
    fast = _fast_engine() if extensions == EXTENSIONS else None
    if fast and is_plain(text):
        return fast(text)
    return reference_engine(extensions)(text)


@lru_cache(maxsize=8)
def reference_engine(extensions: frozenset[str] = EXTENSIONS) -> Engine:
    """Return the engine whose output is right by definition."""
    # Here, because most texts don't need it, and it takes longer to load than a page to build.
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark")
    for rule in sorted(extensions - {"footnote"}):
        parser.enable(rule)
    if "footnote" in extensions:
        parser.use(footnote_plugin)
    parser.add_render_rule("blockquote_open", _blockquote)
    return lambda text: str(parser.render(text))


def _blockquote(renderer: Any, *arguments: Any) -> str:
    """Render a line end after the tag of an empty quote too, as in the specification's examples."""
    return str(renderer.renderToken(*arguments)).rstrip("\n") + "\n"


@lru_cache(maxsize=1)
def _fast_engine() -> Engine | None:
    """Return the engine in Rust if it's installed, without footnotes: they are never plain."""
    try:
        from markdown_it_pyrs import MarkdownIt as FastMarkdownIt
    except ImportError:
        return None
    parser = FastMarkdownIt("commonmark").enable_many(["table", "strikethrough"])
    return lambda text: str(parser.render(text))


_UNUSUAL_CHARACTERS = ("|", "\\", "\t")
"""Tables, escapes and tabs."""

# By the character that each needs and starts with, because looking for one character is fast. The
# start of a line is a newline.
_UNUSUAL = tuple(
    (character, re.compile(pattern))
    for character, pattern in (
        ("<", r"<[!?]"),  # comments, declarations
        ("<", r"<[A-Za-z][A-Za-z0-9.+-]*:(?!//[A-Za-z0-9./_-]+>)"),  # unusual addresses
        ("~", r"~(?!~)(?<!~~)|~~~"),
        ("^", r"\^\["),  # footnotes within a line
        ("!", r"!\[(?![\w ,.:;'()/-]*\]\()"),  # images with more than words as alt text
        ("[", r"\[(?:\^|[^\]\n]*\[(?<!\[!\[))"),  # footnotes, brackets in brackets
        # Addresses in pointed brackets, hosts in other scripts.
        (
            "[",
            r"\](?:\((?:<|[^)\n]*(?:[^\x20-\x7e]|&[A-Za-z#]))|:[^\n]*(?:[^\x20-\x7e\n]|&[A-Za-z#]))",
        ),
        (":", r"-: *\n"),  # tables without bars
        (
            "\n",
            r"\n(?:"
            r" {0,3}\[[^\]\n]*\]:(?! \S+(?: \"[^\"\n]*\")?\n(?:\n|\Z| {0,3}\[))"
            r"| +(?:```|<)"  # code and tags within lists
            r"| *:-"  # tables without bars
            r"|[ >]*(?:[-*+]|\d+[.)]) *(?=\n)"  # empty items
            r"| *>[^\n]*\n(?! *(?:>|\n|\Z))"  # quotes that continue without `>`
            r")",
        ),
    )
)
_OTHER_CHARACTER = re.compile(r"[^\n\x20-\x7eÀ-ÖØ-öø-ſ“”‘’–—…]")
_FENCE = re.compile(r"```[a-z0-9+#.-]*")
_SPACE_IN_CODE = re.compile(r"` +`")
_BRACKETS = re.compile(r"\[[^\[\]\n]*\]")


def is_plain(text: str) -> bool:
    """Return True if the two engines are known to render `text` alike.

    The patterns come from comparing the engines on the specification's examples, real articles and
    generated texts; tests repeat that. In doubt the result is False.
    """
    if not text.endswith("\n") or any(character in text for character in _UNUSUAL_CHARACTERS):
        return False
    if not text.isascii() and _OTHER_CHARACTER.search(text):
        return False
    lines = f"\n{text}"
    if any(character in lines and pattern.search(lines) for character, pattern in _UNUSUAL):
        return False
    return "`" not in text or all(_is_plain_code(line) for line in text.split("\n") if "`" in line)


def _is_plain_code(line: str) -> bool:
    """Return True if a line's backticks are a fence, or pairs of single ones around words."""
    if _FENCE.fullmatch(line):
        return True
    if "``" in line or "<" in line or line.count("`") % 2 or _SPACE_IN_CODE.search(line):
        return False
    outside = _BRACKETS.sub("", line) if "[" in line else line
    return "[" not in outside and "]" not in outside
