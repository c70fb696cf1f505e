"""Concentrations made for tests: levels of the index by month, as if they had been derived from a flow."""

import msgspec

from streams.observations import Cadence, Family, Measure, Run, Series
from streams.relations.concentration import FLOW, TOP, Concentration
from tests.streams.detectors.made_series import flow, months


def series() -> Series:
    """The concentration of Japan's imports of antimony."""
    return Series(
        series_id="concentration:made",
        feed="made",
        family=Family.CUSTOMS,
        group="antimony",
        measure=Measure.INDEX,
        unit="index points",
        cadence=Cadence.MONTHLY,
        minerals=("antimony",),
        destination="JPN",
        hs="811010",
        relation=Concentration.code,
    )


def concentration(levels: list[float | None], top: list[float] | None = None, flows: float = 5_000.0) -> Run:
    """These levels by month from January 2015, with what stands beside them."""
    count = len(levels)
    occurred_at = months("2015-01", count)
    leg = Run(
        series=flow(),
        evidence="ab" * 32,
        occurred_at=occurred_at,
        known_at=[at + 1 for at in occurred_at],
        values=[100.0] * count,
        rows=list(range(1, count + 1)),
        provisional=[False] * count,
    )
    return msgspec.structs.replace(
        leg,
        series=series(),
        evidence="",
        values=levels,
        rows=[0] * count,
        context={TOP: list(top or [0.4] * count), FLOW: [flows] * count},
        legs=(leg,),
    )


def wavering(count: int, level: float = 2_600.0) -> list[float | None]:
    """A level that goes up and down by a hundred points."""
    return [level + 100.0 * (number % 5 - 2) / 2 for number in range(count)]
