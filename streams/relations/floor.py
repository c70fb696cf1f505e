"""A price and what is known of its way → **floor**: the landed price of a mineral that has a published price floor.

A series for itself: what is derived comes from one figure, the reference data and nothing else.
"""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from streams.baselines import LARGEST
from streams.landing import ANYWHERE, KILOGRAMS, floor_in_force, landed
from streams.observations import Family, Measure, Run, Series
from streams.reference import Reference

FLOOR, BOUND = "floor", "bound"  # context columns: USD/kg in force; 1.0 where the landed price is a bound


class FloorState(msgspec.Struct, kw_only=True, tag="floor"):
    """Nothing is remembered: a figure is landed by itself."""


class Floor:
    """Landed price in USD/kg, for the rows at whose time a floor was in force."""

    code: ClassVar[str] = "floor"
    State: ClassVar[type[FloorState]] = FloorState

    def __init__(self, reference: Reference) -> None:
        """`reference` has the floors and the parts of a landed price."""
        self._reference = reference
        self._floored = {floor.mineral_id for floor in reference.floors if floor.kind == "floor"}

    def sets(self, series: Series) -> tuple[str, ...]:
        """A set of its own for each price by mass of a mineral that has, or is spoken for by, a floor."""
        fallbacks = self._reference.fallbacks
        speak = {name for mineral in series.minerals for name in (mineral, *fallbacks.get(mineral, ()))}
        priced = series.family is Family.PRICES and series.measure is Measure.PRICE and not series.partial
        if not priced or not speak & self._floored or series.unit.partition("/")[2] not in KILOGRAMS:
            return ()
        return (series.series_id,)

    def relate(self, state: FloorState, runs: Sequence[Run]) -> list[Run]:
        """The landed prices, with the floor in force beside them."""
        return [found for run in runs if (found := self._landed(run)) is not None]

    def _landed(self, run: Run) -> Run | None:
        chosen: list[int] = []
        values: list[float | None] = []
        floors: list[float | None] = []
        bounds: list[float | None] = []
        for index in sorted(range(len(run.values)), key=lambda place: (run.known_at[place], run.occurred_at[place])):
            at, value = run.occurred_at[index], run.values[index]
            floor = floor_in_force(self._reference, run.series.minerals, at)
            way = landed(run.series, self._reference, ANYWHERE, at) if floor is not None else None
            if floor is None or way is None:
                continue
            chosen.append(index)
            values.append(way.price(value) if value is not None and 0.0 < value < LARGEST else None)
            floors.append(floor.value)
            bounds.append(float(bool(way.bound)))
        if not chosen:
            return None
        leg = run.chosen(chosen)
        return Run(
            series=_series(run.series),
            evidence="",
            occurred_at=leg.occurred_at,
            known_at=leg.known_at,
            values=values,
            rows=[0] * len(chosen),
            provisional=leg.provisional,
            context={FLOOR: floors, BOUND: bounds},
            legs=(leg,),
        )


def _series(price: Series) -> Series:
    """The series of the landed prices of one price series."""
    return msgspec.structs.replace(
        price, series_id=f"{Floor.code}:{price.series_id}", unit="USD/kg", relation=Floor.code
    )
