"""Customs flows of one exporter → **selectivity**: how a destination's flow fell against those of the others.

A difference in differences. Of each destination r is the logarithm of the newest three months over the same months of
the years before; the selectivity of one is its r less the median of r over the other destinations that are material.
Its rank among the same statistic of every other destination and of every past month (a placebo distribution) gives a
p-value that assumes no distribution. A code that pools several minerals proves nothing about one and takes no part.
"""

from collections.abc import Sequence
from math import exp, log
from typing import ClassVar, NamedTuple

import msgspec

from streams.baselines import is_number, median, month_of
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.reference import Reference
from streams.relations.base import Figure

ALL = "WLD"
WINDOW = 3  # months: one is a lot more or less
YEARS = 3  # before, of the same months
LEAST_RATIO = 0.01  # of the baseline: a stop is a large fall and not an infinite one
MATERIAL = 0.02  # of what goes to all destinations known: below it a flow is lots
MOST_OTHERS = 7  # the largest: what stands behind a figure can be shown
FEWEST_OTHERS = 3  # of two others the median is neither's
PAST_KEPT = 60  # months of each destination: five years of placebos
FEWEST_PLACEBOS = 60  # with fewer a p-value of a twentieth says nothing
_KEPT = 12 * YEARS + WINDOW
_THOUSANDTHS = 1e3  # log ratios are kept as whole thousandths


class Partner(msgspec.Struct, kw_only=True):
    """One destination: its flow by month, and what its selectivity was."""

    series: Series
    last: int = 0  # month_of the newest row
    values: list[float | None] = []  # the newest months, without gaps
    figure: Figure | None = None  # the newest row
    judged: int = 0  # month_of the newest of `past`
    past: list[int | None] = []  # selectivity in thousandths, by month


class FlowsState(msgspec.Struct, kw_only=True, tag="flows"):
    """What is remembered of the flows of one exporter, code and feed, by series id."""

    partners: dict[str, Partner] = {}


class _Member(NamedTuple):
    """A destination in the cross-section of one month: log ratio to its baseline, and the baseline."""

    partner: Partner
    ratio: float
    usual: float


class Selectivity:
    """What a flow is of its usual, over what the others are of theirs: 1 where all fall alike, below it where one does.

    Context columns: `p_value`, `rank` and `placebos` (None where there are too few), `others`, `ratio` (own).
    """

    code: ClassVar[str] = "selectivity"
    State: ClassVar[type[FlowsState]] = FlowsState

    def __init__(self, reference: Reference) -> None:
        """Nothing of the reference data is needed: the flows themselves say what belongs together."""

    def sets(self, series: Series) -> tuple[str, ...]:
        """One set for each feed, exporter, code and unit."""
        if not is_flow(series):
            return ()
        return (" ".join((series.feed, series.origin, series.hs, *series.minerals, series.unit)),)

    def relate(self, state: FlowsState, runs: Sequence[Run]) -> list[Run]:
        """One figure for each destination and month, when it and at least three others are known."""
        found: list[Run] = []
        rows = [
            (known_at, occurred_at, place, index)
            for place, run in enumerate(runs)
            for index, (known_at, occurred_at) in enumerate(zip(run.known_at, run.occurred_at, strict=True))
        ]
        rows.sort()
        touched: set[int] = set()
        for number, (known_at, occurred_at, place, index) in enumerate(rows):
            month = month_of(occurred_at)
            if _take(state, runs[place], index, month):
                touched.add(occurred_at)
            if number + 1 == len(rows) or rows[number + 1][0] != known_at:
                if len(state.partners) > FEWEST_OTHERS:
                    for one in sorted(touched):
                        found += _judged(state, one)
                touched.clear()
        return found


def is_flow(series: Series) -> bool:
    """Whether a series is what one country sends to one other by month, of a code that holds one mineral."""
    return (
        series.family is Family.CUSTOMS
        and series.measure is Measure.QUANTITY
        and series.cadence is Cadence.MONTHLY
        and not (series.pooled or series.partial)
        and bool(series.origin and series.destination)
        and series.destination != ALL
    )


def _take(state: FlowsState, run: Run, index: int, month: int) -> bool:
    """Put one row into the months of its destination; False where it is older than the newest."""
    partner = state.partners.get(run.series.series_id)
    if partner is None:
        partner = state.partners[run.series.series_id] = Partner(series=run.series)
    if partner.values and month <= partner.last:
        return False
    value, values = run.values[index], partner.values
    if values and month > partner.last + 1:
        values.extend([None] * min(month - partner.last - 1, _KEPT))
    values.append(value if value is not None and is_number(value) and value >= 0.0 else None)
    if len(values) > _KEPT:
        del values[:-_KEPT]
    partner.last = month
    partner.figure = Figure(
        run.evidence, run.rows[index], run.occurred_at[index], run.known_at[index], value, run.provisional[index]
    )
    return True


