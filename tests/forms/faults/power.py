"""What is left on a disk whose power was cut: what was synced, and perhaps some of the rest."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .vfs import Step


@dataclass
class Platter:
    """The files as they would be found: `durable` was synced, `cache` written since, in order."""

    durable: dict[str, bytes] = field(default_factory=dict)
    cache: dict[str, list[Step]] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """One step further."""
        match step.what:
            case "sync":
                steps = self.cache.pop(step.path, [])
                self.durable[step.path] = _after(self.durable.get(step.path, b""), steps)
            case "delete":
                # An undone deletion is a file that is there again: the cautious end keeps both.
                self.cache.pop(step.path, None)
                self.durable.pop(step.path, None)
            case _:
                self.cache.setdefault(step.path, []).append(step)

    def without_cache(self) -> Mapping[str, bytes]:
        """Nothing that was not synced arrived."""
        return dict(self.durable)

    def with_some(self, chance: random.Random) -> Mapping[str, bytes]:
        """Some of it arrived, in any order, the last write perhaps torn at a sector."""
        found = dict(self.durable)
        for path, steps in self.cache.items():
            some = [_torn(step, chance) for step in steps if chance.random() < 0.5]
            chance.shuffle(some)
            if some:
                found[path] = _after(found.get(path, b""), some)
        return found


def lay_out(files: Mapping[str, bytes], directory: Path) -> None:
    """Write the files where a handler finds them after the reboot."""
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.iterdir():
        old.unlink()
    for path, content in files.items():
        (directory / Path(path).name).write_bytes(content)


def _after(content: bytes, steps: Iterable[Step]) -> bytes:
    found = bytearray(content)
    for step in steps:
        if step.what == "truncate":
            del found[step.offset :]
            continue
        found.extend(bytes(max(0, step.offset - len(found))))
        found[step.offset : step.offset + len(step.content)] = step.content
    return bytes(found)


def _torn(step: Step, chance: random.Random) -> Step:
    if step.what == "truncate" or len(step.content) <= 512 or chance.random() < 0.5:
        return step
    kept = chance.randrange(512, len(step.content), 512)
    return Step(step.what, step.path, step.offset, step.content[:kept])
