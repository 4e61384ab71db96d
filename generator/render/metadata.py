"""Metadata of a page for browsers and social networks."""

from urllib.parse import urlsplit

from ..model.document import Document
from ..model.reference import is_internal, resolve
from ..model.settings import Settings
from ..model.site import Site

_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data: https:",
    "media-src": "'self' https:",
    "frame-src": "https:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


def content_security_policy(settings: Settings, *, elsewhere: bool = False) -> str:
    """Return the page's content security policy, with the site's settings applied.

    Forms may lead to the handler and to the site, because browsers check `form-action` again when
    the handler redirects back. With `elsewhere`, the page is shown by the handler and loads its
    files from the site.
    """
    policy = dict(_POLICY)
    if settings.forms_url:
        parts = urlsplit(settings.forms_url)
        both = f"'self' {settings.origin} {parts.scheme}://{parts.netloc}"
        policy["form-action"] = both
        if settings.proof_of_work:
            policy["connect-src"] = both
    if elsewhere:
        policy["default-src"] = f"'self' {settings.origin}"
        policy["img-src"] = f"{policy['default-src']} data: https:"
    policy |= settings.content_security_policy
    return "; ".join(f"{directive} {value}" for directive, value in policy.items())


def social_image(site: Site, document: Document) -> str:
    """Return the absolute URL of a document's image; empty if it has none."""
    if not document.image:
        return ""
    if not is_internal(document.image):
        return document.image
    return site.settings.absolute(resolve(site, document, document.image).url)
