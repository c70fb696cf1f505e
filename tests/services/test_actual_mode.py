"""There is one way to an actual route: feeds or imports, and mode = "actual". Played, replayed or exercised: none."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.deliveries import DeliveryState, Mode
from alerts.errors import Refused
from alerts.store import Store
from services.cli import app
from services.configuration import load, shipped_text
from services.episodes import episode
from services.errors import WrongStore
from services.pace import AT_ONCE
from services.playing import AtOnce, Player, as_played
from services.replay import replay
from services.running import RunWish, follow, play
from services.sources import read_episode
from services.wiring import Deployment, archive_of, claim, hub_of, knowledge_of, open_store, refuse_played
from tests.fakes.pagerduty import ROUTING_KEY, FakePagerDuty
from tests.fakes.relay import PASSWORD, USER, Relay, certificates
from tests.fakes.slack import CHANNEL, TOKEN, FakeSlack
from tests.feeding import PRICES, feed_of, imported, write
from tests.following import TODAY, Deployed, prices

EPISODE = "suez-2021"
JUMP = prices(TODAY, 700, jump=1.6, jumped=1)


class Outside:
    """Slack, PagerDuty and a mail relay on this machine, and a configuration that is ready for them."""

    def __init__(self, directory: Path, slack: FakeSlack, pagerduty: FakePagerDuty, relay: Relay) -> None:
        self.directory = directory
        self.slack, self.pagerduty, self.relay = slack, pagerduty, relay
        secrets = directory / "secrets"
        secrets.mkdir()
        for name in ("usa-duty", "usa-deputy", "usa-release", "jpn-duty", "jpn-deputy", "jpn-release"):
            (secrets / f"pagerduty-{name}").write_text(ROUTING_KEY)
        (secrets / "slack").write_text(TOKEN)
        (secrets / "mail").write_text(PASSWORD)
        relay.certificates.authority.cert_pem.write_to_path(str(directory / "ca.pem"))

    def text(self, mode: str) -> str:
        """The shipped configuration with every channel set up, in this mode."""
        channels = f"""
[channels]
smtp_host = "127.0.0.1"
smtp_port = {self.relay.port}
smtp_user = "{USER}"
smtp_password_file = "secrets/mail"
smtp_from = "bounces@example.org"
smtp_ca_file = "ca.pem"
slack_token_file = "secrets/slack"
slack_api_base = "{self.slack.api_base}"
pagerduty_endpoint = "{self.pagerduty.endpoint}"
cap_directory = "cap"

