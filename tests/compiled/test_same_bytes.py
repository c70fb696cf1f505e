"""The compiled build answers as the interpreter does, byte by byte: `make compiled-test`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.cluster.twinbell import Build
from tests.shared import ROOT, shared_path

pytestmark = pytest.mark.compiled


def run(build: Build, *words: str) -> str:
    """What a program of that build prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    paths = build.environment.get("PYTHONPATH")
    if paths:
        environment["PYTHONPATH"] = f"{paths}{os.pathsep}{ROOT}"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *words], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    return done.stdout


def test_both_builds_answer_alike() -> None:
    """Signals, assessments and states: of shipped episodes, and of figures with all that publishers get wrong."""
    compiled, plain = (run(build, "tests.compiled.answers").splitlines() for build in (Build.COMPILED, Build.PLAIN))
    assert (compiled[0], plain[0]) == ("build so", "build py")
    assert compiled[1:] == plain[1:]
    assert "made, 1000 a run" in plain[-3]


def test_the_kit_gives_the_standing_that_ships(tmp_path: Path) -> None:
    """The backtest of all that the evaluation kit holds, by the compiled build, against what the sources gave."""
    data, ledger = shared_path("data"), shared_path("ledger/events.csv")
    run(
        Build.COMPILED,
        *("services", "backtest", "benchmarks/shared_data.toml", "--data", str(data), "--ledger", str(ledger)),
        *("--from", "2008-01-01", "--until", "2024-03-31", "--out", str(tmp_path)),
    )
    shipped = ROOT / "services/configuration/standing.json"
    assert (tmp_path / "standing.json").read_bytes() == shipped.read_bytes(), "is it of these sources? `make standing`"
