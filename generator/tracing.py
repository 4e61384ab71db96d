"""Asks the last build's trace what is stale, and keeps this one's for the next."""

import os
from collections.abc import Iterable, Iterator

from .cache import load_trace, salt_of, save_trace
from .config import Config
from .model.output import Output, Tree
from .render.answers import OF_BODIES, Answers
from .render.view import Renderer
from .trace import Question, extended, stale

Asked = tuple[Question, ...]


class Tracing:
    """What of the public tree is stale, and what the next build will want to know."""

    def __init__(self, config: Config, renderer: Renderer, outputs: Iterable[Output]) -> None:
        self._folder, self._public = config.cache / "cache", config.public
        self._answers = Answers(renderer)
        self._outputs = tuple(o for o in outputs if o.tree is Tree.PUBLIC)
        self._before = load_trace(self._folder)
        self._key = salt_of(config.settings, renderer.theme.digest, str(config.public))
        self.reasons = stale(
            self._outputs,
            self._before,
            key=self._key,
            structure=self._answers.structure,
            digest=self._answers.digest,
            body=self._answers.body,
            of_bodies=OF_BODIES,
            written=self._written,
        )
        """Path of each stale output of the public tree -> why."""
        self.asked: dict[str, Asked] = {}
        """Filled while rendering."""

    @property
    def kept(self) -> Iterator[str]:
        """The paths of the others."""
        return (output.path for output in self._outputs if output.path not in self.reasons)

    def save(self) -> None:
        """Keep it for the next build, if there is anything new."""
        trace = extended(
            self._before,
            self._outputs,
            self.asked,
            key=self._key,
            structure=self._answers.structure,
            digest=self._answers.digest,
            of_bodies=OF_BODIES,
            written=self._written,
        )
        if trace != self._before:
            save_trace(self._folder, trace)

    def _written(self, path: str) -> tuple[int, ...] | None:
        try:
            status = os.stat(f"{self._public}/{path}")  # noqa: PTH116  (thousands of them)
        except OSError:
            return None
        return (status.st_size, status.st_mtime_ns)
