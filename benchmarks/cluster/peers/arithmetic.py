"""The arithmetic alone on bytes in memory: columns decoded by msgspec and one folded loop. No engine can be faster.

Reads records, each behind its length (4 bytes, big-endian), from a file; prints seconds, CPU seconds and the signals.
"""

import sys
import time
from pathlib import Path

import msgspec

ALPHA, KEEP, WARM_UP, LIMIT = 0.05, 0.95, 30, 36.0


class Series(msgspec.Struct):
    """What of a series is needed."""

    series_id: str


class Run(msgspec.Struct):
    """What of a run is needed: the rest is skipped, the times stay bytes until a signal needs one."""

    series: Series
    occurred_at: msgspec.Raw
    values: list[float]


class Batch(msgspec.Struct):
    """One record."""

    runs: list[Run]


def main(file: str) -> None:
    """Read all, then do the work."""
    content = Path(file).read_bytes()
    records, place = [], 0
    while place < len(content):
        size = int.from_bytes(content[place : place + 4], "big")
        records.append(content[place + 4 : place + 4 + size])
        place += 4 + size
    decode = msgspec.msgpack.Decoder(Batch).decode
    states: dict[str, tuple[int, float, float]] = {}
    found: list[str] = []
    began, cpu = time.perf_counter(), time.process_time()
    for record in records:
        for run in decode(record).runs:
            name, values = run.series.series_id, run.values
            seen, mean, variance = states.get(name) or (0, values[0], 0.0)
            silent, far = WARM_UP - seen, []
            for at, value in enumerate(values):
                off = value - mean
                square = off * off
                if square > LIMIT * variance and at >= silent:
                    far.append(at)
                mean += ALPHA * off
                variance = KEEP * (variance + ALPHA * square)
            states[name] = (seen + len(values), mean, variance)
            if far:
                days = msgspec.msgpack.decode(run.occurred_at)
                found += [f"{name},{days[at]}" for at in far]
    took = {"seconds": time.perf_counter() - began, "cpu_s": time.process_time() - cpu, "signals": found}
    sys.stdout.buffer.write(msgspec.json.encode(took))


if __name__ == "__main__":
    main(sys.argv[1])
