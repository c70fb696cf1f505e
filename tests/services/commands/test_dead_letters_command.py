"""`twinbell deadletters`: what could not be used, listed with its reason and shown with its bytes."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app, exit_code_of
from services.exit_codes import ExitCode
from tests.following import MANIFEST

FILE = "day,price\n2024-01-01,11000\nyesterday,11001\n2024-01-03,dear\n"


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store into which a file with two unusable rows was imported."""
    (tmp_path / "desk.toml").write_text(MANIFEST, encoding="utf-8")
    (tmp_path / "antimony.csv").write_text(FILE, encoding="utf-8")
    os.utime(tmp_path / "antimony.csv", (1_700_000_000, 1_700_000_000))  # a file just written may not be whole yet
    url = f"sqlite:///{tmp_path}/store.db"
    done = CliRunner().invoke(app, ["import", str(tmp_path / "desk.toml"), "--data", str(tmp_path), "--store", url])
    assert done.exit_code == ExitCode.DONE, done.output
    return url


def test_every_letter_is_listed_with_its_reason(store: str) -> None:
    """Where it stands, why, and whether it was put back; `--reason` narrows."""
    found = CliRunner().invoke(app, ["deadletters", "list", "--store", store, "--json"])
    rows = json.loads(found.stdout)
    assert {(row["origin"], row["row"], row["reason"]) for row in rows} == {
        ("antimony.csv", 2, "date_unreadable"),
        ("antimony.csv", 3, "value_not_a_number"),
    }
    assert {row["put_back_at"] for row in rows} == {""}
    narrowed = CliRunner().invoke(app, ["deadletters", "list", "--store", store, "--reason", "date_unreadable"])
    assert "antimony.csv at 2" in narrowed.stdout
    assert "antimony.csv at 3" not in narrowed.stdout


def test_a_letter_is_shown_with_its_bytes(store: str, tmp_path: Path) -> None:
    """On the terminal without anything that could move its cursor, in a file exactly as they came."""
    rows = json.loads(CliRunner().invoke(app, ["deadletters", "list", "--store", store, "--json"]).stdout)
    letter = next(row for row in rows if row["reason"] == "date_unreadable")
    out = tmp_path / "bytes"
    shown = CliRunner().invoke(
        app, ["deadletters", "show", letter["letter_id"][:8], "--store", store, "--out", str(out)]
    )
    assert letter["detail"] in shown.stdout
    assert "yesterday,11001" in shown.stdout
    assert out.read_bytes() == b"yesterday,11001\n"


def test_a_row_of_a_file_is_not_put_back_on_a_topic(store: str) -> None:
    """Without an id none of them is tried; by its id the answer says what to do instead."""
    nothing = CliRunner().invoke(app, ["deadletters", "replay", "--store", store])
    assert nothing.stdout == "No dead letters of Kafka wait.\n"
    rows = json.loads(CliRunner().invoke(app, ["deadletters", "list", "--store", store, "--json"]).stdout)
    refused = CliRunner().invoke(app, ["deadletters", "replay", rows[0]["letter_id"], "--store", store])
    assert "mend the file or its manifest" in refused.stdout
    assert isinstance(refused.exception, Exception)
    assert exit_code_of(refused.exception) is ExitCode.TO_MEND


def test_an_unknown_letter_is_a_sentence(store: str) -> None:
    """It names the command that lists them."""
    refused = CliRunner().invoke(app, ["deadletters", "show", "nothing", "--store", store])
    assert isinstance(refused.exception, Exception)
    assert exit_code_of(refused.exception) is ExitCode.NOT_FOUND
    assert "twinbell deadletters list" in str(refused.exception)
