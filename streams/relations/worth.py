"""Value and quantity of one customs flow → **worth**: its landed unit value, of a mineral that has a price floor.

Value over quantity, landed where it arrives, beside the floor in force. Grades and lots are mixed in it, so it is a
weaker witness than a price; a code that pools several minerals has the value of none of them. Where the source gives
the unit value itself, that is taken.
"""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from streams.baselines import LARGEST
from streams.landing import ANYWHERE, KILOGRAMS, floor_in_force, landed
from streams.observations import Cadence, Family, Measure, Run, Series
from streams.reference import Reference
from streams.relations.floor import BOUND, FLOOR
from streams.relations.pairs import PairsState, offered, ratios


class Worth:
    """Landed unit value in USD/kg, for the months in which a floor was in force."""

    code: ClassVar[str] = "worth"
    State: ClassVar[type[PairsState]] = PairsState

    def __init__(self, reference: Reference) -> None:
        """`reference` has the floors and the parts of a landed price."""
        self._reference = reference
        self._floored = {floor.mineral_id for floor in reference.floors if floor.kind == "floor"}

    def sets(self, series: Series) -> tuple[str, ...]:
        """One set for each flow of a mineral that has, or is spoken for by, a floor: its value and its quantity."""
        speak = {name for mineral in series.minerals for name in (mineral, *self._reference.fallbacks.get(mineral, ()))}
        is_flow = series.family is Family.CUSTOMS and series.cadence is Cadence.MONTHLY
        if not is_flow or not speak & self._floored or series.pooled or series.partial or not _is_part(series):
            return ()
        return (" ".join((series.feed, series.hs, *series.minerals, series.origin, series.destination)),)

    def relate(self, state: PairsState, runs: Sequence[Run]) -> list[Run]:
        """The landed unit values, with the floor in force beside them."""
        rows = offered(state, runs)
        given = [own.series.series_id for own in rows.values() if own.series.measure is Measure.UNIT_VALUE]
        if given:
            worth = [run for run in runs if run.series.series_id == given[0]]
        else:
            worth = [
                run
                for value in rows.values()
                if value.series.measure is Measure.VALUE
                for quantity in rows.values()
                if quantity.series.measure is Measure.QUANTITY
                for run in ratios(_unit_value(value.series, quantity.series), value, quantity)
            ]
        return [found for run in worth if (found := self._landed(run)) is not None]

    def _landed(self, run: Run) -> Run | None:
        """The rows at whose time a floor was in force, landed at the destination."""
        series, chosen = run.series, list[int]()
        values: list[float | None] = []
        floors: list[float | None] = []
        bounds: list[float | None] = []
        for index in sorted(range(len(run.values)), key=lambda at: (run.known_at[at], run.occurred_at[at])):
            at, value = run.occurred_at[index], run.values[index]
            floor = floor_in_force(self._reference, series.minerals, at)
            way = landed(series, self._reference, series.destination or ANYWHERE, at) if floor is not None else None
            if floor is None or way is None:
                continue
            chosen.append(index)
            is_usable = value is not None and 0.0 < value < LARGEST
            values.append(way.price(value) if is_usable and value is not None else None)
            floors.append(floor.value)
            bounds.append(float(bool(way.bound)))
        if not chosen:
            return None
        rows = run.chosen(chosen)
        return msgspec.structs.replace(
            rows,
            series=_series(series),
            evidence="",
            values=values,
            rows=[0] * len(chosen),
            context={FLOOR: floors, BOUND: bounds},
            legs=rows.legs or (rows,),
        )


def _is_part(series: Series) -> bool:
    """Whether a series is a value in money, a quantity by mass, or the one over the other."""
    if series.measure is Measure.UNIT_VALUE:
        return series.unit.partition("/")[2] in KILOGRAMS
    if series.measure is Measure.QUANTITY:
        return series.unit in KILOGRAMS
    return series.measure is Measure.VALUE


def _unit_value(value: Series, quantity: Series) -> Series:
    return msgspec.structs.replace(value, measure=Measure.UNIT_VALUE, unit=f"{value.unit}/{quantity.unit}")


def _series(flow: Series) -> Series:
    """The series of the landed unit values of one flow."""
    return msgspec.structs.replace(
        flow,
        series_id=f"{Worth.code}:{flow.series_id}",
        measure=Measure.UNIT_VALUE,
        unit="USD/kg",
        relation=Worth.code,
    )
