"""Themes: templates, texts and assets, with a site's overrides.

    theme/templates/*.html, *.xml     one for each kind of page, and one for each layout
    theme/templates/shortcodes/*.html
    theme/handler/**                  templates of the form handler; pages use `form.html`, too
    theme/texts/*.yaml                key -> text, one file for each language
    theme/handler/texts/*.yaml        texts of the form handler
    theme/static/**                   published below /assets/, with a digest in the name

A site's `templates/` overrides `theme/templates/`; its `templates/handler/` and `templates/texts/`
override the theme's.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from msgspec import Struct

from ..errors import ConfigError, TemplateError
from ..model.diagnostic import nearest
from ..model.digest import digest_of
from ..model.document import Source, SourceKind

FALLBACK = "en"
"""Language whose texts are used where the theme lacks a language or a key."""

_TEXTS = ("texts/", "handler/texts/")
_NO_LAYOUT = frozenset({"base", "shell", "redirect", "404", "state"})


class Theme(Struct, frozen=True, kw_only=True):
    """A theme with overrides resolved. Paths are relative to the theme's root."""

    templates: Mapping[str, Path]
    """Name, such as `page.html` or `handler/form.html`, -> file."""
    texts: Mapping[str, Mapping[str, str]]
    """Language -> key -> text."""
    handler_texts: Mapping[str, Mapping[str, str]]
    """Language -> key -> text, for the form handler."""
    assets: Mapping[str, Source]
    asset_names: Mapping[str, str]
    """Asset -> the name it is published under, with its digest."""
    digest: str
    """Digest of the templates, the texts and the assets' names."""

    @property
    def shortcodes(self) -> frozenset[str]:
        """Names of the shortcodes."""
        return self._names("shortcodes/")

    @property
    def layouts(self) -> frozenset[str]:
        """Names that a document may have as its `layout`."""
        return self._names("") - _NO_LAYOUT

    @property
    def handler(self) -> Mapping[str, Path]:
        """Templates of the form handler, by name without `handler/`."""
        return {
            name.removeprefix("handler/"): file
            for name, file in self.templates.items()
            if name.startswith("handler/")
        }

    def _names(self, folder: str) -> frozenset[str]:
        paths = (PurePosixPath(name) for name in self.templates)
        parent = PurePosixPath(folder)
        return frozenset(p.stem for p in paths if p.parent == parent and p.suffix == ".html")


def themes_shipped() -> Path:
    """Return the folder of the shipped themes, in the package or in the checkout."""
    packaged = Path(__file__).parent.parent / "themes"
    return packaged if packaged.is_dir() else packaged.parent.parent / "themes"


def find_theme(name: str, root: Path) -> Path:
    """Return the folder of a theme, the site's own before a shipped one.

    Raises:
        ConfigError: There is no such theme.
    """
    for folder in (root / "themes" / name, themes_shipped() / name):
        if folder.is_dir():
            return folder
    known = [folder.name for folder in themes_shipped().iterdir() if folder.is_dir()]
    raise ConfigError(f"there is no theme '{name}'", hint=nearest(name, known) or "themes/NAME/")


def load_theme(name: str, root: Path, shortcodes: Mapping[str, Path] | None = None) -> Theme:
    """Load a theme with the overrides of the site at `root`.

    Args:
        name: A theme of the site or a shipped one.
        root: The site's folder.
        shortcodes: Name -> template, for shortcodes that the theme doesn't have.

    Raises:
        ConfigError: There is no such theme.
        TemplateError: A file of texts is wrong.
    """
    folder, own = find_theme(name, root), root / "templates"
    templates = {
        **{f"shortcodes/{name}.html": file for name, file in (shortcodes or {}).items()},
        **_files(folder / "templates"),
        **{f"handler/{name}": file for name, file in _files(folder / "handler").items()},
        **_files(own),
    }
    handler_texts = _texts(_files(folder / "handler" / "texts"), _files(own / "handler" / "texts"))
    page_texts = _texts(_files(folder / "texts"), _files(own / "texts"))
    assets = {
        path: Source(
            path=f"themes/{name}/static/{path}", kind=SourceKind.STATIC, location=str(file)
        )
        for path, file in _files(folder / "static").items()
    }
    templates = {name: file for name, file in templates.items() if not name.startswith(_TEXTS)}
    asset_names = {path: _fingerprinted(path, source.file) for path, source in assets.items()}
    texts = {
        language: {**handler_texts.get(language, {}), **page_texts.get(language, {})}
        for language in sorted({*handler_texts, *page_texts})
    }
    bodies = [(name, digest_of(file.read_bytes())) for name, file in sorted(templates.items())]
    return Theme(
        templates=templates,
        texts=texts,
        handler_texts=handler_texts,
        assets=assets,
        asset_names=asset_names,
        digest=digest_of(repr((bodies, texts, asset_names))),
    )


def _files(folder: Path) -> dict[str, Path]:
    return {file.relative_to(folder).as_posix(): file for file in _walk(folder)}


def _walk(folder: Path) -> Iterator[Path]:
    files = sorted(folder.rglob("*")) if folder.is_dir() else ()
    return (file for file in files if file.is_file() and not file.name.startswith("."))


def _texts(*layers: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    """Return language -> key -> text: later layers override earlier ones, the fallback is last."""
    from ..schema.yaml_text import load_flat  # slow to import, and not needed to edit a text

    texts: dict[str, dict[str, str]] = {}
    for layer in layers:
        for name, file in layer.items():
            try:
                layer_texts = load_flat(file.read_text(encoding="utf-8"), path=file.name)
            except ValueError as wrong:
                raise TemplateError(f"the texts in {file} are wrong: {wrong}") from None
            texts.setdefault(PurePosixPath(name).stem, {}).update(layer_texts)
    return {language: {**texts.get(FALLBACK, {}), **own} for language, own in texts.items()}


def _fingerprinted(path: str, file: Path) -> str:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:10]
    name = PurePosixPath(path)
    return str(name.with_name(f"{name.stem}.{digest}{name.suffix}"))
