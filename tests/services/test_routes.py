"""There is one way to an actual route, and an exercise cannot take it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from alerts.channels import CHANNELS
from alerts.channels.base import Message, Receipt, Rendering
from alerts.channels.outbox import Outbox
from alerts.deliveries import Mode
from alerts.errors import BadPolicy, PermanentFailure, Refused
from alerts.participants import Directory
from alerts.reasons import Reason
from services.routes import ActualRoute, ChannelSettings, actual_channels, exercise_channels, trials
from tests.fakes.messages import PARTICIPANT, PERSON, ordinary
from tests.fakes.slack import TOKEN, FakeSlack

ROOT = Path(__file__).resolve().parents[2]
SENDING = {kind.__name__ for kind in CHANNELS} | {f"{kind.__name__}Settings" for kind in CHANNELS}
OUR_CODE = [path for room in ("streams", "alerts", "services", "benchmarks") for path in (ROOT / room).rglob("*.py")]
BUILDS = ROOT / "services" / "routes.py"
KEYLESS = Directory(participants=(PARTICIPANT,))


class Recorder:
    """A channel that notes what it was given."""

    name = "recorder"
    waking = True

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, message: Message) -> Receipt:
        """Take it."""
        self.sent.append(message)
        return Receipt(reference="taken")

    @staticmethod
    def rendering(message: Message) -> Rendering:
        """Nothing."""
        return Rendering(suffix=".txt", content=b"")


@pytest.fixture
def settings(tmp_path: Path) -> ChannelSettings:
    """Every channel set up, with secrets in files."""
    for name in ("token", "password"):
        (tmp_path / name).write_text(f"{name}-SECRET\n")
    return ChannelSettings(
        slack_token_file=str(tmp_path / "token"),
        smtp_host="relay.example.org",
        smtp_user="twinbell",
        smtp_password_file=str(tmp_path / "password"),
        smtp_from="bounces@example.org",
        cap_directory=str(tmp_path / "cap"),
    )


def with_key(directory: Path) -> Directory:
    """A directory in which the person has a PagerDuty key."""
    (directory / "key").write_text("k" * 32)
    person = msgspec.structs.replace(PERSON, pagerduty_key_file=str(directory / "key"))
    return Directory(participants=(msgspec.structs.replace(PARTICIPANT, people=(person,)),))


def with_mode(mode: Mode, facts_mode: str | None = None) -> Message:
    """A message of an alert of this mode."""
    message = ordinary("recorder")
    return msgspec.structs.replace(
        message,
        delivery=msgspec.structs.replace(message.delivery, mode=mode),
        facts=msgspec.structs.replace(message.facts, mode=facts_mode or mode),
    )


def test_an_exercise_has_outboxes_only(tmp_path: Path) -> None:
    """Every registered channel, under its own name, is a directory."""
    channels = exercise_channels(tmp_path)
    assert set(channels) == {kind.name for kind in CHANNELS}
    assert all(isinstance(channel, Outbox) for channel in channels.values())


def test_no_actual_channel_in_an_exercise(settings: ChannelSettings, tmp_path: Path) -> None:
    """Asked for in an exercise, they are refused with what to do."""
    with pytest.raises(Refused, match='mode = "actual"') as caught:
        actual_channels(settings, with_key(tmp_path), Mode.EXERCISE)
    assert caught.value.reason is Reason.EXERCISE_NOT_ACTUAL


def test_actual_channels_are_those_that_are_set_up(settings: ChannelSettings, tmp_path: Path) -> None:
    """All of them, each behind the second lock; none where nothing is set up."""
    channels = actual_channels(settings, with_key(tmp_path), Mode.ACTUAL)
    assert set(channels) == {kind.name for kind in CHANNELS}
    assert all(isinstance(channel, ActualRoute) for channel in channels.values())
    assert {name for name, channel in channels.items() if channel.waking} == {"pagerduty"}
    assert not actual_channels(ChannelSettings(), KEYLESS, Mode.ACTUAL)


@pytest.mark.parametrize(
    ("route", "delivery", "facts", "passes"),
    [
        (Mode.ACTUAL, Mode.ACTUAL, "actual", True),
        (Mode.ACTUAL, Mode.TEST, "test", True),
        (Mode.ACTUAL, Mode.EXERCISE, "exercise", False),
        (Mode.ACTUAL, Mode.ACTUAL, "exercise", False),
        (Mode.TEST, Mode.TEST, "test", True),
        (Mode.TEST, Mode.ACTUAL, "actual", False),
        (Mode.TEST, Mode.EXERCISE, "exercise", False),
    ],
)
def test_an_actual_route_refuses_an_exercise(route: Mode, delivery: Mode, facts: str, passes: bool) -> None:
    """Whoever hands it over, and whatever else went wrong: nothing of an exercise leaves."""
    channel = Recorder()
    message = with_mode(delivery, facts)
    if passes:
        assert ActualRoute(channel, route).send(message).reference == "taken"
        return
    with pytest.raises(PermanentFailure) as caught:
        ActualRoute(channel, route).send(message)
    assert caught.value.reason is Reason.EXERCISE_NOT_ACTUAL
    assert not channel.sent


def test_nobody_else_builds_a_channel() -> None:
    """No module of ours but services/routes.py names a sending channel or its settings, or gets at one by a string."""
    own = ROOT / "alerts" / "channels"
    others = [path for path in OUR_CODE if path != BUILDS and own not in path.parents]
    assert len(others) > 20
    assert not [f"{path.relative_to(ROOT)}: {name}" for path in others for name in _named(path)]


def test_within_the_shelf_no_channel_builds_another() -> None:
    """A channel's own file defines it and nobody there calls it; the registry only lists it."""
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "alerts" / "channels").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _last_name(node.func) in SENDING
    ]
    assert not calls


