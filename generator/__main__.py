"""`python -m generator` is `atrae`, and so is `main`.

A build that is asked for in the plainest way is begun before the commands and their options are
loaded, which takes longer than to see that there is nothing to do.
"""

import gc
import os
import sys
import time
from typing import NamedTuple


class Plain(NamedTuple):
    """A build that is asked for by nothing but where."""

    source: str = "."
    output: str | None = None
    handler: str | None = None
    quiet: bool = False


def main() -> None:
    """Do what the command line says, and exit."""
    began = time.perf_counter()
    plain = plainly(sys.argv[1:])
    if plain is None or os.environ.get("SOURCE_DATE_EPOCH"):
        from .cli import main as commands

        commands(prog_name="atrae")
    else:
        _build(plain, began)


def plainly(arguments: list[str]) -> Plain | None:
    """The build that is asked for in the plainest way; None leaves what is said to the commands,
    with all that may be wrong with it."""
    match arguments:
        case ["build", *options]:
            plain = Plain()
        case _:
            return None
    while options:
        match options:
            case ["-q" | "--quiet", *options]:
                plain = plain._replace(quiet=True)
            case ["-s" | "--source", str(folder), *options] if os.path.isdir(folder):  # noqa: PTH112
                plain = plain._replace(source=folder)
            case ["-o" | "--output", str(folder), *options] if _is_plain(folder):
                plain = plain._replace(output=folder)
            case ["--handler", str(folder), *options] if _is_plain(folder):
                plain = plain._replace(handler=folder)
            case _:
                return None
    return plain


def _is_plain(folder: str) -> bool:
    """Whether it is a folder or may become one, spelled as `pathlib` would spell it: so it is the
    same as last time, however the command was understood."""
    is_free = os.path.isdir(folder) or not os.path.lexists(folder)  # noqa: PTH112
    return is_free and not folder.startswith("-") and os.path.normpath(folder) == folder


def _build(plain: Plain, began: float) -> None:
    from datetime import UTC, datetime

    from .again import Options, build
    from .terminal import progress_bar, reported, say_report

    gc.disable()  # until the end, which comes as soon as the site is built
    options = Options(plain.source, plain.output, plain.handler)
    try:
        with reported(), progress_bar(shown=not plain.quiet and sys.stderr.isatty()) as progress:
            done = build(options, now=datetime.now(UTC), progress=progress)
    except KeyboardInterrupt:
        sys.exit("Aborted!")
    say_report(done, began, quiet=plain.quiet)
    _end()


def _end() -> None:
    """End at once: to give a site back piece by piece takes as long as a part of an edit, and the
    system takes it as a whole."""
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except OSError:
        return  # for Python to say, at an end of its own
    os._exit(0)


if __name__ == "__main__":
    main()
