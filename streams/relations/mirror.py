"""Two sources of one customs flow → **mirror**: what the one counts over what the other does.

What leaves one country for another is counted twice, where it leaves and where it arrives. A series does not say which
of the two has counted it, and need not: what is news is that two sources of one flow, whose ratio has its own usual
level, no longer agree, and the publisher of each stands beside its figure. A code that pools several minerals proves
nothing about one.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import ClassVar

import msgspec

from streams.baselines import is_number
from streams.observations import Measure, Run, Series
from streams.reference import Reference
from streams.relations.pairs import PairsState, offered, ratios
from streams.relations.selectivity import is_flow

LEAST_RATIO = 0.01  # what one side counts and the other does not at all is a large gap and not an infinite one


class Mirror:
    """One source's figure over another's, by month: the sources in order of their series ids."""

    code: ClassVar[str] = "mirror"
    State: ClassVar[type[PairsState]] = PairsState

    def __init__(self, reference: Reference) -> None:
        """Nothing of the reference data is needed: the flows themselves say what belongs together."""

    def sets(self, series: Series) -> tuple[str, ...]:
        """One set for each flow by code, mineral and unit, whoever has counted it."""
        if not is_flow(series):
            return ()
        return (" ".join((series.hs, *series.minerals, series.unit, series.origin, series.destination)),)

    def relate(self, state: PairsState, runs: Sequence[Run]) -> list[Run]:
        """The ratio of each two sources for the months that both have."""
        found: list[Run] = []
        for one, other in combinations(offered(state, runs).values(), 2):
            found += map(_with_zeros, ratios(_series(one.series, other.series), one, other))
        return found


def _with_zeros(run: Run) -> Run:
    """The same with a ratio where one side counts something and the other nothing; nothing on both sides is unknown."""
    one, other = run.legs
    values = list(map(_ratio, one.values, other.values))
    return msgspec.structs.replace(run, values=values)


def _ratio(over: float | None, under: float | None) -> float | None:
    if over is None or under is None or not (is_number(over) and is_number(under)):
        return None
    if min(over, under) < 0.0 or over + under <= 0.0:
        return None
    small = LEAST_RATIO * max(over, under)
    return float(f"{max(over, small) / max(under, small):.6g}")


def _series(one: Series, other: Series) -> Series:
    return msgspec.structs.replace(
        one,
        series_id=f"{Mirror.code}:{one.series_id}:{other.series_id}",
        feed="+".join(sorted({one.feed, other.feed})),
        measure=Measure.RATIO,
        unit="",
        relation=Mirror.code,
        publisher="; ".join(dict.fromkeys(filter(None, (one.publisher, other.publisher)))),
    )
