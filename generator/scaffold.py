"""What `atrae new` makes: a site, an article, a resource, each ready to be written."""

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
    """Copy the starter site of `language` to `folder`, which must be empty or new.

    Raises `ConfigError`, and writes nothing, where it is neither.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is not empty", hint="choose a new folder")
    name = title or folder.resolve().name.replace("-", " ").replace("_", " ").capitalize()
    values = {"title": _quoted(name), "date": today.isoformat()}
    made = []
    for file in _files(STARTER / language):
        path = file.relative_to(STARTER / language)
        target = folder / (path.with_name(".gitignore") if path.name == "gitignore" else path)
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(file, target, values)
        made.append(target)
    return made


def make_article(
    root: Path, title: str, *, section: str, language: str | None, now: datetime
) -> Path:
    """A draft at content/SECTION/SLUG.md. Raises `ConfigError` where that is there already."""
    settings = load_config(root, now=now).settings
    known = [spoken.code for spoken in settings.languages]
    if language is not None and language not in known:
        raise ConfigError(f"the site has no '{language}'", hint=f"it has {', '.join(known)}")
    default = settings.default_language.code
    suffix = f".{language}.md" if language not in (None, default) else ".md"
    file = _section(root, section) / f"{_slug(title)}{suffix}"
    moment = now.astimezone(settings.time_zone).replace(microsecond=0)
    front = f"title: {_quoted(title)}\ndate: {moment.isoformat()}\ntags: []\ndraft: true\n"
    return _written(file, f"---\n{front}---\n\n")


def make_resource(root: Path, title: str, *, section: str, now: datetime) -> list[Path]:
    """A page, a purpose, a form, and a gated file to be replaced by the real one.

    Raises `ConfigError`, and writes nothing, where one of them is there already.
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
        gated: f"{title}\n\nReplace this file by the resource, and name it in {purpose.name}.\n",
        purpose: _PURPOSE.format(
            title=_quoted(title), wording=wording, path=f"{section}/{slug}/_gated/{slug}.txt"
        ),
        form: _FORM.format(slug=slug, title=_quoted(title)),
    }
    for file in texts:
        _refuse(file)
    return [_written(file, text) for file, text in texts.items()]


_PAGE = """---
title: {title}
description: ""
layout: resource
draft: true
---

Say what is in it, and for whom.

{{{{< form {slug} >}}}}
"""

_WORDINGS = {
    "en": "Send me “{}” by mail, once.",
    "es": "Envíame «{}» por correo, una vez.",
}

_PURPOSE = """# What we ask permission for, and the exact text beside the box, in each language.
version: 1
lasts: once            # for this delivery alone; `standing` would be until it is withdrawn
name: {title}
wording:
{wording}resource: {path}
"""

_FORM = """# One unticked box for each purpose: a newsletter added here stays a choice of its own.
purposes: [{slug}]
title: {title}
"""


def _section(root: Path, section: str) -> Path:
    """The folder of a section. Raises `ConfigError` for one that is not below content/."""
    parts = section.strip("/").split("/")
    if any(part in ("", ".", "..") or part.startswith(("_", ".")) for part in parts):
        raise ConfigError(f"'{section}' is no section", hint="name a folder below content/")
    return root.joinpath("content", *parts)


def _wording(language: str, title: str) -> str:
    return _WORDINGS.get(language, _WORDINGS["en"]).format(title)


def _slug(title: str) -> str:
    slug = "".join(sign for sign in slugify(title).replace(".", "-") if sign not in "_")
    ascii_slug = slug.encode("ascii", "ignore").decode().strip("-")
    if not ascii_slug:
        raise ConfigError(f"no file name can be made of '{title}'", hint="use letters or digits")
    return ascii_slug[:60].rstrip("-")


def _quoted(text: str) -> str:
    """A YAML scalar in double quotes: JSON's are a part of YAML."""
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
        raise ConfigError(f"{file} is there already", hint="choose another title")


def _written(file: Path, text: str) -> Path:
    _refuse(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file
