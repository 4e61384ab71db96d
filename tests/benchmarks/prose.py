"""Markdown of plausible shape around given words: paragraphs, headings, lists, quotes and links.

Only what CommonMark and the older Markdown agree on is used, so that every generator reads the
same text.
"""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple


class Links(NamedTuple):
    """Where the two links of an article lead."""

    within: str
    away: str


def body(random: Random, words: list[str], links: Links) -> str:
    """All of `words`, in order, as the Markdown of one article."""
    blocks = list(_blocks(random, words))
    blocks[0] = _linked(blocks[0], links.within)
    blocks[-1] = _linked(blocks[-1], links.away)
    return "\n\n".join(blocks)


def sentence(random: Random, words: list[str]) -> str:
    """A capital, perhaps a comma, and a full stop. At least one word."""
    spoken = [words[0].capitalize(), *words[1:]]
    if len(spoken) > 8:
        spoken[random.randint(3, len(spoken) - 4)] += ","
    return " ".join(spoken) + "."


def code(random: Random, names: list[str]) -> str:
    """A fenced block of Python around six names."""
    function, given, held, one, key, note = names
    low, high = random.randint(2, 9), random.randint(10, 99)
    return "\n".join(
        (
            "```python",
            f"def {function}_{given}({given}, limit={high}):",
            f'    """Return what is {note} in {given}."""',
            f"    {held}_all = [{one}_ * {low} for {one}_ in {given} if {one}_ < limit]",
            f"    if len({held}_all) > {low}:",
            f'        return {{"{key}": sum({held}_all), "{note}": None}}',
            f"    return {held}_all  # {note} and {key}",
            "```",
        )
    )


def _blocks(random: Random, words: list[str]) -> Iterator[str]:
    """A paragraph first and last; between them sections of a heading and what stands below it."""
    rest = iter(words)
    left = len(words)

    def take(low: int, high: int) -> list[str]:
        nonlocal left
        # What is left over must be enough for a paragraph.
        count = min(random.randint(low, high), left)
        count = left if left - count < 20 else count
        left -= count
        return [next(rest) for _ in range(count)]

    yield _paragraph(random, take(50, 80))
    while left > 220:
        yield "## " + " ".join(take(3, 6)).capitalize()
        yield _paragraph(random, take(50, 90))
        kind = random.random()
        if kind < 0.5:
            yield "\n".join(f"- {' '.join(take(5, 9)).capitalize()}" for _ in range(5))
        elif kind < 0.65:
            yield "> " + _paragraph(random, take(15, 25))
        yield _paragraph(random, take(40, 70))
    while left:
        yield _paragraph(random, take(50, 90))


def _paragraph(random: Random, words: list[str]) -> str:
    sentences = []
    start = 0
    while start < len(words):
        end = start + random.randint(7, 18)
        end = len(words) if len(words) - end < 5 else end
        sentences.append(sentence(random, words[start:end]))
        start = end
    return _emphasised(random, " ".join(sentences))


def _emphasised(random: Random, text: str) -> str:
    """One run of words set apart, as most paragraphs have it."""
    words = text.split(" ")
    mark = random.choice(("*", "*", "**", "**", "`", ""))
    start = random.randrange(max(1, len(words) - 3))
    end = min(len(words), start + random.randint(1, 3)) - 1
    words[start] = mark + words[start]
    words[end] = words[end] + mark
    return " ".join(words)


def _linked(text: str, target: str) -> str:
    """The second and third word that carry no mark, if two such stand together, lead there."""
    words = text.split(" ")
    for place in range(1, len(words) - 1):
        if words[place].isalpha() and words[place + 1].isalpha():
            if _within_mark(words[:place]):
                continue
            words[place] = f"[{words[place]}"
            words[place + 1] = f"{words[place + 1]}]({target})"
            return " ".join(words)
    return text


def _within_mark(before: list[str]) -> bool:
    return any(" ".join(before).count(mark) % 2 for mark in ("**", "*", "`"))
