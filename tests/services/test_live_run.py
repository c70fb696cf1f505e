"""Promise: against sources with all their traps the bell rings for what happens only, and a kill loses nothing."""

import datetime
import math
import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from alerts.store import Store
from services.archive import Archive
from services.configuration import load, shipped_text
from services.database import migrate, open_engine
from services.embedded import Hub
from services.feed_clocks import FeedClocks, Freshness
from services.feeds.base import Poll
from services.following import Follower, Rounds
from services.live_feeds import Outside, live_feed, stale_days
from services.moments import Found, Moment, Unread
from services.polling import Followed
from services.settings import seconds
from services.wiring import Deployment, archive_of, claim, hub_of, knowledge_of
from tests.fakes.clock import FakeTime
from tests.fakes.loopback import Answer, Request
from tests.fakes.sources.ecb import EcbPlayer
from tests.fakes.sources.federal_register import FederalRegisterPlayer, document
from tests.fakes.sources.gdacs import GdacsPlayer, event
from tests.fakes.sources.mofcom import MofcomPlayer, row
from tests.fakes.sources.portwatch import PortWatchPlayer
from tests.fakes.sources.server import SourcesServer

START = datetime.datetime(2026, 9, 28, 12, tzinfo=datetime.UTC)
ACT = "商务部 海关总署公告2026年第70号 关于对镓、锗相关物项实施出口管制的公告"
TEXT = "<p>为维护国家安全和利益，决定对镓、锗相关物项实施出口管制。未经许可，不得出口。自2026年11月1日起正式实施。</p>"
SINCE = {"portwatch": "2026-03-01", "federal_register": "2026-09-21", "gdacs": "2026-09-20", "comtrade": "2026-08-01"}


def days(first: str, last: str) -> tuple[str, ...]:
    """Every day from first to last."""
    begin, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    return tuple((begin + datetime.timedelta(days=n)).isoformat() for n in range((end - begin).days + 1))


class Site:
    """A site whose sources are all on this machine; each `hub` is a process that begins."""

    def __init__(self, directory: Path, server: SourcesServer) -> None:
        self.server, self.time = server, FakeTime(int(START.timestamp()))
        file = directory / "twinbell.toml"
        entries = "".join(
            f'\n[[sources]]\nname = "{name}"\nbase = "{server.base}"\nsince = "{SINCE.get(name, "")}"\n'
            for name in server.players
        )
        file.write_text(shipped_text() + entries, encoding="utf-8")
        self.configuration = load(file, directory)
        self.database = open_engine(f"sqlite:///{directory}/site.db", durable=False)
        migrate(self.database)
        claim(self.database, Deployment(episode="", configuration=str(file)))
        self.archive: Archive = archive_of(self.database)
        self.clocks = FeedClocks(self.database)
        self.known = knowledge_of(self.configuration)
        self.outbox = directory / "outbox"
        self.told: list[Moment] = []

    def hub(self) -> Hub:
        """A process that begins."""
        hub = hub_of(self.configuration, self.known, self.database, self.outbox)
        hub.join(self.told.append)
        return hub

    def follow(self, hub: Hub, hours: float) -> None:
        """Follow the sources for so long."""
        outside = Outside(transport=lambda proxy: httpx.HTTPTransport(), time=self.time, now=self.time.now)
        made = [
            live_feed(self.configuration, chosen, self.known.reference, self.clocks, outside)
            for chosen in self.configuration.settings.sources
        ]
        feeds = [
            Followed(
                feed=feed,
                every_s=seconds(feed.source.about.every),
                cursor=lambda name=feed.name: self.archive.cursor(name),  # type: ignore[misc]
                standing=lambda own=feed: own.standing,  # type: ignore[misc]
            )
            for feed, _ in made
        ]
        until = self.time.now() + round(hours * 3_600)

        def is_over() -> bool:
            self.time.at_ms += 300_000
            return self.time.now() >= until

        try:
            Follower(hub, feeds, self.time, self.time, Rounds(clocks=self.clocks)).run(is_over)
        finally:
            for _, client in made:
                client.close()

    def alerts(self) -> list[tuple[str, str]]:
        """Hazard and group of each open alert."""
        situations = [state.assessment.situation for state in Store(self.database).open_alerts()]
        return sorted((situation.hazard.value, situation.group) for situation in situations)

    def states(self) -> dict[str, Freshness]:
        """What the silence of each feed means."""
        clocks = self.clocks.all()
        return {name: clocks[name].freshness(self.time.now(), stale_days(clocks)[name]) for name in clocks}

    def notes(self) -> str:
        """Everything that was told of sources."""
        return "\n".join(f"{moment.feed}: {moment.note}" for moment in self.told if isinstance(moment, Unread))


