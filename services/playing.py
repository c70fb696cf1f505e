"""A recorded episode through the hub: rows in order of known_at, a tick a day, and due messages at their own times.

What happens depends on the order of the steps alone, so that a play which a person watches and a replay on a simulated
clock write the same entries. How time passes in between decides only how long the person waits.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import msgspec
import sqlalchemy as sa

from alerts.timers import Slowdown
from services.episodes import Episode
from services.settings import Configuration
from services.tables import deployment
from streams.observations import ObservationBatch
from streams.passing import steps

Rows = Callable[[int, int], Iterator[tuple[int, ObservationBatch]]]
"""(after, until) → the batches known in (after, until], in order of known_at, then group."""


class Passage(Protocol):
    """How time passes between two steps."""

    def stopped_at(self) -> int:
        """Where the store's time stopped when the play was last run; 0 when it never was."""

    def pass_to(self, position: int, target: int) -> int:
        """Let the store's time pass from `position` towards `target`; how far it came.

        That is `target`, unless somebody did something on the way: then what is due must be looked at again.
        """


class Played(Protocol):
    """What an episode is played on: the hub of one process, or the publisher of the distributed harness."""

    def catch_up(self, at: int, batches: Iterable[ObservationBatch], mark: Callable[[sa.Connection], None]) -> None:
        """Rows that were known before."""

    def to_rebuild(self) -> set[str]:
        """Groups whose state is missing or was made with other thresholds or reference data."""

    def rebuild(self, groups: set[str], at: int, mark: Callable[[sa.Connection], None]) -> None:
        """Make their states again from what was known at `at`."""

    def step(
        self, at: int, batches: Sequence[ObservationBatch], tick: bool, mark: Callable[[sa.Connection], None]
    ) -> None:
        """The rows of one instant, and a tick when a day has begun."""

    def recover(self, at: int) -> None:
        """At the start: what was being sent when the last run ended is due again."""

    def next_due(self) -> int | None:
        """When there is something to plan or to send next."""

    def advance(self, at: int) -> None:
        """Plan and send what is due by `at`, and tell those who watch what was recorded."""


class AtOnce:
    """Time passes at once: a replay."""

    def stopped_at(self) -> int:
        """0: a replay is never half played."""
        return 0

    def pass_to(self, position: int, target: int) -> int:
        """`target`."""
        return max(position, target)


# In the weeks that a play jumps over nobody can answer, so a ladder that has climbed is repeated seldom there.
_PLAYED_SLOWDOWN = (Slowdown(after_hours=1, every_minutes=28 * 24 * 60),)
_PLAYED_LAPSE_MINUTES = 365 * 24 * 60  # nor may an answer lapse there: the person who gave it watches for a minute


class Player:
    """Plays an episode into a store, from where the store stopped."""

    def __init__(self, hub: Played, database: sa.Engine, passage: Passage) -> None:
        self._hub = hub
        self._database = database
        self._passage = passage
        self._position = 0

    def play(self, episode: Episode, rows: Rows) -> int:
        """Play to the end; the store's time then. A store that was played to its end is left as it is."""
        begun = played_until(self._database)
        if begun is None:
            begun = episode.starts_at
            self._hub.catch_up(begun, (batch for _, batch in rows(0, begun)), _mark(begun))
        elif stale := self._hub.to_rebuild():
            self._hub.rebuild(stale, begun, _mark(begun))
        self._position = max(begun, self._passage.stopped_at())
        self._hub.recover(self._position)
        self._hub.advance(self._position)
        for step in steps(rows(begun, episode.ends_at), begun, episode.ends_at):
            self._go_to(step.at)
            self._hub.step(step.at, step.batches, step.tick, _mark(step.at))
            self._hub.advance(self._position)
        self._go_to(episode.ends_at)
        self._hub.step(episode.ends_at, (), tick=False, mark=_mark(episode.ends_at))
        return self._position

    def _go_to(self, at: int) -> None:
        """Come to `at`; what becomes due on the way is done at its own time."""
        while self._position < at:
            due = self._hub.next_due()
            target = at if due is None or due > at else max(due, self._position + 1)
            self._position = self._passage.pass_to(self._position, target)
            if self._position == target:
                self._hub.advance(self._position)


def as_played(configuration: Configuration) -> Configuration:
    """The configuration with the patience of a play, whoever plays it: a person watching, or a replay."""
    timers = msgspec.structs.replace(configuration.settings.timers, repeat_slowdown=_PLAYED_SLOWDOWN)
    sides = tuple(
        msgspec.structs.replace(
            side,
            policy={
                level: msgspec.structs.replace(policy, lapse_minutes=_PLAYED_LAPSE_MINUTES)
                for level, policy in side.policy.items()
            },
        )
        for side in configuration.settings.participants
    )
    settings = msgspec.structs.replace(configuration.settings, timers=timers, participants=sides)
    return msgspec.structs.replace(configuration, settings=settings)


def played_until(database: sa.Engine) -> int | None:
    """The last step of the play that is wholly in the record; None before the first."""
    with database.execution_options(reading=True).connect() as connection:
        return connection.execute(sa.select(deployment.c.played_until)).scalar()


def is_over(database: sa.Engine, episode: Episode) -> bool:
    """Whether the store has been played to the end."""
    return played_until(database) == episode.ends_at


def _mark(at: int) -> Callable[[sa.Connection], None]:
    """What writes, within a step's transaction, that the step is in the record."""

    def mark(connection: sa.Connection) -> None:
        connection.execute(sa.update(deployment).values(played_until=at))

    return mark
