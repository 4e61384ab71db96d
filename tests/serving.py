"""Starts `atrae serve` on a site as its author would, and stops it by its own process id."""

import atexit
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

PROGRAM = (sys.executable, "-u", "-m", "generator")


@dataclass(frozen=True, slots=True)
class Served:
    """A site being served: its folder, its address, and the handler's."""

    folder: Path
    url: str
    forms_url: str

    def atrae(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in the site's folder."""
        return atrae(*arguments, cwd=self.folder)


def atrae(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command with nothing of ours in the environment."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("ATRAE_")}
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=cwd,
        env=clean,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def new_site(folder: Path, *, language: str = "en") -> Path:
    """Make the site that a newcomer begins with."""
    shutil.copytree(_starter(language), folder)
    return folder


@cache
def _starter(language: str) -> Path:
    """Return what `atrae new site` writes; it is run once in a session."""
    folder = Path(mkdtemp(prefix="atrae-starter-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    done = atrae("new", "site", "site", "--language", language, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "site"


@contextmanager
def serving(folder: Path, *, apart: bool = False) -> Iterator[Served]:
    """Serve on a free port; `apart`: the form handler on another."""
    command = [*PROGRAM, "serve", "--port", "0", *(("--forms-port", "0") if apart else ())]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield _served(process, folder)
    finally:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)[0]
    assert process.returncode == 0, said


def _served(process: "subprocess.Popen[str]", folder: Path) -> Served:
    """Wait until it says where it listens."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"Serving (http://\S+?)/", line):
            forms = re.search(r"forms at (http://\S+?)/", line)
            return Served(folder, found[1], forms[1] if forms else found[1])
    raise AssertionError(f"it did not start:\n{said}")
