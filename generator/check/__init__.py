"""Site -> diagnostics. Each file is one check, with `check(site, published)`.

`published` holds the file of every planned output of the public tree: whether a link is dead can
be told before anything is rendered.
"""

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import cast

from ..model.diagnostic import Diagnostic
from ..model.site import Site
from . import forms, images, layouts, links, menu, routes, sources

Check = Callable[[Site, frozenset[str]], Iterable[Diagnostic]]

CHECKS: tuple[ModuleType, ...] = (sources, links, images, layouts, forms, menu, routes)


def check(site: Site, published: frozenset[str]) -> tuple[Diagnostic, ...]:
    """Every finding of every check."""
    return tuple(
        finding for module in CHECKS for finding in cast(Check, module.check)(site, published)
    )
