"""Create sites, articles and resources for `atrae new`."""

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import count
from pathlib import Path
from string import Template
from unicodedata import combining, normalize

from .config.config import load_config
from .errors import ConfigError
from .model.permalink import slugify

STARTER = Path(__file__).parent / "starter"
_LONGEST_NAME = 60
"""Characters: file systems take 255 bytes, and a letter may have four."""
_TEXT = frozenset({".md", ".yaml", ".css", ".html", ""})


def make_site(folder: Path, *, language: str, title: str | None, today: date) -> list[Path]:
    """Copy the starter site of `language` to `folder`, and return the files.

    Raises `ConfigError` and writes nothing if the folder isn't empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is not empty", hint="choose another folder")
    name = title or folder.resolve().name.replace("-", " ").replace("_", " ").capitalize()
    values = {"title": _quoted(name), "date": today.isoformat()}
    targets = []
    for file in _files(STARTER / language):
        path = file.relative_to(STARTER / language)
        target = folder / (path.with_name(".gitignore") if path.name == "gitignore" else path)
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(file, target, values)
        targets.append(target)
    return targets


def make_article(
    root: Path, title: str, *, section: str, language: str | None, now: datetime
) -> Path:
    """Create a draft at content/SECTION/SLUG.md. Raises `ConfigError` if it exists."""
    settings = load_config(root, now=now).settings
    codes = [each.code for each in settings.languages]
    if language is not None and language not in codes:
        raise ConfigError(
            f"the site has no language '{language}'", hint=f"choose one of {', '.join(codes)}"
        )
    default = settings.default_language.code
    suffix = f".{language}.md" if language not in (None, default) else ".md"
    file = _section(root, section) / f"{_slug(title)}{suffix}"
    created = now.astimezone(settings.time_zone).replace(microsecond=0)
    front = f"title: {_quoted(title)}\ndate: {created.isoformat()}\ntags: []\ndraft: true\n"
    return _write(file, f"---\n{front}---\n\n")


def make_resource(root: Path, title: str, *, section: str, now: datetime) -> list[Path]:
    """Create a page, a purpose, a form, and a placeholder for the gated file.

    Raises `ConfigError` and writes nothing if one of the files exists.
    """
    settings = load_config(root, now=now).settings
    slug, section = _slug(title), section.strip("/")
    folder = _section(root, section) / slug
    gated = folder / "_gated" / f"{slug}.txt"
    forms = root / "content" / "_forms"
    name = _declaration_name(forms, slug)
    purpose, form = root / "content" / "_purposes" / f"{name}.yaml", forms / f"{name}.yaml"
    languages = [language.code for language in settings.languages]
    wording = "".join(f"  {code}: {_quoted(_wording(code, title))}\n" for code in languages)
    texts = {
        folder / "index.md": _PAGE.format(title=_quoted(title), name=name),
        gated: f"{title}\n\nReplace this file with your own and set its path in {purpose.name}.\n",
        purpose: _PURPOSE.format(
            title=_quoted(title), wording=wording, path=f"{section}/{slug}/_gated/{slug}.txt"
        ),
        form: _FORM.format(name=name, title=_quoted(title)),
    }
    for file in texts:
        _refuse_existing(file)
    return [_write(file, text) for file, text in texts.items()]


_PAGE = """---
title: {title}
description: ""
layout: resource
draft: true
---

Describe what the resource contains and who it is for.

{{{{< form {name} >}}}}
"""

_WORDINGS = {
    "en": "Email me “{}” once.",
    "es": "Envíame «{}» por correo, una vez.",
}

_PURPOSE = """# One thing that you ask permission for. `wording` is the exact text beside its box.
version: 1
lasts: once            # for this delivery only; `standing` lasts until the person unsubscribes
name: {title}
wording:
{wording}resource: {path}
"""

_FORM = """# One unticked box per purpose. You can add your newsletter here: it gets its own box.
purposes: [{name}]
title: {title}
"""


def _section(root: Path, section: str) -> Path:
    """Return the folder of a section. Raises `ConfigError` if it isn't below content/."""
    parts = section.strip("/").split("/")
    if any(part in ("", ".", "..") or part.startswith(("_", ".")) for part in parts):
        raise ConfigError(f"'{section}' is not a section", hint="choose a folder below content/")
    return root.joinpath("content", *parts)


def _wording(language: str, title: str) -> str:
    return _WORDINGS.get(language, _WORDINGS["en"]).format(title)


_LATIN = dict(zip("æœþøłđðħı", ("ae", "oe", "th", *"olddhi"), strict=True))
"""Latin letters that aren't one of `a` to `z` with an accent."""


def _slug(title: str) -> str:
    """Return a file name: Latin letters lose their accents, those of other scripts stay."""
    name = ""
    for sign in slugify(title).replace(".", "-").replace("_", ""):
        base = normalize("NFD", sign)[0]
        if not (combining(sign) and name[-1:].isascii()):
            name += base if base.isascii() else _LATIN.get(sign, sign)
    name = name[:_LONGEST_NAME].strip("-")
    if not name:
        raise ConfigError(f"cannot make a file name from '{title}'", hint="use letters or digits")
    return name


def _declaration_name(folder: Path, slug: str) -> str:
    """Return the name of a form and its purpose, which only have Latin letters and digits."""
    names = (f"resource-{number}" for number in count(1))
    return slug if slug.isascii() else next(n for n in names if not (folder / f"{n}.yaml").exists())


def _quoted(text: str) -> str:
    """Return a YAML scalar in double quotes. YAML includes JSON's strings."""
    return json.dumps(text, ensure_ascii=False)


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())


def _copy(file: Path, target: Path, values: Mapping[str, str]) -> None:
    if file.suffix not in _TEXT:
        shutil.copyfile(file, target)
        return
    text = Template(file.read_text(encoding="utf-8")).safe_substitute(values)
    target.write_text(text, encoding="utf-8")


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise ConfigError(f"{file} already exists", hint="choose another title")


def _write(file: Path, text: str) -> Path:
    _refuse_existing(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file
