"""Front matter as a text of YAML: whatever may be in it is read, or said to be wrong.

It takes pydantic and the reader of YAML, which are loaded as long as an edited page is built. So
nothing imports this file but the function that cannot do without it.
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    model_validator,
)

from ...model.diagnostic import Diagnostic
from ...schema.validate import validate, without_empty_values
from ...schema.yaml_text import Parsed, parse
from .dates import moment
from .keys import (
    LAYOUT,
    SLUG,
    FrontMatter,
    from_root,
    front_matter,
    one_or_more,
    path_on_site,
    several,
)

Moment = Annotated[date | datetime, BeforeValidator(moment)]
Several = Annotated[tuple[str, ...], BeforeValidator(several)]
Path = Annotated[str, AfterValidator(path_on_site)]


class TermsFile(RootModel[dict[str, Several]]):
    """The terms of each taxonomy beside those that `FrontMatterFile` has."""


class FrontMatterFile(BaseModel):
    """What an author may say of a document. Every key may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    _present = model_validator(mode="before")(without_empty_values)

    title: str = ""
    date: Moment | None = None
    lastmod: Moment | None = None
    description: str = ""
    summary: str = ""
    slug: Annotated[str, Field(pattern=SLUG)] = ""
    permalink: Annotated[Path, AfterValidator(from_root)] = ""
    tags: Several = ()
    authors: Several = ()
    draft: bool = False
    expires: Moment | None = None
    aliases: Annotated[tuple[Path, ...], BeforeValidator(one_or_more)] = ()
    image: str = ""
    image_alt: str = ""
    layout: Annotated[str, Field(pattern=LAYOUT)] = ""
    weight: int = 0
    translation_key: str = ""
    extra: dict[str, Any] = {}


def read_file(
    front: str, *, path: str, taxonomies: tuple[str, ...]
) -> tuple[FrontMatter | None, list[Diagnostic]]:
    """The values, and what is wrong with them. None where there is an error among the findings."""
    parsed, findings = parse(front, path=path, first_line=2, typed=("extra",))
    if parsed is None:
        return None, findings
    others = [name for name in taxonomies if name not in FrontMatterFile.model_fields]
    filed = {name: parsed.values.pop(name, None) or [] for name in others}
    terms, wrong_terms = _terms(filed, parsed)
    values, wrong = validate(FrontMatterFile, parsed, lenient=True)
    wrong = [*findings, *wrong_terms, *wrong]
    if values is None or terms is None or findings:
        return None, wrong
    return front_matter(dict(values) | terms, taxonomies, parsed.outermost()), wrong


def _terms(
    filed: dict[str, Any], parsed: Parsed
) -> tuple[dict[str, tuple[str, ...]] | None, list[Diagnostic]]:
    if not filed:
        return {}, []
    terms, wrong = validate(TermsFile, parsed.of(filed))
    return (terms.root if terms else None), wrong
