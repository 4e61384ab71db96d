"""Forms in pages: the theme's `handler/form.html`, which the form handler renders, too."""

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
    """Return the HTML of a form.

    Args:
        name: The form's name in `content/_forms/`.
        site: The site, with its catalogue of forms.
        templates: The theme's templates.
        language: The language of the page.
        page: The link to the page, where the handler leads back to.
        t: Returns the theme's texts.

    Raises:
        TemplateError: There is no such form, or one of its boxes is ticked beforehand.
    """
    from forms.catalogue import sheet  # not needed for a site without forms

    known = site.catalogue.forms if site.catalogue else {}
    if site.catalogue is None or name not in known:
        hint = nearest(name, known) or "declare it in content/_forms/"
        raise TemplateError(f"there is no form '{name}'", hint=hint)
    action = f"{site.settings.forms_url}/f/{name}"
    form_sheet = sheet(
        site.catalogue,
        known[name],
        language,
        action=action,
        page=page,
        challenge=f"{action}/challenge",
    )
    html = templates.render(TEMPLATE, {"sheet": form_sheet, "t": t})
    if _TICKED.search(html):
        # Checked in the HTML, because a theme's macros and conditions can hide it elsewhere.
        hint = "tick only what the visitor ticked: {% if box.ticked %} checked{% endif %}"
        raise TemplateError(f"the form '{name}' has a box that is ticked beforehand", hint=hint)
    return html
