"""What an officer calls a false alarm becomes a case that the next backtest is held against."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from alerts.acknowledgements import call_false
from alerts.states import AlertState
from services.cli import app
from services.errors import FeedError
from services.labels import Label, from_csv, labels_of, outcomes, to_csv
from streams.assessments import Level
from tests.alerting import DAY, MINUTE, START, TWO, assessment, ring, situation
from tests.bell import Bell
from tests.played import played_in

RUNNER = CliRunner()


def called(note: str = "") -> AlertState:
    """An alert that rang and that Japan calls false a minute later."""
    bell = Bell()
    bell.take(assessment(rings=[ring(START, Level.WARNING)]))
    bell.run(MINUTE)
    alert_id = bell.store.open_alerts()[0].alert_id
    with bell.store.transaction() as connection:
        call_false(bell.store, connection, TWO, "jpn-duty", alert_id, note, bell.now)
    return bell.store.alert(alert_id)


def test_a_label_says_what_when_and_which_side() -> None:
    """The situation, the days from the first ring to the end, the side and its note; no person leaves the record."""
    (label,) = labels_of([called("a misprint")])
    assert (label.situation, label.said_by, label.note) == (situation(), "JPN", "a misprint")
    assert label.since < label.until
    assert "jpn-duty" not in to_csv([label])


def test_labels_come_back_from_their_file_as_they_went() -> None:
    """Commas, quotes, line breaks and Japanese in a note change nothing."""
    labels = labels_of([called('誤植, "3.5"\nnot 35'), called()])
    assert from_csv(to_csv(labels), "labels.csv") == labels
    assert from_csv("\ufeff" + to_csv(labels), "labels.csv") == labels


@pytest.mark.parametrize(
    "text",
    [
        "alert_id,hazard\nx,market\n",
        to_csv(labels_of([called()])).replace("restriction", "annoyance"),
        to_csv(labels_of([called()])).replace("20", "2o"),
        to_csv(labels_of([called()])).strip() + ",one more\n",
    ],
)
def test_a_file_that_is_none_is_refused_with_its_line(text: str) -> None:
    """The message names file and line, and the command that writes such a file."""
    with pytest.raises(FeedError, match=r"labels\.csv, line 2: .*labels export"):
        from_csv(text, "labels.csv")


def test_a_backtest_is_held_against_the_labels() -> None:
    """Rings of the same situation from a week before to the end come again; others, earlier and later ones do not."""
    (label,) = labels_of([called()])
    rings = [ring(START + days * DAY, Level.WATCH) for days in (-8, -7, 0, 60)]
    again = assessment(rings=rings)
    elsewhere = assessment(situation(group="graphite"), rings=rings)
    (outcome,) = outcomes([label], [again, elsewhere], (label.since, label.until))
    assert len(outcome.rings) == 2
    assert all(line.endswith(" watch") for line in outcome.rings)
    (quiet,) = outcomes([replace(label, group="tin")], [again, elsewhere], (label.since, label.until))
    assert (quiet.rings, quiet.is_played) == ((), True)
    for span in (("1990-01-01", "1999-12-31"), ("2099-01-01", "2099-12-31")):
        (untried,) = outcomes([label], [], span)
        assert not untried.is_played, "silence where nothing was played is no good mark"


def test_the_commands_from_the_tap_to_the_file(tmp_path: Path) -> None:
    """false-alarm, labels list, labels export, and withdrawn again."""
    store = played_in(tmp_path)

    def call(*arguments: str) -> Result:
        result = RUNNER.invoke(app, [*arguments, "--store", store])
        assert result.exit_code == 0, (arguments, result.output, result.exception)
        return result

    assert call("labels", "list").output == "No side calls an alert a false alarm.\n"
    alert_id = json.loads(call("alerts", "list", "--json").output)[0]["alert_id"]
    said = call("alerts", "false-alarm", alert_id, "--as", "usa-duty", "--note", "one lot, delayed").output
    assert "says usa-duty one lot, delayed" in said
    assert json.loads(call("alerts", "list", "--json").output)[0]["alert_id"] == alert_id
    assert "one lot, delayed" in call("labels", "list").output
    out = tmp_path / "labels.csv"
    call("labels", "export", "--out", str(out))
    (label,) = from_csv(out.read_text(encoding="utf-8"), "labels.csv")
    assert (label.alert_id, label.said_by) == (alert_id, "USA")
    assert call("labels", "export").output.splitlines()[0] == ",".join(Label.__struct_fields__)
    call("alerts", "false-alarm", alert_id, "--as", "usa-deputy", "--withdraw")
    assert json.loads(call("labels", "list", "--json").output) == []
