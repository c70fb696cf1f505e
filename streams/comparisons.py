"""Derived runs → **comparisons**: how the flow to each participant stands against those to others, month by month."""

from collections.abc import Iterable, Mapping, Sequence

from streams.observations import Run
from streams.relations.selectivity import Selectivity
from streams.signals import Comparison, Evidence

MONTHS_KEPT = 13  # of each flow: a year and the month itself


def taken(
    held: Mapping[str, Sequence[Comparison]], runs: Iterable[Run], destinations: Sequence[str]
) -> dict[str, list[Comparison]]:
    """What is remembered after new derived runs: the newest months by series, of flows to these destinations.

    Which ones does not depend on the order they came in; the first figure of a month stands.
    """
    found = {subject: list(comparisons) for subject, comparisons in held.items()}
    for run in runs:
        if run.series.relation == Selectivity.code and run.series.destination in destinations:
            own = found.setdefault(run.series.series_id, [])
            months = {comparison.occurred_at for comparison in own}
            own += [
                c for index in range(len(run.values)) if (c := _comparison(run, index)) and c.occurred_at not in months
            ]
            own.sort(key=lambda comparison: comparison.occurred_at)
            del own[:-MONTHS_KEPT]
    return found


def _comparison(run: Run, index: int) -> Comparison | None:
    value = run.values[index]
    told = {name: column[index] for name, column in run.context.items()}
    ratio, others = told.get("ratio"), told.get("others")
    if value is None or ratio is None or others is None:
        return None
    series, rank, placebos = run.series, told.get("rank"), told.get("placebos")
    return Comparison(
        subject=series.series_id,
        flow=series.series_id.removeprefix(f"{Selectivity.code}:"),
        origin=series.origin,
        destination=series.destination,
        hs=series.hs,
        minerals=series.minerals,
        occurred_at=run.occurred_at[index],
        known_at=run.known_at[index],
        value=value,
        ratio=ratio,
        p_value=told.get("p_value"),
        rank=None if rank is None else round(rank),
        placebos=None if placebos is None else round(placebos),
        others=round(others),
        provisional=run.provisional[index],
        evidence=tuple(_evidence(leg, index) for leg in run.legs),
    )


def _evidence(leg: Run, index: int) -> Evidence:
    return Evidence(
        sha256=leg.evidence,
        row=leg.rows[index],
        subject=leg.series.series_id,
        occurred_at=leg.occurred_at[index],
        known_at=leg.known_at[index],
        value=leg.values[index],
        unit=leg.series.unit,
        publisher=leg.series.publisher,
        publication=leg.series.publication,
        address=leg.series.address,
    )
