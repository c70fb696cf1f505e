"""A site whose sources are all on this machine, for tests: each with its traps, on a time that tests move."""

import datetime
import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from alerts.store import Store
from services.archive import Archive
from services.configuration import load, shipped_text
from services.database import migrate, open_engine
from services.embedded import Hub
from services.feed_clocks import FeedClocks, Freshness
from services.following import Follower, Rounds
from services.live_feeds import Outside, live_feed, promised_days, stale_days
from services.moments import Moment, Unread
from services.polling import Followed
from services.settings import seconds
from services.silences import Standstill
from services.wiring import Deployment, archive_of, claim, hub_of, knowledge_of, operators_of
from tests.fakes.clock import FakeTime
from tests.fakes.sources.ecb import EcbPlayer
from tests.fakes.sources.federal_register import FederalRegisterPlayer, document
from tests.fakes.sources.gdacs import GdacsPlayer, event
from tests.fakes.sources.mofcom import MofcomPlayer, row
from tests.fakes.sources.portwatch import PortWatchPlayer
from tests.fakes.sources.server import SourcesServer

START = datetime.datetime(2026, 9, 28, 12, tzinfo=datetime.UTC)
FIRST_DAY = START.date()
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
        operators = operators_of(self.configuration, self.known, self.database, self.outbox)
        hub = hub_of(self.configuration, self.known, self.database, self.outbox, operators)
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

        standstill = Standstill(self.database, self.clocks, promised_days())

        def is_over() -> bool:
            self.time.at_ms += 300_000
            return self.time.now() >= until

        try:
            Follower(hub, feeds, self.time, self.time, Rounds(clocks=self.clocks, duties=(standstill,))).run(is_over)
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
        promised = stale_days(clocks, self.known.reference, self.known.thresholds)
        return {name: clocks[name].freshness(self.time.now(), promised[name]) for name in clocks}

    def notes(self) -> str:
        """Everything that was told of sources."""
        return "\n".join(f"{moment.feed}: {moment.note}" for moment in self.told if isinstance(moment, Unread))


@contextmanager
def quiet_sources() -> Iterator[SourcesServer]:
    """Every source, quiet: half a year of ordinary transits, routine documents, a small earthquake far away."""
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


def happens(server: SourcesServer, on: datetime.date = FIRST_DAY) -> None:
    """An act of China on gallium and germanium, and a great earthquake at Bayan Obo, on this day."""
    ministry, hazards = server.players["mofcom"], server.players["gdacs"]
    assert isinstance(ministry, MofcomPlayer)
    assert isinstance(hazards, GdacsPlayer)
    assert ministry.rows is not None
    assert hazards.events is not None
    ministry.rows = [row(2, ACT, content=TEXT, publishTimeStr=f"{on} 18:00:00"), *ministry.rows]
    great = {"severity": 7.6, "severityunit": "M", "severitytext": "Magnitude 7.6M, Depth:10km"}
    strong = event(7, fromdate=f"{on}T13:00:00", alertlevel="Red", severitydata=great, at=[109.95, 41.76])
    hazards.events = [*hazards.events, strong]
