"""Selectivity: the statistic and its placebo distribution, against a straightforward reckoning of the same."""

import csv
import random
from math import exp, log
from statistics import median

import msgspec
import pytest

from streams.baselines import month_of
from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, Run, Series
from streams.reference import packaged
from streams.relations.selectivity import FEWEST_PLACEBOS, FlowsState, Selectivity
from tests.shared import shared_path
from tests.streams.detectors.made_series import months

RELATION = Selectivity(packaged())
Flows = dict[str, list[float | None]]
Found = dict[tuple[str, int], tuple[float, dict[str, float | None]]]


def flow(destination: str, **names: object) -> Series:
    """China's exports of natural graphite to one country."""
    made = Series(
        series_id=f"made:flow:{destination}",
        feed="made",
        family=Family.CUSTOMS,
        group="graphite",
        measure=Measure.QUANTITY,
        unit="kg",
        cadence=Cadence.MONTHLY,
        destination=destination,
        hs="250410",
        minerals=("graphite_natural",),
        origin="CHN",
    )
    return msgspec.structs.replace(made, **names)


def found(flows: Flows, start: str = "2015-01") -> Found:
    """By destination and place of the month: the statistic as a ratio, and its context."""
    runs = []
    for destination, values in sorted(flows.items()):
        occurred_at = months(start, len(values))
        runs.append(
            Run(
                series=flow(destination),
                evidence="ab" * 32,
                occurred_at=occurred_at,
                known_at=[at + 50 * SECONDS_A_DAY for at in occurred_at],
                values=values,
                rows=list(range(1, len(values) + 1)),
                provisional=[False] * len(values),
            )
        )
    first = month_of(months(start, 1)[0])
    given: Found = {}
    for run in RELATION.relate(FlowsState(), runs):
        (value,) = run.values
        assert value is not None
        context = {name: column[0] for name, column in run.context.items()}
        given[run.series.destination, month_of(run.occurred_at[0]) - first] = (value, context)
    return given


def lots(count: int, seed: int = 1, sizes: tuple[float, ...] = (500.0, 400.0, 300.0, 250.0, 200.0, 150.0)) -> Flows:
    """Flows of six countries with a season that they share and lots of their own."""
    rng = random.Random(seed)
    season = [1.0 + 0.4 * (month % 12 in (1, 2)) for month in range(count)]
    names = ("DEU", "JPN", "KOR", "NLD", "POL", "USA")
    return {
        name: [size * 1_000 * s * rng.lognormvariate(0.0, 0.25) for s in season]
        for name, size in zip(names, sizes, strict=True)
    }


def reckoned(flows: Flows, at: int) -> dict[str, float]:
    """The statistic of one month by its definition, for flows that are all known and all material."""
    ratios = {}
    for name, values in flows.items():
        known = [value or 0.0 for value in values]
        recent = sum(known[at - 2 : at + 1]) / 3
        years = [known[at - 2 - 12 * y : at + 1 - 12 * y] for y in (1, 2, 3) if at - 2 - 12 * y >= 0]
        usual = sum(sum(year) / 3 for year in years) / len(years)
        ratios[name] = log(max(recent / usual, 0.01))
    return {
        name: own - median([other for there, other in ratios.items() if there != name]) for name, own in ratios.items()
    }


def test_the_statistic_and_the_p_value_are_those_of_the_definition() -> None:
    """Difference to the median of the others; rank among every other destination and every past month."""
    flows = lots(60)
    given = found(flows)
    expected = {month: reckoned(flows, month) for month in range(14, 60)}
    assert len(given) == 6 * len(expected)
    for (name, month), (value, _) in given.items():
        assert value == pytest.approx(exp(expected[month][name]), rel=2e-3)
    own = expected[59]["JPN"]
    placebos = [x for m, row in expected.items() for n, x in row.items() if not (n == "JPN" and m > 59 - 3)]
    _, context = given["JPN", 59]
    rank = 1 + sum(x <= own for x in placebos)
    assert (context["placebos"], context["others"]) == (len(placebos), 5)
    assert context["rank"] == pytest.approx(rank, abs=2)
    assert context["p_value"] == pytest.approx(rank / (len(placebos) + 1), abs=0.01)


