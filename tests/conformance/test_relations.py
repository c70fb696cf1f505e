"""Every registered relation is held to the contract of its seam: one more line in the registry is one more subject."""

import math
import random
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, ObservationBatch, Run, Series
from streams.pipeline import Pipeline, PipelineState
from streams.reference import packaged as packaged_reference
from streams.relate import RelateState, Relating
from streams.relations import RELATIONS
from streams.relations.base import Relation
from streams.thresholds import packaged

REFERENCE = packaged_reference()
START = 1_776_211_200  # 2026-04-15: a price floor is in force, and each step of a month falls into the next
STEP = {Cadence.DAILY: SECONDS_A_DAY, Cadence.MONTHLY: 2_629_746}
ROWS = 60
STATE_LIMIT = 1_536  # bytes that the relations may keep of one series
PIPELINE = Pipeline(packaged(), REFERENCE)
SHOCKS = (None, math.nan, math.inf, 0.0, -5.0, 1e300, 1e-300)


def every_series() -> list[Series]:
    """One group with a series for each market that is known and flows between several countries, by cadence."""
    made = []
    for cadence in STEP:
        for market in (*REFERENCE.markets, "a market that nobody knows"):
            made.append(series(Family.PRICES, Measure.PRICE, cadence, market=market))
        floored = series(Family.PRICES, Measure.PRICE, cadence, market="ndpr")
        made.append(msgspec.structs.replace(floored, minerals=("ndpr",), unit="USD/kg"))
        for measure, unit in ((Measure.VALUE, "USD"), (Measure.QUANTITY, "kg")):
            part = series(Family.CUSTOMS, measure, cadence, origin="CHN", destination="JPN", market="ndpr")
            made.append(msgspec.structs.replace(part, minerals=("ndpr",), unit=unit))
        counted = series(Family.CUSTOMS, Measure.QUANTITY, cadence, origin="CHN", destination="JPN")
        made.append(msgspec.structs.replace(counted, series_id=f"{counted.series_id}:arrived", feed="arrived"))
        for origin in ("CHN", "MOZ"):
            for destination in ("DEU", "JPN", "KOR", "USA", "WLD"):
                flow = series(Family.CUSTOMS, Measure.QUANTITY, cadence, origin=origin, destination=destination)
                made.append(flow)
    return made


def series(family: Family, measure: Measure, cadence: Cadence, **names: str) -> Series:
    """A series of tin."""
    return Series(
        series_id=":".join((family, measure, cadence, *names.values())),
        feed="made",
        family=family,
        group="tin",
        measure=measure,
        unit="t",
        cadence=cadence,
        minerals=("tin",),
        hs="800110",
        **names,
    )


ALL = every_series()


class Row(msgspec.Struct, frozen=True, order=True):
    """One row of one series, to be put into batches in any way."""

    known_at: int
    occurred_at: int
    series: int
    number: int
    value: float | None


def history(seed: int, holidays: float = 0.1, shocks: int = 3, latest: int = 2) -> list[Row]:
    """Noisy rows of all series in order of when they became known; some periods lack, some values say nothing."""
    rng = random.Random(seed)
    rows = []
    for place, own in enumerate(ALL):
        step, lag = STEP[own.cadence], rng.choice((0, 0, latest)) * SECONDS_A_DAY
        values: list[float | None] = [100.0 * (1 + place % 7) * rng.lognormvariate(0.0, 0.1) for _ in range(ROWS)]
        for _ in range(shocks):
            values[rng.randrange(ROWS)] = rng.choice(SHOCKS)
        for number in range(ROWS):
            if rng.random() >= holidays:
                at = START + step * number
                rows.append(Row(at + step - 60 + lag, at, place, number + 1, values[number]))
    return sorted(rows)


def batch(rows: list[Row]) -> ObservationBatch:
    """These rows as one batch, series in order of their ids."""
    own: dict[int, list[Row]] = {}
    for row in rows:
        own.setdefault(row.series, []).append(row)
    return ObservationBatch(
        group="tin", feed="made", runs=[run_of(own[place]) for place in sorted(own, key=lambda p: ALL[p].series_id)]
    )


def run_of(rows: list[Row]) -> Run:
    """These rows of one series as a run."""
    rows = sorted(rows, key=lambda row: row.occurred_at)
    return Run(
        series=ALL[rows[0].series],
        evidence=f"{rows[0].series:064x}",
        occurred_at=[row.occurred_at for row in rows],
        known_at=[row.known_at for row in rows],
        values=[row.value for row in rows],
        rows=[row.number for row in rows],
        provisional=[row.number % 9 == 0 for row in rows],
    )


END = ObservationBatch(group="tin", feed="tick", tick_at=START + 10 * 366 * SECONDS_A_DAY)


def derived(batches: list[ObservationBatch], code: str) -> tuple[list[tuple[Any, ...]], PipelineState]:
    """What a relation gives, row by row with the parts of each, and the state; put away and taken up at each batch."""
    state, found = PipelineState(), []
    for one in (*batches, END):
        for run in PIPELINE.apply(state, one).derived:
            if run.series.relation == code:
                found += rows_of(run)
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=PipelineState)
    return sorted(found, key=_text), state


def without_rows(state: PipelineState) -> list[Any]:
    """The state but for the rows kept for what may be revised, whose snapshots lie where batches begin."""
    series = {name: (held.last, held.states) for name, held in state.series.items()}
    return msgspec.json.decode(msgspec.json.encode([series, state.hazards, state.relations]), type=list[Any])


def _text(row: tuple[Any, ...]) -> str:
    """A row as text, in which what is no number is equal to itself."""
    return repr(row)


def texts(rows: list[tuple[Any, ...]]) -> list[str]:
    """Rows as they can be compared."""
    return [_text(row) for row in rows]


