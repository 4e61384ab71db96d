"""The corpus of the benchmarks: articles of 600 words, the same for the same seed.

The first thousand of ten thousand articles are the corpus of one thousand, so that a growing
corpus is a site that grew. Nothing but the number of an article and the seed decides its text.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random

from .prose import Links, body, code, sentence
from .words import Vocabulary, tag_names, vocabulary

SEED = 2026
WORDS = 600
"""Words of an article's text, headings and lists too, code apart."""
TAGS = 200
TAGS_EACH = 3
CODE_EVERY = 10
"""Every tenth article has a block of code."""

FIRST = datetime(2010, 1, 1, 9, tzinfo=UTC)
STEP = timedelta(minutes=150)
"""Between two articles: fifty thousand fit in fifteen years, none in the future."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article; `body` is Markdown. A later article is a newer one."""

    slug: str
    title: str
    description: str
    date: datetime
    tags: tuple[str, ...]
    body: str


@dataclass(frozen=True)
class Corpus:
    """`count` articles of `seed`, made when they are asked for."""

    count: int
    seed: int = SEED

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What all articles are written with."""
        return vocabulary(self.seed)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """What articles may be filed under."""
        return tag_names(self.vocabulary, TAGS)

    def __iter__(self) -> Iterator[Article]:
        """The oldest first."""
        return map(self.article, range(self.count))

    def article(self, number: int) -> Article:
        """Article `number`, from 0."""
        random = Random(f"{self.seed}/{number}")
        text = body(random, self.vocabulary.draw(random, WORDS), self._links(random, number))
        if number % CODE_EVERY == CODE_EVERY // 2:
            names = random.sample(self.vocabulary.words, 6)
            opening, _, rest = text.partition("\n\n")
            text = f"{opening}\n\n{code(random, names)}\n\n{rest}"
        title, slug = self._title(number)
        return Article(
            slug=slug,
            title=title,
            description=sentence(random, self.vocabulary.draw(random, 15)),
            date=FIRST + number * STEP,
            tags=self._tags(number),
            body=f"{text}\n",
        )

    def filed(self) -> Counter[str]:
        """How many articles each tag in use holds."""
        return Counter(tag for number in range(self.count) for tag in self._tags(number))

    def _tags(self, number: int) -> tuple[str, ...]:
        return tuple(Random(f"{self.seed}/{number}/tags").sample(self.tags, TAGS_EACH))

    def _title(self, number: int) -> tuple[str, str]:
        random = Random(f"{self.seed}/{number}/title")
        words = self.vocabulary.draw(random, random.randint(3, 7))
        return " ".join(words).capitalize(), f"{'-'.join(words[:3])}-{number:05d}"

    def _links(self, random: Random, number: int) -> Links:
        """Within the site to an earlier article, which is there however short the corpus is."""
        _, earlier = self._title(random.randrange(number) if number else 0)
        return Links(within=f"/{earlier}/", away=f"https://example.org/{random.randrange(10**6)}")


def plain_words(body: str) -> list[str]:
    """The words of an article's Markdown as a reader sees them, those of its code too."""
    text = re.sub(r"^(```\w*|#+ |> |- )", "", body, flags=re.M)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    prose, *rest = re.split(r"(?m)^(?=def )", text, maxsplit=1)
    return re.sub(r"\*\*|\*|`", "", prose).split() + (_with_code(rest[0]) if rest else [])


def _with_code(text: str) -> list[str]:
    """In code a star is a star."""
    program, _, prose = text.partition("\n\n")
    return program.split() + re.sub(r"\*\*|\*|`", "", prose).split()
