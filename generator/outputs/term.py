"""Pages of taxonomies: an index of all terms, and a list for each term."""

from collections.abc import Iterator

from ..model.output import Output
from ..model.permalink import file_for, of_page, pages_of, tidy
from ..model.site import Site
from ..model.taxonomy import Term, term_key
from ..render.page_context import PageContext
from ..render.values import Page


def plan(site: Site) -> Iterator[Output]:
    """Yield the pages of each taxonomy that has terms in a language."""
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


def render(output: Output, context: PageContext) -> bytes:
    """Render a taxonomy's index, or one page of a term's list."""
    taxonomy, *key = output.subject
    if key:
        return _term(context.term_at(taxonomy, *key), output.number, context)
    return _taxonomy(taxonomy, output, context)


def _taxonomy(taxonomy: str, output: Output, context: PageContext) -> bytes:
    url = f"/{output.path.removesuffix('index.html')}"
    page = Page(
        kind="taxonomy",
        title=context.view.taxonomy_title(taxonomy),
        url=context.url(url),
        absolute_url=context.absolute(url),
        language=output.language,
        terms=context.view.terms(taxonomy),
        breadcrumbs=context.breadcrumbs(""),
    )
    return context.render("taxonomy.html", page)


def _term(term: Term, number: int, context: PageContext) -> bytes:
    page_of_list = context.term_page(term, number)
    page = Page(
        kind="term",
        title=page_of_list.title,
        url=context.url(page_of_list.url),
        absolute_url=context.absolute(page_of_list.url),
        language=term.language,
        entries=context.cards(page_of_list.documents),
        pager=page_of_list.pager,
        breadcrumbs=(
            *context.breadcrumbs(""),
            context.taxonomy_link(term.taxonomy, context.view.taxonomy_title(term.taxonomy)),
        ),
    )
    return context.render("term.html", page)
