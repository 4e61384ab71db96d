"""A build after an edit that leaves every document where it stands, as most edits do.

The plan is the last build's, with the new texts in it: nothing else is read, put together, planned
or checked again. Whatever it is not sure of it leaves to a whole build.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ..check import check_documents
from ..check.links import sources_with_linked_anchors
from ..errors import refuse_errors
from ..incremental.answer_digests import Edit
from ..incremental.documents import Cache
from ..incremental.last_plan import kept
from ..incremental.staleness import Tracing
from ..model.diagnostic import Diagnostic, in_order
from ..model.document import Call, Document, Source, words_called
from ..model.file_stat import Stamp
from ..model.site import Site
from ..publish import Progress, Report, publish, report
from ..read.documents import Reading, read_document
from .plan import Plan, renderer_of
from .substitute import amended

FEW = 64
"""So many texts are read one by one in the time that workers need to begin."""


def rebuild(
    folder: Path,
    edited: Mapping[str, Stamp],
    findings: Iterable[Diagnostic],
    *,
    now: datetime,
    progress: Progress | None = None,
) -> Report | None:
    """Publish the site as `build` would, where the sources in `edited` (path -> stamp) may have
    changed since the last build, and nothing else has; `findings` are those of then, and `folder`
    has what it kept.

    None, and nothing is done, where that is not enough to know. Raises `errors.SiteError`.
    """
    cache = Cache(folder)
    before = kept(folder, cache.documents) if len(edited) <= FEW else None
    if before is None:
        return None
    config = replace(before.config, now=now, workers=1)
    site = replace(before.site, now=now)
    known = Plan(
        site=site,
        outputs=(),  # those that are stale, as soon as it is known which
        diagnostics=tuple(findings),
        renderer=renderer_of(config, before.theme, site),
        cache=cache,
    )
    plan = replan(
        known,
        edited,
        root=config.root,
        anchored=before.anchored,
        published=before.outputs,
    )
    if plan is None:
        return None
    refuse_errors(plan.diagnostics, strict=config.strict)
    tracing = Tracing(config, plan.renderer, before.outputs, plan.edit)
    if not tracing.known or tracing.concerned(before.handler):
        return None
    plan = replace(plan, outputs=before.outputs.public(tracing.reasons))
    changed = publish(config, plan, tracing, progress=progress)
    cache.save()
    tracing.save()
    return report(config, plan, tracing, changed)


def replan(
    plan: Plan,
    edited: Mapping[str, Stamp],
    *,
    root: Path,
    anchored: frozenset[str],
    published: Container[str],
) -> Plan | None:
    """The plan after the sources in `edited` (path -> stamp) may have changed, and nothing else.

    `anchored` is what `check.links.sources_with_linked_anchors` says of the site of `plan`, and
    `published` holds the path of every output of the public tree. None where that is not enough to
    know.
    """
    before = {path: plan.site.by_source[path] for path in edited if path in plan.site.by_source}
    if len(before) < len(edited):
        return None
    readings = {
        path: _read(plan, replace(old.source, where=f"{root}/{path}", stamp=edited[path]))
        for path, old in before.items()
    }
    after = {path: reading.document for path, reading in readings.items() if reading.document}
    site = amended(plan.site, after.values()) if len(after) == len(before) else None
    if site is None or not _led_to(before, after, site, anchored) or _shut(before, after):
        return None
    found = [finding for finding in plan.diagnostics if not _stands_in(finding, edited)]
    found += [finding for reading in readings.values() for finding in reading.findings]
    found += check_documents(after.values(), site, published, plan.extensions.checks)
    return replace(
        plan,
        site=site,
        diagnostics=in_order(found),
        renderer=plan.renderer.of(site),
        edit=Edit(
            paths=frozenset(edited),
            said=any(before[path].digest != after[path].digest for path in before),
            dated=any(before[path].lastmod != after[path].lastmod for path in before),
        ),
    )


def _read(plan: Plan, source: Source) -> Reading:
    settings, shortcodes = plan.site.settings, plan.renderer.theme.shortcodes
    return plan.cache.read_again(
        source, lambda source, raw, known: read_document(source, raw, settings, shortcodes, known)
    )


def _led_to(
    before: Mapping[str, Document],
    after: Mapping[str, Document],
    site: Site,
    anchored: frozenset[str],
) -> bool:
    """Whether what other documents' links say of these, and these of others, is still true."""
    moved = any(_middle(before[path]) != _middle(after[path]) for path in anchored & before.keys())
    return not moved and sources_with_linked_anchors(after.values(), site) <= anchored


def _shut(before: Mapping[str, Document], after: Mapping[str, Document]) -> bool:
    """Whether a form may stand on no page now: whether one must is for the catalogue to say."""
    return any(words_called(before[path]) - words_called(after[path]) for path in before)


def _middle(document: Document) -> tuple[frozenset[str], bool]:
    """Where links can lead within it, as `check.links` judges."""
    return document.body.anchors, any(isinstance(hole, Call) for hole in document.body.holes)


def _stands_in(finding: Diagnostic, paths: Iterable[str]) -> bool:
    return finding.at is not None and finding.at.path in paths
