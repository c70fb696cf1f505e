"""What is measured while Twinbell runs: one list, units in the names, a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from alerts.facts import Acknowledged, Assessed, Opened, Planned, Rung, SendFailed, Sending, Sent
from services.endpoint import Endpoint, Health
from services.moments import Found, Moment, Moved, Read, Recorded, Rejected, Sifted, Silence, Unread
from streams.assessments import Level
from streams.cloudevents import Rejected as RejectedRecord
from streams.observations import ObservationBatch
from streams.processors import Given

_ANSWER_BUCKETS_S = (60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400)


class Metrics:
    """A witness that counts. `registry` is what is served."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._content: dict[str, int] = {}
        self._rung_at: dict[str, int] = {}
        self._levels: dict[str, Level] = {}
        self._answered: set[tuple[str, str, int]] = set()
        self._age = Gauge(
            "twinbell_content_age_seconds",
            "Age of the newest content of a feed, by the clock of the deployment.",
            ["feed"],
            registry=self.registry,
        )
        self._observations = Counter(
            "twinbell_observations_total", "Rows and documents applied.", ["feed", "family"], registry=self.registry
        )
        self._unread = Counter(
            "twinbell_feed_failures_total", "Readings of a source that failed.", ["feed"], registry=self.registry
        )
        self._signals = Counter(
            "twinbell_signals_total", "Signals found.", ["detector", "phase"], registry=self.registry
        )
        self._assessments = Counter(
            "twinbell_assessments_total", "Assessments taken in.", ["hazard", "level"], registry=self.registry
        )
        self._deliveries = Counter(
            "twinbell_deliveries_total",
            "Deliveries that came into a state.",
            ["state", "reason"],
            registry=self.registry,
        )
        self._answer = Histogram(
            "twinbell_answer_seconds",
            "Seconds from a ring to the side's first answer.",
            ["participant", "level"],
            buckets=_ANSWER_BUCKETS_S,
            registry=self.registry,
        )
        self._silent_series: dict[str, set[str]] = {}
        self._silent = Gauge(
            "twinbell_silent_series", "Series silent beyond their cadence budget.", ["source"], registry=self.registry
        )
        self._sifted = Counter(
            "twinbell_revisions_total", "Rows and signals that a revision touched.", ["reason"], registry=self.registry
        )
        self._dead_letters = Counter(
            "twinbell_dead_letters_total", "Rows that could not be used.", ["feed", "reason"], registry=self.registry
        )

        self._partitions = Gauge(
            "twinbell_partitions", "Partitions whose groups a detection worker holds in memory.", registry=self.registry
        )
        self._snapshots = Counter("twinbell_snapshots_total", "Snapshots of groups written.", registry=self.registry)
        self._snapshot_bytes = Counter(
            "twinbell_snapshot_bytes_total", "Bytes of the snapshots written.", registry=self.registry
        )
        self._checkpoint = Histogram(
            "twinbell_checkpoint_seconds",
            "Seconds until what was read was safe.",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
            registry=self.registry,
        )

    def __call__(self, moment: Moment) -> None:
        """Count one moment."""
        match moment:
            case Read():
                self._observations.labels(moment.feed, moment.family).inc(moment.rows)
                self._content[moment.feed] = max(moment.known_at, self._content.get(moment.feed, 0))
                self.age(moment.at)
            case Found():
                self._signals.labels(moment.signal.detector, moment.signal.phase).inc()
            case Silence(series=series):
                silent = self._silent_series.setdefault(moment.source, set())
                silent.difference_update(series) if moment.is_over else silent.update(series)
                self._silent.labels(moment.source).set(len(silent))
            case Sifted(counts=counts):
                for reason, count in counts.items():
                    self._sifted.labels(reason).inc(count)
            case Rejected():
                self._dead_letters.labels(moment.letter.feed, moment.letter.reason).inc()
            case Unread():
                self._unread.labels(moment.feed).inc()
            case Moved():
                self.age(moment.at)
            case Recorded():
                self._record(moment)

    def age(self, now: int) -> None:
        """Bring the ages of all feeds up to `now`."""
        for feed, content_at in self._content.items():
            self._age.labels(feed).set(max(0, now - content_at))

    def serve(self, host: str, port: int, health: Health | None = None) -> Endpoint:
        """Answer GET /metrics on this address until it is closed. OSError when the address is taken."""
        return Endpoint(host, port, self.registry, health)

    def given(self, batch: ObservationBatch, given: Given) -> None:
        """A detection worker applied one record."""
        for run in batch.runs:
            self._observations.labels(batch.feed, run.series.family).inc(len(run.values))
        for signal in given.signals:
            self._signals.labels(signal.detector, signal.phase).inc()

    def rejected(self, letter: RejectedRecord) -> None:
        """A detection worker could not use one record."""
        self._dead_letters.labels(letter.source, letter.reason).inc()

    def holds(self, partitions: int) -> None:
        """A detection worker has this many partitions in memory now."""
        self._partitions.set(partitions)

    def saved(self, states: int, size: int, seconds: float) -> None:
        """A detection worker made what it had read safe."""
        self._snapshots.inc(states)
        self._snapshot_bytes.inc(size)
        self._checkpoint.observe(seconds)

    def _record(self, moment: Recorded) -> None:
        fact = moment.fact
        match fact.body:
            case Assessed(assessment=assessment):
                self._assessments.labels(assessment.situation.hazard, assessment.level).inc()
                self._levels[fact.alert_id] = assessment.level
            case Opened():
                self._rung_at.setdefault(fact.alert_id, fact.at)
            case Rung(ring=ring):
                self._rung_at[fact.alert_id] = fact.at
                self._levels[fact.alert_id] = ring.level
            case Planned(delivery=delivery):
                self._deliveries.labels(delivery.state, delivery.reason).inc()
            case Sending():
                self._deliveries.labels("sending", "").inc()
            case Sent():
                self._deliveries.labels("sent", "").inc()
            case SendFailed(reason=reason, retry_at=retry_at):
                state = "failed_permanent" if retry_at is None else "failed_temporary"
                self._deliveries.labels(state, reason).inc()
            case Acknowledged(participant=participant):
                self._answer_of(fact.alert_id, participant, fact.at)
            case _:
                pass

    def _answer_of(self, alert_id: str, participant: str, at: int) -> None:
        """Only the first answer of a side to a ring is timed."""
        rung_at = self._rung_at.get(alert_id)
        if rung_at is None or (alert_id, participant, rung_at) in self._answered:
            return
        self._answered.add((alert_id, participant, rung_at))
        level = self._levels.get(alert_id, Level.NONE)
        self._answer.labels(participant, level).observe(max(0, at - rung_at))
