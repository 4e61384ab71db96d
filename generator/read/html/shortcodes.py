"""Shortcodes: syntax, not meaning. They leave the text before it is parsed and come back after.

    {{< form newsletter >}}          a word
    {{< figure "a b.png" width=20 >}}   arguments and options
    {{< note >}} … {{< /note >}}     with text inside, which is Markdown

In the text a letter-and-digit mark stands for each, which no parser touches, wherever it is.
"""

import hashlib
import re
from collections.abc import Mapping
from html import escape

from ...model.diagnostic import Diagnostic, Location, error, nearest
from ...model.value import value

MARK = re.compile(r"sc[0-9a-f]{12}x\d+x")
"""What a mark looks like; only those that a text was given are its own."""

# Nothing in a tag looks like the beginning of another, so that each is read once.
_TAG = re.compile(
    r"\{\{<\s*+(/?)\s*+([A-Za-z][\w-]*+)"
    r"((?>(?:\"(?>(?:[^\"\n{]|\{(?!\{<))*)\"|[^\">\n{]|\{(?!\{<)|>(?!\}\}))*))>\}\}"
)
_ARGUMENT = re.compile(r"(?:([A-Za-z_][\w-]*)=)?(?:\"([^\"\n]*)\"|([^\s\"]+))")


@value
class Tag:
    """One tag as it stands in the source."""

    mark: str
    text: str
    name: str
    closes: bool
    arguments: tuple[str, ...]
    options: Mapping[str, str]
    line: int


@value
class Marked:
    """A text in which a mark stands for each tag."""

    text: str
    tags: dict[str, Tag]

    def restored(self, html: str) -> str:
        """HTML with the text of each tag, escaped, in place of its mark."""
        if not self.tags:
            return html
        tags = self.tags
        return MARK.sub(lambda m: escape(tags[m[0]].text) if m[0] in tags else m[0], html)


def take_out(text: str, *, first_line: int = 1) -> Marked:
    """Put marks for the shortcodes of `text`, which begins on `first_line` of its source."""
    if "{{<" not in text:
        return Marked(text=text, tags={})
    # The mark is made of the text's own digest, so that no text can contain its own marks.
    stem = "sc" + hashlib.sha256(text.encode()).hexdigest()[:12]
    tags: dict[str, Tag] = {}

    def mark(found: re.Match[str]) -> str:
        name = f"{stem}x{len(tags)}x"
        words = list(_ARGUMENT.finditer(found[3]))
        tags[name] = Tag(
            mark=name,
            text=found[0],
            name=found[2],
            closes=bool(found[1]),
            arguments=tuple(_value(word) for word in words if not word[1]),
            options={word[1]: _value(word) for word in words if word[1]},
            line=first_line + text.count("\n", 0, found.start()),
        )
        return name

    return Marked(text=_TAG.sub(mark, text), tags=tags)


def _value(word: re.Match[str]) -> str:
    return word[2] if word[2] is not None else word[3]


def unknown(tag: Tag, known: frozenset[str], *, path: str) -> Diagnostic | None:
    """An error for a shortcode that neither the theme nor the site has."""
    if tag.name in known:
        return None
    return error(
        "unknown-shortcode",
        f"there is no shortcode '{tag.name}'",
        at=Location(path=path, line=tag.line),
        hint=nearest(tag.name, known) or "a site's own stand in templates/shortcodes/",
    )
