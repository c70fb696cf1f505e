"""Stored prices and a floor → what the floor would have done: days below it, the border adjustment, what had rung."""

from collections.abc import Sequence

import msgspec

from services.clock import iso_day
from streams.detectors.p2 import P2, P2Parameters
from streams.landing import landed
from streams.observations import Family, Measure, Run, Series
from streams.reference import Reference
from streams.reference.price_records import LandingPart
from streams.relations.floor import BOUND, FLOOR, Floor
from streams.signals import Phase


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the landed price that was used, with its source."""

    part: str
    value: float
    unit: str
    from_day: str
    to_day: str
    source: str
    confidence: str


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One price series against the floor. Prices and adjustments are in USD/kg; a bound ">" means at least that."""

    series_id: str
    minerals: tuple[str, ...]
    market: str
    publisher: str
    since: str
    until: str
    days: int  # with a price
    unknown: int  # with a row that cannot be landed or says nothing
    below: int
    share_below: float
    bound: str
    missing: tuple[str, ...]  # parts of the landed price that are not known
    newest: float
    lowest: float
    highest: float
    mean_adjustment: float  # over the days below
    largest_adjustment: float
    years: dict[str, tuple[int, int, float]]  # year → days with a price, days below, mean adjustment over those
    rang: tuple[tuple[str, str], ...]  # day, what: raised or cleared
    parts: tuple[Part, ...]


def speaks_for(series: Series, mineral: str, reference: Reference) -> bool:
    """Whether a price series is of the mineral, or of one for which its figures speak."""
    priced = series.family is Family.PRICES and series.measure is Measure.PRICE
    return priced and any(mineral in (own, *reference.fallbacks.get(own, ())) for own in series.minerals)


def tried(run: Run, floor: float, destination: str, reference: Reference, parameters: P2Parameters) -> Trial | None:
    """What a floor in USD/kg would have done to one series; None where no price of it can be landed."""
    rows: list[tuple[int, float]] = []
    chosen: list[int] = []
    bounds: set[str] = set()
    missing: dict[str, None] = {}
    parts: dict[tuple[str, str, str], Part] = {}
    for index, (at, value) in enumerate(zip(run.occurred_at, run.values, strict=True)):
        way = landed(run.series, reference, destination, at)
        if way is None or value is None or value <= 0.0:
            continue
        rows.append((at, way.price(value)))
        chosen.append(index)
        bounds.add(way.bound)
        missing.update(dict.fromkeys(way.missing))
        for row in way.parts:
            parts[row.part, row.place, row.from_day] = _part(row)
    if not rows:
        return None
    prices = [price for _, price in rows]
    gaps = [max(0.0, floor - price) for price in prices]
    below = [gap for gap in gaps if gap > 0.0]
    return Trial(
        series_id=run.series.series_id,
        minerals=run.series.minerals,
        market=run.series.market,
        publisher=run.series.publisher,
        since=iso_day(rows[0][0]),
        until=iso_day(rows[-1][0]),
        days=len(rows),
        unknown=len(run.values) - len(rows),
        below=len(below),
        share_below=round(len(below) / len(rows), 3),
        bound="~" if "~" in bounds else max(bounds),
        missing=tuple(missing),
        newest=round(prices[-1], 2),
        lowest=round(min(prices), 2),
        highest=round(max(prices), 2),
        mean_adjustment=round(sum(below) / len(below), 2) if below else 0.0,
        largest_adjustment=round(max(gaps), 2),
        years=_by_year(rows, gaps),
        rang=_rang(run.chosen(chosen), prices, (floor, max(bounds)), parameters),
        parts=tuple(parts[key] for key in sorted(parts)),
    )


def _part(row: LandingPart) -> Part:
    """A part of the landed price, as it is shown."""
    source = row.source
    return Part(
        part=row.part,
        value=row.value,
        unit=row.unit,
        from_day=row.from_day,
        to_day=row.to_day,
        source=", ".join(filter(None, (source.publisher, source.publication, source.address))),
        confidence=source.confidence,
    )


def _by_year(rows: Sequence[tuple[int, float]], gaps: Sequence[float]) -> dict[str, tuple[int, int, float]]:
    years: dict[str, list[float]] = {}
    for (at, _), gap in zip(rows, gaps, strict=True):
        years.setdefault(iso_day(at)[:4], []).append(gap)
    found = {}
    for year, own in years.items():
        below = [gap for gap in own if gap > 0.0]
        found[year] = (len(own), len(below), round(sum(below) / len(below), 2) if below else 0.0)
    return found


def _rang(
    leg: Run, prices: Sequence[float], floor: tuple[float, str], parameters: P2Parameters
) -> tuple[tuple[str, str], ...]:
    """When P2 had raised and cleared, had this floor been in force all the time."""
    amount, bound = floor
    derived = Run(
        series=msgspec.structs.replace(leg.series, unit="USD/kg", relation=Floor.code),
        evidence="",
        occurred_at=leg.occurred_at,
        known_at=leg.known_at,
        values=list(prices),
        rows=[0] * len(prices),
        provisional=leg.provisional,
        context={FLOOR: [amount] * len(prices), BOUND: [float(bool(bound))] * len(prices)},
        legs=(leg,),
    )
    detector = P2()
    signals = detector.observe(detector.State(), derived, parameters)
    return tuple((iso_day(s.known_at), s.phase) for s in signals if s.phase is not Phase.CONTINUING)