@pytest.fixture
def server() -> Iterator[SourcesServer]:
    """Every source, quiet: two years of ordinary transits, routine documents, a small earthquake far away."""
    with SourcesServer() as made:
        traffic, chance = made.players["portwatch"], random.Random(3)
        assert isinstance(traffic, PortWatchPlayer)
        traffic.days = days("2026-03-01", "2026-09-20")
        for day in traffic.days:
            for strait in ("chokepoint1", "chokepoint4", "port2027", "port777"):
                traffic.transits[day, strait] = round(70 * math.exp(chance.gauss(0, 0.05)))
        register = made.players["federal_register"]
        assert isinstance(register, FederalRegisterPlayer)
        register.documents = [document(f"2026-{n}", "2026-09-25", "Sunshine Act meeting") for n in range(40)]
        hazards, ministry, bank = made.players["gdacs"], made.players["mofcom"], made.players["ecb"]
        assert isinstance(hazards, GdacsPlayer)
        assert isinstance(ministry, MofcomPlayer)
        assert isinstance(bank, EcbPlayer)
        hazards.events = [event(1, at=[-123.4, -48.9], fromdate="2026-09-27T01:00:00")]
        ministry.rows = [
            row(1, "商务部公告2026年第60号 关于反倾销调查的公告", content="<p>对进口产品进行反倾销立案调查。</p>")
        ]
        yield made


@pytest.fixture
def site(tmp_path: Path, server: SourcesServer) -> Iterator[Site]:
    """The site."""
    made = Site(tmp_path, server)
    yield made
    made.database.dispose()


def happens(server: SourcesServer) -> None:
    """An act of China on gallium and germanium, and a great earthquake at Bayan Obo."""
    ministry, hazards = server.players["mofcom"], server.players["gdacs"]
    assert isinstance(ministry, MofcomPlayer)
    assert isinstance(hazards, GdacsPlayer)
    assert ministry.rows is not None
    assert hazards.events is not None
    ministry.rows = [row(2, ACT, content=TEXT, publishTimeStr="2026-09-28 18:00:00"), *ministry.rows]
    great = {"severity": 7.6, "severityunit": "M", "severitytext": "Magnitude 7.6M, Depth:10km"}
    strong = event(7, fromdate="2026-09-28T13:00:00", alertlevel="Red", severitydata=great, at=[109.95, 41.76])
    hazards.events = [*hazards.events, strong]


EXPECTED = [("natural", "rare_earths"), ("restriction", "gallium")]


def test_what_happens_rings_and_what_does_not_is_quiet(site: Site, server: SourcesServer) -> None:
    """Nobody is rung for routine documents and distant quakes; then for an act and for an earthquake."""
    hub = site.hub()
    site.follow(hub, 6)
    assert site.alerts() == []
    assert Freshness.UNREACHED not in site.states().values(), site.notes()
    happens(server)
    site.follow(hub, 6)
    assert set(EXPECTED) <= set(site.alerts())
    assert {hazard for hazard, _ in site.alerts()} == {"natural", "restriction"}
    found = {(moment.signal.detector, moment.signal.group) for moment in site.told if isinstance(moment, Found)}
    assert {("C1", "gallium"), ("C1", "germanium"), ("L2", "rare_earths")} <= found


