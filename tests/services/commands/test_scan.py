"""`twinbell scan`: any CSV through the general detectors."""

import json
import random
from pathlib import Path

from typer.testing import CliRunner

from services.cli import app
from services.errors import FeedError
from services.exit_codes import ExitCode

START, STEP = 1_700_000_000, 300


def written(path: Path, struck: range) -> str:
    """Two thousand rows, five minutes apart, about a hundred; eightfold in `struck`, and one cell that says nothing."""
    rng = random.Random(7)
    lines = ["timestamp,cpu"]
    for row in range(2_000):
        value = rng.gauss(100.0, 2.0) * (8.0 if row in struck else 1.0)
        lines.append(f"{START + STEP * row},{'n/a' if row == 500 else value}")
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_a_gross_anomaly_is_found_and_noise_is_not(tmp_path: Path) -> None:
    """A series of five minutes, of no metal: its noise gives nothing, eightfold is found where it is."""
    quiet = CliRunner().invoke(app, ["scan", written(tmp_path / "quiet.csv", range(0)), "--json"])
    assert (quiet.exit_code, json.loads(quiet.output)) == (ExitCode.DONE, [])
    done = CliRunner().invoke(app, ["scan", written(tmp_path / "struck.csv", range(1_500, 1_510)), "--json"])
    raised = [signal for signal in json.loads(done.output) if signal["phase"] == "raised"]
    assert START + 1_500 * STEP <= raised[0]["occurred_at"] < START + 1_510 * STEP
    assert raised[0]["evidence"][-1]["row"] in range(1_501, 1_511)


def test_a_series_about_zero_is_read_as_a_level_and_not_as_a_price(tmp_path: Path) -> None:
    """A spread of two rates in hundredths of a per cent: its jump is found; as a price half of it says nothing."""
    rng, path = random.Random(9), tmp_path / "spread.csv"
    rows = [f"{START + STEP * row},{1e-4 * (rng.gauss(0.0, 1.0) + 12.0 * (row >= 400))}" for row in range(500)]
    path.write_text("\n".join(["timestamp,spread", *rows]), encoding="utf-8")
    found = {
        kind: json.loads(CliRunner().invoke(app, ["scan", str(path), "--as", kind, "--json"]).output)
        for kind in ("level", "price")
    }
    raised = [(s["detector"], s["evidence"][-1]["row"]) for s in found["level"] if s["phase"] == "raised"]
    assert raised == [("G1", 401)]
    assert not [s for s in found["price"] if s["evidence"][-1]["row"] in range(395, 410)]


def test_what_cannot_be_read_is_said_with_row_and_remedy(tmp_path: Path) -> None:
    """A time that is none and a column that is not there end with a sentence."""
    path = tmp_path / "bad.csv"
    path.write_text("t,v\nyesterday,1\n", encoding="utf-8")
    for arguments, said in (([], "row 1"), (["--value", "w"], "no column")):
        done = CliRunner().invoke(app, ["scan", str(path), *arguments])
        assert isinstance(done.exception, FeedError)
        assert said in str(done.exception)


def test_rows_that_say_nothing_are_counted_and_never_judged(tmp_path: Path) -> None:
    """Cells that are no finite number are unknown; a row cut short and a time told twice are left out, and told."""
    path = tmp_path / "torn.csv"
    whole = [f"{START + STEP * row},{row % 7}" for row in range(60)]
    torn = [f"{START + STEP * (60 + n)},{cell}" for n, cell in enumerate(("nan", "inf", "-1e999", "x", ""))]
    path.write_text("\n".join(["t,v", *whole, *torn, whole[0], f"{START + STEP * 70}"]), encoding="utf-8")
    done = CliRunner().invoke(app, ["scan", str(path)])
    assert "unknown: 5 of 65 rows" in done.output
    assert "left out: 2 rows" in done.output
    assert json.loads(CliRunner().invoke(app, ["scan", str(path), "--json"]).output) == []
    (tmp_path / "folder").mkdir()
    assert "is a directory" in str(CliRunner().invoke(app, ["scan", str(tmp_path / "folder")]).exception)
