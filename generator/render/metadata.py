"""What machines read of a page."""

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
    """No script, style or frame from elsewhere unless the site's settings allow it.

    Forms may lead to the handler and to the site, wherever the page is shown: browsers ask
    `form-action` again when the handler redirects back. A page shown elsewhere loads from here.
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
    """The whole address of a document's image; empty where it has none."""
    if not document.image:
        return ""
    if not is_internal(document.image):
        return document.image
    return site.settings.absolute(resolve(site, document, document.image).url)
