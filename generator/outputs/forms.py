"""Pages for the forms' fixed states, and the files of the form handler's tree."""

import json
from collections.abc import Iterator
from pathlib import Path

from ..model.document import Source
from ..model.output import Output, Tree
from ..model.permalink import file_for, for_state, url_for
from ..model.site import Site
from ..render.page_context import PageContext
from ..render.values import Page


def plan(site: Site) -> Iterator[Output]:
    """Yield them for a site with forms."""
    if site.catalogue is None:
        return
    from forms.catalogue import State  # not needed for a site without forms

    for language in site.settings.languages:
        for state in State:
            yield Output(
                path=file_for(for_state(state.value, language.prefix)),
                recipe="forms",
                origin=f"the forms' page '{state.value}'",
                subject=("state", state.value),
                language=language.code,
            )
        yield _handler(f"shell/{language.code}.html", ("shell",), language.code)
        yield _handler(f"texts/{language.code}.json", ("texts",), language.code)
    yield _handler("catalogue.json", ("catalogue",))
    for path, source in site.gated.items():
        yield _handler(path, source)
    for name, source in site.handler_templates.items():
        yield _handler(f"templates/{name}", source)


def _handler(path: str, subject: object, language: str = "") -> Output:
    return Output(
        path=path,
        recipe="forms",
        origin=subject.path if isinstance(subject, Source) else f"the handler's {path}",
        subject=subject,
        language=language,
        tree=Tree.HANDLER,
    )


def render(output: Output, context: PageContext) -> bytes | Path:
    """Render a page or a file, or return the file to copy."""
    match output.subject:
        case "state", state:
            return _state(state, output, context)
        case ("shell",):
            return _shell(output, context)
        case ("texts",):
            texts = dict(context.view.handler_texts())
            return json.dumps(texts, ensure_ascii=False, sort_keys=True, indent=1).encode()
        case ("catalogue",):
            return context.catalogue_json()
        case Source() as source:
            return source.file
        case subject:
            raise TypeError(f"forms cannot make an output of {subject!r}")


def _state(state: str, output: Output, context: PageContext) -> bytes:
    key = f"state_{state.replace('-', '_')}"
    url = url_for(output.path)
    page = Page(
        kind="state",
        title=context.view.t(f"{key}_title"),
        url=context.url(url),
        absolute_url=context.absolute(url),
        language=output.language,
        state=state,
        translations=context.translations_of_state(state),
        noindex=True,
    )
    return context.render("state.html", page)


def _shell(output: Output, context: PageContext) -> bytes:
    page = Page(
        kind="shell",
        title="",
        url="",
        absolute_url="",
        language=output.language,
        noindex=True,
    )
    return context.render("shell.html", page)