def _judged(state: FlowsState, occurred_at: int) -> list[Run]:
    """The figures of one month for the destinations that have none yet, in order of series id."""
    month = month_of(occurred_at)
    members = [m for series_id in sorted(state.partners) if (m := _member(state.partners[series_id], occurred_at))]
    total = sum(member.usual for member in members)
    material = [member for member in members if member.usual >= MATERIAL * total]
    if len(material) <= FEWEST_OTHERS:
        return []
    largest = sorted(material, key=lambda member: (-member.usual, member.partner.series.series_id))
    fresh: list[tuple[_Member, list[_Member], int]] = []
    for member in material:
        if member.partner.judged < month:
            others = [other for other in largest if other is not member][:MOST_OTHERS]
            size = round((member.ratio - median([other.ratio for other in others])) * _THOUSANDTHS)
            fresh.append((member, others, size))
    for member, _, size in fresh:
        _remember(member.partner, month, size)
    return [_run(state, member, others, size) for member, others, size in fresh]


def _member(partner: Partner, occurred_at: int) -> _Member | None:
    """A destination whose newest row is that of the month, where its window and a baseline are known."""
    values = partner.values
    if partner.figure is None or partner.figure.occurred_at != occurred_at or len(values) < 12 + WINDOW:
        return None
    recent = _mean(values[-WINDOW:])
    if recent is None:
        return None
    ends = (len(values) - 12 * year for year in range(1, YEARS + 1))
    usual = [mean for end in ends if end >= WINDOW and (mean := _mean(values[end - WINDOW : end])) is not None]
    expected = sum(usual) / len(usual) if usual else 0.0
    if expected <= 0.0:
        return None
    return _Member(partner, log(max(recent / expected, LEAST_RATIO)), expected)


def _mean(values: Sequence[float | None]) -> float | None:
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total / len(values)


def _remember(partner: Partner, month: int, size: int) -> None:
    gap = month - partner.judged - 1 if partner.past else 0
    partner.past.extend([None] * min(gap, PAST_KEPT))
    partner.past.append(size)
    del partner.past[:-PAST_KEPT]
    partner.judged = month


def _placebos(state: FlowsState, own: Partner) -> list[int]:
    """The statistic of every other destination and of every past month, without the months that overlap the newest."""
    found: list[int] = []
    for partner in state.partners.values():
        past = partner.past[:-WINDOW] if partner is own else partner.past
        found.extend(size for size in past if size is not None)
    return found


def _run(state: FlowsState, member: _Member, others: Sequence[_Member], size: int) -> Run:
    """The figure of one destination with the newest rows that it came from; its window's others are named before it."""
    parts = [m.partner for m in (member, *others)]
    figures = [figure for partner in parts if (figure := partner.figure) is not None]
    placebos = _placebos(state, member.partner)
    enough = len(placebos) >= FEWEST_PLACEBOS
    rank = 1 + sum(placebo <= size for placebo in placebos)
    return Run(
        series=_series(member.partner.series),
        evidence="",
        occurred_at=[figures[0].occurred_at],
        known_at=[max(figure.known_at for figure in figures)],
        values=[float(f"{exp(size / _THOUSANDTHS):.6g}")],
        rows=[0],
        provisional=[any(figure.provisional for figure in figures)],
        context={
            "p_value": [rank / (len(placebos) + 1) if enough else None],
            "rank": [float(rank) if enough else None],
            "placebos": [float(len(placebos)) if enough else None],
            "others": [float(len(others))],
            "ratio": [float(f"{exp(member.ratio):.6g}")],
        },
        legs=tuple(_leg(partner.series, figure) for partner, figure in zip(parts, figures, strict=True)),
    )


def _leg(series: Series, figure: Figure) -> Run:
    return Run(
        series=series,
        evidence=figure.sha256,
        occurred_at=[figure.occurred_at],
        known_at=[figure.known_at],
        values=[figure.value],
        rows=[figure.row],
        provisional=[figure.provisional],
    )


def _series(flow: Series) -> Series:
    """The series of the selectivity of one flow."""
    return msgspec.structs.replace(
        flow,
        series_id=f"{Selectivity.code}:{flow.series_id}",
        measure=Measure.RATIO,
        unit="",
        relation=Selectivity.code,
    )
