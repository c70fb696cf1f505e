"""What a detection worker did → those who watch it: counted, and what was not simply new told as in one process."""

from collections.abc import Callable, Sequence

from services.measuring import Metrics
from services.moments import Witness
from services.reads import sifted_of
from streams.cloudevents import Rejected
from streams.observations import ObservationBatch
from streams.processors import Given
from streams.reasons import Reason

_NEW = frozenset({Reason.ACCEPTED})


class Told:
    """Counts in `metrics`, and tells the witnesses of revised, late and repeated rows."""

    def __init__(self, metrics: Metrics, witnesses: Sequence[Witness], now: Callable[[], int]) -> None:
        self._metrics, self._witnesses, self._now = metrics, tuple(witnesses), now

    def given(self, batch: ObservationBatch, given: Given) -> None:
        """One record was applied."""
        self._metrics.given(batch, given)
        if given.counts.keys() - _NEW:
            for moment in sifted_of(batch, given.counts, self._now()):
                for witness in self._witnesses:
                    witness(moment)

    def rejected(self, letter: Rejected) -> None:
        """One record could not be used."""
        self._metrics.rejected(letter)

    def holds(self, partitions: int) -> None:
        """This many partitions are in memory now."""
        self._metrics.holds(partitions)

    def saved(self, states: int, size: int, seconds: float) -> None:
        """A checkpoint was made."""
        self._metrics.saved(states, size, seconds)
