"""Words of no language, as often as words are used: the vocabulary of the benchmarks' articles.

Every word is put together from syllables, so that no text is anybody's. The frequencies follow
Zipf's law as Mandelbrot wrote it, and the frequent words are the short ones, as in real prose.
"""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

ONSETS = (*"bdfglmnrstvz", "br", "dr", "fl", "gl", "gr", "st", "tr")
NUCLEI = tuple("aeio")
CODAS = ("", "", "", "", "l", "n", "r", "s")

SIZE = 6000
"""Words in the vocabulary."""

_OFFSET = 2.7
_SHORTEST_TAG = 6


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words, the most frequent first, and their cumulative weights."""

    words: tuple[str, ...]
    weights: tuple[float, ...]

    def draw(self, random: Random, count: int) -> list[str]:
        """`count` words, each by its frequency."""
        return random.choices(self.words, cum_weights=self.weights, k=count)


def vocabulary(seed: int, size: int = SIZE) -> Vocabulary:
    """`size` different words; the same for the same seed."""
    random = Random(f"{seed}/words")
    found: dict[str, None] = {}
    while len(found) < size:
        found.setdefault(_word(random, _syllables(random, len(found))))
    weights = accumulate(1 / (rank + _OFFSET) for rank in range(1, size + 1))
    return Vocabulary(tuple(found), tuple(weights))


def tag_names(vocabulary: Vocabulary, count: int) -> tuple[str, ...]:
    """`count` of the rarer words, long enough to be no word that YAML takes for a value."""
    rare = vocabulary.words[len(vocabulary.words) // 2 :]
    return tuple([word for word in rare if len(word) >= _SHORTEST_TAG][:count])


def _syllables(random: Random, rank: int) -> int:
    longest = 1 if rank < 60 else 2 if rank < 800 else 3
    return random.randint(max(1, longest - 1), longest)


def _word(random: Random, syllables: int) -> str:
    return "".join(
        random.choice(ONSETS) + random.choice(NUCLEI) + random.choice(CODAS)
        for _ in range(syllables)
    )
