"""Promise: `twinbell data fetch` brings the public history by one command, and says plainly what it did not reach."""

import json
from pathlib import Path

import pytest

from services.exit_codes import ExitCode
from tests.fakes.loopback import Answer
from tests.fakes.sources.federal_register import FederalRegisterPlayer, document
from tests.fakes.sources.server import SourcesServer
from tests.processes import called

ROOT = Path(__file__).parents[3]


def test_one_command_fetches_and_one_plays_it(tmp_path: Path) -> None:
    """What failed is named and ends with 10; the same command brings the rest; a backtest runs on the directory."""
    assert called(["init", "."], tmp_path).returncode == 0
    with SourcesServer() as server:
        register = server.players["federal_register"]
        assert isinstance(register, FederalRegisterPlayer)
        register.documents = [document("2022-00001", "2022-01-05", "Sunshine Act meeting")]
        with (tmp_path / "twinbell.toml").open("a", encoding="utf-8") as file:
            file.write(server.configuration())
        server.traps["ecb"] = lambda request: Answer(410, b"gone")
        command = ["data", "fetch", "public", "--from", "2022-01-03", "--until", "2022-01-09"]
        command += ["--config", "twinbell.toml", "--json"]
        first = called(command, tmp_path)
        assert first.returncode == ExitCode.UNREACHED, first.stderr
        outcomes = {row["source"]: (row["outcome"], row["detail"]) for row in json.loads(first.stdout)}
        assert outcomes["ecb"] == ("NOT REACHED", "not_there: HTTP 410")
        assert outcomes["federal_register"] == ("fetched", "1 documents, 2022-01-03 to 2022-01-09")
        server.traps.clear()
        again = called(command, tmp_path)
        assert again.returncode == 0, again.stderr
        assert [row["outcome"] for row in json.loads(again.stdout)] == ["there already", "fetched", "there already"]
    manifest = str(ROOT / "benchmarks" / "shared_data.toml")
    played = called(["backtest", manifest, "--data", "public", "--out", "report"], tmp_path)
    assert played.returncode == 0, played.stderr
    assert "not read: prices/lme_daily/*.csv: not there (lme)" in played.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--source", "nothing"], ExitCode.SETTINGS, "there is no source 'nothing'"),
        (["--source", "portwatch"], ExitCode.SETTINGS, "take pink_sheet, ecb, federal_register"),
        (["--from", "soon"], ExitCode.USAGE, "take days such as 2022-01-31"),
        (["--from", "2022-02-01", "--until", "2022-01-01"], ExitCode.USAGE, "give an earlier day"),
    ],
)
def test_mistakes_are_sentences(tmp_path: Path, arguments: list[str], code: ExitCode, words: str) -> None:
    """Each says what to do, and nothing is made."""
    found = called(["data", "fetch", "public", *arguments], tmp_path)
    assert (found.returncode, words in " ".join(found.stderr.split())) == (code, True), found.stderr
    assert not (tmp_path / "public").exists()
