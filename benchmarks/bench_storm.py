"""A storm: a burst of 10,000 situations, taken in, on disk and planned for both sides, and told to both.

Two runs. One takes the whole burst in as one transaction: how fast that is. The other takes it in by portions, each a
transaction of its own, and sends meanwhile: when each side has heard. Everything is real but the providers: a SQLite
file with every commit on the disk, the shipped directory and grouping, the actual channels over this machine's sockets.
Three alerts in seven are watches that come with louder ones; a watch alone would wait its group wait of 30 s first.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from alerts.deliveries import Mode
from alerts.participants import Directory
from alerts.store import Store
from benchmarks import alertmanager
from benchmarks.burst import burst
from benchmarks.receivers import Receiver
from benchmarks.rows import Row
from services.archive import Archive
from services.clock import SystemClock
from services.configuration import load
from services.database import migrate, open_engine
from services.dispatcher.escalate import escalate
from services.dispatcher.intake import Intake
from services.dispatcher.lanes import SideBySide
from services.dispatcher.send import Patience, Sender
from services.errors import PartMissing
from services.routes import actual_channels
from services.settings import Configuration
from services.wiring import Knowledge, archive_of, composer, knowledge_of
from streams.assessments import Assessment, Level

SITUATIONS = 10_000
PORTION = 500
AIM_PER_SECOND, AIM_FIRST_S, AIM_LAST_S = 2_000, 1.0, 10.0
PATIENCE_S = 60.0
_LULL_S = 0.02


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What arrived: seconds from the beginning of the burst to each alert's first notice, by side; and messages."""

    first: dict[str, dict[str, float]]
    messages: int
    waking: int


class Burst(msgspec.Struct, frozen=True, kw_only=True):
    """What the storm is made of, and by what."""

    configuration: Configuration
    known: Knowledge
    assessments: tuple[Assessment, ...]
    folder: Path

    @property
    def directory(self) -> Directory:
        """The participants."""
        return self.configuration.directory

    @property
    def sides(self) -> tuple[str, ...]:
        """Their codes."""
        return tuple(side.iso3 for side in self.directory.participants)


def rows(situations: int = SITUATIONS, portion: int = PORTION) -> list[Row]:
    """The figures of this benchmark."""
    configuration = load(None, Path())
    known = knowledge_of(configuration)
    sides = tuple(side.iso3 for side in configuration.directory.participants)
    assessments = burst(situations, SystemClock().now(), known.reference, sides)
    gc.collect()
    gc.freeze()  # what the benchmark itself holds is nothing that the system would look through
    try:
        Path("var").mkdir(exist_ok=True)
        with TemporaryDirectory(prefix="storm-", dir="var") as folder:
            made = Burst(configuration=configuration, known=known, assessments=tuple(assessments), folder=Path(folder))
            found = _intake_rows(made)
            told = _told(made, portion)
            return [*found, *_told_rows(made, told, f"{portion} at a time"), *_peer_rows(made, portion, told)]
    finally:
        gc.unfreeze()


def _intake_rows(made: Burst) -> list[Row]:
    """The whole burst as one transaction."""
    with _store(made, "intake.db") as (store, _):
        intake = Intake(store, made.directory, Mode.EXERCISE, made.configuration.settings.timers)
        now = SystemClock().now()
        began, spent = time.perf_counter(), time.process_time()
        with store.transaction() as connection:
            intake.take_many(connection, made.assessments, now)
        rate = len(made.assessments) / (time.perf_counter() - began)
        spent_rate = len(made.assessments) / (time.process_time() - spent)
        alerts = store.open_alerts()
        if len(alerts) != len(made.assessments) or not all(alert.deliveries for alert in alerts):
            raise RuntimeError("the storm was not taken in and planned as a whole")
        planned = sum(len(alert.deliveries) for alert in alerts)
    name = f"storm of {len(made.assessments):,}: taken in, folded, on disk, planned"
    return [
        Row(
            name=name,
            value=rate,
            unit="assessments/s",
            against=f"aim of at least {AIM_PER_SECOND:,} a second",
            ratio=rate / AIM_PER_SECOND,
        ),
        Row(
            name=f"{name}, by processor time",
            value=spent_rate,
            unit="assessments/s",
            against=f"aim of at least {AIM_PER_SECOND:,} a second; the rest is waiting for disk and other programs",
            ratio=spent_rate / AIM_PER_SECOND,
        ),
        Row(name="storm: deliveries planned for both sides", value=planned, unit="deliveries"),
    ]


