"""Front matter of any shape, in YAML, JSON or TOML: reads it, or reports what is wrong with it.

Import this module only where it's called: it loads pydantic and PyYAML, which takes as long as
building an edited page.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, create_model

from ...model.diagnostic import Diagnostic, error
from ...schema import toml_text
from ...schema.validate import StrictModel, validate
from ...schema.yaml_text import parse
from . import keys
from .dates import parse_date
from .keys import FrontMatter, ValueType
from .withholding import withhold

Texts = Annotated[tuple[str, ...], BeforeValidator(keys.split_list)]
UrlPath = Annotated[str, AfterValidator(keys.check_path)]

_FIELDS: dict[ValueType, tuple[Any, Any]] = {
    ValueType.TEXT: (str, ""),
    ValueType.DATE: (Annotated[date | datetime, BeforeValidator(parse_date)] | None, None),
    ValueType.LIST: (Texts, ()),
    ValueType.SLUG: (Annotated[str, Field(pattern=keys.SLUG)], ""),
    ValueType.LAYOUT: (Annotated[str, Field(pattern=keys.LAYOUT)], ""),
    ValueType.URL_PATH: (Annotated[UrlPath, AfterValidator(keys.check_absolute)], ""),
    ValueType.URL_PATHS: (Annotated[tuple[UrlPath, ...], BeforeValidator(keys.one_or_more)], ()),
    ValueType.FLAG: (bool, False),
    ValueType.INTEGER: (int, 0),
    ValueType.MAPPING: (dict[str, Any], {}),
}
"""Annotation and default of each type."""

_TYPED = tuple(key.name for key in keys.KEYS if key.type is ValueType.MAPPING)


@lru_cache(maxsize=2)
def _file_model(taxonomies: tuple[str, ...]) -> type[StrictModel]:
    """Return a model of every key. Taxonomies are aliases, because models have reserved names."""
    fields: dict[str, Any] = {key.name: _FIELDS[key.type] for key in keys.KEYS}
    for i, name in enumerate(name for name in taxonomies if name not in fields):
        fields[f"taxonomy_{i}"] = (Texts, Field((), alias=name))
    return create_model("FrontMatterFile", __base__=StrictModel, **fields)


def read_values(
    front: str,
    *,
    path: str,
    taxonomies: tuple[str, ...],
    first_line: int = 2,
    is_toml: bool = False,
) -> tuple[FrontMatter | None, list[Diagnostic]]:
    """Read front matter that starts on `first_line`; None if a diagnostic is an error."""
    if is_toml:
        parsed, findings = toml_text.parse(front, path=path, first_line=first_line, typed=_TYPED)
    else:
        parsed, findings = parse(
            front, path=path, first_line=first_line, typed=_TYPED, aliases=keys.ALIASES
        )
    if parsed is None:
        return None, findings
    model = _file_model(taxonomies)
    names = {name: info.alias or name for name, info in model.model_fields.items()}
    places = parsed.key_places()
    for key, cause in withhold(parsed.values, names.values()).items():
        findings.append(error("bad-value", f"{key}: {cause}", at=parsed.at(key), hint=cause.hint))
    file, errors = validate(model, parsed, lenient=True)
    if file is None or findings:
        return None, [*findings, *errors]
    values = {names[name]: value for name, value in file}
    return keys.assemble(values, taxonomies, places), errors