def test_a_fall_of_one_is_selective_and_a_fall_of_all_is_not() -> None:
    """To Japan a tenth, to the others as ever: the lowest rank. To everybody a tenth: nothing is selective."""
    alone, together = lots(60), lots(60)
    for name in together:
        for month in range(57, 60):
            together[name][month] = (together[name][month] or 0.0) * 0.1
    alone["JPN"][57:60] = together["JPN"][57:60]
    value, context = found(alone)["JPN", 59]
    assert value < 0.2
    assert (context["rank"], context["p_value"]) == (1, pytest.approx(1 / (1 + (context["placebos"] or 0))))
    assert context["ratio"] == pytest.approx(0.1, abs=0.05)
    value, context = found(together)["JPN", 59]
    assert value == pytest.approx(1.0, abs=0.4)
    assert (context["p_value"] or 0) > 0.1


def test_a_stop_is_a_large_fall_and_not_an_infinite_one() -> None:
    """Zero is a hundredth of the usual."""
    flows = lots(60)
    flows["JPN"][57:60] = [0.0, 0.0, 0.0]
    value, context = found(flows)["JPN", 59]
    assert context["ratio"] == pytest.approx(0.01)
    assert value == pytest.approx(0.01, rel=0.5)


def test_what_is_unknown_takes_no_part() -> None:
    """A month without a figure is neither a fall nor a zero: for three months nothing is said of that destination."""
    flows = lots(60)
    flows["JPN"][57] = None
    given = found(flows)
    assert ("JPN", 56) in given
    assert not any(("JPN", month) in given for month in (57, 58, 59))
    assert ("USA", 59) in given


def test_lots_are_not_held_against_anybody() -> None:
    """A destination of less than a fiftieth is not material, and three countries are no cross-section."""
    flows = lots(60, sizes=(500.0, 400.0, 300.0, 250.0, 200.0, 1.0))
    assert not any(name == "USA" for name, _ in found(flows))
    few = {name: flows[name] for name in ("DEU", "JPN", "KOR")}
    assert found(few) == {}


def test_few_placebos_give_no_p_value() -> None:
    """Before there are enough months the statistic stands alone."""
    given = found(lots(30))
    early, late = given["JPN", 14][1], given["JPN", 29][1]
    assert (early["p_value"], early["rank"], early["placebos"]) == (None, None, None)
    assert (late["placebos"] or 0) >= FEWEST_PLACEBOS


@pytest.mark.parametrize(
    "names",
    [
        {"pooled": True},
        {"partial": True},
        {"destination": "WLD"},
        {"origin": ""},
        {"cadence": Cadence.IRREGULAR},
        {"measure": Measure.VALUE},
    ],
)
def test_a_code_that_pools_minerals_proves_nothing_about_one(names: dict[str, object]) -> None:
    """Nor do totals, side measures, single months or values, which move with the price."""
    assert RELATION.sets(flow("JPN")) != ()
    assert RELATION.sets(msgspec.structs.replace(flow("JPN"), **names)) == ()


def test_flows_of_another_feed_exporter_or_code_are_another_set() -> None:
    """Japan's own import figures are not held against China's export figures."""
    for names in ({"feed": "other"}, {"origin": "MOZ"}, {"hs": "380110"}, {"unit": "t"}):
        assert RELATION.sets(flow("JPN", **names)) != RELATION.sets(flow("JPN"))


def test_graphite_to_participants_was_not_selective_before_2022() -> None:
    """On the real flows to 2021 nothing that went to Japan or the United States was selective at one in twenty."""
    names = {"Japan": "JPN", "USA": "USA"}
    for code in ("250410", "380110"):
        flows: Flows = {}
        with shared_path("data/shipments/china_exports_hs6_monthly_by_partner.csv").open(encoding="utf-8") as file:
            rows = [r for r in csv.DictReader(file) if r["hs6"] == code and "2017" <= r["period_dt"] < "2022"]
        periods = sorted({row["period_dt"] for row in rows})
        for row in rows:
            if row["partner_name"] != "World":
                name = names.get(row["partner_name"], row["partner_name"])
                flows.setdefault(name, [0.0] * len(periods))[periods.index(row["period_dt"])] = float(row["qty"] or 0)
        assert len(periods) == 60
        given = found(flows, "2017-01")
        own = [context["p_value"] for (name, _), (_, context) in given.items() if name in ("JPN", "USA")]
        known = [p for p in own if p is not None]
        assert len(known) > 40
        assert min(known) > 0.05
