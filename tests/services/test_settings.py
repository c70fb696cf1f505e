"""Configurations: what a file may say, and that every mistake is named before anything runs."""

import re
from pathlib import Path

import pytest

from alerts.deliveries import Mode
from services.configuration import host_and_port, load, relations, shipped_text
from services.errors import BadSettings
from services.settings import read_configuration, seconds


def written(tmp_path: Path, text: str) -> Path:
    """A configuration file with this text."""
    path = tmp_path / "twinbell.toml"
    path.write_text(text, encoding="utf-8")
    return path


def examples_used(text: str) -> str:
    """The shipped file with every example line used."""
    return re.sub(r"^#: ", "", text, flags=re.MULTILINE)


def test_the_shipped_configuration_is_an_exercise_for_two_sides(tmp_path: Path) -> None:
    """Without a file, Twinbell is an exercise for the United States and Japan with several people on each side."""
    configuration = load(None, tmp_path)
    assert configuration.mode is Mode.EXERCISE
    sides = configuration.directory.participants
    assert [side.iso3 for side in sides] == ["USA", "JPN"]
    for side in sides:
        assert len(side.people) >= 4
        assert {f"{side.iso3.lower()}-duty", f"{side.iso3.lower()}-release"} <= {p.person_id for p in side.people}
        assert set(side.policy) == {"advisory", "watch", "warning", "emergency"}


def test_every_example_in_the_shipped_file_may_be_used(tmp_path: Path) -> None:
    """Taking the "#:" away anywhere gives a file that loads: examples cannot rot."""
    configuration = read_configuration(examples_used(shipped_text()).encode(), "examples", tmp_path)
    assert configuration.settings.feeds
    assert configuration.settings.channels.smtp_host
    assert configuration.store == f"sqlite:///{tmp_path}/var/twinbell.db"
    assert list(relations(configuration.settings)) == []


def test_an_actual_run_needs_its_channels(tmp_path: Path) -> None:
    """mode = "actual" alone is refused, once for each channel of each side, with the setting that is missing."""
    with pytest.raises(BadSettings) as refused:
        load(written(tmp_path, shipped_text().replace('mode = "exercise"', 'mode = "actual"')), tmp_path)
    told = str(refused.value)
    for side in ("USA", "JPN"):
        for setting in ("smtp_host", "slack_token_file", "cap_directory"):
            assert re.search(rf"participant {side} .*{setting}", told)


