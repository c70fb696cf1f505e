"""Two price series → **term**: the price for delivery now against the price for delivery later, at one exchange.

Above one (backwardation) buyers pay for having it now: a squeeze shows here before it shows in the price.
"""

from collections.abc import Sequence
from typing import ClassVar

from streams.observations import Run, Series
from streams.reference import Reference
from streams.relations.gap import is_quoted, ratio_of
from streams.relations.pairs import PairsState, offered, ratios


class Term:
    """Spot price ÷ forward price of one venue."""

    code: ClassVar[str] = "term"
    State: ClassVar[type[PairsState]] = PairsState

    def __init__(self, reference: Reference) -> None:
        """`reference` says which prices are of one venue, and which are for delivery later."""
        venues = [market.venue for market in reference.markets.values()]
        self._markets = {name: m for name, m in reference.markets.items() if venues.count(m.venue) > 1}

    def sets(self, series: Series) -> tuple[str, ...]:
        """One set for each mineral, cadence and venue that quotes both."""
        if not is_quoted(series) or series.market not in self._markets:
            return ()
        return (f"{series.minerals[0]} {series.cadence} {self._markets[series.market].venue}",)

    def relate(self, state: PairsState, runs: Sequence[Run]) -> list[Run]:
        """The ratio of each spot price to each forward price."""
        found: list[Run] = []
        rows = offered(state, runs)
        for now in rows.values():
            if not self._markets[now.series.market].is_spot:
                continue
            for later in rows.values():
                if not self._markets[later.series.market].is_spot:
                    found += ratios(ratio_of(self.code, now.series, later.series, ""), now, later)
        return found
