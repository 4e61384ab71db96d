"""A form in a page: the theme's `handler/form.html`, which the handler renders as well."""

import re
from collections.abc import Callable

from markupsafe import Markup

from ..errors import TemplateError
from ..model.diagnostic import nearest
from ..model.site import Site
from .templates import Templates

TEMPLATE = "handler/form.html"

_TICKED = re.compile(
    r"<input\b(?=[^>]*[\s\"']checkbox\b|[^>]*=checkbox\b)[^>]*\schecked(?=[\s=/>])"
)


def render_form(
    name: str,
    *,
    site: Site,
    templates: Templates,
    language: str,
    page: str,
    t: Callable[..., str],
) -> Markup:
    """Raises `TemplateError` for a form that the site does not have."""
    from forms.catalogue import sheet  # which a site without forms can do without

    known = site.catalogue.forms if site.catalogue else {}
    if site.catalogue is None or name not in known:
        hint = nearest(name, known) or "declare it in content/_forms/"
        raise TemplateError(f"there is no form '{name}'", hint=hint)
    action = f"{site.settings.forms_url}/f/{name}"
    laid_out = sheet(
        site.catalogue,
        known[name],
        language,
        action=action,
        page=page,
        challenge=f"{action}/challenge",
    )
    made = templates.render(TEMPLATE, {"sheet": laid_out, "t": t})
    if _TICKED.search(made):
        # Whatever macros and conditions a theme is made of: this is what visitors would be shown.
        hint = "tick a box only where the visitor did: {% if box.ticked %} checked{% endif %}"
        raise TemplateError(f"the form '{name}' has a box that is ticked beforehand", hint=hint)
    return made
