"""A site of the corpus for each generator, and the edits that an author makes in it."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path

from .corpus import Article, Corpus
from .generators import Generator

SKELETONS = Path(__file__).parent / "skeletons"
FEED_ENTRIES = 20
PAGE_SIZE = 10


@dataclass(frozen=True, slots=True)
class Site:
    """The folder of one generator's site, and where it publishes."""

    generator: Generator
    root: Path
    output: Path

    def command(self, arguments: Iterable[str], *, port: int = 0) -> list[str]:
        """The program and these arguments, their places filled in."""
        places = {
            "site": self.root,
            "output": self.output,
            "relative": relpath(self.output, self.root),
            "port": port,
        }
        filled = (argument.format_map(places) for argument in arguments)
        return [*self.generator.program, *filled]

    def source(self, article: Article) -> Path:
        """The file of an article."""
        return self.root / self.generator.articles / f"{article.slug}.md"

    def page(self, article: Article) -> Path:
        """Its published page."""
        return self.output / article.slug / "index.html"

    def reset(self) -> None:
        """As if it had never been built.

        What was made is put aside, and goes with the whole folder of the benchmark: for minutes
        after thousands of files were deleted, ext4 passes over the inode of each of them whenever
        it makes a new one, and the next run would pay for that, by chance one to ten seconds.
        """
        for folder in self._made:
            if folder.is_dir():
                aside = tempfile.mkdtemp(prefix="aside-", dir=self.root.parent)
                folder.rename(Path(aside) / folder.name)

    def remove(self) -> None:
        """Take away what was made."""
        for folder in self._made:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def _made(self) -> Iterator[Path]:
        yield self.output
        yield self.output.with_name(f"{self.output.name}-handler")
        yield from (self.root / cache for cache in self.generator.caches)

    def write(self, article: Article) -> None:
        """Save an article."""
        text = self.generator.front_matter(article) + article.body
        self.source(article).write_text(text, encoding="utf-8")

    def change_theme(self, mark: str) -> None:
        """Put `mark` into the foot of every page."""
        template = self.root / self.generator.theme
        before, foot, rest = template.read_text(encoding="utf-8").partition("<footer>Theme ")
        _, end, after = rest.partition("</footer>")
        template.write_text(f"{before}{foot}{mark}{end}{after}", encoding="utf-8")


def make_site(generator: Generator, root: Path, output: Path) -> Site:
    """Settings and theme, no article yet."""
    shutil.copytree(SKELETONS / generator.name.lower(), root)
    (root / generator.articles).mkdir(parents=True, exist_ok=True)
    for name, target in generator.links.items():
        (root / name).symlink_to(target)
    return Site(generator, root, output)


def write_articles(corpus: Corpus, sites: Iterable[Site]) -> None:
    """Every article into every site; each is made once."""
    sites = tuple(sites)
    for article in corpus:
        for site in sites:
            site.write(article)


@contextmanager
def elsewhere(site: Site, folder: Path) -> Iterator[Site]:
    """The same site published below `folder`, which is emptied after."""
    moved = Site(site.generator, site.root, folder / site.output.name)
    try:
        yield moved
    finally:
        moved.remove()
