"""The pages of each taxonomy: one that names all its terms, and each term's list."""

from collections.abc import Iterator

from ..model.output import Output
from ..model.permalink import file_for, of_page, pages_of, tidy
from ..model.site import Site
from ..model.taxonomy import Term, term_key
from ..render.values import Page
from ..render.view import View


def plan(site: Site) -> Iterator[Output]:
    """Nothing for a taxonomy without terms in a language."""
    for (language, taxonomy), terms in site.terms.items():
        if not terms:
            continue
        prefix = site.settings.language(language).prefix
        yield Output(
            path=file_for(tidy(f"/{prefix}/{taxonomy}/")),
            recipe="term",
            origin=f"the list of all {taxonomy}",
            subject=(taxonomy,),
            language=language,
        )
        for term in terms.values():
            for number in range(1, pages_of(len(term.documents), site.settings.page_size) + 1):
                yield Output(
                    path=file_for(of_page(term.url, number)),
                    recipe="term",
                    origin=f"the {taxonomy} term '{term.name}'",
                    at=term.documents[-1].place(taxonomy),
                    subject=(taxonomy, term_key(term.name)),
                    language=language,
                    number=number,
                )


def render(output: Output, view: View) -> bytes:
    """Either of the two."""
    taxonomy, *key = output.subject
    if key:
        return _term(view.term_at(taxonomy, *key), output.number, view)
    return _taxonomy(taxonomy, output, view)


def _taxonomy(taxonomy: str, output: Output, view: View) -> bytes:
    url = f"/{output.path.removesuffix('index.html')}"
    page = Page(
        kind="taxonomy",
        title=view.taxonomy_title(taxonomy),
        url=view.url(url),
        absolute_url=view.absolute(url),
        language=output.language,
        terms=view.terms(taxonomy),
        breadcrumbs=view.breadcrumbs(""),
    )
    return view.render("taxonomy.html", page)


def _term(term: Term, number: int, view: View) -> bytes:
    listed = view.filed(term, number)
    page = Page(
        kind="term",
        title=listed.title,
        url=view.url(listed.url),
        absolute_url=view.absolute(listed.url),
        language=term.language,
        entries=view.cards(listed.documents),
        pager=listed.pager,
        breadcrumbs=(
            *view.breadcrumbs(""),
            view.taxonomy_link(term.taxonomy, view.taxonomy_title(term.taxonomy)),
        ),
    )
    return view.render("term.html", page)
