"""Waits until what was published has been worked through by all: detected, saved, and taken into the record."""

from collections.abc import Callable

import sqlalchemy as sa

from services.broker_settings import BrokerSettings
from services.clock import RealTime
from services.errors import BrokerFailed
from services.progress import Offsets, Progress
from streams.topics import TopicName

_LOOK_S = 0.05


class Barrier:
    """One deployment's progress. Between two steps of a play, so that each process stamps with the step's time."""

    def __init__(
        self, settings: BrokerSettings, database: sa.Engine, real: RealTime, patience_s: float = 120.0
    ) -> None:
        self._progress = Progress(settings, database)
        self._real = real
        self._patience_s = patience_s

    def wait(self) -> None:
        """Raises BrokerFailed when nobody works it through within the time."""
        progress = self._progress
        until = self._real.now_ms() + int(self._patience_s * 1_000)
        published = progress.ends(TopicName.OBSERVATIONS)
        self._until(
            lambda: _reached(progress.detected(), published), until, "no detection worker reads: twinbell detect"
        )
        given = progress.ends(TopicName.ASSESSMENTS)
        self._until(lambda: _reached(progress.taken(), given), until, "nobody takes assessments in: twinbell dispatch")

    def close(self) -> None:
        """Let the connections go."""
        self._progress.close()

    def _until(self, is_done: Callable[[], bool], until: int, problem: str) -> None:
        while not _is(is_done):
            if self._real.now_ms() > until:
                raise BrokerFailed(f"what was published {self._patience_s:g} s ago is still waiting: {problem}")
            self._real.wait(_LOOK_S)


def _is(is_done: Callable[[], bool]) -> bool:
    """A broker that has no coordinator for the group yet, or loses one, is asked again."""
    try:
        return is_done()
    except BrokerFailed:
        return False


def _reached(found: Offsets, wanted: Offsets) -> bool:
    return all(found.get(partition, 0) >= end for partition, end in wanted.items())
