"""What is measured: one list of metrics, units in the names, and which process exposes which of them."""

from enum import StrEnum
from typing import Final

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.objectives import BELL_S, DETECTION_S, DIFFERENCE_S


class Process(StrEnum):
    """Whose registry it is: the embedded harness is one process, the distributed one is three."""

    RUN = "run"  # also `twinbell live`
    FEED = "feed"
    DETECT = "detect"
    DISPATCH = "dispatch"


class Kind(StrEnum):
    """What Prometheus may do with it."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


_READS = (Process.RUN, Process.FEED)
_FINDS = (Process.RUN, Process.DETECT)
_RINGS = (Process.RUN, Process.DISPATCH)


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One metric. A histogram is seen as `name_bucket`, `name_sum` and `name_count`."""

    name: str
    kind: Kind
    what: str
    processes: tuple[Process, ...]
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


def _counter(name: str, what: str, processes: tuple[Process, ...], *labels: str) -> Metric:
    return Metric(name=name, kind=Kind.COUNTER, what=what, processes=processes, labels=labels)


def _gauge(name: str, what: str, processes: tuple[Process, ...], *labels: str) -> Metric:
    return Metric(name=name, kind=Kind.GAUGE, what=what, processes=processes, labels=labels)


_SHORT_S = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900)
_ANSWER_S = (60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400)
_KNOWN_S = (10, 60, 300, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800)
_CHECKPOINT_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
assert {DETECTION_S, BELL_S, DIFFERENCE_S} <= set(_SHORT_S)


def _histogram(
    name: str, what: str, processes: tuple[Process, ...], buckets: tuple[float, ...], labels: tuple[str, ...] = ()
) -> Metric:
    return Metric(name=name, kind=Kind.HISTOGRAM, what=what, processes=processes, labels=labels, buckets=buckets)


# freshness
CONTENT_AGE: Final = _gauge(
    "twinbell_content_age_seconds", "Age of the newest content of a feed, by the clock of the deployment.",
    (*_READS, Process.DISPATCH), "feed",
)  # fmt: skip
CONTENT_BUDGET: Final = _gauge(
    "twinbell_content_budget_seconds", "Age beyond which the content of a feed stands still, where it promises one.",
    _RINGS, "feed",
)  # fmt: skip
FETCH_AGE: Final = _gauge(
    "twinbell_fetch_age_seconds", "Time since a feed was last read without a failure.", _RINGS, "feed"
)
FEED_REACHED: Final = _gauge(
    "twinbell_feed_reached", "1 when the last reading of a feed succeeded, 0 when it failed.", _RINGS, "feed"
)
OBSERVATIONS: Final = _counter(
    "twinbell_observations_total", "Rows and documents applied.", (*_READS, Process.DETECT), "feed", "family"
)
FEED_FAILURES: Final = _counter(
    "twinbell_feed_failures_total", "Readings that failed, or told the operator something; `broker` is Kafka.",
    (*_READS, Process.DISPATCH), "feed",
)  # fmt: skip
SILENT_SERIES: Final = _gauge(
    "twinbell_silent_series", "Series silent beyond their cadence budget.", (Process.RUN, Process.DISPATCH), "source"
)
REVISIONS: Final = _counter("twinbell_revisions_total", "Rows and signals that a revision touched.", _FINDS, "reason")

# detection
SIGNALS: Final = _counter("twinbell_signals_total", "Signals found.", _FINDS, "detector", "phase")
ASSESSMENTS: Final = _counter("twinbell_assessments_total", "Assessments taken in.", _RINGS, "hazard", "level")
DETECTION: Final = _histogram(
    "twinbell_detection_seconds", "From what was read and kept to its assessment on the record.", _RINGS, _SHORT_S
)
KNOWN_TO_RING: Final = _histogram(
    "twinbell_known_to_ring_seconds", "From when an observation could be known to the ring that it made.",
    _RINGS, _KNOWN_S, ("level",),
)  # fmt: skip
PARTITIONS: Final = _gauge(
    "twinbell_partitions", "Partitions whose groups a detection worker holds in memory.", (Process.DETECT,)
)
SNAPSHOTS: Final = _counter("twinbell_snapshots_total", "Snapshots of groups written.", (Process.DETECT,))
SNAPSHOT_BYTES: Final = _counter(
    "twinbell_snapshot_bytes_total", "Bytes of the snapshots written.", (Process.DETECT,)
)  # fmt: skip
CHECKPOINT: Final = _histogram(
    "twinbell_checkpoint_seconds", "Seconds until what was read was safe.", (Process.DETECT,), _CHECKPOINT_S
)

# bell
BELL: Final = _histogram(
    "twinbell_bell_seconds", "From a ring to a side's first delivery attempt.",
    _RINGS, _SHORT_S, ("participant", "level"),
)  # fmt: skip
BELLS: Final = _counter(
    "twinbell_bells_total", "Rings owed to a side, by whether the first attempt left in time: in_time or late.",
    _RINGS, "participant", "level", "outcome",
)  # fmt: skip
BELL_DIFFERENCE: Final = _histogram(
    "twinbell_bell_difference_seconds", "Between the first and the last side's first delivery attempt of one ring.",
    _RINGS, _SHORT_S, ("level",),
)  # fmt: skip
DELIVERIES: Final = _counter(
    "twinbell_deliveries_total",
    "Deliveries that came into a state, those to operators that failed too.",
    _RINGS,
    "state",
    "reason",
)
UNREACHED: Final = _gauge(
    "twinbell_unreached_alerts", "Open alerts of which a side has had no message a minute after they opened.",
    _RINGS, "participant", "level",
)  # fmt: skip
OPEN_ALERTS: Final = _gauge("twinbell_open_alerts", "Alerts that have not ended.", _RINGS, "level")

