"""Few, full records: joining what one poll brought moves only the cuts."""

from hypothesis import given
from hypothesis import strategies as st

from streams.gathering import gathered, halved, size_of
from streams.observations import Cadence, Family, Measure, ObservationBatch, Run, Series


def run_of(name: str, rows: list[tuple[int, int, float]], context: bool = False) -> Run:
    """Rows of (occurred_at, known_at, value) of a series."""
    series = Series(
        series_id=name,
        feed="f",
        family=Family.PRICES,
        group=name[0],
        measure=Measure.PRICE,
        unit="USD/t",
        cadence=Cadence.DAILY,
    )
    return Run(
        series=series,
        evidence="e",
        occurred_at=[row[0] for row in rows],
        known_at=[row[1] for row in rows],
        values=[row[2] for row in rows],
        rows=[row[0] for row in rows],
        provisional=[False for _ in rows],
        context={"common_move": [row[2] / 2 for row in rows]} if context else {},
    )


def rows_of(batches: list[ObservationBatch]) -> dict[str, list[tuple[int, int, float | None, float | None]]]:
    """By series, its rows in the order in which they come, with their context."""
    found: dict[str, list[tuple[int, int, float | None, float | None]]] = {}
    for batch in batches:
        for run in batch.runs:
            column = run.context.get("common_move") or [None] * len(run.values)
            own = zip(run.occurred_at, run.known_at, run.values, column, strict=True)
            found.setdefault(run.series.series_id, []).extend(own)
    return found


@given(
    st.lists(st.tuples(st.sampled_from(["a1", "a2", "b1"]), st.integers(1, 9), st.booleans()), min_size=1, max_size=40),
    st.integers(1, 12),
)
def test_every_row_comes_through_in_its_order(cuts: list[tuple[str, int, bool]], most: int) -> None:
    """Whatever the cuts and the size of a record: no row is lost, doubled, reordered within its series or changed."""
    at, batches = 0, []
    for name, count, context in cuts:
        rows = [(at + i, at + i, float(at + i)) for i in range(count)]
        at += count
        batches.append(ObservationBatch(group=name[0], feed="f", runs=[run_of(name, rows, context)]))
    joined = list(gathered(batches, most))
    assert rows_of(joined) == rows_of(batches)
    assert all(run.series.group == batch.group for batch in joined for run in batch.runs)
    assert sum(len(run.values) for batch in joined for run in batch.runs) == at


def test_a_revision_begins_a_run_of_its_own() -> None:
    """A run ascends: a row for a period that came before is not put behind it."""
    first = ObservationBatch(group="a", feed="f", runs=[run_of("a1", [(1, 1, 1.0), (2, 2, 2.0)])])
    revised = ObservationBatch(group="a", feed="f", runs=[run_of("a1", [(1, 9, 1.5)])])
    (joined,) = gathered([first, revised])
    assert [run.occurred_at for run in joined.runs] == [[1, 2], [1]]


@given(st.lists(st.tuples(st.sampled_from(["a1", "a2", "a3"]), st.integers(1, 9)), min_size=1, max_size=9))
def test_halves_are_the_whole(cuts: list[tuple[str, int]]) -> None:
    """Cut in two again and again down to single observations: none is lost or doubled, each series keeps its order."""
    at, runs = 0, []
    for name, count in cuts:
        runs.append(run_of(name, [(at + i, at + i, float(at + i)) for i in range(count)]))
        at += count
    whole = ObservationBatch(group="a", feed="f", runs=runs)

    def pieces(batch: ObservationBatch) -> list[ObservationBatch]:
        return [batch] if size_of(batch) < 2 else [piece for half in halved(batch) for piece in pieces(half)]

    found = pieces(whole)
    assert {size_of(piece) for piece in found} == {1}
    assert rows_of(found) == rows_of([whole])
