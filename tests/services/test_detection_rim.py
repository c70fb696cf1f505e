"""The Faust rim without Kafka: a worker that has enough to do asks for nothing, and asks again once there is room."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from faust.types import TP

from services.broker_settings import BrokerSettings
from services.detector.app import Detecting, _faust_worker
from tests.services.test_detection_worker import Desk

BUSY, QUIET = TP("observations", 0), TP("observations", 1)
LONG_S = 3_600.0
ENOUGH = 4


@pytest.fixture(autouse=True)
def own_loops() -> Iterator[None]:
    """A worker chooses its process's event loop; what runs after this test has the one of before."""
    before = asyncio.get_event_loop_policy()
    yield
    asyncio.set_event_loop_policy(before)


class Fetched:
    """A worker's consumer, and of which partitions it asked for records; there are none."""

    def __init__(self) -> None:
        self.asked: list[set[TP]] = []
        detecting = Detecting(BrokerSettings(bootstrap="127.0.0.1:9"), "worker-1", lambda _: Desk().parts)
        self.consumer: Any = detecting.app.consumer
        self.consumer._set_active_tps({BUSY, QUIET})
        self.consumer._getmany = self._getmany

    async def _getmany(self, active_partitions: set[TP], timeout: float) -> dict[TP, list[Any]]:
        self.asked.append(set(active_partitions))
        return {}

    async def one(self, timeout: float = LONG_S) -> None:
        """One hand-over."""
        assert [each async for each in self.consumer.getmany(timeout)] == []


def test_all_are_asked_for_as_soon_as_there_is_room() -> None:
    """Faust leaves a partition of which enough waits out of what it asks for, and waits for the others."""

    async def story() -> None:
        fetched = Fetched()
        await fetched.one()
        for number in range(ENOUGH):
            fetched.consumer.waiting.put_nowait(number)
        await fetched.one(timeout=0.0)
        assert fetched.asked == [{BUSY, QUIET}], "there is no room"
        waiting = asyncio.create_task(fetched.one())
        await asyncio.sleep(0)
        fetched.consumer.waiting.get_nowait()
        fetched.consumer.begun.set()
        await waiting
        await fetched.one()
        assert fetched.asked == [{BUSY, QUIET}] * 2

    asyncio.run(asyncio.wait_for(story(), LONG_S / 60))


def test_what_a_rebalance_drops_makes_room() -> None:
    """Nobody begins to work on it, and nothing else says that there is room."""

    async def story() -> None:
        fetched = Fetched()
        for number in range(ENOUGH):
            fetched.consumer.waiting.put_nowait(number)
        await fetched.one(timeout=0.0)
        while not fetched.consumer.waiting.empty():
            fetched.consumer.waiting.get_nowait()
        await fetched.one()
        assert fetched.asked == [{BUSY, QUIET}]

    asyncio.run(asyncio.wait_for(story(), LONG_S / 60))


def test_no_library_makes_lines_that_nobody_reads() -> None:
    """To turn a spinner, Faust's runner sets the root of all loggers to debug."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        detecting = Detecting(BrokerSettings(bootstrap="127.0.0.1:9"), "worker-1", lambda _: Desk().parts)
        _faust_worker(detecting.app)._setup_logging()
        assert not logging.getLogger("aiokafka.producer").isEnabledFor(logging.DEBUG)
        assert logging.getLogger("aiokafka.producer").isEnabledFor(logging.WARNING)
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
