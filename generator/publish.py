"""Plan -> both trees: stale outputs are rendered and written, the others stay."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from . import outputs as recipes
from .incremental.answer_digests import TextEdit
from .incremental.documents import load_all
from .incremental.staleness import Staleness
from .model.output import Output, Tree
from .model.site import Site
from .parallel import map_chunks
from .plan.plan import Plan, context_of
from .render.dependencies import Dependency
from .write.publish import is_ours, refuse_folders, staged

Progress = Callable[[int, int], None]
"""Called with the number of rendered outputs, and of all that are rendered."""

Rendered = tuple[bytes | Path, tuple[Dependency, ...] | None]
"""Content of an output, and its dependencies if they are new."""


def publish(plan: Plan, staleness: Staleness, *, progress: Progress | None = None) -> int:
    """Render what is stale and write both trees; return how many files changed."""
    config, is_part = plan.config, isinstance(plan.edit, TextEdit)
    refuse_folders(config.root, config.public, config.handler)
    with ExitStack() as stack:
        trees = {
            tree: stack.enter_context(
                staged(
                    folder,
                    cache=config.cache,
                    force=config.force,
                    whole=not is_part,
                    sealed=_is_sealed if tree is Tree.HANDLER else None,
                )
            )
            for tree, folder in _folders(plan)
        }
        if not is_part:
            trees[Tree.PUBLIC].keep(staleness.fresh)
        stale = [output for output in _stale_outputs(plan, staleness) if output.tree in trees]

        def render(part: Sequence[Output]) -> list[Rendered]:
            return [_render(plan, output, staleness) for output in part]

        # Workers render and one process writes: two that create files in one file system at the
        # same time wait for each other longer than they work.
        rendered = chain.from_iterable(map_chunks(render, stale, workers=config.workers))
        for number, (output, (content, new)) in enumerate(zip(stale, rendered, strict=True), 1):
            trees[output.tree].put(output.path, content)
            staleness.record(output, new)
            if progress:
                progress(number, len(stale))
    return sum(stage.changed for stage in trees.values())


def published_files(plan: Plan) -> Iterator[str]:
    """Yield the file of every output."""
    folders = {Tree.PUBLIC: plan.config.public, Tree.HANDLER: plan.config.handler}
    return (f"{folders[output.tree]}/{output.path}" for output in plan.outputs)


def shown_within(site: Site) -> tuple[float, float]:
    """Return from when until when the site shows the same documents, in seconds since 1970."""
    documents = (*site.by_source.values(), *(hidden.document for hidden in site.hidden))
    moments = [moment for d in documents for moment in (d.date, d.expires) if moment]
    new_year = site.now.replace(
        year=min(site.now.year + 1, 9999), month=1, day=1, hour=0, minute=0, second=0
    )
    later = [moment.timestamp() for moment in moments if moment > site.now]
    return site.now.timestamp(), min([*later, new_year.timestamp()])


def _stale_outputs(plan: Plan, staleness: Staleness) -> tuple[Output, ...]:
    """Return the outputs to render. The handler's are few, and always rendered, but after texts."""
    if isinstance(plan.edit, TextEdit):
        return plan.outputs.public(staleness.reasons)
    # Lists show many documents: each worker would read nearly all of them for itself.
    if plan.edit and staleness.reasons:
        load_all(plan.site.by_source.values())
    return tuple(o for o in plan.outputs if o.tree is Tree.HANDLER or o.path in staleness.reasons)


def _render(plan: Plan, output: Output, staleness: Staleness) -> Rendered:
    context = context_of(plan, output)
    content = recipes.render(output, context, plan.extensions.recipes)
    return content, staleness.new_dependencies(output, tuple(context.dependencies.recorded))


def _is_sealed(path: str) -> bool:
    """Tell whether the manifest has a file's digest.

    Gated files have theirs in their path, and may be too large to read at every start.
    """
    return not path.startswith("gated/")


def _folders(plan: Plan) -> Iterator[tuple[Tree, Path]]:
    """Yield the folders to write.

    The handler's comes last and is exchanged first, so that it never knows less than the pages.
    """
    config = plan.config
    yield Tree.PUBLIC, config.public
    if isinstance(plan.edit, TextEdit):
        return
    if plan.site.catalogue or is_ours(config.handler, config.cache):
        yield Tree.HANDLER, config.handler
