"""Markdown -> HTML. The only file that knows the parsers.

There are two engines and one truth. markdown-it-py is the reference. Its port to Rust, the extra
`fast`, is used for texts that it is proven to make the same bytes of: `is_plain` looks for whatever
the two are known to read differently, and leaves such a text to the reference.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import OptionsDict

EXTENSIONS = frozenset({"table", "strikethrough", "footnote"})
"""What goes beyond CommonMark 0.31.2."""

Engine = Callable[[str], str]


def to_html(text: str, extensions: frozenset[str] = EXTENSIONS) -> str:
    """HTML of `text` by CommonMark 0.31.2 and `extensions`. Raw HTML is the author's to write."""
    fast = _fast() if extensions == EXTENSIONS else None
    if fast and is_plain(text):
        return fast(text)
    return reference(extensions)(text)


@lru_cache(maxsize=8)
def reference(extensions: frozenset[str] = EXTENSIONS) -> Engine:
    """The engine that is right by definition."""
    # Here, for most texts need it not, and it takes longer to load than a page to be built.
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark")
    for rule in sorted(extensions - {"footnote"}):
        parser.enable(rule)
    if "footnote" in extensions:
        parser.use(footnote_plugin)
    parser.add_render_rule("blockquote_open", _blockquote)
    return lambda text: str(parser.render(text))


def _blockquote(
    renderer: "RendererHTML",
    tokens: "Sequence[Token]",
    index: int,
    options: "OptionsDict",
    env: dict[str, Any],
) -> str:
    """A line ends behind the tag of an empty one too, as the specification's examples have it."""
    return renderer.renderToken(tokens, index, options, env).rstrip("\n") + "\n"


@lru_cache(maxsize=1)
def _fast() -> Engine | None:
    """The engine that is fast, where it is installed. Footnotes are not plain, so it has none."""
    try:
        from markdown_it_pyrs import MarkdownIt as FastMarkdownIt
    except ImportError:
        return None
    parser = FastMarkdownIt("commonmark").enable_many(["table", "strikethrough"])
    return lambda text: str(parser.render(text))


_UNUSUAL_SIGNS = ("|", "\\", "\t")
"""Tables, escapes."""

# By the sign that each needs: a single sign is looked for at the speed of memory, and the
# expressions begin with one for the same reason. A line's start is a newline.
_UNUSUAL = tuple(
    (sign, re.compile(pattern))
    for sign, pattern in (
        ("<", r"<[!?]"),  # comments, declarations
        ("<", r"<[A-Za-z][A-Za-z0-9.+-]*:(?!//[A-Za-z0-9./_-]+>)"),  # an unusual address
        ("~", r"~(?!~)(?<!~~)|~~~"),
        ("!", r"!\[(?![\w ,.:;'()/-]*\]\()"),  # an image whose alt text is more than words
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
            r"|[ >]*(?:[-*+]|\d+[.)]) *(?=\n)"  # items that are empty
            r"| *>[^\n]*\n(?! *(?:>|\n|\Z))"  # quotes that go on without their sign
            r")",
        ),
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
    lines = f"\n{text}"
    if any(sign in lines and pattern.search(lines) for sign, pattern in _UNUSUAL):
        return False
    return all(_plain_code(line) for line in _lines_with(text, "`"))


def _lines_with(text: str, sign: str) -> Iterator[str]:
    """Those lines among many: each is found without cutting the others."""
    at = text.find(sign)
    while at >= 0:
        end = text.find("\n", at)
        end = end if end >= 0 else len(text)
        yield text[text.rfind("\n", 0, at) + 1 : end]
        at = text.find(sign, end)


def _plain_code(line: str) -> bool:
    """Whether a line's backticks are a fence, or pairs of single ones around a few words."""
    if _FENCE.fullmatch(line):
        return True
    if "``" in line or "<" in line or line.count("`") % 2 or _SPACE_IN_CODE.search(line):
        return False
    outside = _BRACKETS.sub("", line) if "[" in line else line
    return "[" not in outside and "]" not in outside
