"""Works that are killed half-way: `python -m tests.forms.faults.doomed`, an order a line.

Each is done by a forked process, which the one that reads the orders kills when its time is over;
so nothing is imported twice, and no process is killed but the one that was meant.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from signal import SIGKILL

ROOT = Path(__file__).parents[3]
HEAVY = Path(__file__).parent / "migrations"
FOREVER = 600.0


@dataclass(frozen=True)
class End:
    """How one of them ended."""

    killed: bool
    well: bool
    seconds: float


@dataclass(frozen=True)
class Doomed:
    """The process that reads the orders."""

    process: "subprocess.Popen[str]"

    def migrate(self, url: str, *, killed_after: float = FOREVER) -> End:
        """Bring the database to the heavy migration."""
        return self._order(killed_after, "migrate", url)

    def restore(self, url: str, file: Path, *, killed_after: float = FOREVER) -> End:
        """Put the backup in the place of the database."""
        return self._order(killed_after, "restore", url, str(file))

    def _order(self, seconds: float, *words: str) -> End:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([seconds, *words]) + "\n")
        self.process.stdin.flush()
        return End(**json.loads(self.process.stdout.readline()))


@contextmanager
def doomed() -> Iterator[Doomed]:
    """Have one ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Doomed(process)
    finally:
        process.communicate()


def migrate(url: str) -> None:
    from forms.store.database.engine import open_engine
    from forms.store.database.migrate import HEAD, migrate as bring

    engine = open_engine(url)
    bring(engine, head=f"{HEAD}_heavy", more=[HEAVY])
    engine.dispose()


def restore(url: str, file: str) -> None:
    from forms.store.database.file_lock import sole_writer
    from forms.store.upkeep.backup import restore as put_back

    with sole_writer(url):
        put_back(url, Path(file))


WORKS: dict[str, Callable[..., None]] = {"migrate": migrate, "restore": restore}


def carry_out(seconds: float, work: str, *words: str) -> End:
    """Do it in a process of its own, which lives so long at most."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        WORKS[work](*words)
        os._exit(0)
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() - began > seconds:
            os.kill(child, SIGKILL)
            break
        time.sleep(0.0005)
    took = time.monotonic() - began
    _, status = os.waitpid(child, 0)
    return End(killed=os.WIFSIGNALED(status), well=status == 0, seconds=took)


def main() -> None:
    # Before anybody is born.
    for name in (
        "alembic.command",
        "psycopg",
        "forms.store.upkeep.backup",
        "forms.store.database.tables",
    ):
        import_module(name)
    for line in sys.stdin:
        seconds, work, *words = json.loads(line)
        print(json.dumps(vars(carry_out(seconds, work, *words))), flush=True)


if __name__ == "__main__":
    main()
