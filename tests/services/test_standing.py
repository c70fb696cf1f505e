"""A changed thresholds file judges nothing before it has stood a backtest against the one in force."""

import json
import re
import shlex
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from alerts.fingerprint import alert_id_of
from services import standing
from services.backtest import Played, rates
from services.cli import app, exit_code_of
from services.configuration import load
from services.episodes import episode, folder_of
from services.errors import BadSettings, CheckFailed, NothingFound
from services.exit_codes import ExitCode
from streams import thresholds
from streams.assessments import Level
from streams.codec import digest
from tests.alerting import DAY, START, assessment, ring, situation
from tests.alerts.rendering.scenes import fall

RUNNER = CliRunner()


def call(*arguments: str) -> Result:
    """One command in this process."""
    return RUNNER.invoke(app, list(arguments))


def done(*arguments: str) -> str:
    """What a command printed that has to succeed."""
    result = call(*arguments)
    assert result.exit_code == 0, (arguments, result.output, result.exception)
    return result.output


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A configuration whose feed is the history of the Suez episode, and a changed thresholds file beside it."""
    done("init", str(tmp_path))
    folder = Path(str(folder_of(episode("suez-2021"))))
    (tmp_path / "manifests" / "suez.toml").write_bytes((folder / "manifest.toml").read_bytes())
    (tmp_path / "incoming" / "transits.csv").write_bytes((folder / "transits.csv").read_bytes())
    config = tmp_path / "twinbell.toml"
    feed = '\n[[feeds]]\nmanifest = "manifests/suez.toml"\ndirectory = "incoming"\n'
    config.write_text(config.read_text(encoding="utf-8") + feed, encoding="utf-8")
    changed(tmp_path / "mine.toml", "fall = 0.7 }", "fall = 0.99 }")
    return tmp_path


def changed(path: Path, old: str, new: str) -> None:
    """A copy of the shipped thresholds with one value changed."""
    text = thresholds.packaged_bytes().decode()
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def naming(site: Path, name: str) -> str:
    """The configuration with this thresholds file."""
    path = site / f"with-{name}"
    text = (site / "twinbell.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('thresholds = ""', f'thresholds = "{name}"'), encoding="utf-8")
    return str(path)


def backtested(site: Path, file: str, out: str = "backtest", *more: str) -> Path:
    """The report of a thresholds file of the site."""
    history = (str(site / "manifests" / "suez.toml"), "--data", str(site / "incoming"))
    given = ("--thresholds", str(site / file), "--config", str(site / "twinbell.toml"), "--out", str(site / out))
    done("backtest", *history, *given, *(more or ("--against", "in-force")))
    return site / out


def installed(site: Path, file: str, report: Path) -> str:
    """What `install` says that puts a file of the site in force."""
    given = (str(site / file), "--report", str(report), "--config", str(site / "twinbell.toml"))
    return done("thresholds", "install", *given)


def test_the_shipped_thresholds_have_the_standing_that_ships() -> None:
    """After a change of thresholds.toml this fails until `make standing` has written a new one."""
    found = standing.shipped()
    assert found.thresholds == thresholds.packaged().digest, "make standing KIT=../shared"
    assert found.ledger
    assert found.rows > 100_000
    assert all(rate.rings == rate.true + rate.false for rate in found.rates)
    assert len({(rate.detector, rate.group) for rate in found.rates}) == len(found.rates)


def test_a_changed_file_is_refused_and_the_commands_that_it_names_put_it_in_force(site: Path) -> None:
    """`run` makes nothing and says what to run; word for word, that is enough."""
    store = f"sqlite:///{site}/var/own.db"
    run = ("run", "--config", naming(site, "mine.toml"), "--store", store, "--until-done", "--lines")
    refused = call(*run)
    assert isinstance(refused.exception, BadSettings)
    assert exit_code_of(refused.exception) is ExitCode.SETTINGS
    assert not (site / "var").exists()
    named = re.findall(r"twinbell (backtest .*?|thresholds install .*?)(?: \(|;|$)", str(refused.exception))
    assert [words.split()[0] for words in named] == ["backtest", "thresholds"]
    for words in named:
        done(*shlex.split(words))
    done(*run)
    shown = done("thresholds", "show", "--config", naming(site, "mine.toml"))
    assert "fall = 0.99 }" in shown


def test_the_report_says_what_would_ring_and_what_would_not(site: Path) -> None:
    """The stricter file rings two days later, by the gate of a week; both are in the report, without a ledger too."""
    report = json.loads((backtested(site, "mine.toml") / "report.json").read_text(encoding="utf-8"))
    assert [line[:16] for line in report["comparison"]["rings_only_new"]] == ["2021-04-04 watch"]
    assert [line[:16] for line in report["comparison"]["rings_only_old"]] == ["2021-04-02 watch"]


def test_install_keeps_file_and_report_and_says_what_is_left_to_do(site: Path) -> None:
    """In `backtests/` under the file's hash, and as the file that the configuration is to name."""
    said = installed(site, "mine.toml", backtested(site, "mine.toml"))
    sha256 = digest((site / "mine.toml").read_bytes())
    assert sorted(path.name for path in (site / "backtests" / sha256[:16]).iterdir()) == [
        "report.json",
        "standing.json",
        "thresholds.toml",
    ]
    assert (site / "thresholds.toml").read_bytes() == (site / "mine.toml").read_bytes()
    assert 'thresholds = "thresholds.toml"' in said
    assert "Nobody has judged" in said
    assert "stood a backtest" in done("check", "--config", naming(site, "thresholds.toml"))
    configuration = load(site / "with-thresholds.toml", site)
    found = standing.standing_of(configuration, sha256)
    assert found is not None
    assert not found.record.scored


