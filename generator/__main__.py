"""`python -m generator` is `atrae`, and so is `main`.

A build that is asked for in the plainest way is begun before the commands and their options are
loaded, which takes longer than to see that there is nothing to do.
"""

import os
import sys
import time


def main() -> None:
    """Do what the command line says, and exit."""
    began = time.perf_counter()
    plain = plainly(sys.argv[1:])
    if plain is None or os.environ.get("SOURCE_DATE_EPOCH"):
        from .cli import main as commands

        commands(prog_name="atrae")
    else:
        _build(*plain, began)


def plainly(arguments: list[str]) -> tuple[str, bool] | None:
    """The folder, and whether to be quiet, where nothing else is said than that a site is to be
    built; None leaves what is said to the commands, with all that may be wrong with it."""
    match arguments:
        case ["build", *options]:
            source, quiet = ".", False
        case _:
            return None
    while options:
        match options:
            case ["-q" | "--quiet", *options]:
                quiet = True
            case ["-s" | "--source", str(folder), *options] if os.path.isdir(folder):  # noqa: PTH112
                source = folder
            case _:
                return None
    return source, quiet


def _build(source: str, quiet: bool, began: float) -> None:
    from datetime import UTC, datetime

    from .again import Options, build
    from .console import progress_bar, reported, say_report

    try:
        with reported(), progress_bar(shown=not quiet and sys.stderr.isatty()) as progress:
            done = build(Options(source), now=datetime.now(UTC), progress=progress)
    except KeyboardInterrupt:
        sys.exit("Aborted!")
    say_report(done, began, quiet=quiet)


if __name__ == "__main__":
    main()
