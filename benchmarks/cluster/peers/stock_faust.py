"""A Faust agent as its documentation writes one: BOOTSTRAP NAME INPUT OUTPUT PARTITIONS.

A record for each observation, a table for the state, everything at its default but the store (in memory) and the web
server (off).
"""

import sys

import faust

ALPHA, KEEP, WARM_UP, LIMIT = 0.05, 0.95, 30, 36.0
bootstrap, name, source, target, partitions = sys.argv[1:]


class Observation(faust.Record, serializer="json"):
    """One row."""

    series_id: str
    occurred_at: int
    value: float


class Folded(faust.Record, serializer="json"):
    """What is remembered of a series."""

    seen: int
    mean: float
    variance: float


app = faust.App(
    name, broker=f"kafka://{bootstrap}", store="memory://", web_enabled=False, topic_partitions=int(partitions)
)
app.conf.consumer_auto_offset_reset = "earliest"
rows = app.topic(source, key_type=str, value_type=Observation)
signals = app.topic(target, value_serializer="raw")
states = app.Table("states", key_type=str, value_type=Folded)


@app.agent(rows)
async def judge(stream: faust.Stream) -> None:
    """Every row against the mean of those before."""
    async for row in stream:
        held = states.get(row.series_id) or Folded(seen=0, mean=row.value, variance=0.0)
        off = row.value - held.mean
        square = off * off
        if square > LIMIT * held.variance and held.seen >= WARM_UP:
            await signals.send(value=f"{row.series_id},{row.occurred_at}".encode())
        states[row.series_id] = Folded(
            seen=held.seen + 1, mean=held.mean + ALPHA * off, variance=KEEP * (held.variance + ALPHA * square)
        )


if __name__ == "__main__":
    sys.argv = [sys.argv[0], "worker", "-l", "warn", "--without-web"]
    app.main()
