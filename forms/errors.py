"""What a command raises where it cannot do what it was asked for, and has changed nothing."""


class NotDoneError(Exception):
    """The message says why, and the way out; each of `faults` is one line."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
