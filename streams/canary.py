"""The canary: observations made up to prove that the path from a feed to an inbox works, and nothing else.

It has a supply group of its own that no feed, mineral or reference row has, so that its series, state, signals and
situation meet those of no real thing; everything that takes assessments in refuses that group.
"""

from typing import Final

from streams.assessments import Assessment
from streams.observations import (
    SECONDS_A_DAY,
    Cadence,
    Family,
    Measure,
    ObservationBatch,
    Run,
    Series,
)

GROUP: Final = "canary"
_QUIET_DAYS: Final = 150
_SERIES: Final = Series(
    series_id="canary/price",
    feed="canary",
    family=Family.PRICES,
    group=GROUP,
    measure=Measure.PRICE,
    unit="USD/t",
    cadence=Cadence.DAILY,
    publisher="Twinbell",
    publication="Canary: made up",
)


def canary_batch(at: int) -> ObservationBatch:
    """Months of a quiet price and a jump known at `at`: what any thresholds find, in one record that settles."""
    days = [at - back * SECONDS_A_DAY for back in range(_QUIET_DAYS, 0, -1)]
    quiet: list[float | None] = [1_000.0 + (number * 7) % 11 for number in range(_QUIET_DAYS)]
    run = Run(
        series=_SERIES,
        evidence="",
        occurred_at=[*days, at],
        known_at=[*days, at],
        values=[*quiet, 1_600.0],
        rows=[0] * (_QUIET_DAYS + 1),
        provisional=[False] * (_QUIET_DAYS + 1),
    )
    return ObservationBatch(group=GROUP, feed="canary", runs=[run], tick_at=at)


def is_canary(assessment: Assessment) -> bool:
    """Whether an assessment is the canary's, which opens no alert anywhere."""
    return assessment.situation.group == GROUP
