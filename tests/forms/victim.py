"""A handler to be killed: `python -m tests.forms.victim DIRECTORY [DATABASE]`, a port per line.

For each port that is read, a forked process serves on it and its id is printed. Everything is
imported once, so that twenty rounds take seconds.
"""

import gc
import os
import signal
import sys
from pathlib import Path

import uvicorn

from forms.app import create_app
from forms.settings.environment import read_environment

from .declared import catalogue, pages
from .world import Inbox, environment


def serve(directory: Path, port: int, **more: str) -> None:
    """Serve until killed."""
    url = f"http://127.0.0.1:{port}"
    declared, theme = catalogue(), pages()
    app = create_app(
        read_environment(environment(directory, url, **more), directory),
        catalogue=lambda: declared,
        pages=lambda: theme,
        files=lambda _resource: None,
        deliver=Inbox(),
    )
    uvicorn.run(app, port=port, access_log=False, log_config=None)


def main() -> None:
    directory = Path(sys.argv[1])
    more = {"ATRAE_DATABASE_URL": sys.argv[2]} if len(sys.argv) > 2 else {}
    # Whoever is killed is buried at once.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            serve(directory, int(line), **more)
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
