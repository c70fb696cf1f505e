"""Concentration: the index of a rolling year against a straightforward reckoning, and when it is not known."""

import msgspec
import pytest

from streams.observations import SECONDS_A_DAY, Cadence, Measure, Run, Series
from streams.reference import packaged
from streams.relations.concentration import FLOW, TOP, Concentration, ConcentrationState
from tests.streams.detectors.made_series import flow, months

RELATION = Concentration(packaged())
Flows = dict[str, list[float | None]]
STEADY: Flows = {"CHN": [500.0] * 14, "VNM": [300.0] * 14, "TJK": [200.0] * 14}


def taken(flows: Flows, late: str = "") -> list[Run]:
    """What follows from these flows to Japan by origin, each of which ends in the same month; `late` comes last."""
    last = max(map(len, flows.values()))
    runs = []
    for number, (origin, values) in enumerate(sorted(flows.items()), 1):
        occurred_at = months("2019-01", last)[-len(values) :]
        lag = 60 if origin == late else 50
        runs.append(
            Run(
                series=msgspec.structs.replace(flow(origin=origin, hs="811010"), series_id=f"made:{origin}"),
                evidence=f"{number:064x}",
                occurred_at=occurred_at,
                known_at=[at + lag * SECONDS_A_DAY for at in occurred_at],
                values=values,
                rows=list(range(1, len(values) + 1)),
                provisional=[False] * len(values),
            )
        )
    return RELATION.relate(ConcentrationState(), runs)


def newest(flows: Flows) -> float | None:
    """The index of the newest month."""
    return taken(flows)[-1].values[0]


def test_the_index_is_the_sum_of_squared_shares_of_twelve_months() -> None:
    """What lies more than a year back counts no more; beside it stand the largest share and the whole flow a month."""
    found = taken({**STEADY, "CHN": [9e9, 9e9, *[500.0] * 11, 620.0]})[-1]
    assert found.values == [pytest.approx(10_000 * (510**2 + 300**2 + 200**2) / 1_010**2, rel=1e-5)]
    assert found.context == {TOP: [pytest.approx(510 / 1_010, rel=1e-5)], FLOW: [1_010.0]}
    assert (found.series.origin, found.series.destination) == ("", "JPN")
    assert (found.series.measure, found.series.unit) == (Measure.INDEX, "index points")


def test_an_exporter_is_told_by_its_destinations() -> None:
    """The same flows turned round are the concentration of what one country sends."""
    runs = [
        Run(
            series=flow(destination, hs="811010"),
            evidence="ab" * 32,
            occurred_at=months("2019-01", 12),
            known_at=[at + SECONDS_A_DAY for at in months("2019-01", 12)],
            values=[100.0] * 12,
            rows=list(range(1, 13)),
            provisional=[False] * 12,
        )
        for destination in ("DEU", "JPN", "KOR", "USA")
    ]
    found = RELATION.relate(ConcentrationState(), runs)[-1]
    assert (found.series.origin, found.series.destination, found.values) == ("CHN", "WLD", [2_500.0])


def test_a_figure_names_the_newest_row_of_every_partner_and_is_known_with_the_last() -> None:
    """One leg for each, also for one that comes ten days later."""
    found = taken(STEADY, late="TJK")[-1]
    assert {leg.series.origin for leg in found.legs} == {"CHN", "VNM", "TJK"}
    assert found.known_at == [found.occurred_at[0] + 60 * SECONDS_A_DAY]
    assert {leg.rows[0] for leg in found.legs} == {14}


def test_beyond_the_eight_largest_nobody_is_counted() -> None:
    """Every row behind a figure can be shown; a ninth, small one changes nothing."""
    many: Flows = {f"X{letter}A": [100.0] * 14 for letter in "ABCDEFGH"}
    assert newest(many) == 1_250.0
    assert newest({**many, "ZZZ": [1.0] * 14}) == 1_250.0


def test_a_month_that_is_not_known_is_no_zero() -> None:
    """It is left out of the mean of its partner; with a true zero the mean falls."""
    steady = newest(STEADY)
    assert newest({**STEADY, "VNM": [300.0] * 9 + [None] + [300.0] * 4}) == steady
    assert newest({**STEADY, "VNM": [300.0] * 9 + [0.0] + [300.0] * 4}) != steady


@pytest.mark.parametrize("unknown", [[300.0] * 9 + [None] * 4 + [300.0], [300.0] * 13 + [None], [300.0] * 5])
def test_of_a_partner_that_is_hardly_known_nothing_follows(unknown: list[float | None]) -> None:
    """Four months of a year, the newest month, or all before it joined: the index is unknown, not that of the rest."""
    assert newest({**STEADY, "VNM": unknown}) is None


def test_a_partner_that_fell_silent_is_waited_for() -> None:
    """Without its row there is no figure at all: its share did not go to the others."""
    months_told = {run.occurred_at[0] for run in taken({**STEADY, "VNM": [300.0] * 12})}
    assert months_told <= set(months("2019-03", 12))
    state = ConcentrationState()
    full = [run for origin in STEADY for run in [_run(origin, 12)]]
    assert RELATION.relate(state, full)
    assert RELATION.relate(state, [_run("CHN", 2, "2020-01"), _run("TJK", 2, "2020-01")]) == []


def _run(origin: str, count: int, start: str = "2019-01") -> Run:
    """So many steady months from one origin to Japan."""
    occurred_at = months(start, count)
    return Run(
        series=msgspec.structs.replace(flow(origin=origin, hs="811010"), series_id=f"made:{origin}"),
        evidence="ab" * 32,
        occurred_at=occurred_at,
        known_at=[at + SECONDS_A_DAY for at in occurred_at],
        values=[100.0] * count,
        rows=list(range(1, count + 1)),
        provisional=[False] * count,
    )


def test_two_partners_are_no_list() -> None:
    """The imports of both participants say nothing of where else an exporter sells."""
    assert taken({name: STEADY[name] for name in ("CHN", "VNM")}) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"pooled": True},
        {"partial": True},
        {"destination": "WLD"},
        {"origin": ""},
        {"cadence": Cadence.IRREGULAR},
        {"measure": Measure.VALUE},
    ],
)
def test_what_proves_nothing_takes_no_part(changes: dict[str, object]) -> None:
    """Pooled codes, totals, quoted months and values, which move with the price."""
    series: Series = msgspec.structs.replace(flow(), **changes)
    assert RELATION.sets(flow())
    assert RELATION.sets(series) == ()
