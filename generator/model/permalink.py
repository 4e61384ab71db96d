"""Where things stand on the site: slugs, permalinks, and the files that serve them.

A URL here is a path on the site, from its root, with a leading `/` and without the base path:
`/blog/hello/`. It becomes an address of the world in `Settings.link` and `Settings.absolute`.
"""

import re
import unicodedata
from datetime import date
from posixpath import normpath

PLACEHOLDERS = frozenset({"year", "month", "day", "slug", "section", "filename"})
"""What a permalink pattern may name, each with a leading colon."""

DEFAULT_PATTERN = "/:section/:slug/"

_SPELLED = {"#": " sharp ", "+": " plus ", "&": " and "}
_SLUG = re.compile(r"[a-z0-9]++(?>(?:[-._][a-z0-9]++)*)")
"""What most names of files are, and the words of a tag: these are their own slugs."""

_DATED_NAME = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})-(?=.)")


def slugify(text: str) -> str:
    """Lower-case words joined by hyphens; letters of any script, digits, `.` and `_` are kept.

    `C++`, `C#` and `C` stay apart. Empty where the text has nothing to keep.
    """
    if _SLUG.fullmatch(text):
        return text
    folded = fold(text)
    for sign, word in _SPELLED.items():
        folded = folded.replace(sign, word)
    kept = "".join(sign if _stays(sign) else " " for sign in folded)
    return "-".join(kept.split()).strip("-.")


def fold(text: str) -> str:
    """What is the same whatever its case and the way its accents are written (Unicode, D145)."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFC", decomposed)


def _stays(sign: str) -> bool:
    """Marks are letters' own: vowels are marks in many scripts."""
    return sign.isalnum() or sign in "._" or unicodedata.category(sign).startswith("M")


def dated_name(stem: str) -> tuple[date | None, str]:
    """Split a file's name: `2026-05-01-hello` is (1 May 2026, `hello`); else (None, the name)."""
    found = _DATED_NAME.match(stem)
    if not found:
        return None, stem
    try:
        return date(int(found[1]), int(found[2]), int(found[3])), stem[found.end() :]
    except ValueError:
        return None, stem


_PLACEHOLDER = re.compile(r":([a-z]+)")
_DATED = frozenset({"year", "month", "day"})


def unknown_placeholders(pattern: str) -> list[str]:
    """The names in `pattern` that are no placeholder."""
    return [name for name in _PLACEHOLDER.findall(pattern) if name not in PLACEHOLDERS]


def expand(
    pattern: str, *, section: str, slug: str, filename: str, when: date | None, prefix: str
) -> str:
    """The URL of a page. `prefix` is the language's folder or empty.

    Raises `ValueError` where the pattern asks for a date that the page does not have.
    """
    asked = _DATED.intersection(_PLACEHOLDER.findall(pattern))
    if when is None and asked:
        raise ValueError(f"the permalink pattern {pattern} needs a date")
    values = {"section": section, "slug": slug, "filename": filename}
    if when is not None and asked:
        values |= {"year": f"{when:%Y}", "month": f"{when:%m}", "day": f"{when:%d}"}
    path = _PLACEHOLDER.sub(lambda name: values.get(name[1], name[0]), pattern)
    return tidy(f"/{prefix}/{path}")


def for_state(state: str, prefix: str) -> str:
    """Where the theme's own page of a fixed state of the forms stands."""
    return tidy(f"/{prefix}/forms/{state}/")


def of_page(url: str, number: int) -> str:
    """Where page `number` of the list at `url` stands."""
    return url if number == 1 else f"{url}page/{number}/"


def pages_of(entries: int, size: int) -> int:
    """How many pages of `size` a list has: one even for none."""
    return max(1, -(-entries // size))


def tidy(url: str) -> str:
    """One slash where there were several, a leading one, and a closing one but after a file."""
    url = f"/{url}"
    url = re.sub(r"/{2,}", "/", url) if "//" in url else url
    return url if url.endswith("/") or "." in url.rsplit("/", 1)[1] else f"{url}/"


def join(base: str, path: str) -> str:
    """Where `path` leads from the page at `base`, both decoded; no path leads out of the site."""
    joined = normpath(path if path.startswith("/") else f"{base.rpartition('/')[0]}/{path}")
    folder = path.endswith("/") or path.rpartition("/")[2] in (".", "..")
    return re.sub(r"/{2,}", "/", f"/{joined}{'/' if folder else ''}")


def file_for(url: str) -> str:
    """The file that serves `url`: `/blog/` is `blog/index.html`, `/feed.xml` is `feed.xml`."""
    path = url.lstrip("/")
    return f"{path}index.html" if not path or path.endswith("/") else path


def url_for(file: str) -> str:
    """The inverse of `file_for`."""
    return f"/{file.removesuffix('index.html')}" if is_index(file) else f"/{file}"


def is_index(file: str) -> bool:
    """Whether the file answers for its folder."""
    return file == "index.html" or file.endswith("/index.html")
