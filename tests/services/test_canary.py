"""The canary goes the whole way into an inbox of its own, says that it is a test, and touches nothing that is real."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from prometheus_client import generate_latest

from alerts import tables as alert_tables
from alerts.channels.base import Channel, Message, Receipt, Rendering
from alerts.errors import TemporaryFailure
from alerts.reasons import Reason
from services.canary import LATEST_S, LOST, Canary, Flight, Landing, found, inboxes
from services.configuration import load, shipped_text
from services.errors import BadSettings
from services.measuring import Metrics
from services.routes import exercise_channels
from services.running import RunWish, follow
from services.settings import Configuration
from services.wiring import archive_of, detection_of, knowledge_of, open_store, surroundings_of
from streams.canary import GROUP, canary_batch, is_canary
from streams.engine import GroupState
from tests.bell import Bell

AT = 1_790_000_000
PERSON = """
[[participants.people]]
person_id = "{low}-canary"
names = {{ en = "Canary", ja = "カナリア" }}
agency = "{agency}"
language = "{language}"
time_zone = "UTC"
roles = ["canary"]
email = "canary@{low}.example"
slack_id = "U0{side}CANARY"
"""


def text(every: str = '"10m"', roles: str = '["canary"]', email: str = "") -> str:
    """The shipped exercise with a canary on each side."""
    usa = PERSON.format(low="usa", agency="doe", language="en", side="USA").replace('["canary"]', roles)
    if email:
        usa = usa.replace("canary@usa.example", email)
    jpn = PERSON.format(low="jpn", agency="meti", language="ja", side="JPN")
    shipped = shipped_text().replace("[participants.policy.advisory]", f"{usa}\n[participants.policy.advisory]", 1)
    return f"{shipped}\n{jpn}\n[canary]\nevery = {every}\n"


def configured(directory: Path, content: str = "") -> Configuration:
    """The configuration in a file."""
    file = directory / "twinbell.toml"
    file.write_text(content or text(), encoding="utf-8")
    return load(file, directory)


class Site:
    """A landing with an outbox, on a clock that stands a second after the canary."""

    def __init__(self, directory: Path) -> None:
        self.configuration = configured(directory)
        self.known = knowledge_of(self.configuration)
        self.engine = detection_of(self.configuration, self.known)
        self.outbox = directory / "outbox"
        self.flights: list[Flight] = []
        self.at = AT + 1
        self.channels = dict(exercise_channels(self.outbox))

    def now(self) -> int:
        """The time."""
        return self.at

    @property
    def landing(self) -> Landing:
        """Where they land."""
        surroundings = surroundings_of(self.configuration, self.known.reference)
        return Landing(self.channels, surroundings, self, self.flights.append, self.outbox)

    def files(self) -> list[Path]:
        """What lies in the outbox."""
        return sorted(path for path in self.outbox.rglob("*") if path.is_file())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site."""
    return Site(tmp_path)  # type: ignore[return-value]


def test_it_arrives_on_each_side_by_each_channel(site: Site) -> None:
    """Detection finds it, and each inbox gets it, in the canary's own place and to nobody who is rung."""
    Canary(site.engine, site.landing, 600)(AT)
    assert {(each.participant, each.channel, each.problem) for each in site.flights} == {
        (side, channel, "") for side in ("USA", "JPN") for channel in ("email", "slack")
    }
    assert all(each.seconds == 1 for each in site.flights)
    rung = [p for side in site.configuration.directory.participants for p in side.people if "canary" not in p.roles]
    for path in site.files():
        content = path.read_text(encoding="utf-8")
        assert not [person.email for person in rung if person.email in content]
        assert not [
            side.slack_channel for side in site.configuration.directory.participants if side.slack_channel in content
        ]


def test_no_rendering_can_be_taken_for_an_alert(site: Site) -> None:
    """Every channel that there is says Test, in both languages, and that nothing is asked."""
    assessment = found(site.engine, AT)[0]
    site.landing.take(assessment)
    for path in site.files():
        content = path.read_text(encoding="utf-8")
        assert "TEST TEST TEST" in content, path
        assert "WATCH" not in content
        assert "WARNING" not in content


def test_one_flies_each_interval(site: Site) -> None:
    """Not more often; the files of the last one are the only ones that are kept."""
    canary = Canary(site.engine, site.landing, 600)
    for at in (AT, AT + 1, AT + 599, AT + 600):
        site.at = at + 1
        canary(at)
    assert len(site.flights) == 2 * 4
    assert len(site.files()) == 4


