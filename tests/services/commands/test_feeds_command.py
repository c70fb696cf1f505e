"""Promise: `twinbell feeds` says what there is and how fresh it is, and asks one source now; `live` follows all."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.exit_codes import ExitCode
from services.feeds.sources import SOURCES
from tests.fakes.loopback import Answer
from tests.fakes.sources.server import SourcesServer
from tests.processes import called


@pytest.fixture
def server() -> Iterator[SourcesServer]:
    """All sources on this machine."""
    with SourcesServer() as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, server: SourcesServer) -> Path:
    """A configuration that asks them there."""
    assert called(["init", "."], tmp_path).returncode == 0
    file = tmp_path / "twinbell.toml"
    file.write_text(file.read_text(encoding="utf-8") + server.configuration(), encoding="utf-8")
    return tmp_path


def test_the_list_names_every_source_with_its_licence_and_key(tmp_path: Path) -> None:
    """One row a source, in JSON too, whether or not a configuration is there."""
    found = json.loads(called(["feeds", "list", "--json"], tmp_path).stdout)
    assert [row["name"] for row in found] == [kind.about.name for kind in SOURCES]
    assert all(row["licence"] and row["publisher"] and row["page"].startswith("http") for row in found)
    shown = called(["feeds", "list"], tmp_path).stdout
    assert all(kind.about.name in shown for kind in SOURCES)


def test_polling_keeps_what_came_and_status_says_how_fresh_it_is(site: Path) -> None:
    """Twice the same source: new once, nothing the second time; the clocks stand in the status."""
    first = called(["feeds", "poll", "pink_sheet", "--config", "twinbell.toml"], site)
    assert first.returncode == 0, first.stderr
    assert "20 observations new" in first.stdout
    again = called(["feeds", "poll", "pink_sheet", "--config", "twinbell.toml"], site)
    assert "0 observations new" in again.stdout
    (row,) = json.loads(called(["feeds", "status", "--json"], site).stdout)
    assert (row["feed"], row["state"], row["reason"]) == ("pink_sheet", "stale", "")  # its months are of the past
    assert row["fetched_at"] > row["content_at"] > "2026-08"


def test_a_source_that_cannot_be_read_ends_with_its_own_code(site: Path, server: SourcesServer) -> None:
    """Exit code 10, one sentence with the reason, and the same in the status; what was kept stays."""
    server.traps["ecb"] = lambda request: Answer(400, b"no")
    failed = called(["feeds", "poll", "ecb", "--config", "twinbell.toml"], site)
    assert failed.returncode == ExitCode.UNREACHED
    assert failed.stderr == "twinbell: ecb: refused: HTTP 400\n"
    (row,) = json.loads(called(["feeds", "status", "--json"], site).stdout)
    assert (row["state"], row["reason"], row["note"]) == ("unreached", "refused", "refused: HTTP 400")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["poll", "nothing"], ExitCode.SETTINGS, "there is no source 'nothing'"),
        (["poll", "ecb", "--since", "soon"], ExitCode.SETTINGS, "since"),
        (["poll", "ecb", "--since", "2999-01-01"], ExitCode.SETTINGS, "yet to come"),
        (["status"], ExitCode.WRONG_STORE, "there is no store"),
    ],
)
def test_mistakes_are_sentences(tmp_path: Path, arguments: list[str], code: ExitCode, words: str) -> None:
    """Each says what to do."""
    found = called(["feeds", *arguments], tmp_path)
    assert (found.returncode, words in found.stderr) == (code, True)


def test_live_reads_its_sources_once_and_says_what_it_reached(tmp_path: Path, server: SourcesServer) -> None:
    """Without a network but to this machine: what answers is read, what does not is said by name and reason.

    Of the sources those whose manners ask for few seconds: `test_live_run` has all of them, on a clock of its own.
    """
    server.traps["ecb"] = lambda request: Answer(410, b"gone")
    assert called(["init", "."], tmp_path).returncode == 0
    file = tmp_path / "twinbell.toml"
    named = server.configuration("pink_sheet", "ecb", "gdacs")
    file.write_text(file.read_text(encoding="utf-8") + named, encoding="utf-8")
    words = ["live", "--config", "twinbell.toml", "--only", "pink_sheet,ecb,gdacs", "--lines", "--until-done"]
    words += ["--store", "sqlite:///live.db"]
    ran = called(words, tmp_path)
    assert ran.returncode == ExitCode.UNREACHED, ran.stderr
    (line,) = [line for line in ran.stdout.splitlines() if "reached:" in line]
    assert "pink_sheet" in line.partition("NOT REACHED")[0]
    assert "ecb (not_there)" in line.partition("NOT REACHED")[2]
    assert "NOT READ: ecb (not_there);" in ran.stdout
    assert "Everything was read" not in ran.stdout
    assert server.asked["ecb"] == 1, "read once, though the others take longer than its second"


def test_an_answer_of_which_nothing_can_be_used_is_no_reading(site: Path, server: SourcesServer) -> None:
    """Half a file with status 200: the poll says so, and the source is not fresh until it can be read."""
    server.traps["ecb"] = lambda request: Answer(200, b"half a zip")
    asked = ["feeds", "poll", "ecb", "--config", "twinbell.toml"]
    ended = called(asked, site)
    assert (ended.returncode, "nothing of it could be used" in ended.stdout) == (ExitCode.UNREACHED, True)
    rows = json.loads(called(["feeds", "status", "--config", "twinbell.toml", "--json"], site).stdout)
    (row,) = [each for each in rows if each["feed"] == "ecb"]
    assert (row["state"], row["reason"]) == ("unreached", "unusable")


def test_evidence_is_read_again_by_another_version(site: Path) -> None:
    """Nothing to do after a reading by this version; with --all the same bytes bring nothing new."""
    called(["feeds", "poll", "pink_sheet", "--config", "twinbell.toml"], site)
    assert "All evidence was read by this version." in called(["evidence", "reparse"], site).stdout
    (row,) = json.loads(called(["evidence", "reparse", "--all", "--json"], site).stdout)
    assert row == {"parser": "pink_sheet/monthly", "pieces": 1, "new": 0, "revised": 0, "unusable": 0}
