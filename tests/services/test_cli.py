"""The command line: every list and show for people and for scripts, an exit code with a meaning for each mistake."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from alerts.errors import BadPolicy, PermanentFailure, Refused, StoreDamaged
from alerts.reasons import Reason
from services.cli import app, exit_code_of
from services.episodes import episode, shipped
from services.errors import (
    BadManifest,
    BadSettings,
    CheckFailed,
    FeedError,
    NothingFound,
    TooManyDeadLetters,
    UnknownEpisode,
    WrongStore,
)
from services.exit_codes import ExitCode
from streams.errors import BadReference, BadThresholds
from tests.played import played_in

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a store in which gallium and germanium were played to the end."""
    directory = tmp_path_factory.mktemp("played")
    played_in(directory)
    return directory


@pytest.fixture
def store(played: Path, tmp_path: Path) -> str:
    """A copy of that store, to be changed at will."""
    (tmp_path / "twinbell.db").write_bytes((played / "twinbell.db").read_bytes())
    return f"sqlite:///{tmp_path}/twinbell.db"


def call(*arguments: str) -> Result:
    """One command in this process; an expected error is left in `exception`."""
    return RUNNER.invoke(app, list(arguments), catch_exceptions=True)


def read(*arguments: str) -> list[dict[str, object]]:
    """What a list prints with --json."""
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    return found if isinstance(found, list) else [found]


def alert_id(store: str) -> str:
    """One of the open alerts."""
    return str(read("alerts", "list", "--store", store)[0]["alert_id"])


def test_alerts_are_listed_and_shown(store: str) -> None:
    """Level, what, where each side stands; in full with why and the command for each stored figure."""
    listed = read("alerts", "list", "--store", store)
    assert {row["group"] for row in listed} == {"gallium", "germanium"}
    assert {row["mode"] for row in listed} == {"exercise"}
    text = call("alerts", "list", "--store", store).output
    assert "restriction" in text
    assert "JPN notified" in text
    shown = call("alerts", "show", alert_id(store)[:6], "--store", store)
    assert shown.exit_code == 0, shown.output
    assert "attribution  not released" in shown.output
    assert "For a person to weigh: Japan" in shown.output
    assert "Nobody has entered one" in shown.output
    assert "twinbell evidence show " in shown.output
    full = read("alerts", "show", alert_id(store), "--store", store)[0]
    assert set(full) >= {"alert", "tracks", "moves", "evidence", "assessment"}


def test_every_figure_leads_to_its_bytes_and_row(store: str, tmp_path: Path) -> None:
    """Each line of evidence of an alert opens the stored bytes at the row, by the beginning of its hash too."""
    evidence = read("alerts", "show", alert_id(store), "--store", store)[0]["evidence"]
    assert isinstance(evidence, list)
    assert evidence
    for each in evidence:
        shown = read("evidence", "show", each["sha256"][:16], "--row", str(each["row"]), "--store", store)[0]
        assert shown["sha256"] == each["sha256"]
        assert shown["text"]
        assert shown["origin"] in ("notices.jsonl", "exports_quoted.csv")
    copied = call("evidence", "show", evidence[0]["sha256"], "--out", str(tmp_path / "copy"), "--store", store)
    assert copied.exit_code == 0
    assert (tmp_path / "copy").stat().st_size > 0


def test_messages_are_listed_and_shown(store: str, played: Path) -> None:
    """Who, by which channel, in which language, of which alert and revision, in which state; and the file itself."""
    rows = read("messages", "list", "--store", store)
    assert {"participant", "channel", "language", "alert_id", "revision", "state", "delivery_id", "path"} <= set(
        rows[0]
    )
    assert {(row["participant"], row["language"]) for row in rows} == {("USA", "en"), ("JPN", "ja")}
    assert {row["channel"] for row in rows} == {"slack", "email", "pagerduty", "cap"}
    japanese = read("messages", "list", "--side", "jpn", "--no-suppressed", "--store", store)
    assert {row["participant"] for row in japanese} == {"JPN"}
    assert "suppressed" not in {row["state"] for row in japanese}
    of_one = read("messages", "list", "--alert", alert_id(store), "--store", store)
    assert {row["alert_id"] for row in of_one} == {alert_id(store)}
    original = f"sqlite:///{played}/twinbell.db"
    letter = next(row for row in japanese if row["channel"] == "email")
    shown = call("messages", "show", str(letter["delivery_id"]), "--store", original)
    assert shown.exit_code == 0, shown.output
    assert "Subject:" in shown.output
    assert call("messages", "list", "--store", store).output.count("\n") > 20


