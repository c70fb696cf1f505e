"""Observation → observation with context: what all prices did together, put beside each of them before detection.

Groups are detected apart from each other, so what every group needs travels inside its batch. The poller or the replay
holds one `MarketMoves` and passes it the batches of each instant in order of known_at; only what was known by then goes
into the column.
"""

from collections.abc import Iterable, Sequence
from math import log

import msgspec

from streams.baselines import LARGEST, median
from streams.observations import Cadence, Family, Measure, ObservationBatch, Run, Series

COMMON_MOVE = "common_move"
LEAST_GROUPS = 5  # fewer prices are no market: the move of one would be taken out of itself
PERIODS_KEPT = 8  # prices of one period become known within days (two publishers of a month), not years


class LastPrice(msgspec.Struct, frozen=True):
    """The newest price of a series."""

    occurred_at: int
    log_price: float


class MarketMoves:
    """Remembers the newest price of every series and the moves of the newest periods, by cadence."""

    def __init__(self) -> None:
        self._last: dict[str, LastPrice] = {}
        self._moves: dict[Cadence, dict[int, dict[str, dict[str, float]]]] = {}  # period → group → series → log change

    def prime(self, series: Series, occurred_at: int, value: float | None) -> None:
        """Tell the newest price that was known before the first batch, after a restart."""
        if is_market_price(series) and value is not None and 0.0 < value < LARGEST:
            self._last[series.series_id] = LastPrice(occurred_at, log(value))

    def attach(self, batches: Sequence[ObservationBatch]) -> list[ObservationBatch]:
        """The batches of one instant with the column `common_move` in every run of market prices.

        A row's common move is the median over the supply groups of their log change to that row's period; None where
        fewer than LEAST_GROUPS groups are known by now.
        """
        runs = [run for batch in batches for run in batch.runs if is_market_price(run.series)]
        if not runs:
            return list(batches)
        for run in runs:
            self._take(run)
        attached = [
            msgspec.structs.replace(batch, runs=[self._with_column(run) for run in batch.runs]) for batch in batches
        ]
        for periods in self._moves.values():
            for old in sorted(periods)[:-PERIODS_KEPT]:
                del periods[old]
        return attached

    def _take(self, run: Run) -> None:
        series = run.series
        last = self._last.get(series.series_id)
        periods = self._moves.setdefault(series.cadence, {})
        for occurred_at, value in zip(run.occurred_at, run.values, strict=True):
            if value is None or not 0.0 < value < LARGEST or (last is not None and occurred_at <= last.occurred_at):
                continue
            level = log(value)
            if last is not None:
                groups = periods.setdefault(occurred_at, {})
                groups.setdefault(series.group, {})[series.series_id] = level - last.log_price
            last = LastPrice(occurred_at, level)
        if last is not None:
            self._last[series.series_id] = last

    def _with_column(self, run: Run) -> Run:
        if not is_market_price(run.series):
            return run
        periods = self._moves[run.series.cadence]
        column = [_middle(periods.get(occurred_at, {}).values()) for occurred_at in run.occurred_at]
        return msgspec.structs.replace(run, context={**run.context, COMMON_MOVE: column})


def is_market_price(series: Series) -> bool:
    """Whether a series is a price of the market: published at a steady pace and not kept for reading only."""
    return (
        series.family is Family.PRICES
        and series.measure is Measure.PRICE
        and series.cadence is not Cadence.IRREGULAR
        and not series.partial
    )


def _middle(groups: Iterable[dict[str, float]]) -> float | None:
    """The median over groups of the median over the series of each."""
    moves = [median(list(own.values())) for own in groups]
    return round(median(moves), 8) if len(moves) >= LEAST_GROUPS else None
