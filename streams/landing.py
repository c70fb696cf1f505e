"""Price → landed price: what a kilogram costs where it arrives, which a price floor is held against.

price ÷ (1 + value-added tax, where quoted with it) × exchange rate + freight + insurance + duty, each a row of the
reference data with its source. What customs declare has no value-added tax in it. A part that is not known there is
named and makes the result a bound: from below where only what is added is missing, since none of that can be negative;
of neither side where it is not known whether tax is in the price. Without an exchange rate or a unit of mass there is
no result.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from streams.observations import Family, Series
from streams.reference import Reference
from streams.reference.price_records import LandingPart
from streams.reference.records import EVERY_MINERAL, PriceFloor

KILOGRAMS = {"kg": 1.0, "t": 1_000.0}
VAT, ADDED = "vat", ("freight", "insurance")
ANYWHERE = "WLD"


class Landed(msgspec.Struct, frozen=True, kw_only=True):
    """A landed price in USD/kg: price × `factor` + `added`, from the rows `parts`, without those that are `missing`."""

    factor: float
    added: float
    parts: tuple[LandingPart, ...]
    missing: tuple[str, ...]

    def price(self, quoted: float) -> float:
        """The landed price in USD/kg of a price in the series' own unit, as far as its parts are known."""
        return quoted * self.factor + self.added

    @property
    def bound(self) -> str:
        """How the price is to be read: empty (it is the price), ">" (at least that), "~" (about that)."""
        if VAT in self.missing:
            return "~"
        return ">" if self.missing else ""


def landed(series: Series, reference: Reference, destination: str, at: int) -> Landed | None:
    """How a price of `series` at `at` is landed in `destination` (alpha-3, or WLD); None where it cannot be said."""
    currency, _, mass = series.unit.partition("/")
    if mass not in KILOGRAMS or not series.minerals:
        return None
    day = datetime.fromtimestamp(at, UTC).date().isoformat()
    used: list[LandingPart] = []
    missing: list[str] = []

    def value(part: str, place: str) -> float | None:
        """The value of a part in force, noted as used; None and noted as missing where there is none."""
        row = _in_force(reference.landing, (part, place, series.minerals[0]), day)
        if row is None:
            missing.append(part)
            return None
        used.append(row)
        return row.value

    rate = 1.0 if currency == "USD" else value("exchange_rate", currency)
    if rate is None:
        return None
    market = reference.markets.get(series.market)
    tax: float | None = 0.0
    if series.family is Family.CUSTOMS:
        tax = 0.0
    elif market is None:
        missing.append(VAT)
        tax = None
    elif market.with_vat:
        tax = value(VAT, market.country_iso3)
    duty = value("duty", destination)
    on_top = 1.0 + (duty or 0.0) / 100.0
    added = sum(value(part, destination) or 0.0 for part in ADDED)
    factor = 1.0 / (1.0 + (tax or 0.0) / 100.0) / rate / KILOGRAMS[mass] * on_top
    return Landed(factor=factor, added=added * on_top, parts=tuple(used), missing=tuple(missing))


def floor_in_force(reference: Reference, minerals: Sequence[str], at: int) -> PriceFloor | None:
    """The highest published floor in USD/kg for one of these minerals, or one whose figures speak for it, at `at`."""
    day = datetime.fromtimestamp(at, UTC).date().isoformat()
    speak = {name for mineral in minerals for name in (mineral, *reference.fallbacks.get(mineral, ()))}
    floors = [
        floor
        for floor in reference.floors
        if floor.kind == "floor"
        and floor.unit == "USD/kg"
        and floor.mineral_id in speak
        and floor.from_day[:10] <= day
        and (not floor.to_day or day <= floor.to_day + "~")
    ]
    return max(floors, key=lambda floor: floor.value or 0.0, default=None)


def _in_force(rows: Sequence[LandingPart], wanted: tuple[str, str, str], day: str) -> LandingPart | None:
    """The row of a part and place for a mineral, or for any, on an ISO day."""
    part, place, mineral = wanted
    fitting = [
        row
        for row in rows
        if row.part == part
        and row.place in (place, ANYWHERE)
        and row.mineral_id in (mineral, EVERY_MINERAL)
        and row.from_day <= day
        and (not row.to_day or day <= row.to_day)
    ]
    return max(fitting, key=lambda row: (row.place == place, row.mineral_id == mineral, row.from_day), default=None)
