"""V4: goods below their floor, sources that no longer agree, a third country that surges; quiet where nothing is so."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.detectors.v4 import V4
from streams.observations import SECONDS_A_DAY, Measure, ObservationBatch, Run, Series
from streams.pipeline import Pipeline, PipelineState
from streams.reference import packaged as packaged_reference
from streams.signals import Certainty, Direction, Hazard, Phase, Signal
from streams.thresholds import packaged
from tests.streams.detectors.made_series import day_of, flow, months

PIPELINE = Pipeline(packaged(), packaged_reference())
MONTHS = 72
FROM = "2021-01"


def rows(series: Series, values: list[Any], start: str = FROM, lag: int = 50) -> Run:
    """One row a month, known so many days later."""
    occurred_at = months(start, len(values))
    return Run(
        series=series,
        evidence="ab" * 32,
        occurred_at=occurred_at,
        known_at=[at + lag * SECONDS_A_DAY for at in occurred_at],
        values=values,
        rows=list(range(1, len(values) + 1)),
        provisional=[False] * len(values),
    )


def v4(*runs: Run) -> list[Signal]:
    """What V4 says of these series, which are told together."""
    end = max(run.known_at[-1] for run in runs) + SECONDS_A_DAY
    batch = ObservationBatch(group=runs[0].series.group, feed="made", runs=list(runs), tick_at=end)
    return [s for s in PIPELINE.signals(PipelineState(), batch) if s.detector == V4.code]


def raised(signals: list[Signal]) -> list[tuple[str, str]]:
    """Relation and month of each."""
    return [(s.subject.partition(":")[0], day_of(s)[:7]) for s in signals if s.phase is Phase.RAISED]


def noisy(seed: int, level: float, spread: float = 0.15, count: int = MONTHS) -> list[float]:
    """A flow about a level."""
    rng = random.Random(seed)
    return [round(level * rng.lognormvariate(0.0, spread), 3) for _ in range(count)]


def source(name: str, origin: str = "CHN", **names: Any) -> Series:
    """What one source counts of what goes from an origin to Japan."""
    own = flow(origin=origin, hs="811010", **names)
    return msgspec.structs.replace(own, series_id=f"{name}:{origin}:{own.measure}", feed=name, publisher=name)


class TestMirror:
    """Two sources of one flow."""

    def test_two_sources_that_no_longer_agree_are_told_with_both_figures(self) -> None:
        """From a month on arrives three times what leaves: said within the quarter, with the row of each source."""
        leaves = noisy(1, 500.0)
        arrives = [value * (3.0 if number >= 60 else 1.0) for number, value in enumerate(noisy(2, 500.0))]
        found = v4(rows(source("exporter"), leaves), rows(source("importer"), arrives, lag=65))
        assert raised(found) in [[("mirror", month)] for month in ("2026-02", "2026-03", "2026-04")]
        first = found[0]
        assert (first.hazard, first.claims, first.direction) == (Hazard.DUMPING, Certainty.POSSIBLE, Direction.DOWN)
        assert {e.publisher for e in first.evidence} == {"exporter", "importer"}
        assert first.known_at == max(e.known_at for e in first.evidence)

    def test_what_arrives_and_never_left_is_a_gap_too(self) -> None:
        """Nothing on one side is a large gap and not an unknown one."""
        leaves = [0.0 if number >= 60 else value for number, value in enumerate(noisy(3, 500.0))]
        assert raised(v4(rows(source("exporter"), leaves), rows(source("importer"), noisy(4, 500.0)))) == [
            ("mirror", "2026-02")
        ]

    @pytest.mark.parametrize("shift", [0.0, 0.7, -1.5])
    def test_sources_that_have_always_differed_are_quiet(self, shift: float) -> None:
        """Another classification or valuation is a constant factor; a ship at the turn of a month is noise. A hundred
        pairs of six years ring at most once."""
        rung = 0
        for seed in range(100):
            leaves = noisy(seed, 500.0)
            late = [0.7 * value + 0.3 * before for value, before in zip(leaves, [leaves[0], *leaves], strict=False)]
            arrives = [value * 2.718**shift * noise for value, noise in zip(late, noisy(seed + 999, 1.0), strict=True)]
            rung += bool(raised(v4(rows(source("exporter"), leaves), rows(source("importer"), arrives))))
        assert rung <= 1

    def test_one_source_alone_says_nothing(self) -> None:
        """A flow counted once has no mirror."""
        assert v4(rows(source("exporter"), noisy(5, 500.0))) == []


def ndpr(measure: Measure, unit: str) -> Series:
    """Customs of NdPr from China to Japan under a code of its own."""
    own = flow(hs="28053013", minerals=("ndpr",), measure=measure, unit=unit)
    return msgspec.structs.replace(own, series_id=f"made:{measure}", group="rare_earths")


def imported(unit_values: list[float]) -> list[Run]:
    """Value and quantity of ten tonnes a month at these unit values in USD/kg, from March 2026 on."""
    quantity, value = ndpr(Measure.QUANTITY, "kg"), ndpr(Measure.VALUE, "USD")
    return [
        rows(quantity, [10_000.0] * len(unit_values), "2026-03"),
        rows(value, [10_000.0 * each for each in unit_values], "2026-03"),
    ]


class TestWorth:
    """Landed unit values against a floor that is in force."""

    def test_a_unit_value_below_the_floor_is_told_once_it_is_confirmed(self) -> None:
        """Two months of three a fifth below 110 USD/kg; the floor and the landed value stand in it."""
        found = v4(*imported([120.0, 118.0, 80.0, 79.0, 78.0]))
        assert raised(found) == [("worth", "2026-06")]
        assert found[0].expected == 110.0
        assert found[0].observed is not None
        assert 79.0 <= found[0].observed < 110.0 * 0.8
        assert {e.unit for e in found[0].evidence} == {"USD", "kg"}
        assert found[0].claims is Certainty.POSSIBLE

    @pytest.mark.parametrize("values", [[120.0] * 12, [109.0] * 12, [95.0] * 12, [120.0, 120.0, 60.0] * 4])
    def test_near_the_floor_and_single_lots_are_quiet(self, values: list[float]) -> None:
        """Above, just below and within the scatter of grades; one cheap month in three."""
        assert v4(*imported(values)) == []

    def test_before_the_floor_and_without_one_nothing_is_said(self) -> None:
        """The same figures of 2019, and of a mineral without a floor."""
        early = [msgspec.structs.replace(run, occurred_at=months("2019-03", 6)) for run in imported([50.0] * 6)]
        assert v4(*early) == []
        other = [
            msgspec.structs.replace(run, series=msgspec.structs.replace(run.series, minerals=("antimony",)))
            for run in imported([5.0] * 6)
        ]
        assert v4(*other) == []

    def test_a_unit_value_that_is_published_is_taken_as_it_is(self) -> None:
        """The quotient is not told beside it."""
        given = rows(ndpr(Measure.UNIT_VALUE, "USD/kg"), [120.0, 80.0, 80.0, 80.0], "2026-03")
        found = v4(given, *imported([120.0, 80.0, 80.0, 80.0]))
        assert {s.subject for s in found} == {"worth:made:unit_value"}
        assert raised(found) == [("worth", "2026-05")]

    def test_a_pooled_code_has_the_value_of_none(self) -> None:
        """What holds several minerals proves nothing about one."""
        pooled = [
            msgspec.structs.replace(run, series=msgspec.structs.replace(run.series, pooled=True))
            for run in imported([50.0] * 6)
        ]
        assert v4(*pooled) == []


class TestSurge:
    """What comes through a third country."""

    def test_a_third_country_that_sends_far_more_than_ever_is_told(self) -> None:
        """The largest supplier stops, Thailand sends ten times as much: said of Thailand within the quarter."""
        china = [20.0 if number >= 60 else value for number, value in enumerate(noisy(11, 800.0))]
        thailand = [value * (10.0 if number >= 61 else 1.0) for number, value in enumerate(noisy(12, 50.0))]
        vietnam = noisy(13, 150.0)
        named = {"CHN": china, "THA": thailand, "VNM": vietnam}
        found = v4(*(rows(source("importer", origin), values) for origin, values in named.items()))
        assert raised(found) in [[("surge", "2026-02")], [("surge", "2026-03")], [("surge", "2026-04")]]
        assert found[0].origin == "THA"
        assert found[0].direction is Direction.UP

    def test_who_supplies_most_is_no_third_country(self) -> None:
        """Twice as much of the largest is a rush or a boom, and V1's."""
        china = [value * (4.0 if number >= 60 else 1.0) for number, value in enumerate(noisy(14, 800.0))]
        assert v4(rows(source("importer"), china), rows(source("importer", "THA"), noisy(15, 50.0))) == []

    def test_small_lots_and_small_shares_are_quiet(self) -> None:
        """A hundredfold of 10 kg is 1 t; ten times of a two-hundredth is a twentieth of what is taken."""
        for level in (0.01, 4.0):
            thailand = [value * (10.0 if number >= 60 else 1.0) for number, value in enumerate(noisy(16, level))]
            assert v4(rows(source("importer"), noisy(17, 800.0)), rows(source("importer", "THA"), thailand)) == []

    def test_flows_that_only_scatter_are_quiet(self) -> None:
        """Placebo: sixty buyers with five lumpy suppliers for six years, nothing planted; one ring in a hundred years
        of a supplier is allowed."""
        rung = 0
        for seed in range(60):
            origins = {"CHN": 400.0, "THA": 200.0, "VNM": 150.0, "TJK": 100.0, "BOL": 60.0}
            told = [
                rows(source("importer", origin), noisy(seed * 10 + number, level, 0.4))
                for number, (origin, level) in enumerate(origins.items())
            ]
            rung += len(raised(v4(*told)))
        assert rung <= 60 * 4 * 4 / 100


@given(cut=st.integers(1, MONTHS - 1), planted=st.booleans())
@settings(max_examples=20, deadline=None, derandomize=True)
def test_batches_and_restarts_change_nothing(cut: int, planted: bool) -> None:
    """The months in two batches, with the state put away between, give the same signals."""
    arrives = [value * (3.0 if planted and number >= 60 else 1.0) for number, value in enumerate(noisy(22, 500.0))]
    runs = [rows(source("exporter"), noisy(21, 500.0)), rows(source("importer"), arrives)]
    state, found = PipelineState(), []
    for part in ([run.part(0, cut) for run in runs], [run.part(cut, MONTHS) for run in runs]):
        end = max(run.known_at[-1] for run in part) + SECONDS_A_DAY
        batch = ObservationBatch(group="antimony", feed="made", runs=part, tick_at=end)
        found += [s for s in PIPELINE.signals(state, batch) if s.detector == V4.code]
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=PipelineState)
    assert found == v4(*runs)
    assert bool(found) is planted
