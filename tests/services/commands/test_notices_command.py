"""`twinbell notices read`: one line for each document, and a sentence for a file that cannot be read."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.commands.notices import app
from services.errors import FeedError, NothingFound

RUNNER = CliRunner()
ROW = {
    "doc_id": "a",
    "language": "en",
    "title": "China bans exports of graphite to Japan",
    "text": "",
    "published_on": "2024-01-02",
    "source": "somewhere",
}


def lines(tmp_path: Path, *rows: str) -> Path:
    """A file of these lines."""
    path = tmp_path / "documents.jsonl"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_json_has_a_line_for_each_document(tmp_path: Path) -> None:
    """Each line is one object with the fields of the scorer; minerals are named as the ledger names them."""
    plain = {"doc_id": "b", "language": "en", "title": None, "text": "Nothing here.", "published_on": None}
    path = lines(tmp_path, json.dumps(ROW), "", json.dumps(plain))
    result = RUNNER.invoke(app, ["read", str(path), "--json"], catch_exceptions=False)
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["doc_id"] == "a"
    assert first["is_relevant"] is True
    assert first["minerals"] == ["graphite"]
    assert first["targets"] == ["JPN"]
    assert {span["field"] for span in first["spans"]} >= {"act_kind", "minerals", "targets", "actor"}
    assert second["is_relevant"] is False


def test_a_table_for_people(tmp_path: Path) -> None:
    """Without --json a table says the same."""
    result = RUNNER.invoke(app, ["read", str(lines(tmp_path, json.dumps(ROW)))], catch_exceptions=False)
    assert "export_ban" in result.stdout
    assert "graphite" in result.stdout


@pytest.mark.parametrize("bad", ["not json", "[]", '{"doc_id": 3, "language": "en"}', '{"language": "en"}'])
def test_a_bad_line_is_named(tmp_path: Path, bad: str) -> None:
    """The error names file and line and says what a line must be."""
    with pytest.raises(FeedError, match=r"documents\.jsonl line 2: .*doc_id"):
        RUNNER.invoke(app, ["read", str(lines(tmp_path, json.dumps(ROW), bad))], catch_exceptions=False)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error names the file and what to give."""
    with pytest.raises(NothingFound, match="cannot be read"):
        RUNNER.invoke(app, ["read", str(tmp_path / "none.jsonl")], catch_exceptions=False)
