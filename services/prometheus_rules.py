"""Objectives → **deploy/prometheus/rules.yaml**: what is recorded of each, and when who keeps Twinbell is told.

Burn rates over two windows, as in Google's *Site Reliability Workbook*, chapter 5 (multiwindow, multi-burn-rate): a
fast burn pages, a slow one is a ticket. Bells are few, so one that is late burns fast: that is meant.
`services.manual` writes the file.
"""

from collections.abc import Iterator

import msgspec

from services import prometheus_texts as texts
from services.metrics import (
    ANSWERS,
    BELL,
    BELL_DIFFERENCE,
    BELLS,
    BROKER_REACHED,
    CANARIES,
    CANARY_ARRIVED,
    CANARY_INTERVAL,
    CONSUMER_LAG,
    CONTENT_AGE,
    CONTENT_BUDGET,
    DEAD_LETTERS,
    DELIVERIES,
    DETECTION,
    FEED_REACHED,
    LEADS,
    OUTBOX_AGE,
    STORE_REACHED,
    UNPUBLISHED,
    UNREACHED,
    Metric,
)
from services.objectives import DETECTION_S, DIFFERENCE_S, OVERDUE_S

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
JOB = "twinbell"  # the scrape job of Twinbell's own processes


class Burn(msgspec.Struct, frozen=True):
    """One pair of pairs of windows: how many times too fast, over the long and the short window."""

    name: str
    severity: str
    pairs: tuple[tuple[float, str, str], ...]


BURNS = (
    Burn("fast", "page", ((14.4, "1h", "5m"), (6.0, "6h", "30m"))),
    Burn("slow", "ticket", ((3.0, "1d", "2h"), (1.0, "3d", "6h"))),
)


class Objective(msgspec.Struct, frozen=True, kw_only=True):
    """`errors` is the share of what went wrong in a window, with % for the window; `alert` names the rule."""

    record: str
    errors: str
    promised: float  # of all that happens, so much is as it should be
    alert: str