def test_a_side_answers_moves_and_closes(store: str) -> None:
    """Acknowledge, respond, position, stand down and close, each for the person's own side, stamped with its clock."""
    alert = alert_id(store)
    for command, words in (
        (("acknowledge", alert, "--as", "jpn-duty", "--note", "読んだ"), "acknowledged"),
        (("respond", alert, "--as", "jpn-duty"), "responding"),
        (("position", alert, "concur", "--as", "jpn-duty"), "position"),
        (("position", alert, "needs-information", "--as", "usa-duty"), "position"),
        (("stand-down", alert, "--as", "jpn-deputy"), "stood down"),
        (("close", alert, "--as", "jpn-duty"), "closing"),
    ):
        result = call("alerts", *command, "--store", store)
        assert result.exit_code == 0, (command, result.output, result.exception)
        assert words in result.output
    shown = read("alerts", "show", alert, "--store", store)[0]
    moves = shown["moves"]
    assert isinstance(moves, list)
    assert {move["at"] for move in moves} == {episode("gallium-germanium-2023").ends_at}
    assert {(move["participant"], move["kind"]) for move in moves} >= {("JPN", "acknowledged"), ("JPN", "close_agreed")}
    assert call("store", "verify", "--store", store).exit_code == 0


def test_one_command_answers_for_several_alerts(store: str) -> None:
    """Each is answered on its own: one that was answered before is refused in words, and keeps no other from it."""
    first, second = (str(row["alert_id"]) for row in read("alerts", "list", "--store", store))
    assert call("alerts", "acknowledge", first, "--as", "jpn-duty", "--store", store).exit_code == 0
    both = call("alerts", "acknowledge", first[:8], second[:8], "--as", "jpn-duty", "--store", store)
    assert isinstance(both.exception, Refused)
    assert "has answered for JPN" in str(both.exception)
    assert second in both.output
    tracks = [row["tracks"] for row in read("alerts", "list", "--store", store)]
    assert tracks == [{"JPN": "acknowledged", "USA": "notified"}] * 2


