"""A form in a page: the theme's `handler/form.html`, which the handler renders as well."""

from collections.abc import Callable

from markupsafe import Markup

from ..errors import TemplateError
from ..model.diagnostic import nearest
from ..model.site import Site
from .templates import Templates

TEMPLATE = "handler/form.html"


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
    laid_out = sheet(
        site.catalogue,
        known[name],
        language,
        action=f"{site.settings.forms_url}/f/{name}",
        page=page,
    )
    return templates.render(TEMPLATE, {"sheet": laid_out, "t": t})
