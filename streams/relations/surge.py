"""Customs flows of one code to one buyer → **surge**: what each origin but the largest sends, a quarter at a time.

Where a price is held up or a flow is stopped, goods come another way: through a country that sent little before. The
figure is an origin's mean of the newest three months; beside it stands its share of what the buyer takes. The origin
that supplied most in the year before is no third country, and is left out.
"""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from streams.baselines import month_of
from streams.observations import Run, Series
from streams.reference import Reference
from streams.relations.base import periods, run_of
from streams.relations.partners import Partner, take
from streams.relations.selectivity import ALL, is_flow

SHARE = "share"  # context column: of what the buyer takes, 0 to 1
WINDOW = 3  # months: one is a lot more or less
_KEPT = 12 + WINDOW
NEEDED = 6  # known months of the year before, to say who supplied most
FEWEST = 2


class SurgeState(msgspec.Struct, kw_only=True, tag="surge"):
    """What is remembered of one set: its origins by series id, and the newest month judged of each."""

    sources: dict[str, Partner] = {}
    judged: dict[str, int] = {}


class Surge:
    """Mean of three months of each third country, with its share beside it."""

    code: ClassVar[str] = "surge"
    State: ClassVar[type[SurgeState]] = SurgeState

    def __init__(self, reference: Reference) -> None:
        """Nothing of the reference data is needed: the flows themselves say what belongs together."""

    def sets(self, series: Series) -> tuple[str, ...]:
        """One set for each buyer, code and unit of one feed."""
        if not is_flow(series) or series.origin == ALL:
            return ()
        return (" ".join((series.feed, series.hs, *series.minerals, series.unit, series.destination)),)

    def relate(self, state: SurgeState, runs: Sequence[Run]) -> list[Run]:
        """A figure for each origin and month, once the origin that supplied most is known for that month too."""
        found: list[Run] = []
        for occurred_at, rows in periods(runs):
            for series, figure in rows:
                take(state.sources, series, figure, _KEPT)
            if len(state.sources) >= FEWEST:
                found += _judged(state, occurred_at)
        return found


def _judged(state: SurgeState, occurred_at: int) -> list[Run]:
    """The figures of one month that were not given yet; none before it is known who supplied most."""
    month = month_of(occurred_at)
    present = {name: source for name, source in sorted(state.sources.items()) if source.last == month}
    before = {name: usual for name, source in present.items() if (usual := _usual(source)) is not None}
    if not before:
        return []
    largest = max(before, key=lambda name: (before[name], name))
    recent = {name: mean for name, source in present.items() if (mean := _mean(source.values[-WINDOW:])) is not None}
    if largest not in recent:
        return []  # without the largest the shares of the others would come out too high
    total = sum(recent.values())
    head = present[largest].figure
    found: list[Run] = []
    for name, mean in recent.items():
        source = present[name]
        if name == largest or state.judged.get(name, 0) >= month or source.figure is None or head is None:
            continue
        state.judged[name] = month
        figures = ((present[largest].series, head), (source.series, source.figure))
        found.append(
            Run(
                series=_series(source.series),
                evidence="",
                occurred_at=[occurred_at],
                known_at=[max(figure.known_at for _, figure in figures)],
                values=[float(f"{mean:.6g}")],
                rows=[0],
                provisional=[any(figure.provisional for _, figure in figures)],
                context={SHARE: [float(f"{mean / total:.6g}") if total > 0.0 else None]},
                legs=tuple(run_of(series, [figure]) for series, figure in figures),
            )
        )
    return found


def _usual(source: Partner) -> float | None:
    """What an origin sent a month in the year before the window; None where too little of it is known."""
    known = [value for value in source.values[:-WINDOW] if value is not None]
    return sum(known) / len(known) if len(known) >= NEEDED else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / WINDOW if len(known) == WINDOW else None


def _series(flow: Series) -> Series:
    """The series of what one third country sends."""
    return msgspec.structs.replace(flow, series_id=f"{Surge.code}:{flow.series_id}", relation=Surge.code)
