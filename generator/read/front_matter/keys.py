"""The keys of front matter in one table, which both readers and the reference page come from.

A new key is a row of `KEYS`, a field of `FrontMatter` and a field of `model.document.Document`.
With a field of `render.values.Card`, templates see its value. CONTRIBUTING.md has an example.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum, auto
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct

from ...errors import InvalidValueError

SLUG = r"^[^/?#\x00-\x20]*$"
LAYOUT = r"^[a-z0-9_-]*$"

Day = date | datetime
"""A date, or a moment."""


class ValueType(Enum):
    """Type of a key's value: `quick` and `yaml` know how to read each."""

    TEXT = auto()
    DATE = auto()
    LIST = auto()
    """Texts, or one text with commas."""
    SLUG = auto()
    LAYOUT = auto()
    URL_PATH = auto()
    """A path on the site from its root."""
    URL_PATHS = auto()
    """Paths on the site, or a single one."""
    FLAG = auto()
    INTEGER = auto()
    MAPPING = auto()


class Key(NamedTuple):
    """A key of front matter."""

    name: str
    type: ValueType
    english: str
    """Documentation in Markdown: a row of the reference page."""
    spanish: str
    aliases: tuple[str, ...] = ()
    """Other names that are read as this key."""


KEYS = (
    Key(
        "title",
        ValueType.TEXT,
        "The title. Default: the first heading, else the file’s name.",
        "El título. Por defecto, el primer encabezado o, si no hay, el nombre del archivo.",
    ),
    Key(
        "date",
        ValueType.DATE,
        "When it’s published: `2026-05-01`, or with a time and zone. Pages dated in the future are"
        " not published yet.",
        "Cuándo se publica: `2026-05-01`, o con hora y zona. Las páginas con fecha futura aún no se"
        " publican.",
    ),
    Key("lastmod", ValueType.DATE, "When it last changed.", "Cuándo cambió por última vez."),
    Key(
        "description",
        ValueType.TEXT,
        "One sentence for search engines and lists.",
        "Una frase para buscadores y listas.",
    ),
    Key(
        "summary",
        ValueType.TEXT,
        "What lists show. Default: the description.",
        "Lo que muestran las listas. Por defecto, la descripción.",
    ),
    Key(
        "slug",
        ValueType.SLUG,
        "The last part of the address. Default: made from the file’s name.",
        "La última parte de la dirección. Por defecto, se forma con el nombre del archivo.",
    ),
    Key(
        "permalink",
        ValueType.URL_PATH,
        "The whole address, such as `/tea/`.",
        "La dirección entera, como `/te/`.",
    ),
    Key(
        "tags",
        ValueType.LIST,
        "The tags: a list, or one text with commas. Your other taxonomies have keys of their own.",
        "Las etiquetas: una lista, o un texto con comas. Las demás taxonomías del sitio tienen sus"
        " propias claves.",
    ),
    Key(
        "authors",
        ValueType.LIST,
        "The names of the authors: a list, or one text with commas.",
        "Los nombres de los autores: una lista, o un texto con comas.",
    ),
    Key(
        "draft",
        ValueType.FLAG,
        "`true`: `serve` shows it, `build` leaves it out. Default: `false`.",
        "`true`: `serve` lo muestra y `build` lo omite. Por defecto, `false`.",
    ),
    Key("expires", ValueType.DATE, "When it stops being published.", "Cuándo deja de publicarse."),
    Key(
        "aliases",
        ValueType.URL_PATHS,
        "Earlier addresses, which redirect to this page.",
        "Direcciones anteriores, que redirigen a esta página.",
    ),
    Key(
        "image",
        ValueType.TEXT,
        "An image for the page and for previews when people share it.",
        "Una imagen para la página y para la vista previa cuando se comparte.",
    ),
    Key(
        "image_alt",
        ValueType.TEXT,
        "A description of that image, for people who can’t see it.",
        "Una descripción de esa imagen, para quien no puede verla.",
    ),
    Key(
        "layout",
        ValueType.LAYOUT,
        "A [layout of the theme](theme.md), such as `resource`.",
        "Un [diseño del tema](theme.md), como `resource`.",
    ),
    Key(
        "weight",
        ValueType.INTEGER,
        "The position in lists. Smaller numbers come first; pages without one come last.",
        "La posición en las listas. Los números menores van primero; las páginas sin número, al"
        " final.",
    ),
    Key(
        "translation_key",
        ValueType.TEXT,
        "Joins translations whose files have different names: give each the same text.",
        "Une traducciones cuyos archivos tienen nombres distintos: todas llevan el mismo texto.",
    ),
    Key(
        "extra",
        ValueType.MAPPING,
        "Any other values that your theme uses.",
        "Cualquier otro valor que use el tema.",
    ),
)

ALIASES: Mapping[str, str] = {alias: key.name for key in KEYS for alias in key.aliases}

LISTS = tuple(key.name for key in KEYS if key.type is ValueType.LIST)
"""Keys that a taxonomy may be named after. Any other taxonomy has a key of its own."""


class FrontMatter(Struct, frozen=True, kw_only=True):
    """Values of a document's front matter. A key that isn't written has an empty value."""

    title: str = ""
    date: Day | None = None
    lastmod: Day | None = None
    description: str = ""
    summary: str = ""
    slug: str = ""
    permalink: str = ""
    authors: tuple[str, ...] = ()
    draft: bool = False
    expires: Day | None = None
    aliases: tuple[str, ...] = ()
    image: str = ""
    image_alt: str = ""
    layout: str = ""
    weight: int = 0
    translation_key: str = ""
    extra: Mapping[str, Any] = {}
    terms: Mapping[str, tuple[str, ...]] = {}
    """Taxonomy -> its terms."""
    places: Mapping[str, tuple[int, int]] = {}
    """Key -> its line and column."""


def assemble(
    values: Mapping[str, Any], taxonomies: tuple[str, ...], places: Mapping[str, tuple[int, int]]
) -> FrontMatter:
    """Return the front matter of valid values by key; terms have the taxonomy's name as key."""
    in_order = sorted(taxonomies, key=lambda name: name not in LISTS)
    terms = {name: values.get(name, ()) for name in in_order}
    own = {name: value for name, value in values.items() if name in FrontMatter.__annotations__}
    return FrontMatter(**own, terms=terms, places=places)


def split_list(value: Any) -> Any:
    """Return the texts of a list or of one text with commas, without empty and repeated ones."""
    return _texts(value.split(",") if isinstance(value, str) else value)


def one_or_more(value: Any) -> Any:
    """Return the texts of a list, or the one text, without empty and repeated ones."""
    return _texts([value] if isinstance(value, str) else value)


def _texts(value: Any) -> Any:
    if not isinstance(value, list) or not all(v is None or isinstance(v, str) for v in value):
        return value
    texts = (text.strip() for text in value if text)
    return tuple(dict.fromkeys(text for text in texts if text))


_PATH_HINT = "write it as /blog/hello/"


def check_path(value: str) -> str:
    """Return `value` if it's a path on the site. Raises `InvalidValueError`."""
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("//")
    if value and (value != parts.path or value != "".join(value.split())):
        raise InvalidValueError(f"'{value}' is not a path on the site", hint=_PATH_HINT)
    return value


def check_absolute(value: str) -> str:
    """Return `value` if it starts with a slash or is empty. Raises `InvalidValueError`."""
    if value and not value.startswith("/"):
        raise InvalidValueError(f"'{value}' does not start with a slash", hint=_PATH_HINT)
    return value
