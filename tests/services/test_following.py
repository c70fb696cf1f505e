"""Feeds followed: new rows ring, old ones do not, nothing is lost or taken twice whatever happens in between."""

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from alerts.store import Store
from services.clock import DeploymentClock
from services.configuration import shipped_text
from services.dispatcher.lanes import Job, Lane
from services.errors import SourceFailed, TooManyDeadLetters
from services.feeds.base import Poll
from services.feeds.files import FileFeed
from services.feeds.importing import import_files
from services.following import Followed, Follower
from services.moments import Found, Moment, Read, Recorded, Rejected, Silence, Unread
from services.polling import AGAIN_S, Polling
from services.reasons import Reason
from services.sources import feeds_of, manifest_of
from streams.notices.reader import packaged_reader
from tests.following import TODAY, Deployed, prices

YESTERDAY = TODAY - datetime.timedelta(days=1)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployed]:
    """An exercise on one feed."""
    site = Deployed(tmp_path)
    yield site
    site.database.dispose()


def open_alerts(site: Deployed) -> list[str]:
    """The groups on which an alert is open."""
    return [state.assessment.situation.group for state in Store(site.database).open_alerts()]


def test_new_rows_ring_and_old_ones_do_not(site: Deployed) -> None:
    """Two years of quiet prices ring nobody; a jump that is dropped in rings both sides, in the same run."""
    seen: list[Moment] = []
    hub = site.hub()
    hub.join(seen.append)
    (site.drop / "antimony.csv").write_text(prices(YESTERDAY, 700))

    def between(turn: int) -> None:
        if turn == 0:
            assert open_alerts(site) == []
            (site.drop / "antimony.csv").write_text(prices(TODAY, 701, jump=1.6, jumped=1))
            site.real.wait(86_400)
        site.real.wait(60)  # longer than the group wait of a watch

    site.follow(hub, 4, between)
    assert open_alerts(site) == ["antimony"]
    assert [moment.rows for moment in seen if isinstance(moment, Read) and moment.feed == "desk"] == [700, 1]
    assert any(isinstance(moment, Found) for moment in seen)
    sides = {path.parts[-3] for path in (site.directory / "outbox").rglob("*.eml")}
    assert sides == {"USA", "JPN"}


def test_what_lies_years_back_is_not_rung_for(site: Deployed) -> None:
    """A jump of last year, read today for the first time, is history: it teaches the detectors and wakes nobody."""
    (site.drop / "antimony.csv").write_text(
        prices(TODAY - datetime.timedelta(days=400), 700, jump=1.6, jumped=1)
        + "\n".join(prices(YESTERDAY, 399).splitlines()[1:])
        + "\n"
    )
    site.follow(site.hub(), 2)
    assert open_alerts(site) == []


def test_a_feed_is_read_as_often_as_it_says(site: Deployed) -> None:
    """Every 15 minutes, not at every turn; a note that stands is told once."""
    notes: list[str] = []
    hub = site.hub()
    hub.join(lambda moment: notes.append(moment.note) if isinstance(moment, Unread) else None)
    site.follow(hub, 40, lambda turn: site.real.wait(60))
    assert len(notes) == 1
    assert "antimony*.csv: not there" in notes[0]


def test_a_process_that_begins_again_reads_nothing_twice(site: Deployed) -> None:
    """Cursor, states and record lie in the store: a second process finds nothing new and opens nothing again."""
    (site.drop / "antimony.csv").write_text(prices(YESTERDAY, 700, jump=1.6, jumped=1))
    site.follow(site.hub(), 2)
    before = Store(site.database).facts(Store(site.database).open_alerts()[0].alert_id)
    seen: list[Moment] = []
    hub = site.hub()
    hub.join(seen.append)
    site.follow(hub, 2)
    assert [moment for moment in seen if isinstance(moment, Read) and moment.feed] == []
    assert Store(site.database).facts(before[0].alert_id)[: len(before)] == before
    assert len(open_alerts(site)) == 1


def test_rows_imported_by_a_command_ring_in_the_run(site: Deployed) -> None:
    """`twinbell import` in another terminal: the run notices within seconds and judges the group anew."""
    seen: list[Moment] = []
    hub = site.hub()
    hub.join(seen.append)

    def between(turn: int) -> None:
        if turn == 0:
            (site.directory / "own").mkdir()
            (site.directory / "own" / "antimony.csv").write_text(prices(YESTERDAY, 700, jump=1.6, jumped=1))
            manifest = manifest_of(site.directory / "desk.toml")
            read = packaged_reader().read
            own = FileFeed(manifest, site.directory / "own", site.known().reference, site.real.now, read)
            import_files(own, site.archive, site.database, lambda done, of, report: None)
        site.real.wait(2)

    site.follow(hub, 6, between)
    assert open_alerts(site) == ["antimony"]
    assert any(isinstance(moment, Recorded) for moment in seen)


