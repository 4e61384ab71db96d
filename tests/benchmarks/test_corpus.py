"""The corpus keeps its promises, and our generator makes the promised pages of it."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from . import compare
from .corpus import SEED, TAGS, TAGS_EACH, WORDS, Corpus, plain_words
from .errors import BenchError
from .generators import atrae, environment, pelican_front_matter, yaml_front_matter
from .measure import run
from .sites import Site, make_site, write_articles

numbers = st.integers(0, 60_000)
seeds = st.integers(0, 2**32)

LONG = Corpus(60_001)


@settings(max_examples=20)
@given(number=numbers, seed=seeds)
def test_the_same_seed_writes_the_same_article(number: int, seed: int) -> None:
    assert Corpus(number + 1, seed).article(number) == Corpus(60_001, seed).article(number)


@given(number=numbers)
def test_an_article_has_the_promised_words_and_tags(number: int) -> None:
    article = LONG.article(number)
    prose, _, code = article.body.partition("```python")
    words = plain_words(prose + code.partition("\n```")[2])
    assert len(words) == WORDS
    assert len(set(article.tags)) == TAGS_EACH
    assert article.title
    assert article.description.endswith(".")


def test_another_seed_writes_another_article() -> None:
    assert Corpus(1, SEED).article(0) != Corpus(1, SEED + 1).article(0)


def test_a_corpus_has_its_count_of_slugs_dates_and_tags() -> None:
    corpus = Corpus(1000)
    articles = list(corpus)
    assert len({article.slug for article in articles}) == 1000
    assert len({article.date for article in articles}) == 1000
    assert len(corpus.tags) == len(set(corpus.tags)) == TAGS
    assert sum(corpus.filed().values()) == 1000 * TAGS_EACH


def test_every_link_within_the_site_leads_to_an_article() -> None:
    articles = list(Corpus(200))
    slugs = {article.slug for article in articles}
    targets = [article.body.partition("](/")[2].partition("/)")[0] for article in articles]
    assert all(target in slugs for target in targets)


def test_every_front_matter_says_the_same() -> None:
    article = Corpus(8).article(7)
    for written in (yaml_front_matter(article), pelican_front_matter(article)):
        for said in (article.title, article.description, f"{article.date:%Y-%m-%d}", *article.tags):
            assert said in written


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, Site]:
    """Fifty articles, built by the command that the benchmark runs."""
    folder: Path = tmp_path_factory.mktemp("bench")
    corpus, site = Corpus(50), make_site(atrae(), folder / "site", folder / "out")
    write_articles(corpus, [site])
    run(site.command(site.generator.build), cwd=site.root, env=environment())
    return corpus, site


def test_our_generator_makes_the_site_of_the_corpus(built: tuple[Corpus, Site]) -> None:
    corpus, site = built
    compare.refuse_another_site(corpus, site)
    counts = compare.found(site.output)
    assert counts == compare.expected(corpus)
    assert (counts.articles, counts.list_pages, counts.feed_entries) == (50, 5, 20)


def test_a_site_with_a_page_missing_or_altered_is_refused(built: tuple[Corpus, Site]) -> None:
    corpus, site = built
    page = site.page(corpus.article(0))
    whole = page.read_text(encoding="utf-8")
    first = plain_words(corpus.article(0).body)[0]
    page.write_text(whole.replace(first, "another", 1), encoding="utf-8")
    with pytest.raises(BenchError, match="other words in"):
        compare.refuse_another_site(corpus, site)
    page.write_text(whole, encoding="utf-8")
    last = site.output / "page" / "5" / "index.html"
    away = last.rename(last.with_suffix(".away"))
    with pytest.raises(BenchError, match="4 list pages instead of 5"):
        compare.refuse_another_site(corpus, site)
    away.rename(last)