def test_an_actual_run_needs_a_channel_that_wakes(tmp_path: Path) -> None:
    """A policy that could wake nobody for a warning is refused at load in actual mode, by side and level."""
    text = examples_used(shipped_text()).replace('mode = "exercise"', 'mode = "actual"')
    load(written(tmp_path, text), tmp_path)
    one_side_sleeps = text.replace(
        'people = ["jpn-duty"], channels = ["pagerduty", ', 'people = ["jpn-duty"], channels = ['
    )
    one_side_sleeps = re.sub(
        r'people = \["jpn-(deputy|release)"\], channels = \["pagerduty", ',
        r'people = ["jpn-\1"], channels = [',
        one_side_sleeps,
    )
    with pytest.raises(BadSettings, match=r"participant JPN, policy.warning: .*wakes \(pagerduty\)") as refused:
        load(written(tmp_path, one_side_sleeps), tmp_path)
    assert "USA, policy" not in str(refused.value)
    exercise = one_side_sleeps.replace('mode = "actual"', 'mode = "exercise"')
    load(written(tmp_path, exercise), tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('mode = "exercise"', 'mode = "exercise"\nmodes = 1', "unknown field `modes`"),
        ('mode = "exercise"', 'mode = "drill"', "Invalid enum value 'drill'"),
        ('site = "hub"', 'site = "Hub One"', "matching regex"),
        ('iso3 = "JPN"', 'iso3 = "Japan"', "iso3 is an ISO 3166-1 alpha-3 code"),
        ('iso3 = "JPN"', 'iso3 = "USA"', "participant USA stands twice"),
        ('person_id = "jpn-duty"', 'person_id = "usa-duty"', "person_id 'usa-duty' stands twice"),
        ('time_zone = "Asia/Tokyo"', 'time_zone = "Asia/Tokio"', "'Asia/Tokio' is no IANA zone"),
        ('sender = "usa.twinbell@example.org"', 'sender = "usa twinbell"', "may hold no space"),
        ("duty_hours = [9, 18]", "duty_hours = [18, 9]", "the earlier first"),
        (
            'people = ["usa-duty"], channels = ["email"]',
            'people = ["jpn-duty"], channels = ["email"]',
            "is nobody of USA",
        ),
        ('channels = ["email"]', 'channels = ["telex"]', "no channel is called 'telex'; there are: cap, email"),
        ("{ after_minutes = 0, people", "{ after_minutes = 1, people", "the first step must have after_minutes = 0"),
        ("{ after_minutes = 240, people", "{ after_minutes = 0, channel = [], people", "unknown field `channel`"),
        ('email = "duty@ustr.usa.example"', "", "email cannot reach 'usa-duty': email of the person is empty"),
        ('pagerduty_key_file = "secrets/pagerduty-usa-duty"', "", "pagerduty cannot reach 'usa-duty'"),
        ('slack_channel = "C0JPN00BELL"', "", "slack cannot reach 'jpn-duty': slack_channel of JPN is empty"),
        ('language = "ja"', 'language = "ko"', "language 'ko' is not among the languages of JPN"),
        ('languages = ["en"]', "languages = []", "languages needs at least one entry"),
        ("[participants.policy.warning]", "[participants.policy.none]", "policy.warning is missing"),
        ('roles = ["duty"]', 'roles = ["dutiful"]', "Invalid enum value 'dutiful'"),
        ("repeat_minutes = 30", "repeat_minutes = 0", "must be at least 1"),
        ('metrics = ""', 'metrics = "9464"', "write HOST:PORT"),
        ("dead_letter_limit = 10_000", "dead_letter_limit = 0", "Expected `int` >= 1"),
        ("[log]", '[timers]\nwaking_channels = ["slack"]\n\n[log]', "'slack' wakes nobody; pagerduty does"),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, before: str, after: str, told: str) -> None:
    """A wrong name, value or relation is refused with words that say where it stands and what is meant."""
    text = shipped_text()
    assert before in text
    with pytest.raises(BadSettings) as refused:
        load(written(tmp_path, text.replace(before, after)), tmp_path)
    assert told in str(refused.value)
    assert "twinbell.toml" in str(refused.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """A person mends a file once, not once for each mistake."""
    text = shipped_text().replace("[9, 18]", "[18, 9]").replace('metrics = ""', 'metrics = "x"')
    with pytest.raises(BadSettings) as refused:
        load(written(tmp_path, text), tmp_path)
    assert len(str(refused.value).splitlines()) == 3


@pytest.mark.parametrize("content", [b"mode = ", b"\xff\xfe", b"", b"mode = 'exercise'\nmode = 'actual'"])
def test_what_is_no_configuration_is_refused(tmp_path: Path, content: bytes) -> None:
    """Bytes that are no TOML, or say nothing, end in a sentence that names the file."""
    path = tmp_path / "twinbell.toml"
    path.write_bytes(content)
    with pytest.raises(BadSettings, match=r"twinbell\.toml"):
        load(path, tmp_path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The message says which command writes one."""
    with pytest.raises(BadSettings, match="twinbell init"):
        load(tmp_path / "none.toml", tmp_path)


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """A configuration may be used from any working directory: secrets and directories lie beside it."""
    text = examples_used(shipped_text())
    configuration = load(written(tmp_path, text), Path("/elsewhere"))
    assert configuration.channels.slack_token_file == str(tmp_path / "secrets/slack-token")
    assert configuration.directory.person("jpn-duty")[1].pagerduty_key_file == str(
        tmp_path / "secrets/pagerduty-jpn-duty"
    )
    assert configuration.directory.person("jpn-stockpile")[1].pagerduty_key_file == ""


@pytest.mark.parametrize(("text", "expected"), [("30s", 30), ("15m", 900), ("1h", 3_600), ("2d", 172_800)])
def test_durations(text: str, expected: int) -> None:
    """A duration is a number and a unit."""
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "15", "0m", "-1h", "1.5h", "15 m", "1w"])
def test_what_is_no_duration(text: str) -> None:
    """Anything else is refused with an example."""
    with pytest.raises(ValueError, match="for instance 15m"):
        seconds(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:80", ("::1", 80)),
        (":80", None),
        ("h:0", None),
        ("h:70000", None),
    ],
)
def test_addresses(text: str, expected: tuple[str, int] | None) -> None:
    """HOST:PORT, also for IPv6 in brackets."""
    assert host_and_port(text) == expected