def _told(made: Burst, portion: int) -> Told:
    """The burst in portions, sent meanwhile, until all that it owes was sent or PATIENCE_S have passed."""
    timers, now = made.configuration.settings.timers, SystemClock().now
    with (
        _store(made, "told.db") as (store, archive),
        Receiver(made.directory, made.folder) as receiver,
        closing(SideBySide()) as lanes,
    ):
        settings = msgspec.structs.replace(
            made.configuration.settings, participants=receiver.directory.participants, channels=receiver.settings
        )
        actual = msgspec.structs.replace(made.configuration, settings=settings)
        channels = actual_channels(actual.channels, actual.directory, Mode.ACTUAL)
        patience = Patience(timers, lanes=lanes, clock=now)
        sender = Sender(store, channels, composer(actual, made.known, store, archive), Mode.ACTUAL, patience)
        intake = Intake(store, actual.directory, Mode.ACTUAL, timers)
        began = time.perf_counter()
        for start in range(0, len(made.assessments), portion):
            with store.transaction() as connection:
                intake.take_many(connection, made.assessments[start : start + portion], now())
            sender.send_due(now())
        while time.perf_counter() - began < PATIENCE_S:
            planned = escalate(store, actual.directory, now(), timers)
            if planned + len(sender.send_due(now())) == 0:
                due = store.next_due()
                if not lanes.busy() and (due is None or due > now() + AIM_LAST_S):
                    break
                time.sleep(_LULL_S)
    arrivals = receiver.arrivals()
    first: dict[str, dict[str, float]] = {side: {} for side in made.sides}
    for arrival in arrivals:
        for alert in arrival.alerts:
            first[arrival.side].setdefault(alert, arrival.at - began)
    return Told(first=first, messages=len(arrivals), waking=sum(each.channel == "pagerduty" for each in arrivals))


def _told_rows(made: Burst, told: Told, name: str) -> Iterator[Row]:
    count = len(made.assessments)
    earliest = min(first for side in made.sides for first in told.first[side].values())
    begins = f"storm of {count:,}, {name}"
    yield Row(
        name=f"{begins}: first notice at a receiver",
        value=earliest,
        unit="s",
        against=f"aim of at most {AIM_FIRST_S:g} s",
        ratio=earliest / AIM_FIRST_S,
    )
    for side in made.sides:
        last = max(told.first[side].values())
        yield Row(
            name=f"{begins}: last first-notice of {side}",
            value=last,
            unit="s",
            against=f"aim of at most {AIM_LAST_S:g} s",
            ratio=last / AIM_LAST_S,
        )
    unnamed = sum(count - len(told.first[side]) for side in made.sides)
    owed = count * len(made.sides)
    yield Row(name=f"{begins}: alerts that a side was not told of", value=unnamed, unit="alerts", against="aim of none")
    yield Row(
        name=f"{begins}: messages to both sides",
        value=told.messages,
        unit="messages",
        against=f"{owed:,} notices, one for each alert and side",
        ratio=told.messages / owed,
    )
    yield Row(name=f"{begins}: messages that wake", value=told.waking, unit="messages")


def _peer_rows(made: Burst, portion: int, own: Told) -> list[Row]:
    labels = [
        alertmanager.Labels(
            alertname=each.situation.situation_id, hazard=each.situation.hazard, place=each.situation.origin
        )
        for each in made.assessments
    ]
    interval_s = made.configuration.settings.timers.group_interval_s[Level.WARNING]
    try:
        began, notices = alertmanager.notified(labels, portion, made.sides, interval_s, made.folder)
    except PartMissing:
        return [Row(name="Alertmanager", value=0, unit="", against="not on this machine: no peer in this run")]
    first: dict[tuple[str, str], float] = {}
    for notice in sorted(notices, key=lambda each: each.at):
        for alert in notice.alerts:
            first.setdefault((notice.side, alert), notice.at - began)
    last, own_last = max(first.values()), max(max(found.values()) for found in own.first.values())
    name = "Alertmanager, same burst and grouping, nothing on disk"
    return [
        Row(name=f"{name}: first notice", value=min(first.values()), unit="s"),
        Row(
            name=f"{name}: last first-notice",
            value=last,
            unit="s",
            against=f"Twinbell in this run, {own_last:.2f} s",
            ratio=last / own_last,
        ),
        Row(
            name=f"{name}: messages",
            value=len(notices),
            unit="messages",
            against=f"Twinbell in this run, {own.messages}",
            ratio=len(notices) / own.messages,
        ),
        Row(
            name=f"{name}: alerts that a side was not told of",
            value=len(labels) * len(made.sides) - len(first),
            unit="alerts",
            against=f"within {alertmanager.PATIENCE_S:g} s",
        ),
    ]


@contextmanager
def _store(made: Burst, name: str) -> Iterator[tuple[Store, Archive]]:
    database = open_engine(f"sqlite:///{made.folder / name}")
    try:
        migrate(database)
        yield Store(database), archive_of(database)
    finally:
        database.dispose()
