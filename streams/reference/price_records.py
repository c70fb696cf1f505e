"""The rows of the reference data that are about prices: which market is where, and what a landed price is made of."""

from typing import ClassVar

import streams.reference.checks as checks
from streams.reference.records import EVERY_MINERAL, Row


class Market(Row, frozen=True, kw_only=True):
    """A market or basis of prices, as `Series.market` names it: where it is and what a price there contains."""

    keys: ClassVar[tuple[str, ...]] = ("market",)
    market: str
    venue: str  # prices of one venue for several dates of delivery have it in common
    country_iso3: str  # or WLD: it speaks for the world
    is_spot: bool  # what is delivered now; no: for delivery later
    with_vat: bool  # whether the price is quoted with the value-added tax of the country

    def check(self) -> None:
        """The country is an alpha-3 code."""
        checks.country(self.country_iso3)


class LandingPart(Row, frozen=True, kw_only=True):
    """One part of a landed price, in force from `from_day` to `to_day` (ISO days, empty: open).

    `vat` percent by country of the market; `exchange_rate` units of a currency for one USD, by currency; `freight` and
    `insurance` USD/kg and `duty` percent by destination. `mineral_id` * is any mineral.
    """

    keys: ClassVar[tuple[str, ...]] = ("part", "place", "mineral_id", "from_day")
    part: str
    place: str
    mineral_id: str = EVERY_MINERAL
    value: float
    unit: str
    from_day: str = ""
    to_day: str = ""

    def check(self) -> None:
        """Part and unit go together."""
        units = {"vat": "percent", "duty": "percent", "freight": "USD/kg", "insurance": "USD/kg"}
        if self.part == "exchange_rate":
            if self.unit != f"{self.place}/USD" or self.value <= 0:
                raise ValueError(f"unit must be {self.place}/USD and value above 0 where part is exchange_rate")
        elif self.part not in units:
            raise ValueError(f"part {self.part!r} is none of {', '.join([*units, 'exchange_rate'])}")
        elif self.unit != units[self.part] or self.value < 0:
            raise ValueError(f"unit must be {units[self.part]} and value not below 0 where part is {self.part}")
