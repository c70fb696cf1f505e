"""Waiting on a busy machine: for a condition, never for a time."""

from collections.abc import Callable

from services.clock import SystemClock

PATIENCE_S = 300  # of a busy machine; a quiet one needs a few seconds
_STEP_S = 0.1


def until(is_true: Callable[[], object], what: Callable[[], str], patience_s: float = PATIENCE_S) -> None:
    """Wait for something to become true; AssertionError with `what` was waited for when it does not in time."""
    clock = SystemClock()
    end = clock.now_ms() + int(patience_s * 1_000)
    while not is_true():
        assert clock.now_ms() < end, f"not within {patience_s:g} s: {what()}"
        clock.wait(_STEP_S)
