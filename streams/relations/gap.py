"""Two price series → **gap**: the price at home against the world's, of one mineral and one cadence.

Which market is at home where, and which speaks for the world, stands in the reference data (`markets.csv`), or is said
by the series itself as its origin (a country, or WLD); a price of which neither says where it is joins nothing.
Currencies are left as they are quoted: a ratio is held against its own past, in which an exchange rate is a slow part.
"""

from collections.abc import Sequence
from typing import ClassVar

from streams.observations import Cadence, Family, Measure, Run, Series
from streams.reference import Reference
from streams.relations.pairs import PairsState, offered, ratios

WORLD = "WLD"


class Gap:
    """Home price ÷ world price. Above its usual level the want is at home, below it abroad."""

    code: ClassVar[str] = "gap"
    State: ClassVar[type[PairsState]] = PairsState

    def __init__(self, reference: Reference) -> None:
        """`reference` says which market is where."""
        self._markets = reference.markets

    def sets(self, series: Series) -> tuple[str, ...]:
        """One set for each mineral and cadence."""
        return (f"{series.minerals[0]} {series.cadence}",) if is_quoted(series) and self._country(series) else ()

    def relate(self, state: PairsState, runs: Sequence[Run]) -> list[Run]:
        """The ratio of each market at home to each that speaks for the world."""
        found: list[Run] = []
        rows = offered(state, runs)
        world = [own for own in rows.values() if self._country(own.series) == WORLD]
        for home in rows.values():
            country = self._country(home.series)
            if country != WORLD:
                for abroad in world:
                    found += ratios(ratio_of(self.code, home.series, abroad.series, country), home, abroad)
        return found

    def _country(self, series: Series) -> str:
        """Where the price is; empty where that is unknown, and for delivery later."""
        market = self._markets.get(series.market)
        if market is None:
            return series.origin
        return market.country_iso3 if market.is_spot else ""


def is_quoted(series: Series) -> bool:
    """Whether a series is a price of one mineral, published at a steady pace and not kept for reading only."""
    return (
        series.family is Family.PRICES
        and series.measure is Measure.PRICE
        and series.cadence is not Cadence.IRREGULAR
        and len(series.minerals) == 1
        and not series.partial
    )


def ratio_of(code: str, upper: Series, lower: Series, origin: str) -> Series:
    """The series of upper ÷ lower."""
    return Series(
        series_id=f"{code}:{upper.series_id}:{lower.series_id}",
        feed="+".join(sorted({upper.feed, lower.feed})),
        family=upper.family,
        group=upper.group,
        measure=Measure.RATIO,
        unit="",
        cadence=upper.cadence,
        minerals=upper.minerals,
        origin=origin,
        market=f"{upper.market}/{lower.market}",
        relation=code,
    )