def complete(*words: str) -> list[str]:
    """What a shell offers for the last of these words."""
    asked = {"_TWINBELL_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    return RUNNER.invoke(app, [], env=asked, prog_name="twinbell").output.split()


def test_the_shell_completes_what_a_person_would_have_to_look_up(store: str, tmp_path: Path) -> None:
    """Open alerts, people, sides, episodes and positions, from the store of the command line; nothing without one."""
    ids = [str(row["alert_id"]) for row in read("alerts", "list", "--store", store)]
    at = ("--store", store)
    assert sorted(complete("twinbell", "alerts", "acknowledge", *at, "")) == sorted(ids)
    assert complete("twinbell", "alerts", "acknowledge", *at, ids[0], "") == ids[1:]
    assert complete("twinbell", "alerts", "show", *at, ids[0][:4]) == ids[:1]
    assert "jpn-duty" in complete("twinbell", "alerts", "acknowledge", *at, "--as", "jpn")
    assert complete("twinbell", "messages", "list", *at, "--side", "") == ["USA", "JPN"]
    assert len(complete("twinbell", "messages", "show", *at, "")) > 10
    assert complete("twinbell", "alerts", "position", *at, ids[0], "dis") == ["dispute"]
    assert complete("twinbell", "run", "suez") == ["suez-2021"]
    assert complete("twinbell", "alerts", "show", "--store", f"sqlite:///{tmp_path}/none.db", "") == []


def test_attribution_needs_the_role(store: str) -> None:
    """A duty officer may not release; a person with the role may, and it is on the record."""
    alert = alert_id(store)
    refused = call("alerts", "release", alert, "--as", "jpn-duty", "--store", store)
    assert isinstance(refused.exception, Refused)
    assert exit_code_of(refused.exception) is ExitCode.REFUSED
    assert "jpn-release" in str(refused.exception)
    assert call("alerts", "release", alert, "--as", "jpn-release", "--store", store).exit_code == 0
    assert read("alerts", "show", alert, "--store", store)[0]["attribution"]


def test_one_changed_byte_is_found(store: str, tmp_path: Path) -> None:
    """`store rebuild` gives the same lists; a changed byte of a fact is found and named by `store verify`."""
    before = read("messages", "list", "--store", store)
    assert read("store", "rebuild", "--store", store)[0]["alerts"] == 2
    assert read("messages", "list", "--store", store) == before
    assert int(str(read("store", "verify", "--store", store)[0]["facts"])) > 100
    content = (tmp_path / "twinbell.db").read_bytes()
    changed = content.replace(b'"purpose":"ring"', b'"purpose":"rinG"', 1)
    assert changed != content
    (tmp_path / "twinbell.db").write_bytes(changed)
    damaged = call("store", "verify", "--store", store)
    assert isinstance(damaged.exception, StoreDamaged)
    assert "position" in str(damaged.exception)


def test_episodes_and_thresholds_are_shown(tmp_path: Path) -> None:
    """Episodes with their ids and days; thresholds as a file that `thresholds check` takes again."""
    assert [row["id"] for row in read("episodes", "list")] == [each.id for each in shipped()]
    text = call("thresholds", "show").output
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    checked = call("thresholds", "check", str(tmp_path / "mine.toml"))
    assert checked.exit_code == 0, checked.exception
    assert read("thresholds", "show")[0]["sha256"] in checked.output
    (tmp_path / "wrong.toml").write_text(text + "\n[[overrides]]\ndetector = 'P1'\nvalues = {}\n", encoding="utf-8")
    wrong = call("thresholds", "check", str(tmp_path / "wrong.toml"))
    assert isinstance(wrong.exception, BadThresholds)


def test_init_writes_a_file_that_check_passes(tmp_path: Path) -> None:
    """What `init` writes is an exercise that `check` finds in order; nothing is ever overwritten."""
    site = str(tmp_path / "site")
    assert call("init", site).exit_code == 0
    assert (tmp_path / "site" / "secrets").stat().st_mode & 0o777 == 0o700
    config = str(tmp_path / "site" / "twinbell.toml")
    store = f"sqlite:///{tmp_path}/site/var/twinbell.db"
    checked = call("check", "--config", config, "--store", store)
    assert checked.exit_code == 0, (checked.output, checked.exception)
    assert "MEND" not in checked.output
    sent = call("check", "--config", config, "--store", store, "--send", "jpn-duty")
    assert sent.exit_code == 0, (sent.output, sent.exception)
    letters = list((tmp_path / "site" / "var" / "outbox" / "JPN").rglob("*"))
    assert {path.suffix for path in letters if path.is_file()} == {".eml", ".json", ".xml"}
    again = call("init", site)
    assert isinstance(again.exception, BadSettings)
    assert "is there already" in str(again.exception)


def test_check_says_what_to_mend(tmp_path: Path) -> None:
    """A feed without directory, a side without templates or reliance rows: each is named with what to do."""
    call("init", str(tmp_path))
    config = tmp_path / "twinbell.toml"
    text = config.read_text(encoding="utf-8")
    korea = text[text.index('[[participants]]\niso3 = "JPN"') :]
    korea = (
        korea.replace('"JPN"', '"KOR"').replace("jpn-", "kor-").replace('"ja"', '"ko"').replace('"ko", "en"', '"ko"')
    )
    (tmp_path / "prices.toml").write_text('name = "p"\n')
    feeds = '\n[[feeds]]\nmanifest = "prices.toml"\ndirectory = "incoming"\n'
    config.write_text(text + "\n" + korea + feeds, encoding="utf-8")
    result = call("check", "--config", str(config), "--json")
    assert isinstance(result.exception, CheckFailed)
    found = {row["what"]: row["to_mend"] for row in json.loads(result.output)["findings"] if row["to_mend"]}
    assert "there are no templates in ko" in found["participant KOR"]
    assert "prices.toml" in found["feeds"]


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (("alerts", "show", "nothing"), NothingFound, "there is no alert 'nothing' in "),
        (("alerts", "acknowledge", "ID", "--as", "nobody"), Refused, "nobody is called 'nobody' here"),
        (("messages", "show", "zzz"), NothingFound, "no message begins with 'zzz'"),
        (("evidence", "show", "00000000"), NothingFound, "no evidence begins with"),
        (("run", "nothing-2020"), UnknownEpisode, "there are: gallium-germanium-2023"),
        (("replay", "nothing-2020"), UnknownEpisode, "no episode is called 'nothing-2020'"),
        (("alerts", "list", "--config", "/nowhere/x.toml"), BadSettings, "twinbell init"),
        (("thresholds", "check", "/nowhere/t.toml"), BadThresholds, "thresholds show"),
        (("import", "/nowhere/m.toml"), BadManifest, "docs/data.md"),
    ],
)
def test_expected_errors_are_sentences(
    store: str, arguments: tuple[str, ...], kind: type[Exception], words: str
) -> None:
    """What happened, where, what to do: never a traceback."""
    given = [alert_id(store) if each == "ID" else each for each in arguments]
    needs_store = given[0] in ("alerts", "messages", "evidence", "run")
    result = call(*given, *(("--store", store) if needs_store else ()))
    assert isinstance(result.exception, kind)
    assert words in str(result.exception)


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    """The message says what makes one."""
    result = call("alerts", "list", "--store", f"sqlite:///{tmp_path}/none.db")
    assert isinstance(result.exception, WrongStore)
    assert "`twinbell run` makes one" in str(result.exception)
    assert not (tmp_path / "none.db").exists()
    assert call("store", "migrate", "--store", f"sqlite:///{tmp_path}/none.db").exit_code == 0
    assert (
        call("alerts", "list", "--store", f"sqlite:///{tmp_path}/none.db").output
        == f"No alert is open in sqlite:///{tmp_path}/none.db.\n"
    )


