"""The job on Faust with our batches and three ways of keeping state: BOOTSTRAP NAME INPUT OUTPUT (series|group|memory).

`series`: a table entry for each series; `group`: a table entry for each group; `memory`: a dictionary, of which the
groups that have changed go to a compacted topic once a second, before what was read is acknowledged. Each keeps the
offset that it has applied beside the state, so that a record read twice is applied once. Nothing else differs: columns,
uvloop, and the settings that make Faust fast.
"""

import asyncio
import sys

import faust
import msgspec
import uvloop

ALPHA, KEEP, WARM_UP, LIMIT = 0.05, 0.95, 30, 36.0
bootstrap, name, source, target, mode = sys.argv[1:]
Folded = tuple[int, float, float]


class Series(msgspec.Struct):
    """What of a series is needed."""

    series_id: str


class Run(msgspec.Struct):
    """What of a run is needed."""

    series: Series
    occurred_at: msgspec.Raw
    values: list[float]


class Batch(msgspec.Struct):
    """One record of ours."""

    group: str
    runs: list[Run]


class Held(msgspec.Struct, array_like=True):
    """What is kept: of a group, or of one series."""

    applied: int = 0  # offset after the last one that it holds
    series: dict[str, Folded] = {}


asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
app = faust.App(
    name,
    broker=f"kafka://{bootstrap}",
    store="memory://",
    web_enabled=False,
    topic_partitions=1,
    topic_disable_leader=True,
    producer_linger=0.01,
    consumer_max_fetch_size=8_388_608,
    stream_buffer_maxsize=1_000_000,  # of a partition of which more waits it asks for nothing, and sleeps a second
)
app.conf.consumer_auto_offset_reset = "earliest"
records = app.topic(source, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
signals = app.topic(target, value_serializer="raw")
snapshots = app.topic(f"{name}.snapshots", partitions=1, compacting=True, key_serializer="raw", value_serializer="raw")
table = app.Table("states", key_type=bytes, value_type=bytes)
decode, unpack = msgspec.msgpack.Decoder(Batch).decode, msgspec.msgpack.Decoder(Held).decode
pack = msgspec.msgpack.encode
memory: dict[bytes, Held] = {}
changed: set[bytes] = set()
read: list = []


def held_at(key: bytes) -> Held:
    """What is kept under a key."""
    if mode == "memory":
        return memory.setdefault(key, Held(0, {}))
    kept = table.get(key)
    return unpack(kept) if kept is not None else Held(0, {})


def keep(key: bytes, held: Held) -> None:
    """Keep it."""
    if mode == "memory":
        changed.add(key)
    else:
        table[key] = pack(held)


def fold(held: Held, run: Run) -> list[str]:
    """The state of one series moved on, and its signals."""
    own, values = run.series.series_id, run.values
    seen, mean, variance = held.series.get(own) or (0, values[0], 0.0)
    silent, far = WARM_UP - seen, []
    for at, value in enumerate(values):
        off = value - mean
        square = off * off
        if square > LIMIT * variance and at >= silent:
            far.append(at)
        mean += ALPHA * off
        variance = KEEP * (variance + ALPHA * square)
    held.series[own] = (seen + len(values), mean, variance)
    days = msgspec.msgpack.decode(run.occurred_at) if far else []
    return [f"{own},{days[at]}" for at in far]


@app.agent(records)
async def judge(stream: faust.Stream) -> None:
    """Every record."""
    async for event in (stream.noack() if mode == "memory" else stream).events():
        batch, offset = decode(event.message.value), event.message.offset
        found: list[str] = []
        if mode == "series":
            for run in batch.runs:
                key = run.series.series_id.encode()
                held = held_at(key)
                if offset >= held.applied:
                    found += fold(held, run)
                    held.applied = offset + 1
                    keep(key, held)
        else:
            key = batch.group.encode()
            held = held_at(key)
            if offset >= held.applied:
                for run in batch.runs:
                    found += fold(held, run)
                held.applied = offset + 1
                keep(key, held)
        for each in found:
            await signals.send(value=each.encode())
        if mode == "memory":
            read.append((stream, event))


@app.timer(1.0)
async def checkpoint() -> None:
    """What has changed is on the broker before what was read counts as read."""
    mine, done = [*changed], [*read]
    changed.clear()
    read.clear()
    for sent in [await snapshots.send(key=key, value=pack(memory[key])) for key in mine]:
        await sent
    for stream, event in done:
        await stream.ack(event)


if __name__ == "__main__":
    sys.argv = [sys.argv[0], "worker", "-l", "warn", "--without-web"]
    app.main()
