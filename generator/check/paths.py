"""Check that every output has a valid path of its own."""

from collections.abc import Iterable, Iterator

from ..model.diagnostic import Diagnostic
from ..model.output import Output, conflicts, unfit
from ..model.site import Site


def check_outputs(outputs: Iterable[Output], site: Site) -> Iterator[Diagnostic]:  # noqa: ARG001
    """Yield `output-path` and `output-conflict`."""
    outputs = tuple(outputs)
    yield from unfit(outputs)
    yield from conflicts(outputs)