class Recording(msgspec.Struct, frozen=True):
    """One recording rule."""

    record: str
    expr: str


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alerting rule; its words and its runbook stand in `prometheus_texts`."""

    name: str
    expr: str
    wait: str = "0s"
    severity: str = "page"
    burn: str = ""


def _share(metric: Metric, wrong: str, by: str) -> str:
    return f'sum by ({by}) (rate({metric.name}{{outcome="{wrong}"}}[%])) / sum by ({by}) (rate({metric.name}[%]))'


def _beyond(metric: Metric, limit_s: int, by: str = "") -> str:
    group = f" by ({by})" if by else ""
    within = f'sum{group} (rate({metric.name}_bucket{{le="{float(limit_s)}"}}[%]))'
    return f"1 - {within} / sum{group} (rate({metric.name}_count[%]))"


STALE, OVERDUE = "twinbell:content_stale:bool", "twinbell:outbox_overdue:bool"

OBJECTIVES = (
    Objective(
        record="twinbell:content_stale:ratio",
        errors=f"avg_over_time({STALE}[%])",
        promised=0.99,
        alert="TwinbellContentStale",
    ),
    Objective(
        record="twinbell:detection_errors:ratio_rate",
        errors=_beyond(DETECTION, DETECTION_S),
        promised=0.99,
        alert="TwinbellDetectionSlow",
    ),
    Objective(
        record="twinbell:bell_errors:ratio_rate",
        errors=_share(BELLS, "late", "participant"),
        promised=0.99,
        alert="TwinbellBellLate",
    ),
    Objective(
        record="twinbell:bell_difference_errors:ratio_rate",
        errors=_beyond(BELL_DIFFERENCE, DIFFERENCE_S),
        promised=0.99,
        alert="TwinbellBellUneven",
    ),
    Objective(
        record="twinbell:answer_errors:ratio_rate",
        errors=_share(ANSWERS, "late", "participant, level"),
        promised=0.95,
        alert="TwinbellAnswersLate",
    ),
    Objective(
        record="twinbell:outbox_overdue:ratio",
        errors=f"avg_over_time({OVERDUE}[%])",
        promised=0.999,
        alert="TwinbellDeliveriesOverdue",
    ),
    Objective(
        record="twinbell:canary_errors:ratio_rate",
        errors=_share(CANARIES, "failed", "participant, channel"),
        promised=0.99,
        alert="TwinbellCanaryFailing",
    ),
)


def _new(metric: Metric, by: str, where: str = "") -> str:
    """What was added in an hour, also by a series that did not exist an hour ago."""
    series = metric.name + where
    grown = f"sum by ({by}) (increase({series}[1h]))"
    begun = f"sum by ({by}) ({series} unless {series} offset 1h)"
    return f"{grown} + {begun} or {begun} or {grown}"


_CANARY_AGE = "twinbell:canary_age_seconds:min"
_LOST = '{state="failed_permanent"}'
BASES = (
    Recording(STALE, f"max by (feed) ({CONTENT_AGE.name}) > bool max by (feed) ({CONTENT_BUDGET.name})"),
    Recording(OVERDUE, f"max by (participant, channel) ({OUTBOX_AGE.name}) > bool {OVERDUE_S}"),
    Recording("twinbell:dead_letters:increase1h", _new(DEAD_LETTERS, "feed, reason")),
    Recording("twinbell:deliveries_lost:increase1h", _new(DELIVERIES, "reason", _LOST)),
    Recording("twinbell:consumer_lag_records:min5m", f"min by (topic) (min_over_time({CONSUMER_LAG.name}[5m]))"),
    Recording(_CANARY_AGE, f"time() - max by (participant, channel) ({CANARY_ARRIVED.name})"),
    Recording(
        "twinbell:detection_seconds:p99_1h",
        f"histogram_quantile(0.99, sum by (le) (rate({DETECTION.name}_bucket[1h])))",
    ),
    Recording(
        "twinbell:bell_seconds:p99_1h",
        f"histogram_quantile(0.99, sum by (participant, le) (rate({BELL.name}_bucket[1h])))",
    ),
    Recording(
        "twinbell:bell_difference_seconds:p99_1h",
        f"histogram_quantile(0.99, sum by (le) (rate({BELL_DIFFERENCE.name}_bucket[1h])))",
    ),
)

_INTERVAL = f"max by (participant, channel) ({CANARY_INTERVAL.name})"
THRESHOLDS = (
    Alert(name="TwinbellFeedUnreached", expr=f"max by (feed) ({FEED_REACHED.name}) == 0", wait="1h", severity="ticket"),
    Alert(name="TwinbellSideUnreached", expr=f"max by (participant) ({UNREACHED.name}) > 0", wait="1m"),
    Alert(name="TwinbellDeliveriesLost", expr="twinbell:deliveries_lost:increase1h > 0"),
    Alert(name="TwinbellDeadLetters", expr="twinbell:dead_letters:increase1h > 0", severity="ticket"),
    Alert(name="TwinbellReaderBehind", expr="twinbell:consumer_lag_records:min5m > 0", wait="1m"),
    Alert(name="TwinbellEventsUnpublished", expr=f"min_over_time({UNPUBLISHED.name}[5m]) > 0", wait="1m"),
    Alert(name="TwinbellBrokerAway", expr=f"{BROKER_REACHED.name} == 0", wait="1m"),
    Alert(name="TwinbellStoreAway", expr=f"{STORE_REACHED.name} == 0", wait="1m"),
    Alert(name="TwinbellProcessDown", expr=f'up{{job="{JOB}"}} == 0 or absent(up{{job="{JOB}"}})', wait="1m"),
    Alert(  # while the store is away nobody can act, which its own rule says
        name="TwinbellNobodyActs",
        expr=f"max by (office) ({LEADS.name}) == 0 unless on () min({STORE_REACHED.name}) == 0",
        wait="1m",
    ),
    Alert(
        name="TwinbellCanaryMissing",
        expr=f"{_CANARY_AGE} > 2 * {_INTERVAL} + 60 or {_INTERVAL} unless {_CANARY_AGE}",
        wait="1m",
    ),
    Alert(name="TwinbellWatchdog", expr="vector(1)", severity="none"),
)


def recordings() -> tuple[Recording, ...]:
    """Every recording rule, in the order in which they build on each other."""
    windowed = [
        Recording(_windowed(objective, window), objective.errors.replace("%", window))
        for objective in OBJECTIVES
        for window in WINDOWS
    ]
    return (*BASES, *windowed)


def alerts() -> tuple[Alert, ...]:
    """Every alerting rule."""
    return (*(_burning(objective, burn) for objective in OBJECTIVES for burn in BURNS), *THRESHOLDS)


def _windowed(objective: Objective, window: str) -> str:
    """`…:ratio` over a window is `…:ratio1h`: a ratio of what was, `…:ratio_rate1h`: a ratio of rates."""
    return f"{objective.record}{window}"


def _burning(objective: Objective, burn: Burn) -> Alert:
    budget = 1 - objective.promised
    pairs = []
    for times, long, short in burn.pairs:
        limit = f"{times:g} * {budget:g}"
        pairs.append(f"({_windowed(objective, long)} > {limit} and {_windowed(objective, short)} > {limit})")
    return Alert(name=objective.alert, expr=" or ".join(pairs), severity=burn.severity, burn=burn.name)


def rules_page() -> str:
    """deploy/prometheus/rules.yaml."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Made from services/prometheus_rules.py: python -m services.manual --write."
    yield "# The page of an alert lies under the external label runbook_base, which alert_relabel_configs takes off."
    yield "groups:"
    yield "  - name: twinbell-recordings"
    yield "    rules:"
    for rule in recordings():
        yield f"      - record: {rule.record}"
        yield f"        expr: >-\n          {rule.expr}"
    yield "  - name: twinbell-alerts"
    yield "    rules:"
    for alert in alerts():
        text = texts.TEXTS[alert.name]
        yield f"      - alert: {alert.name}"
        yield f"        expr: >-\n          {alert.expr}"
        if alert.wait != "0s":
            yield f"        for: {alert.wait}"
        burn = f", burn: {alert.burn}" if alert.burn else ""
        yield f"        labels: {{severity: {alert.severity}{burn}}}"
        yield "        annotations:"
        yield f"          summary: '{text.en}'"
        yield f"          summary_ja: '{text.ja}'"
        yield f"          runbook_url: '{{{{ $externalLabels.runbook_base }}}}/en/{text.page}.md'"
        yield f"          runbook_url_ja: '{{{{ $externalLabels.runbook_base }}}}/ja/{text.page}.md'"
