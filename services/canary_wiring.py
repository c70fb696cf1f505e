"""Where the canary's landing is put together: the configuration's channels, the canary's inboxes, who is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.canary import Flight, Landing, inboxes
from services.clock import SystemClock
from services.dispatcher.lanes import InTurn, SideBySide
from services.measuring import Metrics
from services.moments import Moment, Unread
from services.routes import actual_channels, exercise_channels
from services.settings import Configuration, seconds
from services.wiring import Knowledge, surroundings_of


def canary_every_s(configuration: Configuration) -> int:
    """How often one flies; 0: none does."""
    every = configuration.settings.canary.every
    return seconds(every) if every else 0


@contextmanager
def landing_of(
    configuration: Configuration,
    known: Knowledge,
    outbox: Path | None,
    tell: Callable[[Moment], None],
    metrics: Metrics,
) -> Iterator[Landing]:
    """Where canaries land in this process: in the outbox of an exercise, or by the channels of the configuration."""
    clock, directory = SystemClock(), configuration.directory

    def flown(flight: Flight) -> None:
        metrics.flown(flight)
        if flight.problem:
            where = f"{flight.participant} by {flight.channel}"
            tell(Unread(at=clock.now(), feed="canary", note=f"did not arrive, {where}: {flight.problem}"))

    channels = (
        exercise_channels(outbox)
        if outbox is not None
        else actual_channels(configuration.channels, directory, configuration.mode)
    )
    lanes = InTurn() if outbox is not None else SideBySide()
    metrics.awaits(inboxes(directory), canary_every_s(configuration))
    landing = Landing(channels, surroundings_of(configuration, known.reference), clock, flown, outbox, lanes)
    try:
        yield landing
    finally:
        landing.close()
