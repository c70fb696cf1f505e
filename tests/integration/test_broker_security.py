"""TLS, users and rights on the real broker: each process may do what stands in the list, and nothing else."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import trustme
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType
from typer.testing import CliRunner, Result

from services.acl_admin import apply_acls, check_acls
from services.broker import Reader, Writer
from services.broker_settings import BrokerSettings
from services.cli import app
from services.cluster.kafka import Kafka
from services.cluster.postgres import Postgres
from services.cluster.security import secured
from services.configuration import load, shipped_text
from services.errors import BrokerFailed
from services.exit_codes import ExitCode
from services.topic_admin import administrating, apply_topics, check_topics
from streams.cloudevents import Event
from streams.topics import TOPICS, Client, TopicName, topic
from tests.integration.certificates import write_broker_keys
from tests.integration.deployments import Deployment
from tests.integration.test_same_alerts import _replayed as replayed

# A client of kafka-python that was refused leaves its sockets to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]
EVENT = Event(key=b"k", value=b"v", headers=())
USERS = {f"twinbell-{process}": f"pass-word-of-{process}" for process in Client}
EPISODE = "gallium-germanium-2023"


class Site:
    """A broker with users, its authority, and the settings with which it is reached."""

    def __init__(self, folder: Path, kafka: Kafka, authority: Path) -> None:
        self.folder, self.kafka, self.authority = folder, kafka, authority

    def settings(self, **changed: object) -> BrokerSettings:
        """As a configuration has them: names and files by process."""
        given = BrokerSettings(
            bootstrap=self.kafka.bootstrap,
            protocol="SASL_SSL",
            password_file=str(self.folder / "{process}.password"),
            ca_file=str(self.authority),
            prefix="secure",
            partitions=4,
            checkpoint_s=0.1,
        )
        return msgspec.structs.replace(given, **changed)


@pytest.fixture(scope="module")
def site(folder: Path, kafka_jars: Path) -> Iterator[Site]:
    """Certificates of an authority of its own, a user for each process; the operator administrates."""
    own = folder / "secure"
    own.mkdir()
    authority = trustme.CA()
    write_broker_keys(authority.issue_cert("127.0.0.1"), own / "broker.pem")
    authority.cert_pem.write_to_path(str(own / "authority.pem"))
    for user, password in USERS.items():
        (own / f"{user.removeprefix('twinbell-')}.password").write_text(password + "\n", encoding="utf-8")
    security = secured(own / "broker.pem", own / "authority.pem", USERS, "twinbell-operator")
    with Kafka(kafka_jars, own, security=security) as kafka:
        found = Site(own, kafka, own / "authority.pem")
        assert not [state for state in apply_topics(found.settings().of(Client.OPERATOR)) if state.problem]
        assert not [state for state in apply_acls(found.settings()) if state.problem]
        yield found


def may_write(settings: BrokerSettings, name: TopicName) -> bool:
    """Whether the broker takes a record; a refusal says what to do."""
    with closing(Writer(settings)) as writer:
        try:
            writer.send(name, EVENT)
            writer.flush()
        except BrokerFailed as refused:
            return not is_refusal(refused)
    return True


def may_read(settings: BrokerSettings, name: TopicName) -> bool:
    """Whether the broker gives its records; a refusal says what to do."""
    with closing(Reader(settings, [name])) as reader:
        reader.seek({})
        try:
            list(reader.to_the_end())
        except BrokerFailed as refused:
            return not is_refusal(refused)
    return True


def is_refusal(problem: BrokerFailed) -> bool:
    """Whether it is the broker that says no, in the words that say what to do; anything else is no answer."""
    if "may not do that" in str(problem) and "twinbell topics apply --acls" in str(problem):
        return True
    raise problem


@pytest.mark.parametrize("process", [Client.FEED, Client.DETECT, Client.DISPATCH])
def test_a_process_may_do_what_stands_in_the_list_and_nothing_else(site: Site, process: Client) -> None:
    """A feed cannot write signals, a worker cannot write observations, a dispatcher can write nothing at all."""
    own = site.settings().of(process)
    with closing(Writer(site.settings().of(Client.OPERATOR))) as administrator:
        for each in TopicName:
            administrator.send(each, EVENT)  # something to be read
        administrator.flush()
    assert {each for each in TopicName if may_write(own, each)} == {
        each.name for each in TOPICS if process in each.written_by
    }
    assert {each for each in TopicName if may_read(own, each)} == {
        each.name for each in TOPICS if process in each.read_by
    }
    assert not [state for state in check_topics(own) if state.problem]
    with pytest.raises(BrokerFailed, match="may not do that"):
        apply_topics(msgspec.structs.replace(own, prefix="another"))


def test_the_whole_path_works_with_these_rights(
    site: Site, postgres: Postgres, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An episode through the three processes, each as its own user by TLS: the alerts of its replay."""
    broker = site.settings(prefix="path")
    assert not [state for state in apply_topics(broker.of(Client.OPERATOR)) if state.problem]
    assert not [state for state in apply_acls(broker) if state.problem]
    deployment = Deployment(tmp_path / "path", broker, postgres.url("path"))
    deployment.configure(*lines(broker))
    deployment.start("detect-1")
    deployment.start("dispatch", "--episode", EPISODE)
    feed = deployment.start("feed", "--episode", EPISODE, "--fast")
    try:
        deployment.until(lambda: feed.ended is not None, "the episode is published", patience_s=240)
        assert feed.ended == 0, feed.last_lines()
        assert deployment.outcome() == replayed(EPISODE, tmp_path_factory)
        logs = "".join(path.read_text(errors="replace") for path in deployment.folder.glob("*.log"))
        assert not [password for password in USERS.values() if password in logs]
    finally:
        deployment.stop()


