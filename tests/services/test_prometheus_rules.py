"""The rules of Prometheus: valid, over metrics that exist, with bounds that are buckets, each with its page."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from services import objectives
from services.cluster.base import found_program
from services.errors import PartMissing
from services.metrics import METRICS, Kind, series_names
from services.prometheus_rules import OBJECTIVES, WINDOWS, alerts, recordings
from services.prometheus_texts import TEXTS

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy/prometheus/rules.yaml"
TESTS = sorted((ROOT / "deploy/prometheus/tests").glob("*.yaml"))
NAME = re.compile(r"\btwinbell[a-z_:0-9]*")


def test_every_metric_that_a_rule_names_exists() -> None:
    """In the list of metrics, or recorded by a rule that stands before."""
    known = series_names()
    for rule in recordings():
        assert set(NAME.findall(re.sub(r'"[^"]*"', "", rule.expr))) <= known, rule.record
        known.add(rule.record)
    for alert in alerts():
        assert set(NAME.findall(re.sub(r'"[^"]*"', "", alert.expr))) <= known, alert.name


def test_labels_that_a_rule_groups_by_are_labels_of_its_metrics() -> None:
    """`sum by (participant)` over a metric that has no participant would be one number for both sides."""
    labels = {metric.name: set(metric.labels) | {"le"} for metric in METRICS}
    for rule in recordings():
        for by, inner in re.findall(r"by \(([a-z, ]+)\) \(([^()]*(?:\([^()]*\))?)", rule.expr):
            found = [name for name in labels if re.search(rf"\b{name}(_bucket|_count)?\b", inner)]
            for name in found:
                assert set(by.split(", ")) <= labels[name], rule.record


def test_limits_are_bounds_of_buckets() -> None:
    """A limit between two buckets could not be asked for."""
    histograms = {metric.name: metric.buckets for metric in METRICS if metric.kind is Kind.HISTOGRAM}
    for rule in recordings():
        for name, bound in re.findall(r'(twinbell_[a-z_]+)_bucket\{le="([0-9.]+)"', rule.expr):
            assert float(bound) in histograms[name], rule.record
    for limit in (*objectives.ANSWER_S.values(),):
        assert limit in histograms["twinbell_answer_seconds"]


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.alert)
def test_each_objective_burns_fast_and_slow(objective: object) -> None:
    """Each has a page and a ticket over two windows each; no limit is beyond all that can go wrong."""
    own = [alert for alert in alerts() if alert.name == objective.alert]  # type: ignore[attr-defined]
    assert [(alert.severity, alert.burn) for alert in own] == [("page", "fast"), ("ticket", "slow")]
    for alert in own:
        limits = [float(times) * float(budget) for times, budget in re.findall(r"> ([0-9.]+) \* ([0-9.]+)", alert.expr)]
        assert len(limits) == 4
        assert max(limits) < 1
        assert {window for window in WINDOWS if re.search(rf"[a-z_]{window}\b", alert.expr)} in (
            {"5m", "30m", "1h", "6h"},
            {"2h", "6h", "1d", "3d"},
        )


def test_every_rule_has_its_words_and_no_words_are_left_over() -> None:
    """Both languages; a quotation mark would end the YAML string."""
    assert {alert.name for alert in alerts()} == set(TEXTS)
    for text in TEXTS.values():
        assert text.en
        assert text.ja
        assert "'" not in text.en + text.ja
        assert sorted(re.findall(r"\{\{.*?\}\}", text.en)) == sorted(re.findall(r"\{\{.*?\}\}", text.ja))


def _promtool() -> str:
    try:
        return found_program(("promtool",), "prometheus")
    except PartMissing as missing:
        if os.environ.get("TWINBELL_NO_SKIP") == "1":
            raise
        pytest.skip(str(missing))


def test_promtool_takes_the_rules() -> None:
    """Prometheus' own check."""
    checked = subprocess.run([_promtool(), "check", "rules", str(RULES)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_each_rule_fires_when_it_should_and_not_otherwise(file: Path) -> None:
    """Time passes in Prometheus' own rule engine."""
    ran = subprocess.run([_promtool(), "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_each_rule_is_tried_both_ways() -> None:
    """Somewhere it fires, and somewhere it does not; the watchdog always fires."""
    text = "".join(file.read_text(encoding="utf-8") for file in TESTS)
    asked = re.findall(r'alertname="(\w+)".*\n +eval_time: \w+\n +exp_samples:( \[\])?', text)
    for alert in alerts():
        found = {bool(none) for name, none in asked if name == alert.name}
        assert found == ({False} if alert.name == "TwinbellWatchdog" else {True, False}), alert.name


@pytest.mark.parametrize("file", ["deploy/alertmanager/alertmanager.yaml", "deploy/compose/alertmanager.yaml"])
def test_what_twinbell_may_not_be_able_to_tell_leaves_by_another_way_too(file: str) -> None:
    """A process or store that is down, a canary that is missing, messages overdue or lost: outside and in."""
    routes = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))["route"]["routes"]
    (outside,) = [route for route in routes if route["receiver"] == "outside"]
    (matcher,) = outside["matchers"]
    pattern = matcher.removeprefix("alertname =~ ").strip('"')
    assert {alert.name for alert in alerts() if re.fullmatch(pattern, alert.name)} == {
        f"Twinbell{what}"
        for what in (
            "CanaryMissing", "ProcessDown", "NobodyActs", "StoreAway", "DeliveriesOverdue", "DeliveriesLost",
        )
    }  # fmt: skip
    assert outside["continue"]
