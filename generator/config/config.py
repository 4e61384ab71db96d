"""Configuration of one build: the site's folder and settings, and the options of the command."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ..model.settings import Settings

CACHE = ".atrae"


class Config(Struct, frozen=True, kw_only=True):
    """Configuration of one build."""

    root: Path
    settings: Settings
    theme: str
    public: Path
    handler: Path
    now: datetime
    drafts: bool = False
    future: bool = False
    strict: bool = False
    force: bool = False
    workers: int = 1
    """Processes that share the work."""

    @property
    def cache(self) -> Path:
        """Folder of files that speed up the next build; never committed."""
        return self.root / CACHE


def load_config(
    root: Path,
    *,
    now: datetime,
    public: Path | None = None,
    handler: Path | None = None,
    base_url: str | None = None,
    drafts: bool = False,
    future: bool = False,
    strict: bool = False,
    force: bool = False,
    workers: int = 1,
) -> Config:
    """Read `root`/site.yaml; `base_url` replaces the one there.

    Raises `ConfigError` if it can't be read, `ContentError` with every error in it.
    """
    # Here, because it loads pydantic, which the build of an edited text doesn't need.
    from .site_yaml import read_settings

    settings, theme = read_settings(root, base_url)
    return Config(
        root=root,
        settings=settings,
        theme=theme,
        public=(public or root / "public").absolute(),
        handler=(handler or root / "handler").absolute(),
        # The default zone is the site's.
        now=now if now.tzinfo else now.replace(tzinfo=settings.time_zone),
        drafts=drafts,
        future=future,
        strict=strict,
        force=force,
        workers=workers,
    )


def at_address(config: Config, base_url: str, forms_url: str) -> Config:
    """Return the configuration of the site as served from another address."""
    settings = replace(config.settings, base_url=base_url, forms_url=forms_url)
    return replace(config, settings=settings)
