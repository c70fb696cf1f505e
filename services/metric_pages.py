"""The reference page of the metrics, made from their list."""

from collections.abc import Iterator

from services.metrics import METRICS, Metric, Process
from services.objectives import ANSWER_S, BELL_S, DETECTION_S, DIFFERENCE_S

_HEAD = """# Metrics

This page is made from the code (`python -m services.manual --write`). `--metrics HOST:PORT` serves them to Prometheus;
the rules that read them are `deploy/prometheus/rules.yaml`. `run` (and `live`) is the embedded harness, the others are
the processes of the distributed one. Times are those of the deployment's clock, which a played episode moves.

A histogram is seen as `NAME_bucket`, `NAME_sum` and `NAME_count`. In time is:

"""


def metrics_page() -> str:
    """docs/manual/metrics.md."""
    answers = ", ".join(f"{level} {seconds:,} s" for level, seconds in reversed(ANSWER_S.items()))
    lines = [
        _HEAD + f"- detection: {DETECTION_S} s from what was read to its assessment;",
        f"- bell: {BELL_S} s from a ring to each side's first attempt, {DIFFERENCE_S} s between the sides;",
        f"- answer: {answers}.",
        "",
        "| metric | kind | labels | exposed by | what |",
        "|---|---|---|---|---|",
        *(_row(metric) for metric in METRICS),
    ]
    return "\n".join(lines) + "\n"


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.kind} | {labels} | {', '.join(_names(metric))} | {metric.what} |"


def _names(metric: Metric) -> Iterator[str]:
    return (process.value for process in Process if process in metric.processes)