[log]"""
        text = shipped_text().replace('mode = "exercise"', f'mode = "{mode}"').replace("[log]", channels)
        return text.replace("C0USA00BELL", CHANNEL).replace("C0JPN00BELL", CHANNEL)

    def heard(self) -> dict[str, int]:
        """What reached the outside, by channel."""
        cap = self.directory / "cap"
        posts = [request for request in self.slack.requests if not request.path.endswith("auth.test")]
        return {
            "slack": len(posts),
            "pagerduty": len(self.pagerduty.requests),
            "email": len(self.relay.letters),
            "cap": len([path for path in cap.rglob("*") if path.is_file()]) if cap.exists() else 0,
        }


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    """Everything that an actual run could reach."""
    with FakeSlack() as slack, FakePagerDuty() as pagerduty, Relay(certificates()) as relay:
        yield Outside(tmp_path, slack, pagerduty, relay)


NOTHING = {"slack": 0, "pagerduty": 0, "email": 0, "cap": 0}


def turns(site: Deployed) -> None:
    """Let a minute pass with each turn, so that what waits for its group goes out."""
    site.follow(site.hub(), 4, lambda turn: site.real.wait(60))


def test_followed_figures_in_actual_mode_reach_both_sides(outside: Outside) -> None:
    """The one way: a file dropped in, mode = "actual". Slack, e-mail and CAP of both sides are reached, unmarked."""
    site = Deployed(outside.directory, outside.text("actual"))
    (site.drop / "antimony.csv").write_text(JUMP)
    hub = site.hub()
    site.follow(hub, 4, lambda turn: site.real.wait(60))
    hub.close()  # whatever was begun is waited for, and recorded, before a process ends
    heard = outside.heard()
    deliveries = Store(site.database).open_alerts()[0].deliveries.values()
    assert not [each for each in deliveries if each.state is DeliveryState.SENDING]
    assert heard["slack"] >= 2
    assert heard["email"] >= 2
    assert heard["cap"] >= 2
    state = Store(site.database).open_alerts()[0]
    assert state.mode is Mode.ACTUAL
    assert not (outside.directory / "outbox").exists()
    for letter in outside.relay.letters:
        assert b"EXERCISE" not in letter.content
    cap = next(path for path in (outside.directory / "cap").rglob("*.xml"))
    assert b"<status>Actual</status>" in cap.read_bytes()


def test_followed_figures_in_an_exercise_stay_here(outside: Outside) -> None:
    """The same figures, the same channels set up, mode = "exercise": the outbox only."""
    site = Deployed(outside.directory, outside.text("exercise"))
    (site.drop / "antimony.csv").write_text(JUMP)
    turns(site)
    assert outside.heard() == NOTHING
    assert list((outside.directory / "outbox").rglob("*.eml"))


def test_a_played_episode_is_an_exercise_whatever_the_configuration_says(outside: Outside) -> None:
    """With mode = "actual" and every channel ready, a play reaches nobody: every alert and message is an exercise."""
    path = outside.directory / "twinbell.toml"
    path.write_text(outside.text("actual"))
    url = f"sqlite:///{outside.directory}/play.db"
    wish = RunWish(url=url, config=str(path), until_done=True, lines=True, metrics="")
    play(episode(EPISODE), load(path, outside.directory), wish, AT_ONCE)
    store = Store(open_store(url, create=False))
    assert outside.heard() == NOTHING
    assert {state.mode for state in store.alerts()} == {Mode.EXERCISE}
    sent = [each for state in store.alerts() for each in state.deliveries.values() if each.receipt]
    assert sent
    assert {each.mode for each in sent} == {Mode.EXERCISE}
    assert all((outside.directory / "outbox" / each.receipt).is_file() for each in sent)


def test_a_replay_is_an_exercise_whatever_the_configuration_says(outside: Outside) -> None:
    """So is a replay."""
    path = outside.directory / "twinbell.toml"
    path.write_text(outside.text("actual"))
    replay(episode(EPISODE), load(path, outside.directory), outside.directory / "out")
    assert outside.heard() == NOTHING
    cap = list((outside.directory / "out" / "outbox").rglob("*.xml"))
    assert cap
    assert all(b"<status>Exercise</status>" in each.read_bytes() for each in cap)


def checked(outside: Outside, *arguments: str) -> dict[str, str]:
    """What `check` finds, by what it tried: what to mend, or nothing."""
    store = f"sqlite:///{outside.directory}/site.db"
    config = str(outside.directory / "twinbell.toml")
    result = CliRunner().invoke(app, ["check", "--config", config, "--store", store, "--json", *arguments])
    assert result.output, result.exception
    return {row["what"]: row["to_mend"] for row in json.loads(result.output)["findings"]}


def test_check_tries_the_channels_and_tells_nobody(outside: Outside) -> None:
    """Relay, login, token and scopes are tried; what is wrong is named; nothing is sent to anybody."""
    (outside.directory / "twinbell.toml").write_text(outside.text("actual"))
    found = checked(outside)
    assert {name: problem for name, problem in found.items() if problem} == {}
    assert {"channel slack", "channel email", "channel cap", "channel pagerduty"} <= set(found)
    outside.slack.scopes = "users:read"
    (outside.directory / "secrets" / "mail").write_text("another password")
    found = checked(outside)
    assert "chat:write" in found["channel slack"]
    assert "bad_credentials" in found["channel email"]
    assert PASSWORD not in str(found)
    assert outside.heard()["email"] == 0
    assert not outside.slack.posted


def test_a_channel_that_does_not_answer_says_what_to_look_at(outside: Outside) -> None:
    """Not only that nothing answers, but what in the configuration decides where it is asked."""
    text = outside.text("actual").replace(f"smtp_port = {outside.relay.port}", "smtp_port = 9")
    (outside.directory / "twinbell.toml").write_text(text)
    told = checked(outside, "--send", "jpn-duty")
    for what in ("channel email", "test message to jpn-duty by email"):
        assert "check the address and port in [channels]" in told[what]


def test_a_test_message_is_marked_as_one(outside: Outside) -> None:
    """`check --send PERSON` reaches one person by every channel that rings it, marked Test, and nobody else."""
    (outside.directory / "twinbell.toml").write_text(outside.text("actual"))
    found = checked(outside, "--send", "jpn-duty")
    sent = {name: problem for name, problem in found.items() if name.startswith("test message")}
    assert len(sent) == 4
    assert set(sent.values()) == {""}
    assert [letter.recipients for letter in outside.relay.letters] == [("toban@meti.jpn.example",)]
    assert b"TEST" in outside.relay.letters[0].content
    cap = next((outside.directory / "cap").rglob("*.xml")).read_bytes()
    assert b"<status>Test</status>" in cap
    assert len(outside.slack.posted) == 1


def test_a_played_store_cannot_be_run_on_actually(outside: Outside) -> None:
    """The store of a play takes no feeds and no imports, and the store of feeds plays nothing."""
    path = outside.directory / "twinbell.toml"
    path.write_text(outside.text("actual"))
    configuration = load(path, outside.directory)
    database = open_store(f"sqlite:///{outside.directory}/play.db", create=True)
    claim(database, Deployment(episode=EPISODE, configuration=""))
    wish = RunWish(
        url=f"sqlite:///{outside.directory}/play.db", config=str(path), until_done=True, lines=True, metrics=""
    )
    with pytest.raises(WrongStore, match=f"plays the episode {EPISODE}"):
        follow(configuration, wish)
    with pytest.raises(WrongStore, match="takes no other rows"):
        refuse_played(database)
    followed = open_store(f"sqlite:///{outside.directory}/site.db", create=True)
    claim(followed, Deployment(episode="", configuration=""))
    with pytest.raises(WrongStore, match="follows feeds"):
        claim(followed, Deployment(episode=EPISODE, configuration=""))


def test_an_episode_is_not_played_among_imported_rows(tmp_path: Path) -> None:
    """Rows of one's own in the store would be judged together with those of the episode: it is refused in words."""
    database = open_store(f"sqlite:///{tmp_path}/own.db", create=True)
    imported(
        (archive_of(database), database),
        feed_of(write(tmp_path / "in", {"prices.csv": "day,price\n2024-01-08,100\n"}), PRICES),
    )
    with pytest.raises(WrongStore, match="`twinbell run --config FILE` rings on what was imported"):
        claim(database, Deployment(episode=EPISODE, configuration=""))
    claim(database, Deployment(episode="", configuration=""))


