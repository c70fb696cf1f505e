"""One at a time, and of those who wait the one in the greatest hurry: what a single core does is done in that order."""

import heapq
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

Hurry = tuple[int | str, ...]
"""Compared with that of others; the smallest goes first."""


class Turns:
    """A lock whose next holder is chosen by hurry; among equals who asked first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = count()
        self._waiting: list[tuple[Hurry, int, threading.Event]] = []
        self._is_taken = False

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @contextmanager
    def turn(self, hurry: Hurry) -> Iterator[None]:
        """Wait for it, have it, hand it on."""
        called = threading.Event()
        with self._lock:
            if self._is_taken:
                heapq.heappush(self._waiting, (hurry, next(self._numbers), called))
            else:
                self._is_taken = True
                called.set()
        called.wait()
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    heapq.heappop(self._waiting)[2].set()
                else:
                    self._is_taken = False