def test_traps_are_said_and_cost_their_own_source_only(site: Site, server: SourcesServer) -> None:
    """A storm of 429, a page that moved, nothing with status 200, half an answer: named, and the others ring."""
    hub = site.hub()
    server.traps["comtrade"] = lambda request: Answer(429, b"slow down")
    server.traps["pink_sheet"] = lambda request: Answer(200, b"<p>moved</p>")
    server.traps["ecb"] = lambda request: Answer(200, b"<x><Cube", {"Content-Type": "text/xml"})

    def nothing(request: Request) -> Answer | None:
        return Answer(200, b'{"features": []}') if "query" in request.path else None

    server.traps["portwatch"] = nothing
    happens(server)
    site.follow(hub, 8)
    assert set(EXPECTED) <= set(site.alerts())
    states, notes = site.states(), site.notes()
    assert states["comtrade"] is states["pink_sheet"] is states["portwatch"] is Freshness.UNREACHED
    assert states["federal_register"] is states["mofcom"] is states["gdacs"] is Freshness.FRESH
    assert "comtrade: throttled: HTTP 429" in notes
    assert "pink_sheet: moved: no link" in notes
    assert "portwatch: " in notes
    assert "ecb: " in notes
    assert server.asked["comtrade"] <= 5 + 24 * 3_600 // (6 * 3_600) + 1
    assert [letter.feed for letter in site.archive.dead_letters()] == ["ecb"] * len(site.archive.dead_letters())
    del server.traps["comtrade"], server.traps["pink_sheet"], server.traps["ecb"], server.traps["portwatch"]
    site.follow(hub, 24)
    assert Freshness.UNREACHED not in site.states().values(), site.notes()
    series = {series.feed for series in site.archive.series()}
    assert series == {"pink_sheet", "portwatch", "comtrade", "ecb"}


def test_content_that_stands_still_is_stale_though_it_answers(site: Site) -> None:
    """Nine days of the same answers: fetched today, content of long ago, and the clocks say so."""
    hub = site.hub()
    site.follow(hub, 2)
    assert site.states()["portwatch"] is Freshness.FRESH
    site.time.at_ms += 15 * 86_400_000
    site.follow(hub, 2)
    states = site.states()
    assert states["portwatch"] is states["ecb"] is states["federal_register"] is Freshness.STALE
    clock = site.clocks.all()["portwatch"]
    assert clock.fetched_at is not None
    assert clock.content_at is not None
    assert clock.fetched_at - clock.content_at > 12 * 86_400


class Killed(Exception):
    """The process is gone."""


class Fragile(Hub):
    """A process that is killed when it has taken so many polls: before the next one is kept."""

    left = 0

    def take(self, at: int, poll: Poll) -> None:
        """Take a poll, or die with it in hand."""
        if self.left == 0:
            raise Killed
        self.left -= 1
        super().take(at, poll)


@pytest.mark.parametrize("after", [0, 5])
def test_killed_in_the_middle_nothing_is_lost(site: Site, server: SourcesServer, after: int) -> None:
    """A process that dies with a poll in hand: the next one goes on from the marks, and everything is there once."""
    happens(server)
    hub = site.hub()
    hub.__class__ = Fragile
    hub.left = after  # type: ignore[attr-defined]
    with pytest.raises(Killed):
        site.follow(hub, 24)
    site.follow(site.hub(), 12)
    assert set(EXPECTED) <= set(site.alerts())
    assert len(site.alerts()) == len(set(site.alerts()))
    run = site.archive.as_known_at("portwatch/chokepoints:count:chokepoint1:total", site.time.now())
    assert len(run.occurred_at) == len(days("2026-03-01", "2026-09-20"))
