"""Promise: silence is told from death: a line at each shift change in both languages, a pulse each minute."""

import datetime
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from alerts.rendering.wording import packaged
from services import tables
from services.database import open_engine
from services.dispatcher.lanes import InTurn
from services.feed_clocks import FeedClocks, Freshness
from services.http_client import Standing
from services.moments import Said, Unread
from services.quiet import Heartbeat, Quiet, Watched, is_between
from services.source_settings import FetchingSettings
from tests.fakes.clock import FakeTime
from tests.fakes.web import Web, always

NOW = int(datetime.datetime(2026, 10, 1, 11, 0, tzinfo=datetime.UTC).timestamp())  # 07:00 in New York, 20:00 in Tokyo
DAY = 86_400


@pytest.fixture
def database() -> Iterator[sa.Engine]:
    """A store in memory."""
    engine = open_engine("sqlite://", durable=False)
    tables.archive_metadata.create_all(engine)
    yield engine
    engine.dispose()


def read(database: sa.Engine, feed: str, content_at: int) -> None:
    """A feed was read, and its newest content is of that time."""
    with database.begin() as connection:
        row = {"feed": feed, "cursor": "", "polled_at": NOW, "content_at": content_at}
        connection.execute(sa.insert(tables.cursors).values(row))
    FeedClocks(database).tried(feed, NOW, Standing(), "", "")


def test_the_two_clocks_of_a_feed(database: sa.Engine) -> None:
    """Fetched and content are two things: one that answers with old content is stale, one that fails is unreached."""
    clocks = FeedClocks(database)
    read(database, "a", NOW - DAY)
    read(database, "b", NOW - 10 * DAY)
    clocks.tried("c", NOW, Standing(failures=4, open_until=NOW + 60), "throttled", "HTTP 429")
    found = clocks.all()
    assert [found[name].freshness(NOW, 5) for name in "abc"] == [Freshness.FRESH, Freshness.STALE, Freshness.UNREACHED]
    assert found["b"].freshness(NOW, None) is Freshness.FRESH
    assert (found["c"].fetched_at, found["c"].reason, clocks.standing("c").failures) == (None, "throttled", 4)
    clocks.tried("a", NOW + 60, Standing(), "timed_out", "late")
    after = clocks.all()["a"]
    assert (after.fetched_at, after.tried_at, after.freshness(NOW, 5)) == (NOW, NOW + 60, Freshness.UNREACHED)
    assert clocks.standing("never asked") == Standing()


class Duty:
    """The duty over three feeds, and what it said."""

    def __init__(self, database: sa.Engine, alerts: int = 0) -> None:
        self.said: list[Said | Unread] = []
        words = [packaged().catalogues[language] for language in ("en", "ja")]
        fetching = FetchingSettings(shift_changes=("08:00 America/New_York", "20:30 Asia/Tokyo"))
        watched = Watched(stale_days={"a": 5, "b": 5, "c": None})
        self.quiet = Quiet(watched, FeedClocks(database), words, fetching, self.said.append, lambda: alerts)

    def lines(self) -> list[str]:
        """Everything that was said so far; then nothing."""
        lines = [line for said in self.said if isinstance(said, Said) for line in said.lines]
        self.said.clear()
        return lines


def test_one_line_at_each_shift_change_in_both_languages(database: sa.Engine) -> None:
    """At 20:30 in Tokyo and at 08:00 in New York, once each: how many feeds are fresh, and which are not."""
    read(database, "a", NOW)
    read(database, "b", NOW - 9 * DAY)
    duty = Duty(database)
    said: dict[int, list[str]] = {}
    for minute in range(0, 24 * 60, 5):
        duty.quiet(NOW + minute * 60)
        lines = duty.lines()
        if lines:
            said[minute] = lines
    assert list(said) == [30, 60]  # 11:30 and 12:00 UTC
    assert said[30] == [
        "Quiet: 1 feed fresh, 2 stale (b, c)",
        "異常なし：更新されている情報源1件、更新の止まっている情報源2件（b・c）",
    ]


def test_the_line_does_not_call_it_quiet_while_an_alert_is_open(database: sa.Engine) -> None:
    """Two open alerts: the line says so instead, with the same counts."""
    for feed in "abc":
        read(database, feed, NOW)
    duty = Duty(database, alerts=2)
    duty.quiet(NOW)
    duty.lines()
    duty.quiet(NOW + 1_800)
    assert duty.lines()[:1] == ["2 alerts open; 3 feeds fresh, 0 stale"]


def test_what_could_not_be_reached_is_said_once_and_when_it_changes(database: sa.Engine) -> None:
    """Not before every feed was tried; then one line, and another when a feed comes back."""
    clocks, duty = FeedClocks(database), Duty(database)
    duty.quiet(NOW)
    clocks.tried("a", NOW, Standing(), "", "")
    clocks.tried("b", NOW, Standing(), "timed_out", "")
    duty.quiet(NOW + 10)
    assert duty.lines() == []
    clocks.tried("c", NOW + 11, Standing(), "", "")
    duty.quiet(NOW + 20)
    duty.quiet(NOW + 30)
    assert duty.lines() == ["reached: a, c; NOT REACHED: b (timed_out)"]
    clocks.tried("b", NOW + 40, Standing(), "", "")
    duty.quiet(NOW + 50)
    assert duty.lines() == ["reached: a, b, c"]


def test_a_shift_change_is_not_lost_over_a_pause_or_a_change_of_the_clocks() -> None:
    """A process that slept through it says it when it wakes; the hour that daylight saving skips has its line too."""
    zone = ZoneInfo("America/New_York")
    shift = (datetime.time(8), zone)
    assert is_between(shift, NOW, NOW + 3_600)
    assert not is_between(shift, NOW + 3_600, NOW + 7_200)
    assert is_between(shift, NOW - 20 * DAY, NOW)
    assert not is_between(shift, NOW, NOW)
    skipped = int(datetime.datetime(2026, 3, 8, 6, 0, tzinfo=datetime.UTC).timestamp())  # 01:00, the next hour is 03
    assert is_between((datetime.time(2, 30), zone), skipped, skipped + 2 * 3_600)


def test_a_pulse_each_minute_and_trouble_said_once() -> None:
    """The address is asked once a minute; where nobody answers that is said once, without the address."""
    time = FakeTime(NOW)
    web = Web(always(b"OK"), time)
    said: list[Said | Unread] = []
    fetching = FetchingSettings(heartbeat_url="https://beat.example/secret")
    heartbeat = Heartbeat(fetching, InTurn(), web, said.append)
    for _ in range(300):
        heartbeat(time.now())
        time.wait(1)
    assert len(web.asked) == 5
    web.rule = always(status=404)
    for _ in range(300):
        heartbeat(time.now())
        time.wait(1)
    notes = [one.note for one in said if isinstance(one, Unread)]
    assert (len(web.asked), notes) == (10, ["heartbeat_url does not answer: HTTP 404"])
    heartbeat.close()


def test_no_address_no_pulse() -> None:
    """Nothing leaves where no address is configured."""
    web = Web(always(), FakeTime(NOW))
    Heartbeat(FetchingSettings(), InTurn(), web, lambda said: None)(NOW)
    assert web.asked == []