def test_rights_are_given_once_and_what_is_too_much_is_said(site: Site) -> None:
    """Applying twice changes nothing; a right that somebody has added is a problem, with what to do."""
    broker = site.settings()
    before = check_acls(broker)
    assert apply_acls(broker) == before
    assert not [state for state in before if state.problem]
    users = {state.user for state in before}
    assert users == set(USERS)
    added = ACL(
        principal="User:twinbell-feed",
        host="*",
        operation=ACLOperation.ALL,
        permission_type=ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(ResourceType.TOPIC, "secure.states"),
    )
    with administrating(broker.of(Client.OPERATOR)) as administrator:
        administrator.create_acls([added])
        found = apply_acls(broker)
        administrator.delete_acls([added])
    (too_much,) = [state for state in found if state.problem]
    assert (too_much.user, too_much.right, too_much.name) == ("twinbell-feed", "ALL", "secure.states")
    assert "take it away with kafka-acls --remove" in too_much.problem


WRONG = {
    "a wrong password": ("password_file", "wrong.password", "does not accept user twinbell-feed"),
    "no password": ("password_file", "", "name a password_file"),
    "a password that is not there": ("password_file", "nowhere.password", "nowhere.password: No such file"),
    "another authority": ("ca_file", "stranger.pem", "name in [broker] ca_file the certificates of the authority"),
    "no such authority": ("ca_file", "nowhere.pem", "each must be a PEM file"),
    "plain text to a TLS port": ("protocol", "PLAINTEXT", "speaks TLS, [broker] protocol is PLAINTEXT: write SSL"),
    "users in plain text": ("protocol", "SASL_PLAINTEXT", "protocol is SASL_PLAINTEXT: write SASL_SSL"),
    "TLS without users": ("protocol", "SSL", "for users (protocol SASL_SSL)"),
    "a mechanism that is not on": ("mechanism", "SCRAM-SHA-256", "by SCRAM-SHA-256"),
    "an unknown user": ("user", "nobody", "does not accept user nobody"),
}


def feed_of(site: Site, tmp_path: Path, broker: BrokerSettings) -> Result:
    """`twinbell feed` with these settings, which has to end."""
    text = "\n".join(["[broker]", f'bootstrap = "{broker.bootstrap}"', 'prefix = "secure"', *lines(broker)])
    file = tmp_path / "twinbell.toml"
    file.write_text(f'store = "sqlite:///{tmp_path}/site.db"\n{shipped_text()}\n{text}\n', encoding="utf-8")
    return CliRunner().invoke(app, ["feed", "--config", str(file)])


@pytest.mark.parametrize("wrong", sorted(WRONG))
def test_a_wrong_setting_is_a_sentence_that_says_what_to_do(site: Site, tmp_path: Path, wrong: str) -> None:
    """Whatever the client library makes of it; and no password is in it."""
    name, value, words = WRONG[wrong]
    (site.folder / "wrong.password").write_text("not-the-pass-word", encoding="utf-8")
    trustme.CA().cert_pem.write_to_path(str(site.folder / "stranger.pem"))
    value = str(site.folder / value) if value and name.endswith("_file") else value
    refused = feed_of(site, tmp_path, site.settings(**{name: value})).exception
    assert isinstance(refused, BrokerFailed), refused
    assert words in str(refused), str(refused)
    assert "pass-word" not in str(refused)


def test_tls_to_a_port_without_is_a_sentence(site: Site, kafka: Kafka, tmp_path: Path) -> None:
    """The other way round."""
    refused = feed_of(site, tmp_path, site.settings(bootstrap=kafka.bootstrap)).exception
    assert isinstance(refused, BrokerFailed), refused
    assert "does not speak TLS" in str(refused)


def test_the_commands_make_topics_and_rights(site: Site, tmp_path: Path) -> None:
    """`twinbell topics apply --acls`, then `check --acls`: as the operator, from one configuration file."""
    file = tmp_path / "twinbell.toml"
    broker = site.settings(prefix="byhand")
    text = ["[broker]", f'bootstrap = "{broker.bootstrap}"', 'prefix = "byhand"', "partitions = 4", *lines(broker)]
    file.write_text(shipped_text() + "\n" + "\n".join(text) + "\n", encoding="utf-8")
    assert load(file, tmp_path).broker.of(Client.FEED).user == "twinbell-feed"
    missing = CliRunner().invoke(app, ["topics", "check", "--acls", "--config", str(file)])
    assert "is missing: `twinbell topics apply --acls` gives it" in missing.stdout
    assert missing.exit_code != ExitCode.DONE
    for _ in range(2):
        done = CliRunner().invoke(app, ["topics", "apply", "--acls", "--config", str(file)])
        assert "twinbell-detect" in done.stdout
        assert f"byhand.{topic(TopicName.SIGNALS).name}" in done.stdout


def lines(broker: BrokerSettings) -> list[str]:
    """Lines of `[broker]`."""
    names = ("protocol", "mechanism", "user", "password_file", "ca_file")
    return [f'{name} = "{getattr(broker, name)}"' for name in names]
