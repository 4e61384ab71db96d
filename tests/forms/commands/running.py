"""Runs the commands: in this process, which has imported everything, or each in its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from forms.cli import forms

COMMAND = (sys.executable, "-c", "from forms.cli import forms; forms(prog_name='atrae forms')")


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, directory: Path, environ: Mapping[str, str] | None = None) -> Result:
    """Run a command in this process."""
    with chdir(directory):
        result = CliRunner().invoke(
            forms, arguments, env=dict(environ or {}), prog_name="atrae forms"
        )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Result(result.exit_code, result.stdout, result.stderr)


def run_apart(*arguments: str, directory: Path, environ: Mapping[str, str] | None = None) -> Result:
    """Run a command in a process of its own, as an operator does."""
    process = subprocess.run(
        [*COMMAND, *arguments],
        cwd=directory,
        env=clean(environ or {}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return Result(process.returncode, process.stdout, process.stderr)


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """Return our environment without the handler's variables but with these."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ATRAE_")}
    return {**ours, **environ}
