"""Finds the system's Chromium for the browser tests; run as a program, it installs a missing one.

    python tests/chromium.py     says where it is, installs it with apt where that can be done

Needs nothing but the standard library, since it runs before anything is installed.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
WAY_OUT = "The browser tests need Chromium: install it (Debian, Ubuntu: apt-get install chromium)."


def find() -> str | None:
    """The program's path, from $CHROMIUM or the PATH; None where there is none."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Try apt, as root or by a sudo that asks nothing; silent where neither is there."""
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if not apt or (sudo and not shutil.which("sudo")):
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        subprocess.run([*sudo, apt, *arguments], env=quiet, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    if not find():
        install()
    if not find():
        # Not an error here: the browser tests themselves fail, and say the same.
        sys.stderr.write(f"{WAY_OUT}\n")
