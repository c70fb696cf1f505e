"""Customs flows of one code → **concentration**: on how few origins a buyer, or destinations an exporter, depends.

The Herfindahl-Hirschman index (0 to 10,000 points) of the shares over a rolling year: shares of the origins of what
arrives at one destination, and of the destinations of what leaves one origin. A month that is not known is left out of
a partner's mean and never counts as zero; where a partner that weighs is not known for most of the year, or for the
newest month, the index is not known either. A code that pools several minerals proves nothing about one.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import msgspec

from streams.baselines import month_of
from streams.observations import Measure, Run, Series
from streams.reference import Reference
from streams.relations.base import periods, run_of
from streams.relations.partners import Partner, take
from streams.relations.selectivity import ALL, is_flow

TOP, FLOW = "top_share", "flow"  # context columns: of the largest partner, 0 to 1; of all, a month in the flows' unit
SCALE = 10_000.0  # points of one that supplies everything
_YEAR = 12
NEEDED = 9  # known months of the year, as V1 asks for
LARGEST = 8  # partners: each row behind a figure can be shown, and a ninth adds at most (1/9)² of the scale
FEWEST = 3  # flows to the two participants alone are no list of an exporter's destinations


class ConcentrationState(msgspec.Struct, kw_only=True, tag="concentration"):
    """What is remembered of one set: its partners by series id."""

    judged: int = 0  # month_of the newest figure given
    sides: dict[str, Partner] = {}


class _Weight(NamedTuple):
    """A partner and its mean of the known months of the year."""

    mean: float
    side: Partner


class Concentration:
    """Index in points over twelve months, of the eight largest partners, with the share of the largest beside it."""

    code: ClassVar[str] = "concentration"
    State: ClassVar[type[ConcentrationState]] = ConcentrationState

    def __init__(self, reference: Reference) -> None:
        """Nothing of the reference data is needed: the flows themselves say what belongs together."""

    def sets(self, series: Series) -> tuple[str, ...]:
        """Two sets for each flow: what its origin sends, and what its destination takes."""
        if not is_flow(series) or series.origin == ALL:
            return ()
        flow = " ".join((series.feed, series.hs, *series.minerals, series.unit))
        return (f"{flow} from {series.origin}", f"{flow} to {series.destination}")

    def relate(self, state: ConcentrationState, runs: Sequence[Run]) -> list[Run]:
        """One figure for each month, as soon as the newest row of each of the largest partners is that month's."""
        found: list[Run] = []
        for occurred_at, rows in periods(runs):
            for series, figure in rows:
                take(state.sides, series, figure, _YEAR)
            if len(state.sides) >= FEWEST and month_of(occurred_at) > state.judged:
                found += _judged(state, occurred_at)
        return found


def _judged(state: ConcentrationState, occurred_at: int) -> list[Run]:
    """The figure of one month; none while one of the largest partners has no row of it."""
    month = month_of(occurred_at)
    weights = [own for side in state.sides.values() if (own := _weight(side, month)) is not None]
    weights.sort(key=lambda own: (-own.mean, own.side.series.series_id))
    largest = [own for own in weights[:LARGEST] if own.mean > 0.0]
    figures = [own.side.figure for own in largest if own.side.figure and own.side.figure.occurred_at == occurred_at]
    if len(weights) < FEWEST or not largest or len(figures) < len(largest):
        return []
    state.judged = month
    total = sum(own.mean for own in largest)
    is_known = all(_is_known(own.side) for own in largest)
    shares = [own.mean / total for own in largest]
    return [
        Run(
            series=_series([own.side.series for own in weights]),
            evidence="",
            occurred_at=[occurred_at],
            known_at=[max(figure.known_at for figure in figures)],
            values=[float(f"{SCALE * sum(share * share for share in shares):.6g}") if is_known else None],
            rows=[0],
            provisional=[any(figure.provisional for figure in figures)],
            context={TOP: [float(f"{shares[0]:.6g}")], FLOW: [float(f"{total:.6g}")]},
            legs=tuple(run_of(own.side.series, [figure]) for own, figure in zip(largest, figures, strict=True)),
        )
    ]


def _weight(side: Partner, month: int) -> _Weight | None:
    """What a partner weighs in the year that ends with the month; None where nothing is known."""
    late = max(month - side.last, 0)
    known = [value for value in side.values[-_YEAR + late :] if value is not None] if late < _YEAR else []
    return _Weight(sum(known) / len(known), side) if known else None


def _is_known(side: Partner) -> bool:
    """Whether the newest month is known, and most of the year."""
    return side.values[-1] is not None and len(side.values) - side.values.count(None) >= NEEDED


def _series(flows: Sequence[Series]) -> Series:
    """The series of the concentration of these flows, which share their origin or their destination."""
    one = flows[0]
    is_sent = any(flow.destination != one.destination for flow in flows)
    place = f"from:{one.origin}" if is_sent else f"to:{one.destination}"
    return msgspec.structs.replace(
        one,
        series_id=":".join((Concentration.code, one.feed, one.hs, *one.minerals, one.unit, place)),
        measure=Measure.INDEX,
        unit="index points",
        origin=one.origin if is_sent else "",
        destination=ALL if is_sent else one.destination,
        relation=Concentration.code,
    )
