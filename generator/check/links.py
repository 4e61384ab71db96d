"""Check that internal links lead to published pages, and their anchors exist."""

from collections.abc import Iterable, Iterator

from ..model.diagnostic import Diagnostic, nearest, warning
from ..model.document import Call, Document, Link, text_stem
from ..model.permalink import file_for
from ..model.reference import Reference, resolve
from ..model.site import Site


def check_document(document: Document, site: Site) -> Iterator[Diagnostic]:
    """Yield `dead-link` and `dead-anchor`, once for each link."""
    for hole in document.body.holes:
        if isinstance(hole, Link):
            yield from _check_link(site, document, hole)


def sources_with_linked_anchors(documents: Iterable[Document], site: Site) -> frozenset[str]:
    """Return the sources whose anchors other documents among these link to.

    An edit of such a source can make those links dead.
    """
    paths = set()
    for document in documents:
        for hole in document.body.holes:
            if isinstance(hole, Link) and "#" in hole.target:
                target = _target(site, resolve(site, document, hole.target))
                if target and target is not document:
                    paths.add(target.source.path)
    return frozenset(paths)


def _check_link(site: Site, document: Document, link: Link) -> Iterator[Diagnostic]:
    reference = resolve(site, document, link.target)
    place = document.line(link.line)
    if not reference.known and not is_published(site, reference.url):
        hint = _hint(site, link.target)
        yield warning("dead-link", f"'{link.target}' leads nowhere", at=place, hint=hint)
        return
    target = _target(site, reference)
    if target and not _has_anchor(target, reference.anchor):
        hint = nearest(reference.anchor, target.body.anchors)
        message = f"'{link.target}': there is no '#{reference.anchor}' in {target.source.path}"
        yield warning("dead-anchor", message, at=place, hint=hint)


def _target(site: Site, reference: Reference) -> Document | None:
    return reference.document or site.by_url.get(reference.url)


def is_published(site: Site, url: str) -> bool:
    """Return True if static hosts would serve a file for `url`: `/a` is also `/a/`."""
    return file_for(url) in site.published or file_for(f"{url}/") in site.published


def _has_anchor(target: Document, anchor: str) -> bool:
    if anchor in ("", "top") or anchor in target.body.anchors:
        return True
    # Shortcodes may render any anchor.
    return any(isinstance(hole, Call) for hole in target.body.holes)


def _hint(site: Site, target: str) -> str:
    if "_gated/" in target:
        return "gated files are only delivered by a form"
    path = target.partition("#")[0]
    if text_stem(path) is None:
        return ""
    hidden = {h.document.source.name: h.reason for h in site.hidden}
    name = path.rpartition("/")[2]
    if name in hidden:
        return f"that document is not published: {hidden[name]}"
    return nearest(name, {source.rpartition("/")[2] for source in site.by_source})
