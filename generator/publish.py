"""Plan -> both trees: what is stale is rendered and written, the rest stays."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from . import outputs as recipes
from .config.config import Config
from .incremental.staleness import Asked, Tracing
from .model.diagnostic import Diagnostic
from .model.output import Output, Tree
from .model.site import Site
from .model.value import value
from .parallel import each
from .plan.plan import Plan, context_of
from .write.publish import is_ours, refuse_folders, staged

Progress = Callable[[int, int], None]
"""Told how many outputs of how many are rendered."""


@value
class Report:
    """What a build did."""

    config: Config
    site: Site
    outputs: tuple[Output, ...]
    """After an edit of texts those alone that were rendered."""
    rendered: Mapping[str, str]
    """Path of each page that was rendered -> why."""
    changed: int
    hidden: Counter[str]
    diagnostics: tuple[Diagnostic, ...]
    locked: bool = False
    """Whether wordings were kept that nobody had published before."""

    @property
    def files(self) -> Iterator[str]:
        """Every file that stands now where the build put it."""
        folders = {Tree.PUBLIC: self.config.public, Tree.HANDLER: self.config.handler}
        return (f"{folders[output.tree]}/{output.path}" for output in self.outputs)

    @property
    def valid(self) -> tuple[float, float]:
        """From when until when the same documents are shown, in seconds since 1970."""
        return shown_within(self.site)

    @property
    def pages(self) -> int:
        """The HTML files of the public tree that are not redirects."""
        return sum(
            output.path.endswith(".html") and output.tree is Tree.PUBLIC
            for output in self.outputs
            if output.recipe not in ("redirect", "asset")
        )


def shown_within(site: Site) -> tuple[float, float]:
    """From when until when the site shows the same documents, in seconds since 1970."""
    every = (*site.by_source.values(), *(hidden.document for hidden in site.hidden))
    moments = [moment for d in every for moment in (d.date, d.expires) if moment]
    new_year = site.now.replace(
        year=min(site.now.year + 1, 9999), month=1, day=1, hour=0, minute=0, second=0
    )
    later = [moment.timestamp() for moment in moments if moment > site.now]
    return site.now.timestamp(), min([*later, new_year.timestamp()])


def publish(
    config: Config, plan: Plan, tracing: Tracing, *, progress: Progress | None = None
) -> int:
    """Render what is stale and write both trees; how many files changed."""
    refuse_folders(config.root, config.public, config.handler)
    with ExitStack() as stack:
        trees = {
            tree: stack.enter_context(
                staged(
                    folder,
                    cache=config.cache,
                    force=config.force,
                    whole=not plan.edit,
                    sealed=_sealed if tree is Tree.HANDLER else None,
                )
            )
            for tree, folder in _folders(config, plan)
        }
        stale = [o for o in plan.outputs if o.tree in trees and _is_stale(o, tracing)]
        if not plan.edit:
            trees[Tree.PUBLIC].keep(tracing.kept)

        def work(part: Sequence[Output]) -> list[tuple[bytes | Path, Asked | None]]:
            return [_rendered(plan, output, tracing) for output in part]

        # The workers render and one process writes: two that make files in one file system at the
        # same time wait for each other longer than they work.
        contents = chain.from_iterable(each(work, stale, workers=config.workers))
        for number, (output, (content, asked)) in enumerate(zip(stale, contents, strict=True)):
            trees[output.tree].put(output.path, content)
            tracing.asked(output, asked)
            if progress:
                progress(number + 1, len(stale))
    return sum(stage.changed for stage in trees.values())


def report(
    config: Config, plan: Plan, tracing: Tracing, changed: int, *, locked: bool = False
) -> Report:
    """What was done; `changed` files are not as they were."""
    return Report(
        config=config,
        site=plan.site,
        outputs=plan.outputs,
        rendered=tracing.reasons,
        changed=changed,
        hidden=Counter(hidden.reason for hidden in plan.site.hidden),
        diagnostics=plan.diagnostics,
        locked=locked,
    )


def _is_stale(output: Output, tracing: Tracing) -> bool:
    """What goes to the handler is little, and always made."""
    return output.tree is Tree.HANDLER or output.path in tracing.reasons


def _rendered(plan: Plan, output: Output, tracing: Tracing) -> tuple[bytes | Path, Asked | None]:
    context = context_of(plan, output)
    content = recipes.render(output, context, plan.extensions.recipes)
    return content, tracing.news(output, tuple(context.dependencies.recorded))


def _sealed(path: str) -> bool:
    """Gated files bear their digest in their path, and may be too large to read at each start."""
    return not path.startswith("gated/")


def _folders(config: Config, plan: Plan) -> Iterator[tuple[Tree, Path]]:
    """The folders to write. The handler's comes last and is exchanged first, so that it never
    knows less than the pages do."""
    yield Tree.PUBLIC, config.public
    if plan.edit:
        return
    if plan.site.catalogue or is_ours(config.handler, config.cache):
        yield Tree.HANDLER, config.handler
