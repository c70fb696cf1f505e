"""What comes from the keyboard, from `kill` or from a terminal that is closed, and how a program ends by it."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType


@contextmanager
def terminated(as_if: BaseException) -> Iterator[None]:
    """Being terminated ends what runs by raising `as_if` in it."""

    def end(_number: int) -> None:
        raise as_if

    with _heeded((signal.SIGTERM,), end):
        yield


@contextmanager
def noted(numbers: Sequence[signal.Signals]) -> Iterator[list[int]]:
    """These signals end nothing by themselves: which of them came, for a loop that ends after the round it is in."""
    over: list[int] = []
    with _heeded(numbers, over.append):
        yield over


@contextmanager
def _heeded(numbers: Sequence[signal.Signals], then: Callable[[int], None]) -> Iterator[None]:
    def handle(number: int, _frame: FrameType | None) -> None:
        then(number)

    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
