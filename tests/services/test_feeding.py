"""Promise: `twinbell feed` reads live sources as one process does, by the same code, and lets their events wait."""

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from services import tables
from services.archive import Archive
from services.clock import SystemClock
from services.configuration import load, shipped_text
from services.database import migrate, open_engine
from services.detector.worker import SETTLES
from services.feed_clocks import FeedClocks
from services.feeder.feeding import Feeder, FeederParts
from services.feeder.publishing import Publisher
from services.following import Follower
from services.moments import Moment, Said, Unread
from services.rounds import Followership, followed, rounds
from services.settings import Configuration
from services.wiring import archive_of, hub_of, knowledge_of
from streams.cloudevents import OBSERVATIONS, Event, Headers, Wire, marks_of
from streams.relate import Relating
from streams.topics import TopicName
from tests.fakes.loopback import Answer
from tests.fakes.sources.server import SourcesServer
from tests.live_site import happens, quiet_sources

SOURCES = ("mofcom", "gdacs", "ecb")  # those whose manners ask for few seconds
PATIENCE_S = 120


class Unused:
    """A broker that is never asked: what waits stays in the store."""

    def send(self, name: TopicName, event: Event) -> None:
        """Never."""
        raise AssertionError(name)

    def flush(self) -> None:
        """Never."""
        raise AssertionError


class Store:
    """One deployment's store; `told` is what its process said."""

    def __init__(self, directory: Path, name: str, configuration: Configuration) -> None:
        self.database = open_engine(f"sqlite:///{directory}/{name}.db", durable=False)
        migrate(self.database)
        self.archive: Archive = archive_of(self.database)
        self.told: list[Moment] = []
        self.own = Followership(
            configuration=configuration,
            known=knowledge_of(configuration),
            database=self.database,
            tell=self.told.append,
            open_alerts=lambda: 0,
        )

    def is_read(self) -> bool:
        """Whether every source was tried."""
        return FeedClocks(self.database).all().keys() == set(SOURCES)

    def kept(self) -> list[tuple[str, list[str], list[str], list[str]]]:
        """What is kept of each group: documents, events, series with their values."""
        found = []
        for _, batch in self.archive.batches(0, 2**40):
            runs = [f"{run.series.series_id} {list(run.occurred_at)} {list(run.values)}" for run in batch.runs]
            found.append((batch.group, [n.number for n in batch.notices], [h.event_id for h in batch.hazards], runs))
        return sorted(found)

    def waiting(self) -> list[tuple[bytes, bool, tuple[str, ...]]]:
        """The events that wait: key, whether it settles its group, the documents in it."""
        with self.database.connect() as connection:
            rows = connection.execute(sa.select(tables.outgoing).order_by(tables.outgoing.c.position)).all()
        wire, found = Wire(OBSERVATIONS), []
        for row in rows:
            headers = msgspec.msgpack.decode(row.headers, type=Headers)
            batch = wire.record(headers, row.value)
            settles = SETTLES in marks_of(headers)
            found.append((row.key, settles, tuple(notice.number for notice in batch.notices)))
        return found


@pytest.fixture
def server() -> Iterator[SourcesServer]:
    """Every source, and something happens."""
    with quiet_sources() as made:
        happens(made)
        yield made


@pytest.fixture
def configuration(tmp_path: Path, server: SourcesServer) -> Configuration:
    """The sources here."""
    file = tmp_path / "twinbell.toml"
    file.write_text(shipped_text() + server.configuration(*SOURCES, every="30m"), encoding="utf-8")
    return load(file, tmp_path)


def fed(store: Store) -> None:
    """A feeder that begins, until every source was tried and nothing is left."""
    publisher = Publisher(store.database, Unused(), "/twinbell/test/feed")  # type: ignore[arg-type]
    parts = FeederParts(
        database=store.database,
        archive=store.archive,
        publisher=publisher,
        clock=SystemClock(),
        witnesses=(store.told.append,),
        dead_letter_limit=100,
        relating=Relating(store.own.known.reference),
    )
    until = time.monotonic() + PATIENCE_S
    with followed(store.own, SystemClock().now) as feeds, rounds(store.own, feeds) as beside:
        feeder = Feeder(parts, feeds, beside)
        feeder.round()
        while not (store.is_read() and feeder.is_idle):
            feeder.round()
            assert time.monotonic() < until
            SystemClock().wait(0.02)
        feeder.round()


def test_live_sources_wait_for_the_broker_as_one_process_would_keep_them(
    tmp_path: Path, configuration: Configuration
) -> None:
    """The same rows as by `live`, each group's events ended by one that settles; read again, nothing more waits."""
    distributed, embedded = Store(tmp_path, "distributed", configuration), Store(tmp_path, "embedded", configuration)
    fed(distributed)
    hub = hub_of(configuration, embedded.own.known, embedded.database, tmp_path / "outbox")
    clock = SystemClock()
    with followed(embedded.own, clock.now) as feeds, rounds(embedded.own, feeds) as beside:
        Follower(hub, feeds, clock, clock, beside).run(embedded.is_read)
    assert distributed.kept() == embedded.kept()
    assert [group for group, *_ in distributed.kept()]
    waiting = distributed.waiting()
    for group in {key for key, _, _ in waiting}:
        assert [settles for key, settles, _ in waiting if key == group][-1]
    assert any(numbers for key, _, numbers in waiting if key == b"gallium")
    fed(distributed)
    assert [(settles, numbers) for _, settles, numbers in distributed.waiting()[len(waiting) :] if numbers] == []
    for store in (distributed, embedded):
        store.database.dispose()


def test_what_cannot_be_reached_is_said_and_kept(
    tmp_path: Path, configuration: Configuration, server: SourcesServer
) -> None:
    """One source is gone: said in a line, its clock has the reason, and what the others brought waits."""
    server.traps["ecb"] = lambda request: Answer(410, b"gone")
    store = Store(tmp_path, "distributed", configuration)
    fed(store)
    assert FeedClocks(store.database).all()["ecb"].reason == "not_there"
    assert any(isinstance(moment, Unread) and moment.feed == "ecb" for moment in store.told)
    (said,) = [moment for moment in store.told if isinstance(moment, Said) and "NOT REACHED" in moment.lines[0]]
    assert "ecb (not_there)" in said.lines[0]
    assert {key for key, _, _ in store.waiting()} == {b"gallium", b"germanium"}
    store.database.dispose()
