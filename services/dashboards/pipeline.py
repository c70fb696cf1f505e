"""*Pipeline*: does everything flow, and how far behind is it?"""

from grafana_foundation_sdk.builders import dashboard

from services.dashboards import panels
from services.dashboards.panels import curve, number
from services.dashboards.queries import Sql, promql
from services.dashboards.words import Words

_UP = 'sum by (process) (up{job="twinbell"})'


def _rate(metric: str, by: str) -> str:
    return f"sum by ({by}) (rate({metric}[$__rate_interval]))"


def _quantile(share: float, metric: str) -> str:
    return f"histogram_quantile({share}, sum by (le) (rate({metric}_bucket[$__rate_interval])))"


def build(words: Words) -> dashboard.Dashboard:
    """Rates by step, what waits, and how long it takes until what was read is safe."""
    made = panels.framed(words, "pipeline", "now-6h", "30s")
    for key, column, bad in (
        ("pipeline.due", "deliveries_due", 1),
        ("pipeline.oldest", "oldest_due_s", 60),
        ("pipeline.outgoing", "events_to_publish", 1_000),
        ("pipeline.letters", "dead_letters", 1),
    ):
        unit = "dtdurations" if column.endswith("_s") else "none"
        waiting = Sql(f"SELECT {column} FROM dashboards.backlog")
        made.with_panel(number(words, key, waiting, unit).thresholds(panels.limits(bad=bad)))
    made.with_panel(curve(words, "pipeline.up", [promql(_UP, "{{process}}")], "none").min(0))
    partitions = promql("sum by (process) (twinbell_partitions)", "{{process}}")
    made.with_panel(curve(words, "pipeline.partitions", [partitions], "none").min(0))
    for key, metric, by in (
        ("pipeline.observations", "twinbell_observations_total", "family"),
        ("pipeline.signals", "twinbell_signals_total", "detector"),
        ("pipeline.assessments", "twinbell_assessments_total", "level"),
        ("pipeline.snapshots", "twinbell_snapshot_bytes_total", "process"),
    ):
        unit = "Bps" if "bytes" in metric else "cps"
        made.with_panel(curve(words, key, [promql(_rate(metric, by), f"{{{{{by}}}}}")], unit).min(0))
    lag = promql("max by (topic) (twinbell_consumer_lag_records)", "{{topic}}")
    made.with_panel(curve(words, "pipeline.lag", [lag], "none").min(0).thresholds(panels.limits(1_000, 100_000)))
    for key, metric, limits in (
        ("pipeline.detection", "twinbell_detection_seconds", panels.limits(1, 10)),
        ("pipeline.checkpoint", "twinbell_checkpoint_seconds", panels.limits(1, 5)),
    ):
        lines = [promql(_quantile(share, metric), f"p{share * 100:g}", ref) for share, ref in ((0.5, "A"), (0.99, "B"))]
        made.with_panel(curve(words, key, lines, "s").thresholds(limits))
    return made