def test_what_was_installed_is_what_the_next_one_is_held_against(site: Path) -> None:
    """A report against the shipped file does not put a third one in force once a second is."""
    config = str(site / "twinbell.toml")
    changed(site / "third.toml", "fall = 0.7 }", "fall = 0.5 }")
    early = backtested(site, "third.toml", "early")
    installed(site, "mine.toml", backtested(site, "mine.toml"))
    late = call("thresholds", "install", str(site / "third.toml"), "--report", str(early), "--config", config)
    assert isinstance(late.exception, NothingFound)
    assert "--against in-force" in str(late.exception)
    report = backtested(site, "third.toml", "again")
    compared = json.loads((report / "report.json").read_text(encoding="utf-8"))["comparison"]
    assert [line[:16] for line in compared["rings_only_new"]] == ["2021-04-02 watch"]
    installed(site, "third.toml", report)
    assert standing.in_force(load(Path(config), site))[0] == (site / "third.toml").read_bytes()


def test_an_install_that_was_cut_short_is_finished_by_the_same_command(site: Path) -> None:
    """Killed after the mark and before the file: given again, the command puts the file there."""
    report = backtested(site, "mine.toml")
    installed(site, "mine.toml", report)
    (site / "thresholds.toml").write_bytes(thresholds.packaged_bytes())
    installed(site, "mine.toml", report)
    assert (site / "thresholds.toml").read_bytes() == (site / "mine.toml").read_bytes()


def test_an_installed_file_that_is_edited_in_place_is_refused_again(site: Path) -> None:
    """It is the content that has stood the test, not the name."""
    installed(site, "mine.toml", backtested(site, "mine.toml"))
    (site / "thresholds.toml").write_bytes((site / "thresholds.toml").read_bytes() + b"# quieter still\n")
    named = naming(site, "thresholds.toml")
    refused = call("run", "--config", named, "--store", f"sqlite:///{site}/var/own.db", "--until-done", "--lines")
    assert isinstance(refused.exception, BadSettings)
    checked = call("check", "--config", named)
    assert isinstance(checked.exception, CheckFailed)
    assert "MEND  thresholds" in checked.output


