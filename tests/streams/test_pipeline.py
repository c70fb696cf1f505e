"""The pipeline: rows are applied once, in order, and only once; the state can be put away and taken up anywhere."""

import random
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.codec import encode
from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, ObservationBatch, Run, Series
from streams.pipeline import Pipeline, PipelineState, sorted_out, watched
from streams.reasons import Reason
from streams.recent import REACH
from streams.signals import Signal
from streams.thresholds import packaged

THRESHOLDS = packaged()
PIPELINE = Pipeline(THRESHOLDS)
START = 1_420_070_400  # 2015-01-01
ROWS = 400


def price(name: str) -> Series:
    """A daily price."""
    return Series(
        series_id=name,
        feed="made",
        family=Family.PRICES,
        group="tin",
        measure=Measure.PRICE,
        unit="USD/t",
        cadence=Cadence.DAILY,
        minerals=("tin",),
    )


def history(name: str, seed: int) -> Run:
    """A random walk that jumps by half at row 300."""
    rng = random.Random(seed)
    level, values = 100.0, list[float | None]()
    for row in range(ROWS):
        level *= rng.lognormvariate(0.0, 0.01) * (1.5 if row == 300 else 1.0)
        values.append(round(level, 3))
    occurred_at = [START + SECONDS_A_DAY * row for row in range(ROWS)]
    return Run(
        series=price(name),
        evidence=f"{seed:064x}",
        occurred_at=occurred_at,
        known_at=[at + 86_340 for at in occurred_at],
        values=values,
        rows=list(range(1, ROWS + 1)),
        provisional=[False] * ROWS,
        context={"common_move": [0.0] * ROWS},
    )


def part(run: Run, rows: list[int]) -> Run:
    """These rows of a run, in this order."""
    columns = ("occurred_at", "known_at", "values", "rows", "provisional")
    chosen = {name: [getattr(run, name)[row] for row in rows] for name in columns}
    context = {name: [column[row] for row in rows] for name, column in run.context.items()}
    return msgspec.structs.replace(run, **chosen, context=context)


def batch(*runs: Run) -> ObservationBatch:
    """One batch of the group."""
    return ObservationBatch(group="tin", feed="made", runs=list(runs))


def through(batches: list[ObservationBatch]) -> tuple[list[Signal], PipelineState]:
    """Signals and state after these batches, from nothing."""
    state = PipelineState()
    return [signal for one in batches for signal in PIPELINE.signals(state, one)], state


def test_signals_carry_the_digest_of_the_thresholds_that_made_them() -> None:
    """Every signal can be traced to the file that was in force."""
    found, _ = through([batch(history("a", 1))])
    assert found
    assert {signal.thresholds for signal in found} == {THRESHOLDS.digest}


def test_a_batch_delivered_again_changes_nothing() -> None:
    """The same rows once more give no signal and leave the state as it is: each is counted with its reason."""
    whole = batch(history("a", 1))
    found, state = through([whole])
    before = encode(state)
    again = PIPELINE.apply(state, whole)
    assert found
    assert again.signals == []
    reach = REACH[Family.PRICES]
    assert again.counts == {Reason.DUPLICATE: reach, Reason.BEYOND_REACH: ROWS - reach}
    assert encode(state) == before


def test_a_row_far_older_than_what_is_applied_is_left_out() -> None:
    """A period that comes long after later ones is not applied; what is newer in the same batch is."""
    run = history("a", 1)
    kept = [row for row in range(350) if row != 200]
    straight, _ = through([batch(part(run, kept)), batch(part(run, list(range(350, ROWS))))])
    state = PipelineState()
    found = PIPELINE.signals(state, batch(part(run, kept)))
    mixed = PIPELINE.apply(state, batch(part(run, [200, *range(350, ROWS)])))
    assert mixed.counts == {Reason.ACCEPTED: ROWS - 350, Reason.BEYOND_REACH: 1}
    assert [*found, *mixed.signals] == straight


@settings(deadline=None, max_examples=30, derandomize=True)
@given(cuts=st.lists(st.integers(0, ROWS), max_size=5), repeats=st.lists(st.integers(0, 5), max_size=3))
def test_at_least_once_gives_what_exactly_once_gives(cuts: list[int], repeats: list[int]) -> None:
    """Pieces, some of them delivered twice, with the state put away and restored between, give the same signals."""
    run = history("a", 2)
    edges = [0, *sorted(cuts), ROWS]
    pieces = [batch(part(run, list(range(low, high)))) for low, high in pairwise(edges)]
    state, found = PipelineState(), list[Signal]()
    for number, piece in enumerate(pieces):
        found += PIPELINE.signals(state, piece)
        if number in repeats:
            found += PIPELINE.signals(state, piece)
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=PipelineState)
    assert found == through([batch(run)])[0]


def test_rows_that_do_not_ascend_are_told_apart_and_put_into_their_places() -> None:
    """A shuffled or doubled row inside one run is old where it stands: what is new around it is used."""
    run = history("a", 1)
    cut = sorted_out(part(run, [0, 1, 1, 3, 2, 4]), None)
    assert [(is_new, rows.rows) for is_new, rows in cut] == [
        (True, [1, 2]),
        (False, [2]),
        (True, [4]),
        (False, [3]),
        (True, [5]),
    ]
    assert sorted_out(run, None) == [(True, run)]
    assert sorted_out(run, run.occurred_at[-1]) == [(False, run)]
    state = PipelineState()
    counts = PIPELINE.apply(state, batch(part(run, [0, 1, 1, 3, 2, 4]))).counts
    assert counts == {Reason.ACCEPTED: 4, Reason.DUPLICATE: 1, Reason.LATE: 1}
    assert state.series["a"].recent.rows.rows == [1, 2, 3, 4, 5]


def test_series_do_not_meet() -> None:
    """Two series in one batch give what each gives alone, in the order of the runs."""
    first, second = history("a", 1), history("b", 2)
    alone = [*through([batch(first)])[0], *through([batch(second)])[0]]
    assert through([batch(first, second)])[0] == alone


def test_an_empty_batch_and_a_tick_bring_nothing() -> None:
    """Time alone raises nothing here: the end of a situation is judged on data elsewhere."""
    state = PipelineState()
    assert PIPELINE.signals(state, ObservationBatch(group="tin", feed="tick", tick_at=START)) == []
    assert PIPELINE.apply(state, batch()).counts == {}
    assert state == PipelineState()


def test_a_series_that_no_detector_reads_is_counted_and_kept_out() -> None:
    """Stocks and vintages for reading pass through without a signal."""
    run = history("a", 1)
    stock = msgspec.structs.replace(run, series=msgspec.structs.replace(run.series, measure=Measure.STOCK))
    assert watched(stock.series) == ()
    assert watched(run.series) == ("P1", "X1")
    state = PipelineState()
    applied = PIPELINE.apply(state, batch(stock))
    assert (applied.signals, applied.counts) == ([], {Reason.ACCEPTED: ROWS})
    assert state.series["a"].states == {}


def test_twice_gives_the_same_bytes() -> None:
    """The same batches give the same signals and the same state, byte for byte."""
    batches = [batch(history("a", 3), history("b", 4))]
    first, second = through(batches), through(batches)
    assert encode(first) == encode(second)


def test_every_family_says_how_far_its_source_may_revise() -> None:
    """A family without it could not be read at all: the pipeline looks it up with each run."""
    assert set(REACH) == set(Family)