def test_the_scan_sees_what_it_should(tmp_path: Path) -> None:
    """The scan above finds an import, an attribute, and an import by a string."""
    for source in (
        "from alerts.channels.slack import Slack",
        "import alerts.channels.slack as s\ns.Slack(1)",
        "import importlib\nimportlib.import_module('alerts.channels.slack')",
        "from alerts.channels import CHANNELS\n[kind(None) for kind in CHANNELS]",
    ):
        (tmp_path / "module.py").write_text(source)
        assert list(_named(tmp_path / "module.py")), source


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"slack_token_file": "/nowhere/token"}, "slack_token_file"),
        ({"smtp_from": ""}, "smtp_from"),
        ({"smtp_password_file": ""}, "smtp_password_file"),
        ({"smtp_ca_file": "/nowhere/ca.pem"}, "smtp_ca_file"),
        ({"slack_api_base": "http://slack.example.org/api/"}, "slack_api_base"),
        ({"slack_api_base": "file:///etc/passwd"}, "slack_api_base"),
        ({"pagerduty_endpoint": "pagerduty"}, "pagerduty_endpoint"),
    ],
)
def test_a_setting_that_cannot_work_is_named(
    settings: ChannelSettings, tmp_path: Path, change: dict[str, str], words: str
) -> None:
    """A missing secret, a secret sent in the clear: refused at the start, by the name of the setting."""
    with pytest.raises(BadPolicy, match=words):
        actual_channels(msgspec.structs.replace(settings, **change), with_key(tmp_path), Mode.ACTUAL)


def test_no_secret_in_settings_or_channels(settings: ChannelSettings, tmp_path: Path) -> None:
    """What is printed of them holds file names only."""
    channels = actual_channels(settings, with_key(tmp_path), Mode.ACTUAL)
    shown = repr(settings) + "".join(repr(vars(channel)) for channel in channels.values())
    assert "SECRET" not in shown
    assert "k" * 32 not in shown


def test_trials_say_what_to_mend(tmp_path: Path) -> None:
    """Each channel that is set up is tried without telling anybody, and says what is wrong."""
    (tmp_path / "token").write_text(TOKEN)
    with FakeSlack(scopes="users:read") as slack:
        settings = ChannelSettings(
            slack_token_file=str(tmp_path / "token"), slack_api_base=slack.api_base, cap_directory=str(tmp_path / "cap")
        )
        found = {trial.channel: trial.problem for trial in trials(settings, KEYLESS)}
        assert not slack.posted
    assert found["cap"] == ""
    assert "chat:write" in found["slack"]


def _named(path: Path) -> Iterator[str]:
    """Names by which a module could lay its hands on a sending channel."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    registered = {
        _last_name(node.target)
        for node in nodes
        if isinstance(node, ast.For | ast.comprehension) and _last_name(node.iter) == "CHANNELS"
    }
    for node in nodes:
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.startswith("alerts.channels"):
                yield from (alias.name for alias in names if alias.name in SENDING)
            case ast.Attribute(attr=name) if name in SENDING:
                yield name
            case ast.Constant(value=str(value)) if value.startswith("alerts.channels."):
                yield value
            case ast.Call(func=ast.Name(id=name)) if name in registered:
                yield "a call of a registered class"


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
