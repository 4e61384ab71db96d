"""The servers of the tests: those whose session was killed are not there for ever."""

import subprocess
import sys
from pathlib import Path

from .databases import held_directory
from .world import until

ROOT = Path(__file__).parents[2]
KILLED = """
import time
from tests.forms.databases import postgresql_server
with postgresql_server(fsync="off") as server:
    print(server.directory, server.process.pid, flush=True)
    time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "(zombie)" not in status.read_text()


def test_a_server_dies_with_its_session_and_the_next_one_tidies_up() -> None:
    session = subprocess.Popen(
        [sys.executable, "-c", KILLED], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert session.stdout is not None
    directory, pid = session.stdout.readline().split()
    assert is_alive(int(pid))
    session.kill()
    session.communicate()
    until(lambda: not is_alive(int(pid)), "the server's end", 10)
    assert Path(directory).is_dir()
    with held_directory() as another:
        assert not Path(directory).exists()
        with held_directory():
            assert another.exists()
