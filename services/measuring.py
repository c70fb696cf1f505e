"""Moments → **metrics**: the witness that counts, and what is asked of the store at each scrape."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry
from prometheus_client import Metric as Family

from alerts.deliveries import DeliveryState
from alerts.facts import Assessed, Fact, Planned, SendFailed, Sending, Sent
from alerts.participants import Directory
from services.bell_times import IN_TIME, LATE, BellTimes
from services.canary import Flight, Inbox
from services.endpoint import Endpoint, Health, Taking
from services.metrics import (
    ANSWERS,
    ASSESSMENTS,
    BELLS,
    BROKER_REACHED,
    CANARIES,
    CANARY,
    CANARY_ARRIVED,
    CANARY_INTERVAL,
    CHECKPOINT,
    CONSUMER_LAG,
    CONTENT_AGE,
    DEAD_LETTERS,
    DELIVERIES,
    DETECTION,
    FEED_FAILURES,
    LEADS,
    OBSERVATIONS,
    PARTITIONS,
    REVISIONS,
    SIGNALS,
    SILENT_SERIES,
    SNAPSHOT_BYTES,
    SNAPSHOTS,
    Meters,
    Process,
)
from services.moments import Found, Moment, Moved, Read, Recorded, Rejected, Sifted, Silence, Unread, Untold
from services.objectives import ANSWER_S
from streams.canary import GROUP
from streams.cloudevents import Rejected as RejectedRecord
from streams.observations import ObservationBatch
from streams.processors import Given


class Metrics:
    """What one process counts and serves."""

    def __init__(self, process: Process = Process.RUN) -> None:
        self._asked: list[Callable[[], None]] = []
        self._posts: dict[str, Taking] = {}
        self.registry = CollectorRegistry()
        self.registry.register(_Asking(self._asked))
        self.meters = Meters(process, self.registry)
        self._bells = BellTimes(self.meters)
        self._content: dict[str, int] = {}
        self._silent: dict[str, set[str]] = {}

    def at_each_scrape(self, ask: Callable[[], None]) -> None:
        """Let this set its gauges before anything is served."""
        self._asked.append(ask)

    def expect(self, directory: Directory) -> None:
        """Let what these sides are owed be seen as 0 before it is counted: the first one late is an increase then."""
        for side in directory.participants:
            for level in ANSWER_S:
                for outcome in (IN_TIME, LATE):
                    self.meters.count(BELLS, side.iso3, level, outcome, by=0)
                    self.meters.count(ANSWERS, side.iso3, level, outcome, by=0)

    def recall(self, facts: list[Fact]) -> None:
        """Know what was recorded before this process began, without counting it."""
        self._bells.recall(facts)

    def serve(self, host: str, port: int, health: Health | None = None) -> Endpoint:
        """Answer GET /metrics on this address until it is closed. OSError when the address is taken."""
        return Endpoint(host, port, self.registry, health, self._posts)

    def take_posts(self, path: str, take: Taking) -> None:
        """Let what is posted to this path of the address be taken by `take`."""
        self._posts[path] = take

    def __call__(self, moment: Moment) -> None:
        """Count one moment."""
        meters = self.meters
        match moment:
            case Read():
                meters.count(OBSERVATIONS, moment.feed, moment.family, by=moment.rows)
                self._content[moment.feed] = max(moment.known_at, self._content.get(moment.feed, 0))
                self._move(moment.at)
            case Found():
                meters.count(SIGNALS, moment.signal.detector, moment.signal.phase)
            case Silence(series=series):
                silent = self._silent.setdefault(moment.source, set())
                silent.difference_update(series) if moment.is_over else silent.update(series)
                meters.set(SILENT_SERIES, len(silent), moment.source)
            case Sifted(counts=counts):
                for reason, number in counts.items():
                    meters.count(REVISIONS, reason, by=number)
            case Rejected():
                meters.count(DEAD_LETTERS, moment.letter.feed, moment.letter.reason)
            case Unread():
                meters.count(FEED_FAILURES, moment.feed)
            case Untold():
                meters.count(DELIVERIES, _failed(moment.is_lost), moment.reason)
            case Moved():
                self._move(moment.at)
            case Recorded():
                self._record(moment.fact)

    def awaits(self, boxes: Iterable[Inbox], every_s: int) -> None:
        """A canary is to arrive in these inboxes so often."""
        for box in boxes:
            self.meters.set(CANARY_INTERVAL, every_s, box.participant.iso3, box.channel)
            for outcome in ("arrived", "failed"):
                self.meters.count(CANARIES, box.participant.iso3, box.channel, outcome, by=0)

    def flown(self, flight: Flight) -> None:
        """One canary arrived by one channel, or failed."""
        lane = (flight.participant, flight.channel)
        self.meters.count(CANARIES, *lane, "failed" if flight.problem else "arrived")
        if not flight.problem:
            self.meters.observe(CANARY, flight.seconds, *lane)
            self.meters.set(CANARY_ARRIVED, flight.at + flight.seconds, *lane)

    def given(self, batch: ObservationBatch, given: Given) -> None:
        """A detection worker applied one record; the canary's is counted where it arrives."""
        if batch.group == GROUP:
            return
        rows: dict[str, int] = {}
        for run in batch.runs:
            rows[run.series.family] = rows.get(run.series.family, 0) + len(run.values)
        for family, count in rows.items():  # once a record: a record of a poll has many runs
            self.meters.count(OBSERVATIONS, batch.feed, family, by=count)
        for signal in given.signals:
            self.meters.count(SIGNALS, signal.detector, signal.phase)

    def rejected(self, letter: RejectedRecord) -> None:
        """A detection worker could not use one record."""
        self.meters.count(DEAD_LETTERS, letter.source, letter.reason)

    def holds(self, partitions: int) -> None:
        """A detection worker has this many partitions in memory now."""
        self.meters.set(PARTITIONS, partitions)

    def saved(self, states: int, size: int, seconds: float) -> None:
        """A detection worker made what it had read safe."""
        self.meters.count(SNAPSHOTS, by=states)
        self.meters.count(SNAPSHOT_BYTES, by=size)
        self.meters.observe(CHECKPOINT, seconds)

    def leads(self, office: str, does: bool) -> None:
        """Whether this process acts on the store in this office, or stands by."""
        self.meters.set(LEADS, does, office)

    def lags(self, records: dict[str, int] | None) -> None:
        """How far readers are behind, by topic; None: the broker could not be asked."""
        self.meters.set(BROKER_REACHED, 0 if records is None else 1)
        for topic, behind in (records or {}).items():
            self.meters.set(CONSUMER_LAG, behind, topic)

    def _move(self, now: int) -> None:
        for feed, content_at in self._content.items():
            self.meters.set(CONTENT_AGE, max(0, now - content_at), feed)
        self._bells.move(now)

    def _record(self, fact: Fact) -> None:
        meters = self.meters
        self._bells.take(fact)
        match fact.body:
            case Assessed(assessment=assessment):
                meters.count(ASSESSMENTS, assessment.situation.hazard, assessment.level)
                meters.observe(DETECTION, max(0, fact.at - assessment.as_of))
            case Planned(delivery=delivery):
                meters.count(DELIVERIES, delivery.state, delivery.reason)
            case Sending():
                meters.count(DELIVERIES, "sending", "")
            case Sent(lacks=lacks):
                meters.count(DELIVERIES, "sent", lacks)
            case SendFailed(reason=reason, retry_at=retry_at):
                meters.count(DELIVERIES, _failed(retry_at is None), reason)
            case _:
                pass


def _failed(is_lost: bool) -> DeliveryState:
    return DeliveryState.FAILED_PERMANENT if is_lost else DeliveryState.FAILED_TEMPORARY


class _Asking:
    """Stands first in the registry: whoever sets gauges at a scrape is asked before they are read."""

    def __init__(self, asked: list[Callable[[], None]]) -> None:
        self._asked = asked

    def collect(self) -> Iterable[Family]:
        for ask in self._asked:
            ask()
        return ()
