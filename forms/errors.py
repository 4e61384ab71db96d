"""Errors that commands report to the operator."""


class NotPossibleError(Exception):
    """A command could not do its work and changed nothing.

    Each of `faults` is one line: what is wrong, and how to fix it.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class SettingsError(NotPossibleError):
    """The environment is incomplete or wrong."""
