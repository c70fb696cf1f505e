"""What lies on a topic for a peer to work through, and what it must find there."""

import json
from collections.abc import Iterable

import msgspec

from benchmarks.cluster.work import Answer, Work, answer, at, full_batches, polled_batches, series_id
from streams.cloudevents import OBSERVATIONS, Headers, Wire
from streams.observations import ObservationBatch

FULL_BATCH = 1_000  # rows in a record of a back-fill


class Record(msgspec.Struct, frozen=True):
    """One record for the broker."""

    key: bytes
    value: bytes
    headers: Headers = ()


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Records in the order in which they are written; `span` is how many observations come after the record that gives
    the first signal, up to the one that gives the last: what is worked through between those two."""

    name: str
    layout: str
    records: list[Record]
    observations: int
    span: int
    answer: Answer


def one_a_record(made: Work, block: int) -> Load:
    """Each observation a JSON object of its own, `block` series at a time, these in order of time."""
    wanted = answer(made)
    records, counts = list[Record](), list[tuple[int, bool]]()
    for first in range(0, len(made.values), block):
        for row in range(len(made.values[first])):
            for number in range(first, min(first + block, len(made.values))):
                name = series_id(number)
                fields = {"series_id": name, "occurred_at": at(row), "value": made.values[number][row]}
                records.append(Record(name.encode(), json.dumps(fields).encode()))
                counts.append((1, (name, at(row)) in wanted))
    return Load(
        name="one",
        layout="one a record",
        records=records,
        observations=made.observations,
        span=_span(counts),
        answer=wanted,
    )


def back_fill(made: Work, size: int) -> Load:
    """Full batches."""
    return _batches(made, full_batches(made, size), "full", f"back-fill, {size:,} a record in columns")


def live(made: Work, most_rows: int) -> Load:
    """Records as feeds bring them."""
    most = made.in_group * most_rows
    return _batches(made, polled_batches(made, most_rows), "live", f"live, one poll of a group, 1 to {most} a record")


def _batches(made: Work, batches: Iterable[ObservationBatch], name: str, layout: str) -> Load:
    wanted = answer(made)
    wire = Wire(OBSERVATIONS, "/twinbell/bench/feed")
    records, counts = list[Record](), list[tuple[int, bool]]()
    for batch in batches:
        event = wire.event(batch.group, batch, max(run.known_at[-1] for run in batch.runs))
        records.append(Record(event.key, event.value, event.headers))
        rows = ((run.series.series_id, day) for run in batch.runs for day in run.occurred_at)
        is_found = not wanted.isdisjoint(rows)
        counts.append((sum(len(run.values) for run in batch.runs), is_found))
    return Load(
        name=name, layout=layout, records=records, observations=made.observations, span=_span(counts), answer=wanted
    )


def _span(counts: list[tuple[int, bool]]) -> int:
    places = [place for place, (_, is_found) in enumerate(counts) if is_found]
    return sum(count for count, _ in counts[places[0] + 1 : places[-1] + 1]) if places else 0


def first_of(made: Work, series: int, rows: int) -> Work:
    """The first rows of the first series: the same data, less of it, for who is slow."""
    return Work(values=[own[:rows] for own in made.values[:series]], in_group=made.in_group)
