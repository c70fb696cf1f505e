"""`twinbell floors try`: what a floor would have done to the prices in the store."""

import json
import os
from datetime import date, timedelta
from pathlib import Path

from typer.testing import CliRunner

from services.cli import app
from services.exit_codes import ExitCode

MANIFEST = """
name = "made"
[[files]]
id = "oxide"
path = "oxide.csv"
family = "prices"
publisher = "A price reporter"
publication = "Daily prices"
cadence = "daily"
market = "china_spot_oxide"
dates = { column = "date" }
values = [{ column = "price", measure = "price", unit = "CNY/t", minerals = ["neodymium"] }]
"""


def stored(tmp_path: Path, manifest: str = MANIFEST) -> str:
    """A store with two hundred days of a price that halves after a hundred, one of them without a figure."""
    (tmp_path / "manifest.toml").write_text(manifest, encoding="utf-8")
    lines = ["date,price"]
    for number in range(200):
        value = "" if number == 50 else str(1_000_000 if number < 100 else 500_000)
        lines.append(f"{date(2020, 1, 1) + timedelta(days=number)},{value}")
    (tmp_path / "oxide.csv").write_text("\n".join(lines), encoding="utf-8")
    os.utime(tmp_path / "oxide.csv", (1_700_000_000, 1_700_000_000))  # a file just written may not be whole yet
    store = f"sqlite:///{tmp_path}/store.db"
    named = str(tmp_path / "manifest.toml")
    done = CliRunner().invoke(app, ["import", named, "--data", str(tmp_path), "--store", store])
    assert done.exit_code == ExitCode.DONE, done.output
    return store


def test_days_below_adjustment_and_rings_are_told(tmp_path: Path) -> None:
    """The page counts the days below, the adjustment on them, and says when it had rung and what is not known."""
    store = stored(tmp_path)
    done = CliRunner().invoke(app, ["floors", "try", "ndpr", "110", "--since", "2020", "--store", store, "--json"])
    assert done.exit_code == ExitCode.DONE, done.output
    (trial,) = json.loads(done.output)["trials"]
    landed = 500.0 / 1.13 / 6.8974
    assert (trial["days"], trial["unknown"], trial["below"]) == (199, 1, 100)
    assert trial["mean_adjustment"] == round(110 - landed, 2)
    assert trial["bound"] == ">"
    assert sorted(trial["missing"]) == ["duty", "freight", "insurance"]
    assert [what for _, what in trial["rang"]] == ["raised"]
    page = CliRunner().invoke(app, ["floors", "try", "ndpr", "110", "--store", store]).output
    assert "at most 100 of 199" in page
    assert "not known: duty, freight, insurance" in page


def test_what_is_not_there_is_said_with_what_to_do(tmp_path: Path) -> None:
    """A mineral unknown, one misspelt and one without prices end with a sentence that says what to do."""
    store = stored(tmp_path)
    said = {"zz": "there are: ", "neodimium": "near are: neodymium", "cobalt": "twinbell import MANIFEST"}
    for mineral, words in said.items():
        done = CliRunner().invoke(app, ["floors", "try", mineral, "30", "--store", store])
        assert done.exit_code != ExitCode.DONE
        assert words in " ".join(str(done.exception).split()), mineral
    for mineral in ("zz", ""):
        done = CliRunner().invoke(app, ["floors", "try", mineral, "30", "--store", store])
        assert {"cobalt", "gallium", "neodymium"} <= set(str(done.exception).replace(",", "").split())


def test_a_place_that_is_none_and_a_floor_without_end_are_refused(tmp_path: Path) -> None:
    """A page for a country that does not exist would look like one; upper and lower case are alike."""
    store = stored(tmp_path)
    for words in (["ndpr", "110", "--to", "XYZ"], ["ndpr", "inf"]):
        done = CliRunner().invoke(app, ["floors", "try", *words, "--store", store])
        assert done.exit_code == ExitCode.USAGE, done.output
    pages = [
        json.loads(CliRunner().invoke(app, ["floors", "try", *words, "--store", store, "--json"]).stdout)
        for words in (["ndpr", "110", "--to", "JPN"], ["NdPr", "110", "--to", "jpn"])
    ]
    assert pages[0] == pages[1]


def test_prices_that_cannot_be_landed_are_not_called_absent(tmp_path: Path) -> None:
    """A price in a currency without a rate is there; the sentence names its series and what it wants."""
    store = stored(tmp_path, MANIFEST.replace("CNY/t", "XAU/t"))
    done = CliRunner().invoke(app, ["floors", "try", "ndpr", "110", "--store", store])
    assert "exchange rate" in str(done.exception)
    assert "made/oxide" in str(done.exception)
