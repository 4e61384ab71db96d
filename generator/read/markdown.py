"""Markdown -> HTML. The only file that knows the parsers.

There are two engines and one truth. markdown-it-py is the reference. Its port to Rust, the extra
`fast`, is used for texts that it is proven to make the same bytes of: `is_plain` looks for whatever
the two are known to read differently, and leaves such a text to the reference.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

EXTENSIONS = frozenset({"table", "strikethrough", "footnote"})
"""What goes beyond CommonMark 0.31.2."""

Engine = Callable[[str], str]


def to_html(text: str, extensions: frozenset[str] = EXTENSIONS) -> str:
    """HTML of `text` by CommonMark 0.31.2 and `extensions`. Raw HTML is the author's to write."""
    fast = _fast() if extensions == EXTENSIONS else None
    if fast and is_plain(text):
        html = fast(text)
        # Of the known differences the one that is seen more easily behind than before.
        if "<blockquote>\n</blockquote>" not in html:
            return html
    return reference(extensions)(text)


@lru_cache(maxsize=8)
def reference(extensions: frozenset[str] = EXTENSIONS) -> Engine:
    """The engine that is right by definition."""
    parser = MarkdownIt("commonmark")
    for rule in sorted(extensions - {"footnote"}):
        parser.enable(rule)
    if "footnote" in extensions:
        parser.use(footnote_plugin)
    return lambda text: str(parser.render(text))


@lru_cache(maxsize=1)
def _fast() -> Engine | None:
    """The engine that is fast, where it is installed. Footnotes are not plain, so it has none."""
    try:
        from markdown_it_pyrs import MarkdownIt as FastMarkdownIt
    except ImportError:
        return None
    parser = FastMarkdownIt("commonmark").enable_many(["table", "strikethrough"])
    return lambda text: str(parser.render(text))


@dataclass(frozen=True, slots=True)
class Opening:
    """The heading of the first level that opens a text: its own text, in Markdown; how many lines
    it and the blank ones before it take; and what follows."""

    text: str
    lines: int
    rest: str


def opening_heading(text: str) -> Opening | None:
    """The heading that `text` begins with, if it is one of the first level."""
    body = text.lstrip("\n")
    block = body.partition("\n\n")[0]
    if not re.match(r" {0,3}#(?!#)|[^\n]+(?:\n[^\n]+)*?\n {0,3}=+[ \t]*(?:\n|\Z)", block):
        return None
    tokens = MarkdownIt("commonmark").parse(block)
    if not tokens or tokens[0].type != "heading_open" or tokens[0].tag != "h1":
        return None
    blank = len(text) - len(body)
    taken = tokens[0].map[1] if tokens[0].map else 1
    rest = "\n".join(body.split("\n")[taken:])
    return Opening(tokens[1].content, blank + taken, rest)


_UNUSUAL_SIGNS = ("|", "\\", "[^", "~~~", "](<", "<!", "\t")
"""Tables, escapes, footnotes, comments."""

_UNUSUAL = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"<(?![A-Za-z/])",
        r"<[A-Za-z][A-Za-z0-9.+-]*:(?!//[A-Za-z0-9./_-]+>)",  # an unusual address
        r"!\[(?![\w ,.:;'()/-]*\]\()",  # an image whose alt text is more than words
        r"(?<!~)~(?!~)",
        r"\[[^\]\n]*\[(?<!\[!\[)",  # brackets in brackets
        r"\]\([^)\n]*(?:[^\x20-\x7e]|&[A-Za-z#])",  # hosts in other scripts
        r"\]:[^\n]*(?:[^\x20-\x7e\n]|&[A-Za-z#])",
        r"^ {0,3}\[[^\]\n]*\]:(?! \S+(?: \"[^\"\n]*\")?\n(?:\n|\Z| {0,3}\[))",
        r"^ +(?:```|<)",  # code and tags within lists
        r"^ *:-|-: *$",  # tables without bars
        r"^[ >]*(?:[-*+]|\d+[.)]) *$",  # items that are empty
        r"^ *>[^\n]*\n(?! *(?:>|\n|\Z))",  # quotes that go on without their sign
    )
)
_OTHER_SIGN = re.compile(r"[^\n\x20-\x7eÀ-ÖØ-öø-ſ“”‘’–—…]")
_FENCE = re.compile(r"```[a-z0-9+#.-]*")
_SPACE_IN_CODE = re.compile(r"` +`")
_BRACKETS = re.compile(r"\[[^\[\]\n]*\]")


def is_plain(text: str) -> bool:
    """Whether the two engines are known to agree on `text`, by its looks alone.

    Found by comparing them over the specification's examples, real articles and generated texts;
    tests keep comparing. It errs on the side of the reference.
    """
    if not text.endswith("\n") or any(sign in text for sign in _UNUSUAL_SIGNS):
        return False
    if not text.isascii() and _OTHER_SIGN.search(text):
        return False
    if any(pattern.search(text) for pattern in _UNUSUAL):
        return False
    return "`" not in text or all(map(_plain_code, text.split("\n")))


def _plain_code(line: str) -> bool:
    """Whether a line's backticks are a fence, or pairs of single ones around a few words."""
    if "`" not in line or _FENCE.fullmatch(line):
        return True
    if "``" in line or "<" in line or line.count("`") % 2 or _SPACE_IN_CODE.search(line):
        return False
    outside = _BRACKETS.sub("", line)
    return "[" not in outside and "]" not in outside
