"""Whether a generator made the site that the corpus asks for: else its figures mean nothing."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from .corpus import Article, Corpus, plain_words
from .errors import BenchError
from .sites import FEED_ENTRIES, PAGE_SIZE, Site

SAMPLE = 20
"""Articles whose words are compared."""

_ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a site of the corpus consists of."""

    articles: int
    list_pages: int
    tags: int
    tag_pages: int
    """Of all tags, their further pages too."""
    feed_entries: int
    addresses_in_sitemap: int


def expected(corpus: Corpus) -> Counts:
    """What the corpus makes."""
    filed = corpus.filed()
    return Counts(
        articles=corpus.count,
        list_pages=_pages(corpus.count),
        tags=len(filed),
        tag_pages=sum(map(_pages, filed.values())),
        feed_entries=min(FEED_ENTRIES, corpus.count),
        addresses_in_sitemap=1 + corpus.count + len(filed),
    )


def found(output: Path) -> Counts:
    """What is published. Raises `BenchError` where the page of all tags or a file is missing."""
    for needed in ("index.html", "tags/index.html", "feed.xml", "sitemap.xml"):
        if not (output / needed).is_file():
            raise BenchError(f"there is no {needed}")
    tags = output / "tags"
    own = {"tags", "page"}
    return Counts(
        articles=sum(page.parent.name not in own for page in output.glob("*/index.html")),
        list_pages=1 + _count(output, "page/*/index.html"),
        tags=_count(tags, "*/index.html"),
        tag_pages=_count(tags, "*/index.html") + _count(tags, "*/page/*/index.html"),
        feed_entries=len(_feed(output).findall(f"{_ATOM}entry")),
        addresses_in_sitemap=sum(
            file.read_text(encoding="utf-8").count("<url>") for file in output.glob("sitemap*.xml")
        ),
    )


def refuse_another_site(corpus: Corpus, site: Site) -> None:
    """Raise `BenchError` with every difference between what is published and the corpus."""
    differences = [*_other_counts(corpus, site), *_other_words(corpus, site)]
    if differences:
        name = site.generator.name
        raise BenchError(f"{name} made another site than the others: {'; '.join(differences)}")


def _other_counts(corpus: Corpus, site: Site) -> Iterator[str]:
    wanted, there = asdict(expected(corpus)), asdict(found(site.output))
    for what, count in wanted.items():
        if there[what] != count:
            yield f"{there[what]} {what.replace('_', ' ')} instead of {count}"


def _other_words(corpus: Corpus, site: Site) -> Iterator[str]:
    for number in range(0, corpus.count, max(1, corpus.count // SAMPLE)):
        article = corpus.article(number)
        wanted = plain_words(article.body)
        if content_words(site.page(article).read_text(encoding="utf-8")) != wanted:
            yield f"other words in {article.slug}"
    newest = [corpus.article(corpus.count - 1 - back) for back in range(FEED_ENTRIES)]
    entries = _feed(site.output).findall(f"{_ATOM}entry")
    for article, entry in zip(newest, entries, strict=False):
        if not _carries(entry, article):
            yield f"the feed does not carry all of {article.slug} in its place"


def _carries(entry: ElementTree.Element, article: Article) -> bool:
    html = entry.findtext(f"{_ATOM}content") or ""
    return _words(f'<div class="content">{html}</div>') == plain_words(article.body)


def content_words(page: str) -> list[str]:
    """The words of a page's `<div class="content">`, as a reader sees them."""
    return _words(page)


def _words(html: str) -> list[str]:
    reader = _Content()
    reader.feed(html)
    return "".join(reader.said).split()


class _Content(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "div" and (self._depth or ("class", "content") in attrs):
            self._depth += 1
        if tag == "br":
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._depth:
            self._depth -= 1
        if tag in ("p", "li", "h2", "pre"):
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.said.append(data)


def _feed(output: Path) -> ElementTree.Element:
    return ElementTree.fromstring((output / "feed.xml").read_bytes())


def _pages(entries: int) -> int:
    return -(-entries // PAGE_SIZE)


def _count(folder: Path, pattern: str) -> int:
    return sum(1 for _ in folder.glob(pattern))
