"""One at a time, the one in the greatest hurry first."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.dispatcher.turns import Hurry, Turns
from tests.services.test_sending import until


def test_the_greatest_hurry_goes_first_and_among_equals_who_asked_first() -> None:
    """Whoever has the turn keeps it; then hurry decides, and the order of asking where it does not."""
    turns, had = Turns(), list[tuple[Hurry, str]]()

    def take(hurry: Hurry, name: str) -> None:
        with turns.turn(hurry):
            had.append((hurry, name))

    with ThreadPoolExecutor(8) as threads, turns.turn((9,)):
        for number, (hurry, name) in enumerate([((2,), "a"), ((1, "b"), "b"), ((2,), "c"), ((1, "a"), "d")]):
            threads.submit(take, hurry, name)
            until(lambda wanted=number + 1: turns.waiting == wanted)
        assert had == []
    assert [name for _, name in had] == ["d", "b", "a", "c"]


def test_a_turn_that_fails_is_handed_on() -> None:
    """What is raised goes to whoever raised it, and the next has the turn."""
    turns, over = Turns(), threading.Event()

    def take() -> None:
        with turns.turn((0,)):
            over.set()

    def fail(threads: ThreadPoolExecutor) -> None:
        with turns.turn((0,)):
            threads.submit(take)
            until(lambda: turns.waiting == 1)
            raise LookupError

    with ThreadPoolExecutor(1) as threads, pytest.raises(LookupError):
        fail(threads)
    assert over.is_set()
    assert turns.waiting == 0
