"""Where a site lies, what it says of itself, and how it is to be built: a frozen Config."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ..model.settings import Settings
from ..model.value import value

CACHE = ".atrae"


@value
class Config:
    """Where a site lies, what it says of itself, and how it is to be built this time."""

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
    """Processes that share the work; they change how long it takes, and nothing else."""

    @property
    def cache(self) -> Path:
        """What the program keeps for itself; never committed."""
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
    """Read `root`/site.yaml; what is given here goes over what it says.

    Raises `ConfigError` where there is none, `ContentError` with all that is wrong with it.
    """
    # Only here, for it loads what an edit of a text can do without.
    from .site_yaml import read_settings

    settings, theme = read_settings(root, base_url)
    return Config(
        root=root,
        settings=settings,
        theme=theme,
        public=(public or root / "public").absolute(),
        handler=(handler or root / "handler").absolute(),
        # A moment without a zone is one in the site's.
        now=now if now.tzinfo else now.replace(tzinfo=settings.time_zone),
        drafts=drafts,
        future=future,
        strict=strict,
        force=force,
        workers=workers,
    )


def at_address(config: Config, base_url: str, forms_url: str) -> Config:
    """The same site as served from elsewhere."""
    settings = replace(config.settings, base_url=base_url, forms_url=forms_url)
    return replace(config, settings=settings)
