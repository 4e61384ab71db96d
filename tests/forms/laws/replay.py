"""`python -m tests.forms.laws.replay URL DIRECTORY BEFORE`: some histories, and what each step led
to, on a line each; beforehand there are as many other histories in the same house."""

import sys
from contextlib import nullcontext
from pathlib import Path

from .evidence import Registry
from .histories import live


def main(url: str, directory: str, before: str) -> None:
    with Registry(lambda: nullcontext(url), Path(directory)) as registry:
        for chosen in range(100, 100 + int(before)):
            live(registry, histories=2, each=20, chosen=chosen)
        registry.told = []
        live(registry, histories=6, each=60, chosen=7)
        print(*registry.told, sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
