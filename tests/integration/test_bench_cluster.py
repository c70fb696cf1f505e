"""`make bench-cluster` runs, small, against the real broker with the real peers, so that it cannot rot."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from benchmarks.cluster.measuring import Row

PARTS = ("peers", "states", "takeover")


@pytest.mark.soak
def test_every_peer_gives_the_same_signals(tmp_path: Path) -> None:
    """Each peer works through its layouts, and what is written has every field; no time is asserted."""
    output = tmp_path / "bench-cluster.json"
    words = [sys.executable, "-W", "ignore", "-m", "benchmarks.cluster", "--quick", "--output", str(output)]
    run = subprocess.run(
        [*words, *(word for part in PARTS for word in ("--only", part))], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout[-3_000:] + run.stderr[-1_000:]
    rows = msgspec.json.decode(output.read_bytes(), type=list[Row])
    assert {"Twinbell", "Kafka Streams", "Quix Streams", "stock Faust agent"} <= {row.name for row in rows}
    assert all(row.same_set is not False for row in rows)