# answer
ANSWER: Final = _histogram(
    "twinbell_answer_seconds", "From a ring to the side's first answer.", _RINGS, _ANSWER_S, ("participant", "level")
)
ANSWERS: Final = _counter(
    "twinbell_answers_total", "Answers owed by a side, by whether they came in time: in_time or late.",
    _RINGS, "participant", "level", "outcome",
)  # fmt: skip
UNANSWERED: Final = _gauge(
    "twinbell_unanswered_alerts", "Open alerts that a side has not answered.", _RINGS, "participant", "level"
)

# loss
OUTBOX: Final = _gauge(
    "twinbell_outbox_deliveries",
    "Deliveries that are due and have not left, to operators too.",
    _RINGS,
    "participant",
    "channel",
)
OUTBOX_AGE: Final = _gauge(
    "twinbell_outbox_age_seconds", "How long the oldest of them has been due.", _RINGS, "participant", "channel"
)
DEAD_LETTERS: Final = _counter(
    "twinbell_dead_letters_total", "Rows and records that could not be used.",
    (*_READS, Process.DETECT, Process.DISPATCH), "feed", "reason",
)  # fmt: skip
CONSUMER_LAG: Final = _gauge(
    "twinbell_consumer_lag_records", "Records on a topic that its reader has not finished with.",
    (Process.DISPATCH,), "topic",
)  # fmt: skip
BROKER_REACHED: Final = _gauge(
    "twinbell_broker_reached", "1 when Kafka answered the last time that its lag was asked for, else 0.",
    (Process.DISPATCH,),
)  # fmt: skip
UNPUBLISHED: Final = _gauge(
    "twinbell_unpublished_events", "Events that were kept and that the broker does not have yet.", (Process.DISPATCH,)
)
STORE_REACHED: Final = _gauge(
    "twinbell_store_reached", "1 when the store answered this scrape, 0 when what it would say is missing.", _RINGS
)
LEADS: Final = _gauge(
    "twinbell_leads", "1 in the process that acts on the store, 0 in one that stands by.",
    (Process.FEED, Process.DISPATCH), "office",
)  # fmt: skip

# canary
CANARY_ARRIVED: Final = _gauge(
    "twinbell_canary_arrived_timestamp_seconds", "When a synthetic alert last arrived in a side's canary inbox.",
    _RINGS, "participant", "channel",
)  # fmt: skip
CANARY: Final = _histogram(
    "twinbell_canary_seconds", "From a synthetic observation to its arrival in the inbox.",
    _RINGS, _SHORT_S, ("participant", "channel"),
)  # fmt: skip
CANARIES: Final = _counter(
    "twinbell_canaries_total", "Synthetic alerts by what came of them: arrived or failed.",
    _RINGS, "participant", "channel", "outcome",
)  # fmt: skip
CANARY_INTERVAL: Final = _gauge(
    "twinbell_canary_interval_seconds", "Time between two synthetic alerts; absent where none is sent.",
    _RINGS, "participant", "channel",
)  # fmt: skip

METRICS: Final = (
    CONTENT_AGE, CONTENT_BUDGET, FETCH_AGE, FEED_REACHED, OBSERVATIONS, FEED_FAILURES, SILENT_SERIES, REVISIONS,
    SIGNALS, ASSESSMENTS, DETECTION, KNOWN_TO_RING, PARTITIONS, SNAPSHOTS, SNAPSHOT_BYTES, CHECKPOINT,
    BELL, BELLS, BELL_DIFFERENCE, DELIVERIES, UNREACHED, OPEN_ALERTS,
    ANSWER, ANSWERS, UNANSWERED,
    OUTBOX, OUTBOX_AGE, DEAD_LETTERS, CONSUMER_LAG, BROKER_REACHED, UNPUBLISHED, STORE_REACHED, LEADS,
    CANARY_ARRIVED, CANARY, CANARIES, CANARY_INTERVAL,
)  # fmt: skip


def series_names() -> set[str]:
    """Every name under which Prometheus may see something of the list."""
    endings = {Kind.HISTOGRAM: ("_bucket", "_sum", "_count")}
    return {metric.name + ending for metric in METRICS for ending in endings.get(metric.kind, ("",))}


class Meters:
    """The metrics of one process. `registry` is what is served; what does not concern the process is counted unseen."""

    def __init__(self, process: Process, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._counted: dict[tuple[str, ...], Counter] = {}  # by name and labels
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in METRICS:
            registry = self.registry if process in metric.processes else None
            match metric.kind:
                case Kind.COUNTER:
                    self._counters[metric.name] = Counter(metric.name, metric.what, metric.labels, registry=registry)
                case Kind.GAUGE:
                    self._gauges[metric.name] = Gauge(metric.name, metric.what, metric.labels, registry=registry)
                case Kind.HISTOGRAM:
                    self._histograms[metric.name] = Histogram(
                        metric.name, metric.what, metric.labels, buckets=metric.buckets, registry=registry
                    )

    def count(self, metric: Metric, *labels: str, by: float = 1.0) -> None:
        """Add to a counter; 0 lets it be seen before anything was counted."""
        found = self._counted.get((metric.name, *labels))
        if found is None:
            counter = self._counters[metric.name]
            found = self._counted[metric.name, *labels] = counter.labels(*labels) if labels else counter
        found.inc(by)

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """Set a gauge."""
        gauge = self._gauges[metric.name]
        (gauge.labels(*labels) if labels else gauge).set(value)

    def clear(self, metric: Metric) -> None:
        """Forget what a gauge said of all its labels."""
        self._gauges[metric.name].clear()

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """Add one value to a histogram."""
        histogram = self._histograms[metric.name]
        (histogram.labels(*labels) if labels else histogram).observe(value)
