"""Files that `atrae new` creates: a site, an article or a gated resource."""

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from string import Template

from .config.config import load_config
from .errors import ConfigError
from .model.permalink import slugify

STARTER = Path(__file__).parent / "starter"
_TEXT = frozenset({".md", ".yaml", ".css", ".html", ""})


def make_site(folder: Path, *, language: str, title: str | None, today: date) -> list[Path]:
    """Copy the starter site of `language` to an empty or new folder.

    Raises `ConfigError`, and writes nothing, if the folder isn't empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is not empty", hint="choose a new folder")
    name = title or folder.resolve().name.replace("-", " ").replace("_", " ").capitalize()
    values = {"title": _quoted(name), "date": today.isoformat()}
    created = []
    for file in _files(STARTER / language):
        path = file.relative_to(STARTER / language)
        target = folder / (path.with_name(".gitignore") if path.name == "gitignore" else path)
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(file, target, values)
        created.append(target)
    return created


def make_article(
    root: Path, title: str, *, section: str, language: str | None, now: datetime
) -> Path:
    """Create a draft at content/SECTION/SLUG.md. Raises `ConfigError` if it exists."""
    settings = load_config(root, now=now).settings
    known = [each.code for each in settings.languages]
    if language is not None and language not in known:
        raise ConfigError(
            f"the site has no language '{language}'", hint=f"it has {', '.join(known)}"
        )
    default = settings.default_language.code
    suffix = f".{language}.md" if language not in (None, default) else ".md"
    file = _section(root, section) / f"{_slug(title)}{suffix}"
    moment = now.astimezone(settings.time_zone).replace(microsecond=0)
    front = f"title: {_quoted(title)}\ndate: {moment.isoformat()}\ntags: []\ndraft: true\n"
    return _write(file, f"---\n{front}---\n\n")


def make_resource(root: Path, title: str, *, section: str, now: datetime) -> list[Path]:
    """Create a page, a purpose, a form, and a placeholder for the gated file.

    Raises `ConfigError`, and writes nothing, if one of them exists.
    """
    settings = load_config(root, now=now).settings
    slug, section = _slug(title), section.strip("/")
    folder = _section(root, section) / slug
    gated = folder / "_gated" / f"{slug}.txt"
    purpose = root / "content" / "_purposes" / f"{slug}.yaml"
    form = root / "content" / "_forms" / f"{slug}.yaml"
    languages = [language.code for language in settings.languages]
    wording = "".join(f"  {code}: {_quoted(_wording(code, title))}\n" for code in languages)
    texts = {
        folder / "index.md": _PAGE.format(title=_quoted(title), slug=slug),
        gated: f"{title}\n\nReplace this file, and put the name of yours into {purpose.name}.\n",
        purpose: _PURPOSE.format(
            title=_quoted(title), wording=wording, path=f"{section}/{slug}/_gated/{slug}.txt"
        ),
        form: _FORM.format(slug=slug, title=_quoted(title)),
    }
    for file in texts:
        _refuse(file)
    return [_write(file, text) for file, text in texts.items()]


_PAGE = """---
title: {title}
description: ""
layout: resource
draft: true
---

Describe what it contains, and who it is for.

{{{{< form {slug} >}}}}
"""

_WORDINGS = {
    "en": "Send me “{}” by email, once.",
    "es": "Envíame «{}» por correo, una vez.",
}

_PURPOSE = """# What you ask permission for, and the text beside the checkbox in each language.
version: 1
lasts: once            # this delivery only; `standing`: until it is withdrawn
name: {title}
wording:
{wording}resource: {path}
"""

_FORM = """# Each purpose has its own unticked checkbox: a newsletter stays a separate choice.
purposes: [{slug}]
title: {title}
"""


def _section(root: Path, section: str) -> Path:
    """Return the folder of a section. Raises `ConfigError` if it isn't below content/."""
    parts = section.strip("/").split("/")
    if any(part in ("", ".", "..") or part.startswith(("_", ".")) for part in parts):
        raise ConfigError(f"'{section}' isn't a section", hint="give a folder below content/")
    return root.joinpath("content", *parts)


def _wording(language: str, title: str) -> str:
    return _WORDINGS.get(language, _WORDINGS["en"]).format(title)


def _slug(title: str) -> str:
    slug = slugify(title).replace(".", "-").replace("_", "")
    ascii_slug = slug.encode("ascii", "ignore").decode().strip("-")
    if not ascii_slug:
        raise ConfigError(f"'{title}' gives no file name", hint="use letters or digits")
    return ascii_slug[:60].rstrip("-")


def _quoted(text: str) -> str:
    """Return a YAML scalar in double quotes: JSON strings are valid YAML."""
    return json.dumps(text, ensure_ascii=False)


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())


def _copy(file: Path, target: Path, values: Mapping[str, str]) -> None:
    if file.suffix not in _TEXT:
        shutil.copyfile(file, target)
        return
    text = Template(file.read_text(encoding="utf-8")).safe_substitute(values)
    target.write_text(text, encoding="utf-8")


def _refuse(file: Path) -> None:
    if file.exists():
        raise ConfigError(f"{file} already exists", hint="choose another title")


def _write(file: Path, text: str) -> Path:
    _refuse(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file
