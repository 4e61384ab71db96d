"""What thousands of documents say alike is held once: a third of the memory that they take, and
that each worker has a copy of in the end."""

from collections.abc import Mapping
from typing import Any

from ..model.document import Document, Source
from ..model.value import made_of
from ..read.documents import Reading


class Alike:
    """The values that were met so far."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._places: dict[tuple[Any, ...], Mapping[str, tuple[int, int]]] = {}
        self._nothing: Mapping[str, Any] = {}

    def held(self, reading: Reading, source: Source) -> Reading:
        """The reading, which nobody else has yet, whose document holds now what others hold.

        It is equal to what it was, but where its file lies, and its stamp, is left to whoever
        found it: nobody opens the file for the document's sake any more.
        """
        if reading.document:
            self._hold(reading.document, source)
        return reading

    def _hold(self, document: Document, source: Source) -> None:
        word = self._word
        places = tuple(document.places.items())
        terms = {word(name): tuple(map(word, said)) for name, said in document.terms.items()}
        put = object.__setattr__
        put(document, "source", _lasting(source))
        put(document, "places", self._places.setdefault(places, document.places))
        put(document, "terms", terms)
        put(document, "extra", document.extra or self._nothing)
        put(document, "language", word(document.language))
        put(document, "section", word(document.section))

    def _word(self, word: str) -> str:
        return self._words.setdefault(word, word)


def _lasting(source: Source) -> Source:
    return made_of(Source, (source.path, source.kind, "", ()))
