"""The bare job of `make bench-cluster`: its detector gives the answer that every peer is held to, however it is cut."""

from collections.abc import Iterable

import pytest

from benchmarks.cluster.ewma import Ewma, EwmaParameters, EwmaState
from benchmarks.cluster.loads import back_fill, first_of, live, one_a_record
from benchmarks.cluster.measuring import Measured, row
from benchmarks.cluster.work import ALPHA, LIMIT, WARM_UP, Work, answer, full_batches, polled_batches, work
from streams.observations import ObservationBatch

JOB = EwmaParameters(alpha=ALPHA, warm_up=WARM_UP, limit=LIMIT)


@pytest.fixture(scope="module")
def made() -> Work:
    """Little of the data."""
    return work(series=24, rows=150, in_group=8, spikes=12)


def found(batches: Iterable[ObservationBatch]) -> set[tuple[str, int]]:
    """What the detector says of batches."""
    detector, states, signals = Ewma(), dict[str, EwmaState](), set()
    for batch in batches:
        for run in batch.runs:
            state = states.setdefault(run.series.series_id, EwmaState())
            signals |= {(each.subject, each.occurred_at) for each in detector.observe(state, run, JOB)}
    return signals


def test_full_batches_and_polls_give_the_same_answer(made: Work) -> None:
    """The answer does not depend on how rows lie in records, and it is not empty."""
    wanted = answer(made)
    assert len(wanted) >= 12
    assert found(full_batches(made, 64)) == wanted
    assert found(polled_batches(made, 25)) == wanted


def test_a_row_without_a_number_is_left_out(made: Work) -> None:
    """None and NaN change nothing of what the other rows give."""
    batch = next(iter(full_batches(made, 150)))
    run = batch.runs[0]
    held = EwmaState()
    plain = Ewma().observe(held, run, JOB)
    run.values[40:40], run.occurred_at[40:40], run.known_at[40:40] = [None, float("nan")], [1, 2], [1, 2]
    run.rows[40:40], run.provisional[40:40] = [0, 0], [False, False]
    again = EwmaState()
    assert [each.occurred_at for each in Ewma().observe(again, run, JOB)] == [each.occurred_at for each in plain]
    assert again == held


def test_every_layout_holds_all_observations_and_a_span(made: Work) -> None:
    """A load knows how much lies between its first and its last signal."""
    for load in (back_fill(made, 64), live(made, 25), one_a_record(first_of(made, 16, 100), 8)):
        assert load.answer
        assert 0 < load.span < load.observations


def test_a_line_of_the_table_has_median_and_spread() -> None:
    """One run that gave another set of signals spoils the line."""
    runs = [Measured(rate=rate, cpu_s_per_million=1.0, same_set=rate != 5.0) for rate in (5.0, 1.0, 3.0)]
    line = row("engine", "layout", 1, runs)
    assert (line.median, line.min, line.max, line.same_set) == (3.0, 1.0, 5.0, False)