def test_rows_of_an_episode_cannot_be_rung_for_actually(outside: Outside) -> None:
    """Even wired by hand on the played store, the actual system finds open exercises there and refuses to begin."""
    path = outside.directory / "twinbell.toml"
    path.write_text(outside.text("actual"))
    configuration = load(path, outside.directory)
    known = knowledge_of(configuration)
    database = open_store(f"sqlite:///{outside.directory}/play.db", create=True, durable=False)
    claim(database, Deployment(episode="gallium-germanium-2023", configuration=""))
    hub = hub_of(as_played(configuration), known, database, outside.directory / "outbox")
    played = episode("gallium-germanium-2023")
    hub.store(read_episode(played, known.reference, archive_of(database).cursor))
    Player(hub, database, AtOnce()).play(played, archive_of(database).batches)
    assert Store(database).open_alerts()
    with pytest.raises(WrongStore, match="alerts of mode exercise are open"):
        hub_of(configuration, known, database, None)
    assert outside.heard() == NOTHING


def test_an_exercise_configuration_has_no_actual_hub(outside: Outside) -> None:
    """Asking for the actual wiring with an exercise's configuration is refused, with what to do."""
    path = outside.directory / "twinbell.toml"
    path.write_text(outside.text("exercise"))
    configuration = load(path, outside.directory)
    database = open_store(f"sqlite:///{outside.directory}/x.db", create=True)
    with pytest.raises(Refused, match='mode = "actual"'):
        hub_of(configuration, knowledge_of(configuration), database, None)


def test_an_exercise_that_becomes_actual_takes_nothing_along(outside: Outside) -> None:
    """While alerts of the exercise are open, an actual run on its store is refused; on a new store it rings anew."""
    site = Deployed(outside.directory, outside.text("exercise"))
    (site.drop / "antimony.csv").write_text(JUMP)
    turns(site)
    site.write(outside.text("actual"))
    with pytest.raises(WrongStore, match="name another store"):
        site.hub()
    assert outside.heard() == NOTHING