class Failing:
    """A channel that is away, or that says that it has sent and has not."""

    def __init__(self, channel: Channel, lies: bool) -> None:
        self._channel, self._lies = channel, lies
        self.name, self.waking = channel.name, channel.waking

    def send(self, message: Message) -> Receipt:
        """Fail, or lie."""
        if not self._lies:
            raise TemporaryFailure(Reason.UNREACHABLE, "away")
        return Receipt(reference="USA/email/gone.eml", confirmed=True)

    def rendering(self, message: Message) -> Rendering:
        """As the channel's."""
        return self._channel.rendering(message)


@pytest.mark.parametrize("lies", [False, True], ids=["away", "lies"])
def test_one_that_does_not_arrive_is_seen(site: Site, lies: bool) -> None:
    """A channel that fails, or a file that is not there, is no arrival; the other channels go on."""
    site.channels["email"] = Failing(site.channels["email"], lies)
    metrics = Metrics()
    metrics.awaits(inboxes(site.configuration.directory), 600)
    site.landing.take(found(site.engine, AT)[0])
    for flight in site.flights:
        metrics.flown(flight)
    problems = {each.channel: each.problem for each in site.flights}
    assert problems["slack"] == ""
    assert problems["email"] == LOST if lies else "unreachable" in problems["email"]
    told = generate_latest(metrics.registry).decode()
    assert 'twinbell_canaries_total{channel="email",outcome="failed",participant="JPN"} 1.0' in told
    assert 'twinbell_canary_arrived_timestamp_seconds{channel="slack",participant="JPN"}' in told
    assert 'twinbell_canary_arrived_timestamp_seconds{channel="email"' not in told
    assert 'twinbell_canary_interval_seconds{channel="email",participant="JPN"} 600.0' in told


def test_one_that_waited_too_long_proves_nothing(site: Site) -> None:
    """What comes out of a broker an hour later is not sent."""
    assessment = found(site.engine, AT)[0]
    site.at = AT + LATEST_S + 1
    site.landing.take(assessment)
    assert site.flights == []


def test_it_can_open_no_alert(site: Site) -> None:
    """Intake refuses it, whoever hands it over and whatever it is called; a real one beside it is taken."""
    bell = Bell()
    assessment = found(site.engine, AT)[0]
    assert is_canary(assessment)
    assert bell.take(assessment) == []
    assert bell.store.alerts() == []
    with bell.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(alert_tables.facts)).scalar() == 0


def test_its_group_is_nobodys() -> None:
    """No mineral, route or place of the reference data has the group, so no feed can bring rows of it."""
    reference = knowledge_of(load(None, Path())).reference
    assert GROUP not in {mineral.supply_group for mineral in reference.minerals.values()}
    assert GROUP not in reference.places
    assert GROUP not in reference.minerals


def test_detection_of_others_is_not_touched(site: Site) -> None:
    """It has a state of its own: one canary after another gives the same, and no state that is kept has seen any."""
    first = site.engine.apply(GroupState(), canary_batch(AT))
    again = site.engine.apply(GroupState(), canary_batch(AT))
    assert first == again
    assert {signal.group for signal in first.signals} == {GROUP}


def test_a_run_lets_one_fly(tmp_path: Path) -> None:
    """`twinbell run` on a configuration with a canary: it lands in the outbox; neither record nor archive has it."""
    configuration = configured(tmp_path)
    url = f"sqlite:///{tmp_path}/store.db"
    wish = RunWish(url=url, config=str(tmp_path / "twinbell.toml"), until_done=True, lines=True, metrics="")
    settings = replace(configuration.settings, outbox="outbox")
    follow(replace(configuration, settings=settings), wish)
    kept = [path.relative_to(tmp_path / "outbox").parts[:2] for path in (tmp_path / "outbox").rglob("*.*")]
    assert sorted(kept) == [("JPN", "email"), ("JPN", "slack"), ("USA", "email"), ("USA", "slack")]
    database = open_store(url, create=False)
    try:
        assert archive_of(database).is_empty()
        with database.connect() as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(alert_tables.facts)).scalar() == 0
    finally:
        database.dispose()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (text(roles='["duty"]'), "USA: [canary] needs a person with the role canary"),
        (text(roles='["duty", "canary"]'), "the canary has no other role"),
        (text(email="duty@ustr.usa.example"), "is also that of somebody who is rung"),
        (text(every='"30s"'), "a minute at the least"),
        (text().replace('people = ["jpn-stockpile"', 'people = ["jpn-canary", "jpn-stockpile"', 1), "stands in policy"),
    ],
    ids=["nobody", "another role", "a real inbox", "too often", "on a ladder"],
)
def test_a_configuration_that_mixes_it_with_the_real_thing_is_refused(tmp_path: Path, content: str, says: str) -> None:
    """An inbox of its own on each side, on no ladder, with no other role."""
    with pytest.raises(BadSettings) as refused:
        configured(tmp_path, content)
    assert says in str(refused.value)