def test_the_store_may_come_from_the_environment(store: str) -> None:
    """TWINBELL_STORE names it; --store goes before."""
    found = RUNNER.invoke(app, ["alerts", "list", "--json"], env={"TWINBELL_STORE": store})
    assert len(json.loads(found.output)) == 2


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (BadSettings("x"), ExitCode.SETTINGS),
        (BadPolicy("x"), ExitCode.SETTINGS),
        (BadThresholds("x"), ExitCode.SETTINGS),
        (UnknownEpisode("x"), ExitCode.NOT_FOUND),
        (NothingFound("x"), ExitCode.NOT_FOUND),
        (Refused(Reason.UNKNOWN_ALERT, "x"), ExitCode.NOT_FOUND),
        (Refused(Reason.UNKNOWN_PERSON, "x"), ExitCode.NOT_FOUND),
        (Refused(Reason.NOT_ALLOWED, "x"), ExitCode.REFUSED),
        (BadManifest("x"), ExitCode.BAD_INPUT),
        (BadReference("x"), ExitCode.BAD_INPUT),
        (FeedError("x"), ExitCode.BAD_INPUT),
        (TooManyDeadLetters("x"), ExitCode.BAD_INPUT),
        (StoreDamaged("x"), ExitCode.DAMAGED),
        (CheckFailed("x"), ExitCode.TO_MEND),
        (WrongStore("x"), ExitCode.WRONG_STORE),
        (PermanentFailure(Reason.BAD_REQUEST), ExitCode.FAILED),
    ],
)
def test_every_mistake_has_its_exit_code(problem: Exception, code: ExitCode) -> None:
    """The table of the manual holds."""
    assert exit_code_of(problem) is code
    assert code.meaning