def rows_of(run: Run) -> list[tuple[Any, ...]]:
    """The rows of a derived run with everything that is said of them."""
    return [
        (
            run.series.series_id,
            run.occurred_at[i],
            run.known_at[i],
            run.values[i],
            run.provisional[i],
            tuple((leg.evidence, leg.rows[i], leg.occurred_at[i], leg.known_at[i], leg.values[i]) for leg in run.legs),
        )
        for i in range(len(run.values))
    ]


thorough = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
seeds = st.integers(0, 2**32)


@pytest.mark.parametrize("kind", RELATIONS, ids=lambda kind: kind.code)
class TestContract:
    """What the pipeline asks of every relation."""

    @thorough
    @given(seed=seeds, cuts=st.lists(st.floats(0, 1), max_size=8))
    def test_cutting_the_rows_anywhere_changes_nothing(
        self, kind: type[Relation], seed: int, cuts: list[float]
    ) -> None:
        """Rows in order of known_at give the same figures in one batch and in pieces, even within one instant."""
        rows = history(seed)
        edges = [0, *sorted(round(cut * len(rows)) for cut in cuts), len(rows)]
        pieces = [batch(rows[low:high]) for low, high in pairwise(edges)]
        whole, after = derived([batch(rows)], kind.code)
        found, state = derived(pieces, kind.code)
        assert whole, "this relation derives nothing from the series of this suite: give it some"
        assert texts(found) == texts(whole)
        assert without_rows(state) == without_rows(after)

    @settings(thorough, max_examples=5)  # each brings some thousand batches
    @given(seed=seeds)
    def test_instant_by_instant_is_the_same_as_all_at_once(self, kind: type[Relation], seed: int) -> None:
        """A harness that brings one instant at a time finds what a replay of everything finds."""
        rows = history(seed)
        by_instant: dict[int, list[Row]] = {}
        for row in rows:
            by_instant.setdefault(row.known_at, []).append(row)
        pieces = [batch(own) for own in by_instant.values()]
        assert texts(derived(pieces, kind.code)[0]) == texts(derived([batch(rows)], kind.code)[0])

    @thorough
    @given(seed=seeds)
    def test_the_order_of_runs_changes_nothing(self, kind: type[Relation], seed: int) -> None:
        """Series have no order among themselves."""
        whole = batch(history(seed))
        turned = msgspec.structs.replace(whole, runs=whole.runs[::-1])
        assert texts(derived([turned], kind.code)[0]) == texts(derived([whole], kind.code)[0])

    @thorough
    @given(seed=seeds)
    def test_every_figure_names_all_that_it_came_from(self, kind: type[Relation], seed: int) -> None:
        """Parts are rows that were given, of the same period; a figure is known when the last of them is."""
        rows = history(seed)
        given_rows = {(f"{row.series:064x}", row.number, row.occurred_at, row.known_at): row.value for row in rows}
        found, _ = derived([batch(rows)], kind.code)
        for _, occurred_at, known_at, value, provisional, parts in found:
            assert parts
            assert known_at == max(part[3] for part in parts)
            assert {part[2] for part in parts} == {occurred_at}
            for sha256, number, at, known, own in parts:
                assert repr(given_rows[sha256, number, at, known]) == repr(own)
            assert provisional == any(part[1] % 9 == 0 for part in parts)
            if any(part[4] is None or not math.isfinite(part[4]) or part[4] < 0 for part in parts):
                assert value is None, "unknown is never a number"

    def test_a_series_that_has_ended_joins_nothing(self, kind: type[Relation]) -> None:
        """After its last row no figure is derived with it, however long the others go on."""
        rows = history(4, holidays=0.0, shocks=0)
        for place, own in enumerate(ALL):
            if not kind(REFERENCE).sets(own):
                continue
            ended = [row for row in rows if row.series != place or row.number <= ROWS // 2]
            for _, occurred_at, _, _, _, parts in derived([batch(ended)], kind.code)[0]:
                if any(part[0] == f"{place:064x}" for part in parts):
                    assert occurred_at <= START + STEP[own.cadence] * (ROWS // 2)

    def test_memory_is_bounded(self, kind: type[Relation]) -> None:
        """However many rows come, what is kept of a series stays below its limit."""
        members = [own for own in ALL if kind(REFERENCE).sets(own)]
        state, relating, sizes = RelateState(), Relating(REFERENCE), []
        for lap in range(6):
            shift = lap * ROWS * STEP[Cadence.MONTHLY]
            for row in history(lap):
                later = msgspec.structs.replace(row, known_at=row.known_at + shift, occurred_at=row.occurred_at + shift)
                relating.relate(state, [run_of([later])], later.known_at)
            sizes.append(len(msgspec.msgpack.encode(state.sets[kind.code])) / len(members))
        assert max(sizes) <= STATE_LIMIT
        assert sizes[-1] <= 1.2 * max(sizes[:2])

    def test_the_newest_instant_waits_until_it_is_over(self, kind: type[Relation]) -> None:
        """More rows of the newest instant may come: a later row or a tick says that none will."""
        rows = [row for row in history(5, holidays=0.0, shocks=0, latest=0) if kind(REFERENCE).sets(ALL[row.series])]
        newest = max(row.known_at for row in rows)
        state = PipelineState()
        before = [run for run in PIPELINE.apply(state, batch(rows)).derived if run.series.relation == kind.code]
        after = [run for run in PIPELINE.apply(state, END).derived if run.series.relation == kind.code]
        assert before
        assert after
        assert max(run.known_at[-1] for run in before) < newest
        assert min(run.known_at[0] for run in after) == newest


def test_codes_are_unique() -> None:
    """States are kept by code."""
    assert len({kind.code for kind in RELATIONS}) == len(RELATIONS)
