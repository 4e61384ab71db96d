"""The plan after a change: the smallest piece of work that is known to be enough."""

from typing import assert_never

from ..incremental.changes import Anything, Changes, TextsChanged, ThemeChanged, Unchanged
from .after_texts import plan_after_texts
from .after_theme import plan_after_theme
from .plan import Plan


def plan_after(changes: Changes, last_plan: Plan) -> Plan | None:
    """Return the plan that a whole planning would make; None if only that can tell."""
    match changes:
        case Unchanged():
            return last_plan
        case TextsChanged(files=files):
            return plan_after_texts(last_plan, files)
        case ThemeChanged():
            return plan_after_theme(last_plan)
        case Anything():
            return None
        case _:
            assert_never(changes)
