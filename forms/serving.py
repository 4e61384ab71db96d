"""Production: the environment and the tree `handler/` -> a server."""

from collections.abc import Mapping
from pathlib import Path

from .app import create_app, open_store, smtp_delivery
from .bundle import Bundles
from .development import development_suppression_key
from .settings import SuppressionKey, read_environment
from .store.engine import open_engine
from .store.lock import sole_writer
from .store.migrate import migrate


def run(environ: Mapping[str, str], directory: Path, *, host: str, port: int) -> None:
    """Serve until a signal comes. Raises one of `app.START_ERRORS` where it cannot start."""
    import uvicorn

    settings = read_environment(environ, directory)
    bundles = Bundles(settings.handler_dir)
    bundles.current()
    # Said here in one line, rather than by a server that has half started.
    with sole_writer(settings.database_url.get_secret_value()):
        store = open_store(settings)
        store.prepare()
        store.database.close()
    app = create_app(
        settings,
        catalogue=lambda: bundles.current().catalogue,
        pages=lambda: bundles.current().pages,
        files=bundles.file,
        deliver=smtp_delivery(settings.smtp_url.get_secret_value()),
    )
    uvicorn.run(
        app,
        host=host,
        port=port,
        # Paths hold tokens: an access log would keep them.
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
        log_config=None,
    )


def migrate_database(url: str) -> tuple[str, str]:
    """Bring the database to this version; returns the versions before and after."""
    with sole_writer(url):
        engine = open_engine(url)
        try:
            return migrate(engine)
        finally:
            engine.dispose()


def suppression_key(environ: Mapping[str, str], directory: Path) -> SuppressionKey | None:
    """The key of the environment, else the one that `atrae serve` keeps in a site's folder."""
    secret = environ.get("ATRAE_SUPPRESSION_KEY", "") or development_suppression_key(directory)
    return SuppressionKey(secret.encode()) if secret else None
