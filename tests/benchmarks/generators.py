"""The generators that are measured: how each is run, and how its site is laid out.

Arguments may name `{output}`, the folder of the published site, `{relative}`, the same seen from
the site's folder, `{site}` and `{port}`.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata, util
from pathlib import Path

from .corpus import Article
from .peers import Installed

FAST_ENGINE = "markdown_it_pyrs"
"""The package of the extra `fast`, as Python imports it."""

REFERENCE = Path(__file__).parent / "reference"
"""A folder that hides the package of the extra `fast`: what is left is the reference parser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """One generator, ready to run in a folder that holds its site."""

    name: str
    version: str
    program: tuple[str, ...]
    build: tuple[str, ...]
    """Arguments of a build; whatever caches it may keep are on."""
    serve: tuple[str, ...] = ()
    """Arguments of its development server; empty: it is not measured."""
    articles: str
    """The folder of the articles in the site."""
    front_matter: Callable[[Article], str]
    theme: str
    """The template that every page is made with, in the site."""
    caches: tuple[str, ...] = ()
    """What it keeps in the site between two builds."""
    links: Mapping[str, Path] = field(default_factory=dict)
    """Name in the site -> what a symbolic link of that name leads to."""
    slow: bool = False
    """Measured once, and in what it is compared in; else the whole would take hours."""


def atrae() -> Generator:
    """Ours, as it is installed beside the running Python."""
    program = Path(sys.executable).with_name("atrae")
    handler = "{output}-handler"
    return Generator(
        name="Atrae",
        version=metadata.version("atrae"),
        program=(str(program),),
        build=("build", "--quiet", "--output", "{output}", "--handler", handler),
        serve=("serve", "--port", "{port}"),
        articles="content",
        front_matter=yaml_front_matter,
        theme="themes/bench/templates/base.html",
        caches=(".atrae",),
    )


def hugo(installed: Installed) -> Generator:
    """Hugo, its cache kept in the site."""
    cache = ("--cacheDir", "{site}/.cache")
    return Generator(
        name="Hugo",
        version=installed.version,
        program=installed.program,
        build=("build", "--quiet", "--destination", "{output}", *cache),
        serve=("server", "--quiet", "--bind", "127.0.0.1", "--port", "{port}", *cache),
        articles="content",
        front_matter=yaml_front_matter,
        theme="layouts/baseof.html",
        caches=(".cache", "resources"),
    )


def pelican(installed: Installed) -> Generator:
    """Pelican with its content cache on. Its `--autoreload` builds the whole site, as `build`."""
    settings = ("--settings", "pelicanconf.py")
    return Generator(
        name="Pelican",
        version=installed.version,
        program=installed.program,
        build=("content", *settings, "--output", "{output}", "--quiet"),
        articles="content",
        front_matter=pelican_front_matter,
        theme="theme/templates/base.html",
        caches=("cache", "__pycache__"),
        slow=True,
    )


def eleventy(installed: Installed) -> Generator:
    """Eleventy. Its `--incremental` works within one process, so that only `serve` has it."""
    return Generator(
        name="Eleventy",
        version=installed.version,
        program=installed.program,
        build=("--quiet", "--output={relative}"),
        serve=("--serve", "--quiet", "--incremental", "--port={port}", "--output={relative}"),
        articles="src/articles",
        front_matter=yaml_front_matter,
        theme="src/_includes/base.njk",
        caches=(".cache",),
        links={"node_modules": installed.modules} if installed.modules else {},
        slow=True,
    )


PEERS: Mapping[str, Callable[[Installed], Generator]] = {
    "hugo": hugo,
    "pelican": pelican,
    "eleventy": eleventy,
}
"""By the name that `--peers` takes, in the order of the tables."""


def has_fast_engine() -> bool:
    """Whether the extra `fast` is installed beside the running Python."""
    return util.find_spec(FAST_ENGINE) is not None


def environment(engine: str = "auto") -> dict[str, str]:
    """That of a run, without what may be set for our program. `engine`: auto or reference."""
    # An installed program has its bytecode beside it, wherever else it is asked not to be written.
    unset = ("ATRAE_", "PYTHONDONTWRITEBYTECODE")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(unset)}
    return clean | ({"PYTHONPATH": str(REFERENCE)} if engine == "reference" else {})


def yaml_front_matter(article: Article) -> str:
    """As Atrae, Hugo and Eleventy read it."""
    return (
        f'---\ntitle: "{article.title}"\ndate: {article.date:%Y-%m-%dT%H:%M:%SZ}\n'
        f'tags: [{", ".join(article.tags)}]\ndescription: "{article.description}"\n---\n\n'
    )


def pelican_front_matter(article: Article) -> str:
    """As Pelican reads it in Markdown."""
    return (
        f"Title: {article.title}\nDate: {article.date:%Y-%m-%d %H:%M}\n"
        f"Tags: {', '.join(article.tags)}\nSummary: {article.description}\n\n"
    )
