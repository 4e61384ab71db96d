"""A theme: templates, texts, assets, and what a site puts over them.

    theme/templates/*.html, *.xml     one for each kind of page; a layout is one by its name
    theme/templates/shortcodes/*.html
    theme/handler/**                  what the form handler renders; `form.html` serves both
    theme/texts/*.yaml                key -> text, one file a language; handler/texts/ likewise
    theme/static/**                   published below /assets/, their digest in the name

A site's `templates/` goes over `theme/templates/`, and its `templates/handler/`, `templates/texts/`
over the theme's.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from ..errors import ConfigError, TemplateError
from ..model.diagnostic import nearest
from ..model.digest import digest_of
from ..model.document import Source, SourceKind
from ..model.value import value

FALLBACK = "en"
"""The language of texts for a language that the theme does not speak."""

_TEXTS = ("texts/", "handler/texts/")
_NO_LAYOUT = frozenset({"base", "shell", "redirect", "404", "state"})


@value
class Theme:
    """What rendering needs of a theme, overrides resolved. Paths are from the theme's root."""

    templates: Mapping[str, Path]
    """Name, such as `page.html` or `handler/form.html`, -> file."""
    texts: Mapping[str, Mapping[str, str]]
    """Language -> key -> text."""
    handler_texts: Mapping[str, Mapping[str, str]]
    """Those among them that the form handler needs."""
    assets: Mapping[str, Source]
    asset_names: Mapping[str, str]
    """Asset -> the name under which it is published, with its digest."""
    digest: str
    """Of the templates, the texts and the assets' names."""

    @property
    def shortcodes(self) -> frozenset[str]:
        """The names that an author may call."""
        return self._names("shortcodes/")

    @property
    def layouts(self) -> frozenset[str]:
        """The names that a document may give as its layout."""
        return self._names("") - _NO_LAYOUT

    @property
    def handler(self) -> Mapping[str, Path]:
        """The templates of the form handler, by their name there."""
        return {
            name.removeprefix("handler/"): file
            for name, file in self.templates.items()
            if name.startswith("handler/")
        }

    def _names(self, folder: str) -> frozenset[str]:
        paths = (PurePosixPath(name) for name in self.templates)
        wanted = PurePosixPath(folder)
        return frozenset(p.stem for p in paths if p.parent == wanted and p.suffix == ".html")


def themes_shipped() -> Path:
    """The folder of the themes that come with the program: in the package, or in the checkout."""
    packaged = Path(__file__).parent.parent / "themes"
    return packaged if packaged.is_dir() else packaged.parent.parent / "themes"


def find_theme(name: str, root: Path) -> Path:
    """A site's own theme goes before a shipped one. Raises `ConfigError` where there is none."""
    for folder in (root / "themes" / name, themes_shipped() / name):
        if folder.is_dir():
            return folder
    known = [folder.name for folder in themes_shipped().iterdir() if folder.is_dir()]
    raise ConfigError(f"there is no theme '{name}'", hint=nearest(name, known) or "themes/NAME/")


def load_theme(name: str, root: Path) -> Theme:
    """Read a theme, and what the site at `root` puts over it.

    Raises `ConfigError` where there is no such theme, `TemplateError` for texts that are wrong.
    """
    folder, own = find_theme(name, root), root / "templates"
    templates = {
        **_files(folder / "templates"),
        **{f"handler/{name}": file for name, file in _files(folder / "handler").items()},
        **_files(own),
    }
    spoken = {name: file for name, file in templates.items() if name.startswith(_TEXTS)}
    handler_texts = _texts(_files(folder / "handler" / "texts"), _files(own / "handler" / "texts"))
    page_texts = _texts(_files(folder / "texts"), _files(own / "texts"))
    assets = {
        path: Source(path=f"themes/{name}/static/{path}", kind=SourceKind.STATIC, where=str(file))
        for path, file in _files(folder / "static").items()
    }
    kept = {name: file for name, file in templates.items() if name not in spoken}
    asset_names = {path: _stamped(path, source.file) for path, source in assets.items()}
    texts = {
        language: {**handler_texts.get(language, {}), **page_texts.get(language, {})}
        for language in sorted({*handler_texts, *page_texts})
    }
    bodies = [(name, digest_of(file.read_bytes())) for name, file in sorted(kept.items())]
    return Theme(
        templates=kept,
        texts=texts,
        handler_texts=handler_texts,
        assets=assets,
        asset_names=asset_names,
        digest=digest_of(repr((bodies, texts, asset_names))),
    )


def _files(folder: Path) -> dict[str, Path]:
    return {file.relative_to(folder).as_posix(): file for file in _walk(folder)}


def _walk(folder: Path) -> Iterator[Path]:
    found = sorted(folder.rglob("*")) if folder.is_dir() else ()
    return (file for file in found if file.is_file() and not file.name.startswith("."))


def _texts(*layers: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    """Language -> key -> text; a later layer goes over an earlier one, the fallback below all."""
    from ..schema.yaml_text import load_flat  # which an edit of a text can do without

    texts: dict[str, dict[str, str]] = {}
    for layer in layers:
        for name, file in layer.items():
            try:
                said = load_flat(file.read_text(encoding="utf-8"), path=file.name)
            except ValueError as wrong:
                raise TemplateError(f"the texts in {file} are wrong: {wrong}") from None
            texts.setdefault(PurePosixPath(name).stem, {}).update(said)
    return {language: {**texts.get(FALLBACK, {}), **said} for language, said in texts.items()}


def _stamped(path: str, file: Path) -> str:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:10]
    name = PurePosixPath(path)
    return str(name.with_name(f"{name.stem}.{digest}{name.suffix}"))