def test_other_thresholds_judge_the_past_anew(site: Deployed) -> None:
    """After a change of thresholds the states are made again from what is stored, and what holds now rings."""
    (site.drop / "antimony.csv").write_text(prices(YESTERDAY, 700, jump=1.6, jumped=1))
    from streams.thresholds import packaged_bytes

    deaf = packaged_bytes().decode().replace("strong_score = ", "strong_score = 1000000000 # ")
    (site.directory / "deaf.toml").write_text(deaf)
    site.write(shipped_text().replace('thresholds = ""', 'thresholds = "deaf.toml"'))
    site.follow(site.hub(), 2)
    assert open_alerts(site) == []
    site.write(shipped_text())
    site.follow(site.hub(), 2)
    assert open_alerts(site) == ["antimony"]


def test_past_the_limit_the_run_stops_loudly(site: Deployed) -> None:
    """More unusable rows than the limit: nothing is kept; the message says which row and how to try the manifest."""
    site.write(shipped_text().replace("dead_letter_limit = 10_000", "dead_letter_limit = 2"))
    lines = prices(YESTERDAY, 700).splitlines()
    lines[5:8] = ["2025-01-01,cheap", "2025-01-02,dear", "soon,1"]
    (site.drop / "antimony.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(TooManyDeadLetters, match=r"antimony\.csv row .*--check"):
        site.follow(site.hub(), 1)
    assert site.archive.groups() == ()


def test_unusable_rows_are_told_and_the_run_goes_on(site: Deployed) -> None:
    """Below the limit each bad row is a dead letter with its bytes; the others are read."""
    lines = prices(YESTERDAY, 700).splitlines()
    lines[5] = f"{lines[5].split(',')[0]},=1+1"
    (site.drop / "antimony.csv").write_text("\n".join(lines) + "\n")
    seen: list[Moment] = []
    hub = site.hub()
    hub.join(seen.append)
    site.follow(hub, 1)
    letters = [moment.letter for moment in seen if isinstance(moment, Rejected)]
    assert [letter.row for letter in letters] == [5]
    assert site.archive.groups() == ("antimony",)


def test_a_feed_that_breaks_silences_no_other(site: Deployed) -> None:
    """What a feed raises is told and counted; the others are read, and it is read again when its time comes."""

    class Broken:
        name = "broken"

        def poll(self, cursor: str) -> Poll:
            raise ZeroDivisionError(cursor)

    (site.drop / "antimony.csv").write_text(prices(YESTERDAY, 700))
    seen: list[Moment] = []
    hub = site.hub()
    hub.join(seen.append)
    feed, every_s = feeds_of(site.configuration(), site.known().reference, site.real.now)[0]
    feeds = [
        Followed(feed=Broken(), every_s=every_s, cursor=lambda: ""),
        Followed(feed=feed, every_s=every_s, cursor=lambda: site.archive.cursor("desk")),
    ]
    turns = iter((False, True))
    Follower(hub, feeds, site.real, site.real).run(lambda: next(turns))
    assert [moment.feed for moment in seen if isinstance(moment, Unread)] == ["broken"]
    assert site.archive.groups() == ("antimony",)


def test_a_way_that_broke_off_is_gone_on_with_soon() -> None:
    """A source that is asked once a day and stopped half-way is asked again as soon as one that failed at once."""

    class Broken:
        name = "broken"
        polls = 0

        def poll(self, cursor: str) -> Poll:
            self.polls += 1
            return Poll(feed=self.name, cursor="", polled_at=0, unread="timed_out" if self.polls == 1 else "")

    feed = Broken()
    polling = Polling([Followed(feed=feed, every_s=86_400, cursor=lambda: "")], lambda at, name, note: None)
    for now in (0, AGAIN_S - 1, AGAIN_S, 2 * AGAIN_S, 86_400):
        list(polling.polls(now))
    assert feed.polls == 2


def test_a_source_that_is_waited_for_is_told_once_until_it_was_read() -> None:
    """Why, while it is waited for; at the end when it is read again; the next failure does not say the first anew."""
    said: list[str] = []
    waiting = [""]

    class Away:
        name = "away"

        def poll(self, cursor: str) -> Poll:
            raise SourceFailed("away", Reason.UNREACHABLE, "no connection to away.example")

    class Later:
        """Lanes whose jobs end when the test says so."""

        def __init__(self) -> None:
            self.jobs: dict[Lane, Job] = {}

        def run(self, jobs: Mapping[Lane, Job]) -> None:
            self.jobs |= jobs

        def busy(self) -> frozenset[Lane]:
            return frozenset(self.jobs)

        def close(self) -> None:
            """Nothing is open."""

        def end(self) -> None:
            while self.jobs:
                self.jobs.popitem()[1]()

    lanes = Later()
    followed = Followed(feed=Away(), every_s=86_400, cursor=str, waiting=lambda: waiting[0])
    polling = Polling([followed], lambda at, name, note: said.append(f"{name}: {note}"), lanes)
    for now in (0, AGAIN_S):
        for words in ("", "not read yet", "not read yet, again"):
            waiting[0] = words
            list(polling.polls(now))
        lanes.end()
        list(polling.polls(now))
    assert said == [
        "away: not read yet",
        "away: unreachable: no connection to away.example; read again at 1970-01-01T00:15:00Z",
        "away: unreachable: no connection to away.example; read again at 1970-01-01T00:30:00Z",
    ]


def test_a_reading_that_breaks_off_half_way_says_when_it_goes_on() -> None:
    """Once, at the end of its note: the next reading does not tell it again; a note of its own is as it is."""

    class Cut:
        name = "cut"
        notes: tuple[str, ...] = ("a page is gone", "timed_out: page 2")
        unread = "timed_out"

        def poll(self, cursor: str) -> Poll:
            return Poll(feed=self.name, cursor="", polled_at=0, notes=self.notes, unread=self.unread)

    feed = Cut()
    polling = Polling([Followed(feed=feed, every_s=86_400, cursor=str)], lambda at, name, note: None)
    (first,), (second,) = polling.polls(0), polling.polls(AGAIN_S)
    assert first.notes == ("a page is gone", "timed_out: page 2; read again at 1970-01-01T00:15:00Z")
    assert second.notes == ()
    feed.notes, feed.unread = ("another page is gone",), ""
    (third,) = polling.polls(2 * AGAIN_S)
    assert third.notes == ("another page is gone",)


def test_a_day_that_begins_lets_alerts_end(site: Deployed) -> None:
    """Time passes without files too: each midnight is a tick, and silence of the source ends nothing."""
    (site.drop / "antimony.csv").write_text(prices(YESTERDAY, 700, jump=1.6, jumped=1))
    hub = site.hub()
    site.follow(hub, 60, lambda turn: site.real.wait(43_200))
    assert open_alerts(site) == ["antimony"]


def test_the_machines_clock_is_the_default_of_a_followed_store(site: Deployed) -> None:
    """A store on which feeds are followed is stamped with real time."""
    assert DeploymentClock(site.database, site.real).now() == site.real.now()


def test_a_source_that_falls_silent_is_told_once_in_one_line_and_when_it_speaks_again(site: Deployed) -> None:
    """Three weeks without a figure: log, metric and screen hear it once; the next figure ends it."""
    seen: list[Moment] = []
    hub = site.hub()
    hub.join(seen.append)
    (site.drop / "antimony.csv").write_text(prices(YESTERDAY, 400))

    site.follow(hub, 40, lambda turn: site.real.wait(86_400))
    (silent,) = [moment for moment in seen if isinstance(moment, Silence)]
    assert (silent.is_over, silent.source, len(silent.series)) == (False, "desk", 1)
    assert silent.at - silent.since <= 22 * 86_400
    (site.drop / "antimony.csv").write_text(prices(TODAY + datetime.timedelta(days=40), 441))
    site.follow(hub, 2, lambda turn: site.real.wait(60))
    assert [moment.is_over for moment in seen if isinstance(moment, Silence)] == [False, True]
    assert open_alerts(site) == []


def test_a_source_that_fell_silent_while_nobody_ran_is_told_at_the_start(site: Deployed) -> None:
    """A process that begins after a month looks at once at what has not spoken since, and not only at midnight."""
    (site.drop / "antimony.csv").write_text(prices(YESTERDAY, 400))
    site.follow(site.hub(), 2)
    site.real.wait(30 * 86_400)
    seen: list[Moment] = []
    hub = site.hub()
    hub.join(seen.append)
    site.follow(hub, 1)
    told = [moment for moment in seen if isinstance(moment, Silence)]
    assert [(moment.is_over, moment.source) for moment in told] == [(False, "desk")]
