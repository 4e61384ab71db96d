"""`python -m generator`, and `main` of the console script `atrae`.

A plain build starts before the commands and their options are loaded, because that takes longer
than to see that nothing changed.
"""

import os
import sys
import time
from typing import Any

from .build import Options

_FOLDERS = {"-s": "source", "--source": "source", "-o": "output", "--output": "output"}
_FOLDERS |= {"--handler": "handler"}


def main() -> None:
    """Run the command line, and exit."""
    began = time.perf_counter()
    build = None if os.environ.get("SOURCE_DATE_EPOCH") else plain_build(sys.argv[1:])
    if build is None:
        from .cli import main as commands

        commands(prog_name="atrae")
        return
    from datetime import UTC, datetime

    from .parallel import exempt_from_gc, without_gc
    from .terminal import build_and_report

    options, quiet = build
    try:
        with without_gc():
            build_and_report(options, now=datetime.now(UTC), began=began, quiet=quiet)
            exempt_from_gc()  # or the interpreter would collect once more as it ends
    except KeyboardInterrupt:
        sys.exit("Aborted!")


def plain_build(arguments: list[str]) -> tuple[Options, bool] | None:
    """Return the options of a build, and whether it's quiet, if nothing but folders is given.

    None leaves the arguments to the commands, with everything that may be wrong with them.
    """
    values: dict[str, Any] = {"source": "."}
    command, *rest = arguments or [""]
    quiet = False
    while rest:
        option = rest.pop(0)
        if option in ("-q", "--quiet"):
            quiet = True
        elif option in _FOLDERS and rest and _is_plain(rest[0], _FOLDERS[option]):
            values[_FOLDERS[option]] = rest.pop(0)
        else:
            return None
    return (Options(**values), quiet) if command == "build" else None


def _is_plain(folder: str, option: str) -> bool:
    """Tell whether it's a folder, or may become one, and is spelled as `pathlib` would spell it."""
    if option == "source":
        return os.path.isdir(folder)  # noqa: PTH112
    is_free = os.path.isdir(folder) or not os.path.lexists(folder)  # noqa: PTH112
    return is_free and not folder.startswith("-") and os.path.normpath(folder) == folder


if __name__ == "__main__":
    main()
