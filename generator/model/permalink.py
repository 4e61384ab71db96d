"""Slugs, permalinks, and the files that serve them.

A URL in this module is a path on the site with a leading `/`, without the base path:
`/blog/hello/`. `Settings.link` and `Settings.absolute` make complete addresses of it.
"""

import re
import unicodedata
from datetime import date
from posixpath import normpath

PLACEHOLDERS = frozenset({"year", "month", "day", "slug", "section", "filename"})
"""Placeholders of permalink patterns, which have a leading colon there."""

DEFAULT_PATTERN = "/:section/:slug/"

_SPELLED = {"#": " sharp ", "+": " plus ", "&": " and "}
_SLUG = re.compile(r"[a-z0-9]++(?>(?:[-._][a-z0-9]++)*)")
"""Most file names and tags: these are slugs already."""

_DATED_NAME = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})-(?=.)")


def slugify(text: str) -> str:
    """Return lower-case words joined by hyphens, with letters of any script, digits, `.` and `_`.

    `C++`, `C#` and `C` have different slugs. The slug is empty if nothing remains.
    """
    if _SLUG.fullmatch(text):
        return text
    folded = fold(text)
    for sign, word in _SPELLED.items():
        folded = folded.replace(sign, word)
    kept = "".join(sign if _stays(sign) else " " for sign in folded)
    return "-".join(kept.split()).strip("-.")


def fold(text: str) -> str:
    """Return text without differences of case and of composed accents (Unicode, D145)."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFC", decomposed)


def _stays(sign: str) -> bool:
    """Tell whether a slug keeps the character. In many scripts, vowels are combining marks."""
    return sign.isalnum() or sign in "._" or unicodedata.category(sign).startswith("M")


def dated_name(stem: str) -> tuple[date | None, str]:
    """Split a file name: `2026-05-01-hello` is (1 May 2026, `hello`), others are (None, name)."""
    match = _DATED_NAME.match(stem)
    if not match:
        return None, stem
    try:
        return date(int(match[1]), int(match[2]), int(match[3])), stem[match.end() :]
    except ValueError:
        return None, stem


_PLACEHOLDER = re.compile(r":([a-z]+)")
_DATED = frozenset({"year", "month", "day"})


def unknown_placeholders(pattern: str) -> list[str]:
    """Return the names in `pattern` that aren't placeholders."""
    return [name for name in _PLACEHOLDER.findall(pattern) if name not in PLACEHOLDERS]


def expand(
    pattern: str, *, section: str, slug: str, filename: str, when: date | None, prefix: str
) -> str:
    """Return the URL of a page. `prefix` is the folder of its language, or empty.

    Raises `ValueError` if the pattern needs a date and the page has none.
    """
    date_names = _DATED.intersection(_PLACEHOLDER.findall(pattern))
    if when is None and date_names:
        raise ValueError(f"the permalink pattern {pattern} needs a date")
    values = {"section": section, "slug": slug, "filename": filename}
    if when is not None and date_names:
        values |= {"year": f"{when:%Y}", "month": f"{when:%m}", "day": f"{when:%d}"}
    path = _PLACEHOLDER.sub(lambda name: values.get(name[1], name[0]), pattern)
    return tidy(f"/{prefix}/{path}")


def title_from(name: str) -> str:
    """Return a title made of the last part of a path."""
    return name.rpartition("/")[2].replace("-", " ").replace("_", " ").capitalize()


def for_state(state: str, prefix: str) -> str:
    """Return the URL of the theme's page for a state of the forms."""
    return tidy(f"/{prefix}/forms/{state}/")


def of_page(url: str, number: int) -> str:
    """Return the URL of page `number` of the list at `url`."""
    return url if number == 1 else f"{url}page/{number}/"


def pages_of(entries: int, size: int) -> int:
    """Return the number of pages of a list: at least one."""
    return max(1, -(-entries // size))


def tidy(url: str) -> str:
    """Return a URL with single slashes, a leading one, and a closing one except after a file."""
    url = f"/{url}"
    url = re.sub(r"/{2,}", "/", url) if "//" in url else url
    return url if url.endswith("/") or "." in url.rsplit("/", 1)[1] else f"{url}/"


def join(base: str, path: str) -> str:
    """Resolve `path` from the page at `base`, both decoded. No path leads out of the site."""
    joined = normpath(path if path.startswith("/") else f"{base.rpartition('/')[0]}/{path}")
    folder = path.endswith("/") or path.rpartition("/")[2] in (".", "..")
    return re.sub(r"/{2,}", "/", f"/{joined}{'/' if folder else ''}")


def file_for(url: str) -> str:
    """Return the file that serves `url`: `blog/index.html` for `/blog/`."""
    path = url.lstrip("/")
    return f"{path}index.html" if not path or path.endswith("/") else path


def url_for(file: str) -> str:
    """Return the URL of a file: the inverse of `file_for`."""
    return f"/{file.removesuffix('index.html')}" if is_index(file) else f"/{file}"


def is_index(file: str) -> bool:
    """Tell whether the file is the index of its folder."""
    return file == "index.html" or file.endswith("/index.html")
