"""Internal links lead to something that is published, and anchors to something that is there."""

from collections.abc import Container, Iterable, Iterator

from ..model.diagnostic import Diagnostic, nearest, warning
from ..model.document import Call, Document, Link
from ..model.permalink import file_for
from ..model.reference import Reference, resolve
from ..model.site import Site


def check(document: Document, site: Site, published: Container[str]) -> Iterator[Diagnostic]:
    """`dead-link` and `dead-anchor`, once for each link."""
    for hole in document.body.holes:
        if isinstance(hole, Link):
            yield from _judge(site, document, hole, published)


def leads_into(documents: Iterable[Document], site: Site) -> frozenset[str]:
    """The sources of documents into whose middle one of these leads from elsewhere: what is found
    wrong with it depends on them."""
    found = set()
    for document in documents:
        for hole in document.body.holes:
            if isinstance(hole, Link) and "#" in hole.target:
                target = _target(site, resolve(site, document, hole.target))
                if target and target is not document:
                    found.add(target.source.path)
    return frozenset(found)


def _judge(
    site: Site, document: Document, link: Link, published: Container[str]
) -> Iterator[Diagnostic]:
    reference = resolve(site, document, link.target)
    place = document.line(link.line)
    if not reference.known and not is_published(reference.url, published):
        hint = _way_out(site, link.target)
        yield warning("dead-link", f"'{link.target}' leads nowhere", at=place, hint=hint)
        return
    target = _target(site, reference)
    if target and not _has(target, reference):
        hint = nearest(reference.anchor, target.body.anchors)
        message = f"'{link.target}': there is no '#{reference.anchor}' in {target.source.path}"
        yield warning("dead-anchor", message, at=place, hint=hint)


def _target(site: Site, reference: Reference) -> Document | None:
    return reference.document or site.by_url.get(reference.url)


def is_published(url: str, published: Container[str]) -> bool:
    """Whether a file answers for the path, as static hosts serve it: `/a` is `/a/`, too."""
    return file_for(url) in published or file_for(f"{url}/") in published


def _has(target: Document, reference: Reference) -> bool:
    if reference.anchor in ("", "top") or reference.anchor in target.body.anchors:
        return True
    # What a shortcode makes is not known before it is rendered.
    return any(isinstance(hole, Call) for hole in target.body.holes)


def _way_out(site: Site, target: str) -> str:
    if "_gated/" in target:
        return "gated files are delivered by a form alone"
    if not target.partition("#")[0].endswith(".md"):
        return ""
    hidden = {h.document.source.name: h.reason for h in site.hidden}
    name = target.partition("#")[0].rpartition("/")[2]
    if name in hidden:
        return f"that document is hidden: {hidden[name]}"
    return nearest(name, {path.rpartition("/")[2] for path in site.by_source})
