"""Where the figures were taken, as far as a reader needs it to judge them."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What it is, and how busy it was at the start."""

    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    file_system: str
    """Of the sites and of what is published on disk."""
    load: float
    """Processes that ran or waited, on average over a minute."""


def this_machine(work: Path) -> Machine:
    """The one that we run on."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(pages / 2**30, 1),
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        python=platform.python_version(),
        file_system=file_system(work, Path("/proc/mounts").read_text(encoding="utf-8")),
        load=round(os.getloadavg()[0], 2),
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def file_system(folder: Path, mounts: str) -> str:
    """Its kind, by the innermost of the mounts (proc(5)) that hold the folder."""
    here = folder.resolve()
    found = (line.split() for line in mounts.splitlines())
    holding = [(len(where), kind) for _, where, kind, *_ in found if here.is_relative_to(where)]
    return max(holding)[1] if holding else "unknown"