def test_a_report_that_is_not_of_this_file_is_refused(site: Path) -> None:
    """Of another file, of no comparison, of an empty history, or none at all: each with what to do."""
    config, file = str(site / "twinbell.toml"), str(site / "mine.toml")
    changed(site / "other.toml", "fall = 0.7 }", "fall = 0.6 }")
    (site / "empty").mkdir()
    (site / "nothing").mkdir()
    alone = backtested(site, "mine.toml", "alone", "--until", "2999-12-31")
    history = (str(site / "manifests" / "suez.toml"), "--data", str(site / "nothing"), "--config", config)
    call("backtest", *history, "--thresholds", file, "--against", "in-force", "--out", str(site / "unplayed"))
    for report, words in (
        (backtested(site, "other.toml", "other"), "it is of thresholds"),
        (alone, "no other file"),
        (site / "empty", "--report names the directory"),
        (site / "unplayed", "no row of history"),
    ):
        refused = call("thresholds", "install", file, "--report", str(report), "--config", config)
        assert isinstance(refused.exception, NothingFound), report
        assert words in str(refused.exception)
    for arguments, words in (((), "--config"), (("--config", config), "has no backtest report")):
        bare = call("thresholds", "install", file, *arguments)
        assert isinstance(bare.exception, BadSettings)
        assert words in str(bare.exception)
    assert not (site / "backtests").exists()


def test_rings_are_counted_by_rule_and_a_false_one_is_taken_off_once() -> None:
    """Detector and group; outside the days nothing counts; two rings of one day and level are two."""
    signal = fall()
    rings = [ring(START + days * DAY, Level.WATCH, about=str(days)) for days in (0, 1, 400)]
    rings.append(replace(ring(START, Level.WATCH), ring_id="same day"))
    about = assessment(situation(group="graphite"), rings=rings)
    played = Played(assessments=[about], rang={each.ring_id: signal for each in rings})
    alert_id = alert_id_of(about.situation.situation_id, about.opened_on)
    false = [("2023-07-03", "watch", alert_id)]
    (rate,) = rates(played, false, ("2023-01-01", "2023-12-31"), scored=True)
    assert (rate.detector, rate.group, rate.rings, rate.true, rate.false) == ("V1", "graphite", 3, 2, 1)
    (rate,) = rates(played, (), ("2023-01-01", "2023-12-31"), scored=False)
    assert (rate.rings, rate.true, rate.false) == (3, 0, 0)


def test_officers_false_alarms_are_cases_of_the_next_report(site: Path) -> None:
    """Each with its note, and whether it would ring again under the thresholds that are tried."""
    (site / "labels.csv").write_text(
        "alert_id,hazard,group,origin,route,since,until,said_by,said_on,note\r\n"
        "x1,logistics,chokepoint1,,chokepoint1,2021-04-02,2021-05-01,JPN,2021-04-03,towed at once\r\n"
        "x2,logistics,chokepoint4,,chokepoint4,2021-04-02,2021-05-01,USA,2021-04-03,\r\n",
        encoding="utf-8",
    )
    history = (str(site / "manifests" / "suez.toml"), "--data", str(site / "incoming"))
    said = done("backtest", *history, "--labels", str(site / "labels.csv"), "--out", str(site / "labelled"))
    assert "Called false by an officer: 2 cases, 1 would ring again" in said
    assert "2021-04-02 watch" in said
    assert "towed at once" in said
    report = json.loads((site / "labelled" / "report.json").read_text(encoding="utf-8"))
    assert [len(each["rings"]) for each in report["labels"]] == [1, 0]
    assert json.loads((site / "labelled" / "standing.json").read_text(encoding="utf-8"))["labels"] == 2
    absent = call("backtest", *history, "--labels", str(site / "none.csv"), "--out", str(site / "labelled"))
    assert isinstance(absent.exception, NothingFound)
