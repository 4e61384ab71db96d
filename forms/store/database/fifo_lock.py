"""A lock that serves its waiters in the order in which they came."""

from collections import deque
from threading import Lock

from .faults import BusyError


class FifoLock:
    """First come, first served; unlike `threading.Lock`, it can be handed to the next waiter."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._is_held = False
        self._waiting: deque[Lock] = deque()

    def acquire(self, seconds: float) -> None:
        """Wait for the lock. Raises `BusyError` if it isn't free within `seconds`."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return
            place = Lock()
            place.acquire()
            self._waiting.append(place)
        if place.acquire(timeout=seconds):
            return
        with self._guard:
            if place in self._waiting:
                self._waiting.remove(place)
                raise BusyError(f"waited {seconds} s for the write lock")
        # The lock was handed over between the timeout and the guard.

    def hand_over(self) -> bool:
        """Pass the lock to the next waiter. Returns false, and keeps it, if there is none."""
        with self._guard:
            if not self._waiting:
                return False
            self._waiting.popleft().release()
            return True

    def release(self) -> None:
        """Pass the lock to the next waiter, or free it."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False
