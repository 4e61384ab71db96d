"""What documents say alike is held once, and stays what it was."""

import pickle
from dataclasses import replace

from generator.incremental.alike import Alike
from generator.model.document import Document, Source
from generator.read.documents import Reading

from ..read.test_reading import PLAIN, SOURCE, reading


def opened(raw: bytes = PLAIN) -> Reading:
    """As it comes out of a cache: nothing of it is held by another."""
    found: Reading = pickle.loads(pickle.dumps(reading(raw)))
    return found


def held(alike: Alike, source: Source = SOURCE) -> Document:
    document = alike.held(opened(), source).document
    assert document
    return document


def test_a_document_stays_equal_to_what_it_was() -> None:
    before = reading(PLAIN)
    assert before.document
    read = replace(before.document, source=replace(SOURCE, location="", stat=()))
    assert Alike().held(opened(), SOURCE) == replace(before, document=read)


def test_two_that_say_the_same_hold_one_value() -> None:
    alike = Alike()
    one, two = held(alike), held(alike)
    assert one.places is two.places
    assert one.source.path is two.source.path
    assert one.terms["tags"][0] is two.terms["tags"][0]


def test_a_reading_without_a_document_is_left_as_it_is() -> None:
    wrong = opened(b"---\ntitle: [\n---\n")
    assert wrong.document is None
    assert Alike().held(wrong, SOURCE) == wrong
