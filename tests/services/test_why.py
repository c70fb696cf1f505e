"""Why an alert rang: the chain from stored rows to who was rung, and what detection finds under lower thresholds."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from alerts.store import Store
from services.archive import Archive
from services.cli import app
from services.configuration import load
from services.earlier import FACTORS, Known, sooner
from services.errors import NothingFound
from services.why import chain_of
from services.wiring import knowledge_of, open_store
from tests.alerts.rendering.scenes import assessments
from tests.alerts.rendering.test_messages import numbers
from tests.played import played_in

RUNNER = CliRunner()
HEADINGS = (
    "Rows as they are stored",
    "Evidence",
    "Thresholds that judged them",
    "How sure, and why",
    "Impact: Japan",
    "Impact: United States",
    "How it was decided",
    "Rings so far",
    "Who was rung, and who answered",
    "What would have rung earlier",
)


@pytest.fixture(scope="module")
def suez(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store in which the canal was blocked: one alert on ship counts, which has ended since."""
    return played_in(tmp_path_factory.mktemp("suez"), "suez-2021")


def call(*arguments: str) -> Result:
    """One command in this process."""
    return RUNNER.invoke(app, list(arguments))


def alert_of(url: str) -> str:
    """The one alert."""
    return str(json.loads(call("alerts", "list", "--all", "--json", "--store", url).output)[0]["alert_id"])


def test_the_chain_goes_from_the_rows_to_who_was_rung(suez: str) -> None:
    """In this order, of the assessment that rang, though the alert has ended since."""
    told = call("why", alert_of(suez), "--store", suez)
    assert told.exit_code == 0, told.exception
    found = [line.removeprefix("== ") for line in told.output.splitlines() if line.startswith("== ")]
    assert tuple(found) == HEADINGS
    assert "2021-03-25,chokepoint1,2" in told.output
    assert "expected 53 ships; usual range 32.2 ships to 73.8 ships; threshold 11.5 ships; score 1.08" in told.output
    assert "WATCH from severity unknown and certainty likely" in told.output
    assert '"gates":[{"window":2,"fall":0.7}' in told.output
    assert "Duty officer, Ministry of Economy, Trade and Industry (Slack, e-mail, and CAP)" in told.output


def test_what_wakes_nobody_is_counted_and_nothing_is_said_twice(tmp_path: Path) -> None:
    """Updates in place are one line, as repeats are; factors that give the same share a line."""
    url = played_in(tmp_path)
    shown = call("why", alert_of(url), "--store", url).output
    _, _, after = shown.partition("== Who was rung, and who answered")
    rung, _, earlier = after.partition("== What would have rung earlier")
    assert "update in place:" not in rung
    assert "in place, which wake nobody" in rung
    in_force, others = earlier.strip().splitlines()
    assert in_force.startswith("In force: the same rows ring again")
    assert others.startswith("× 0.9 to × 0.5: no earlier: WARNING; C1 ")


def test_the_chain_says_the_same_in_japanese(suez: str) -> None:
    """Section by section, line by line, the same numbers."""
    english, japanese = (
        call("why", alert_of(suez), "--language", language, "--store", suez).output.splitlines()
        for language in ("en", "ja")
    )
    assert len(english) == len(japanese)
    for one, other in zip(english, japanese, strict=True):
        assert numbers(one) == numbers(other)
    assert "== より早く発報した場合" in japanese
    wrong = call("why", alert_of(suez), "--language", "xx", "--store", suez)
    assert isinstance(wrong.exception, NothingFound)
    assert "there are en, ja" in str(wrong.exception)


def test_detection_itself_says_what_would_have_rung_earlier(suez: str) -> None:
    """In force the same ring comes again; at six tenths the canal rings a day earlier, and once more in all."""
    chain = json.loads(call("why", alert_of(suez), "--json", "--store", suez).output)["chain"]
    found = {each["factor"]: each for each in chain["sooner"]}
    assert tuple(found) == FACTORS
    shown = json.loads(call("alerts", "show", alert_of(suez), "--json", "--store", suez).output)
    assert found[1.0]["ring"]["ring_id"] == shown["assessment"]["rings"][0]["ring_id"]
    firsts = [each["ring"]["at"] for each in found.values()]
    assert firsts == sorted(firsts, reverse=True)
    assert found[0.6]["ring"]["at"] == found[1.0]["ring"]["at"] - 86_400
    counts = [each["rings"] for each in found.values()]
    assert counts == sorted(counts)
    assert chain["in_force"] is True


def test_rows_that_are_gone_are_found_out(suez: str, tmp_path: Path) -> None:
    """Without its figures the store gives no ring any more, and the command says so instead of guessing."""
    copy = tmp_path / "copy.db"
    copy.write_bytes(Path(suez.removeprefix("sqlite:///")).read_bytes())
    url = f"sqlite:///{copy}"
    database = open_store(url, create=False)
    with database.begin() as connection:
        connection.execute(sa.text("DELETE FROM observations WHERE value < 20"))
    database.dispose()
    told = call("why", alert_of(url), "--store", url)
    assert told.exit_code == 0, told.exception
    assert "the rows that are stored now do not give this ring any more" in told.output


def test_other_thresholds_in_force_are_named(suez: str, tmp_path: Path) -> None:
    """What judged the alert is not what is in force now: the chain says whose values it shows, and still re-runs."""
    call("init", str(tmp_path))
    shown = call("thresholds", "show").output
    (tmp_path / "mine.toml").write_text(shown.replace("strong_score = 1.5", "strong_score = 1.6"), encoding="utf-8")
    config = tmp_path / "twinbell.toml"
    text = config.read_text(encoding="utf-8").replace('thresholds = ""', 'thresholds = "mine.toml"')
    config.write_text(text, encoding="utf-8")
    told = call("why", alert_of(suez), "--store", suez, "--config", str(config))
    assert told.exit_code == 0, told.exception
    assert "The thresholds in force are not those that judged this alert" in told.output
    assert "a merely possible signal has to score 1.6" in told.output
    assert "In force: the same rows ring again" in told.output


def test_an_alert_that_never_rang_has_nothing_earlier(suez: str) -> None:
    """No ring, no search."""
    database = open_store(suez, create=False)
    known = knowledge_of(load(None, Path()))
    judge = Known(thresholds=known.thresholds, reference=known.reference, participants=("USA", "JPN"))
    silent = replace(Store(database).alert(alert_of(suez)), rings=())
    assert sooner(Archive(database), silent, judge) == ()
    database.dispose()


def test_a_day_that_draws_near_is_shown_with_the_days_ahead_that_judged_it(suez: str) -> None:
    """A suspension's end is no series: its line has the thresholds of C5 as they stand, under the day's own name."""
    database = open_store(suez, create=False)
    known = knowledge_of(load(None, Path()))
    judge = Known(thresholds=known.thresholds, reference=known.reference, participants=("USA", "JPN"))
    near = assessments()["suspension near its end"]
    subject = "deadline:CHN:graphite:easing_ends:2023-11-10"
    named = tuple(replace(signal, detector="C5", subject=subject) for signal in near.signals)
    state = replace(Store(database).alert(alert_of(suez)), assessment=replace(near, signals=named), rings=())
    (rule,) = chain_of(Archive(database), state, judge).rules
    database.dispose()
    assert (rule.detector, rule.subject) == ("C5", subject)
    assert json.loads(rule.values) == {"ends_days": [30, 7], "starts_days": [7], "score": 1.0}
