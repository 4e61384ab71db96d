"""The line of those who want to write: first come, first served."""

from collections import deque
from threading import Lock

from .faults import BusyError


class Line:
    """A lock that is given in the order in which it was asked for."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def enter(self, seconds: float) -> None:
        """Wait for the turn. Raises `BusyError` if it does not come within `seconds`."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            place = Lock()
            place.acquire()
            self._waiting.append(place)
        if place.acquire(timeout=seconds):
            return
        with self._guard:
            if place in self._waiting:
                self._waiting.remove(place)
                raise BusyError(f"waited {seconds} s for the turn to write")
        # It came in the very moment of giving up.

    def hand_over(self) -> bool:
        """Give the turn to the next in line; false, and it stays ours, if nobody is there."""
        with self._guard:
            if not self._waiting:
                return False
            self._waiting.popleft().release()
            return True

    def leave(self) -> None:
        """Give the turn to the next in line, or back."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
