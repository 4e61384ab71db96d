"""Front matter as YAML: reads any, or reports what is wrong with it.

Import this module only where it's called: it loads pydantic and PyYAML, which takes as long as
building an edited page.
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, RootModel, create_model

from ...model.diagnostic import Diagnostic
from ...schema.validate import StrictModel, validate
from ...schema.yaml_text import Parsed, parse
from .dates import parse_date
from .keys import (
    ALIASES,
    KEYS,
    LAYOUT,
    SLUG,
    FrontMatter,
    ValueType,
    assemble,
    check_absolute,
    check_path,
    one_or_more,
    split_list,
)

Texts = Annotated[tuple[str, ...], BeforeValidator(split_list)]
UrlPath = Annotated[str, AfterValidator(check_path)]

_FIELDS: dict[ValueType, tuple[Any, Any]] = {
    ValueType.TEXT: (str, ""),
    ValueType.DATE: (Annotated[date | datetime, BeforeValidator(parse_date)] | None, None),
    ValueType.LIST: (Texts, ()),
    ValueType.SLUG: (Annotated[str, Field(pattern=SLUG)], ""),
    ValueType.LAYOUT: (Annotated[str, Field(pattern=LAYOUT)], ""),
    ValueType.URL_PATH: (Annotated[UrlPath, AfterValidator(check_absolute)], ""),
    ValueType.URL_PATHS: (Annotated[tuple[UrlPath, ...], BeforeValidator(one_or_more)], ()),
    ValueType.FLAG: (bool, False),
    ValueType.INTEGER: (int, 0),
    ValueType.MAPPING: (dict[str, Any], {}),
}
"""Annotation and default of each type."""

_TYPED = tuple(key.name for key in KEYS if key.type is ValueType.MAPPING)


class TermsFile(RootModel[dict[str, Texts]]):
    """Terms of each taxonomy that has a key of its own."""


def _file_model() -> type[BaseModel]:
    fields: dict[str, Any] = {key.name: _FIELDS[key.type] for key in KEYS}
    return create_model("FrontMatterFile", __base__=StrictModel, **fields)


FrontMatterFile = _file_model()
"""Every key of front matter; each may be left out."""


def read_yaml(
    front: str, *, path: str, taxonomies: tuple[str, ...]
) -> tuple[FrontMatter | None, list[Diagnostic]]:
    """Read front matter as YAML; None if a diagnostic is an error."""
    parsed, findings = parse(front, path=path, first_line=2, typed=_TYPED, aliases=ALIASES)
    if parsed is None:
        return None, findings
    others = [name for name in taxonomies if name not in FrontMatterFile.model_fields]
    filed = {name: parsed.values.pop(name, None) or [] for name in others}
    terms, term_errors = _terms(filed, parsed)
    values, value_errors = validate(FrontMatterFile, parsed, lenient=True)
    every_finding = [*findings, *term_errors, *value_errors]
    if values is None or terms is None or findings:
        return None, every_finding
    return assemble(dict(values) | terms, taxonomies, parsed.key_places()), every_finding


def _terms(
    filed: dict[str, Any], parsed: Parsed
) -> tuple[dict[str, tuple[str, ...]] | None, list[Diagnostic]]:
    if not filed:
        return {}, []
    terms, errors = validate(TermsFile, parsed.with_values(filed))
    return (terms.root if terms else None), errors
