"""What a run costs is seen, whoever of its processes it is that pays."""

import os
import sys
import time
from pathlib import Path

import pytest

from .errors import BenchError
from .machine import file_system
from .measure import Running, background, peak_memory, run

CHILD = """
import subprocess, sys, time
held = bytearray(b"x") * 30_000_000
subprocess.run([sys.executable, "-c", '''
import time
held = bytearray(b"x") * 40_000_000
time.sleep(0.6)
'''], check=True)
"""


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def wait_for_its_end(server: Running) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        server.refuse_end()


def lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] not in "ZX"


def test_the_time_of_a_run_is_its_wall_time_and_the_work_of_its_processes(tmp_path: Path) -> None:
    asleep = run(python("import time; time.sleep(0.5)"), cwd=tmp_path, env=os.environ)
    assert asleep.wall >= 0.5
    assert asleep.cpu < asleep.wall
    nested = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(10**7))'])"
    assert run(python(nested), cwd=tmp_path, env=os.environ).cpu > asleep.cpu


def test_the_memory_of_all_processes_is_added_up(tmp_path: Path) -> None:
    peak = peak_memory(python(CHILD), cwd=tmp_path, env=os.environ)
    assert 70_000_000 < peak < 140_000_000


def test_a_run_that_fails_says_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"ended with 3(?s:.)*no room"):
        run(python("print('no room'); raise SystemExit(3)"), cwd=tmp_path, env=os.environ)


def test_a_server_that_ends_by_itself_is_noticed(tmp_path: Path) -> None:
    with (
        pytest.raises(BenchError, match="port busy"),
        background(python("print('port busy')"), cwd=tmp_path, env=os.environ) as server,
    ):
        wait_for_its_end(server)


def test_a_server_and_what_it_started_end_with_the_block(tmp_path: Path) -> None:
    stubborn = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit())
child = subprocess.Popen([sys.executable, "-c", '''
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
time.sleep(60)
'''])
open("child", "w").write(str(child.pid))
os.rename("child", "started")
time.sleep(60)
"""
    with background(python(stubborn), cwd=tmp_path, env=os.environ) as server:
        while not (tmp_path / "started").exists():
            server.refuse_end()
    child = int((tmp_path / "started").read_text())
    deadline = time.monotonic() + 10
    while lives(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not lives(child)


def test_the_innermost_mount_says_the_kind_of_file_system(tmp_path: Path) -> None:
    mounts = f"disk / ext4 rw 0 0\ntmpfs {tmp_path} tmpfs rw 0 0\ndisk {tmp_path}x btrfs rw 0 0\n"
    assert file_system(tmp_path / "site", mounts) == "tmpfs"
    assert file_system(Path("/"), mounts) == "ext4"
