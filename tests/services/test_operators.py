"""Promise: a source that stands still is told to the operators, once, in both languages, and that it is heard again."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from lxml import etree

from alerts.channels.base import Channel, Message, Receipt, Rendering
from alerts.errors import TemporaryFailure
from alerts.participants import Role
from alerts.reasons import Reason
from alerts.store import Store
from alerts.timers import Timers
from services import tables
from services.configuration import load
from services.database import migrate, open_engine
from services.dispatcher.consuming import Consumer
from services.dispatcher.operators import BUNDLE_S, Operators, owed
from services.routes import exercise_channels
from services.wiring import surroundings_of
from streams import reference
from streams.cloudevents import SIGNAL, Wire
from streams.observations import Family
from streams.signals import Certainty, Hazard, Phase, Signal
from streams.topics import TopicName
from tests.fakes.topic import Topic
from tests.following import TODAY, Deployed, prices

DAY = 86_400
AWAY = TemporaryFailure(Reason.UNREACHABLE, "away")
NOW = 1_790_000_000
NAMESPACE = {"cap": "urn:oasis:names:tc:emergency:cap:1.2"}


def said(subject: str, phase: Phase, since: int) -> Signal:
    """A signal of X1."""
    return Signal(
        signal_id=f"{subject}{phase}{since}",
        detector="X1",
        hazard=Hazard.NONE,
        group="antimony",
        subject=subject,
        family=Family.PRICES,
        phase=phase,
        occurred_at=since,
        known_at=since,
        score=1.0,
        claims=Certainty.UNKNOWN,
    )


class Desk:
    """A store and what tells its operators; `refused` is how often e-mail fails first, with this failure."""

    def __init__(self, directory: Path, refused: int = 0, failure: Exception = AWAY) -> None:
        self.configuration = load(None, directory)
        self.database = open_engine(f"sqlite:///{directory}/site.db", durable=False)
        migrate(self.database)
        self.outbox = directory / "outbox"
        channels = dict(exercise_channels(self.outbox))
        self.mail = Refusing(channels["email"], refused, failure)
        channels["email"] = self.mail
        surroundings = surroundings_of(self.configuration, reference.packaged())
        self.operators = Operators(self.database, channels, surroundings, Timers())

    def notice(self, at: int, *signals: Signal) -> None:
        """X1 has said this."""
        with self.database.begin() as connection:
            self.operators.notice(connection, signals, at)

    def files(self, suffix: str = ".xml") -> list[Path]:
        """What was written, oldest first by name of revision."""
        return sorted(self.outbox.rglob(f"*{suffix}"))

    def problems(self) -> list[str]:
        """What went wrong with messages."""
        with self.database.connect() as connection:
            return list(connection.execute(sa.select(tables.operator_messages.c.problem)).scalars())


class Refusing:
    """A channel that is away for so many attempts."""

    def __init__(self, channel: Channel, refused: int, failure: Exception) -> None:
        self._channel, self.refused, self._failure = channel, refused, failure
        self.name, self.waking = channel.name, channel.waking

    def send(self, message: Message) -> Receipt:
        """Refuse, or pass on."""
        if self.refused:
            self.refused -= 1
            raise self._failure
        return self._channel.send(message)

    def rendering(self, message: Message) -> Rendering:
        """As the channel's."""
        return self._channel.rendering(message)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk."""
    made = Desk(tmp_path)
    yield made
    made.database.dispose()


def test_a_spell_is_one_message_and_its_end_is_one(desk: Desk) -> None:
    """Series of one source that fall silent together are one CAP file a side, status System, and so is their return."""
    names = ("portwatch/a", "portwatch/b")
    desk.notice(NOW, *(said(name, Phase.RAISED, NOW - 21 * DAY) for name in names))
    desk.operators.advance(NOW)
    assert desk.files() == [], "what falls silent within ten minutes is told together"
    for late in (BUNDLE_S, BUNDLE_S + 60, BUNDLE_S + 86_400):
        desk.notice(NOW + late, *(said(name, Phase.RAISED, NOW - 21 * DAY) for name in names))
        desk.operators.advance(NOW + late)
    first = desk.files()
    assert sorted(path.parts[-3] for path in first) == ["JPN", "USA"]
    for path in first:
        alert = etree.fromstring(path.read_bytes())
        assert alert.findtext("cap:status", namespaces=NAMESPACE) == "System"
        assert alert.findtext("cap:msgType", namespaces=NAMESPACE) == "Alert"
        languages = [
            info.findtext("cap:language", namespaces=NAMESPACE) for info in alert.iterfind("cap:info", NAMESPACE)
        ]
        assert sorted(filter(None, languages)) == ["en-US", "ja-JP"]
        text = path.read_text(encoding="utf-8")
        assert "portwatch stands still" in text
        assert "portwatchの更新停止" in text
        assert all(name in text for name in names)
    later = NOW + 2 * DAY
    desk.notice(later, *(said(name, Phase.CLEARED, later) for name in names))
    desk.operators.advance(later + BUNDLE_S)
    again = [path for path in desk.files() if path not in first]
    assert sorted(path.parts[-3] for path in again) == ["JPN", "USA"]
    for path in again:
        alert = etree.fromstring(path.read_bytes())
        assert alert.findtext("cap:msgType", namespaces=NAMESPACE) == "Update"
        assert alert.findtext("cap:references", namespaces=NAMESPACE)
        assert "portwatch is heard again" in path.read_text(encoding="utf-8")
    desk.notice(later + DAY, *(said(name, Phase.CLEARED, later) for name in names))
    desk.operators.advance(later + DAY + BUNDLE_S)
    assert len(desk.files()) == 4


def test_only_operators_are_told(desk: Desk) -> None:
    """Letters go to the people with the role, on each side, and to nobody who answers for a hazard."""
    desk.notice(NOW, said("ecb", Phase.RAISED, NOW - 7 * DAY))
    desk.operators.advance(NOW + BUNDLE_S)
    people = {person.email: person for side in desk.configuration.directory.participants for person in side.people}
    letters = [path.read_bytes().decode() for path in desk.files(".eml")]
    told = {email for email in people for letter in letters if f"<{email}>" in letter or f"To: {email}" in letter}
    assert len(told) == 2
    assert all(people[email].roles == (Role.OPERATOR,) for email in told)


def test_a_message_that_was_refused_is_sent_again(tmp_path: Path) -> None:
    """A relay that is away costs time and no message; what was taken is not sent twice."""
    desk = Desk(tmp_path, refused=2)
    desk.notice(NOW, said("ecb", Phase.RAISED, NOW - 7 * DAY))
    desk.operators.advance(NOW + BUNDLE_S)
    assert len(desk.files(".eml")) == 0
    assert sum("away" in problem for problem in desk.problems()) == 2
    for later in range(30, 3_600, 30):
        desk.operators.advance(NOW + BUNDLE_S + later)
    assert len(desk.files(".eml")) == 2
    assert desk.problems() == [""] * 4
    desk.database.dispose()


def test_what_could_not_be_sent_is_told_and_owed(tmp_path: Path) -> None:
    """Each failed attempt is a moment with who, by what and why; meanwhile the message is owed; the last is a loss."""
    desk = Desk(tmp_path, refused=1_000)
    desk.notice(NOW, said("ecb", Phase.RAISED, NOW - 7 * DAY))
    first = NOW + BUNDLE_S
    desk.operators.advance(first)
    failed = desk.operators.untold()
    assert {(each.participant, each.channel, each.person, each.reason, each.is_lost) for each in failed} == {
        ("JPN", "email", "jpn-operator", Reason.UNREACHABLE, False),
        ("USA", "email", "usa-operator", Reason.UNREACHABLE, False),
    }
    assert desk.operators.untold() == []
    with desk.database.connect() as connection:
        assert owed(connection, first + 90) == {("USA", "email"): [first], ("JPN", "email"): [first]}
    now = first
    while not (lost := [each for each in desk.operators.untold() if each.is_lost]):
        now += 900
        desk.operators.advance(now)
        assert now < first + 7 * DAY, "it is tried for ever"
    assert {each.person for each in lost} == {"jpn-operator", "usa-operator"}
    with desk.database.connect() as connection:
        assert owed(connection, now) == {}
    desk.database.dispose()


def test_a_defect_of_a_channel_is_told_by_its_name(tmp_path: Path) -> None:
    """What a channel raises without meaning to is tried again; its text may hold an address that is a secret."""
    desk = Desk(tmp_path, refused=1, failure=ValueError("no such place: https://hooks.example/secret"))
    desk.notice(NOW, said("ecb", Phase.RAISED, NOW - 7 * DAY))
    desk.operators.advance(NOW + BUNDLE_S)
    (untold,) = desk.operators.untold()
    assert (untold.reason, untold.detail, untold.is_lost) == (
        Reason.PROVIDER_ERROR,
        "ValueError",
        False,
    )
    desk.database.dispose()


def test_some_that_are_heard_again_are_said_with_what_is_left(desk: Desk) -> None:
    """Of two one comes back, then the other: an update, then the end, in one chain of references."""
    desk.notice(NOW, *(said(name, Phase.RAISED, NOW - 21 * DAY) for name in ("desk/a", "desk/b")))
    desk.operators.advance(NOW + BUNDLE_S)
    for number, name in enumerate(("desk/a", "desk/b"), start=1):
        at = NOW + number * DAY
        desk.notice(at, said(name, Phase.CLEARED, at))
        desk.operators.advance(at + BUNDLE_S)
    texts = [path.read_text(encoding="utf-8") for path in desk.files() if path.parts[-3] == "USA"]
    assert sum("heard again in part" in text and "Still silent: 1" in text for text in texts) == 1
    (last,) = [text for text in texts if "AllClear" in text]
    references = etree.fromstring(last.encode()).findtext("cap:references", namespaces=NAMESPACE)
    assert references is not None
    assert len(references.split()) == 2


def test_what_ended_long_ago_is_no_news(desk: Desk) -> None:
    """A history that stopped years before it was imported is not told."""
    desk.notice(NOW, said("kit/old", Phase.RAISED, NOW - 2_000 * DAY))
    desk.operators.advance(NOW + BUNDLE_S)
    assert desk.files() == []


def test_heard_before_it_was_told_is_no_news(desk: Desk) -> None:
    """A machine that was off notices the silence and its end at once, and tells neither."""
    desk.notice(NOW, said("desk/a", Phase.RAISED, NOW - 21 * DAY))
    desk.notice(NOW + 60, said("desk/a", Phase.CLEARED, NOW + 60))
    desk.operators.advance(NOW + BUNDLE_S)
    desk.operators.advance(NOW + 2 * BUNDLE_S)
    assert desk.files() == []
    desk.notice(NOW + 90 * DAY, said("desk/a", Phase.RAISED, NOW + 60))
    desk.operators.advance(NOW + 90 * DAY + BUNDLE_S)
    assert len(desk.files()) == 2, "the next spell is told"


@pytest.mark.parametrize("restarts", [False, True])
def test_through_the_whole_path_once(tmp_path: Path, restarts: bool) -> None:
    """A daily price of which no more comes: nobody is rung, the operators are told once, then that it comes again."""
    site = Deployed(tmp_path)
    outbox, running = tmp_path / "outbox", site.hub()
    (site.drop / "antimony.csv").write_text(prices(TODAY, 701))
    site.follow(running, 30, lambda turn: site.real.wait(DAY))
    running = site.hub() if restarts else running
    site.follow(running, 4, lambda turn: site.real.wait(DAY))
    assert len(list(Store(site.database).alerts())) == 0
    files = sorted(outbox.rglob("*.xml"))
    assert sorted(path.parts[-3] for path in files) == ["JPN", "USA"]
    assert all("desk stands still" in path.read_text(encoding="utf-8") for path in files)
    today = datetime.datetime.fromtimestamp(site.real.now(), datetime.UTC).date()
    (site.drop / "antimony-2.csv").write_text(prices(today, 701))
    site.follow(running, 3, lambda turn: site.real.wait(3_600))
    later = [path for path in outbox.rglob("*.xml") if path not in files]
    assert sorted(path.parts[-3] for path in later) == ["JPN", "USA"]
    assert all("desk is heard again" in path.read_text(encoding="utf-8") for path in later)
    site.database.dispose()


def test_from_the_topic_of_signals_once_a_spell(tmp_path: Path) -> None:
    """The dispatcher of a cluster: X1 delivered twice, and a process started anew, are one message a side."""
    site, topic = Deployed(tmp_path), Topic(TopicName.SIGNALS)

    def works(*signals: Signal) -> int:
        """A process that begins, takes in what came and goes on past the ten minutes; how many files there are."""
        for signal in signals:
            topic.put(Wire(SIGNAL).event(signal.group, signal, signal.known_at))
        hub = site.hub()
        hub.recover(site.real.now())
        consumer = Consumer(hub, site.database, topic, str, 10)  # type: ignore[arg-type]
        consumer.take(site.real, 0.0)
        for _ in range(3):
            hub.advance(site.real.now())
            site.real.wait(BUNDLE_S)
        return len(list((tmp_path / "outbox").rglob("*.xml")))

    now = site.real.now()
    silent = said("portwatch/a", Phase.RAISED, now - 21 * DAY)
    assert works(silent, silent) == 2
    assert works(silent) == 2
    assert works() == 2
    assert works(said("portwatch/a", Phase.CLEARED, now)) == 4
    site.real.wait(30 * DAY)
    assert works(said("portwatch/a", Phase.RAISED, now + 9 * DAY)) == 6, "the next spell"
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "outbox").rglob("*.xml")]
    assert sum("portwatch stands still" in text for text in texts) >= 4
    assert len(list(Store(site.database).alerts())) == 0
    site.database.dispose()
