"""*Bell*: who was reached, who has answered, and how fast?"""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.builders.table import Panel
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from services.dashboards import panels
from services.dashboards.panels import chosen, curve, grid, number
from services.dashboards.queries import Sql, promql
from services.dashboards.words import Words

_RINGS = "alert_id IN (SELECT alert_id FROM dashboards.situation WHERE mode IN (${mode:sqlstring}))"
_RINGS += " AND $__timeFilter(rung_at)"
_SLOWEST = f"""
SELECT participant, max(seconds_to_send) AS seconds FROM dashboards.bell WHERE {_RINGS}
GROUP BY participant ORDER BY participant
"""
_BETWEEN = f"""
SELECT max(difference) AS seconds FROM (
    SELECT max(seconds_to_send) - min(seconds_to_send) AS difference FROM dashboards.bell WHERE {_RINGS}
    GROUP BY alert_id, ring_id
) AS sides
"""
_UNSENT = f"""
SELECT participant, count(*) FILTER (WHERE first_sent_at IS NULL) AS rings FROM dashboards.bell WHERE {_RINGS}
GROUP BY participant ORDER BY participant
"""
_ANSWERED = f"""
SELECT participant, avg((answered_at IS NOT NULL)::int)::double precision AS answered FROM dashboards.bell
WHERE {_RINGS} GROUP BY participant ORDER BY participant
"""
_EACH = f"""
SELECT rung_at, alert_id, participant, level, cause, first_sent_at, seconds_to_send, answered_at, answered_by,
    seconds_to_answer
FROM dashboards.bell WHERE {_RINGS} ORDER BY rung_at DESC, participant
"""
_ANSWER_TIMES = f"""
SELECT answered_at AS time, participant AS metric, seconds_to_answer AS value FROM dashboards.bell
WHERE answered_at IS NOT NULL AND {_RINGS} ORDER BY answered_at
"""
_ATTEMPT = """
histogram_quantile(0.99, sum by (participant, le) (rate(twinbell_bell_seconds_bucket[$__rate_interval])))
"""
_REACHED = """
SELECT participant, person, channel, state, reason, count(*) AS messages, max(moved_at) AS newest
FROM dashboards.deliveries WHERE mode IN (${mode:sqlstring}) AND $__timeFilter(due_at)
GROUP BY participant, person, channel, state, reason ORDER BY newest DESC
"""


def build(words: Words) -> dashboard.Dashboard:
    """Each ring on each side, from the instant at which it rang."""
    made = panels.framed(words, "bell", "now-90d", "1m")
    made.with_variable(chosen(words, "mode", "SELECT DISTINCT mode FROM dashboards.situation ORDER BY 1", is_many=True))
    slowest = number(words, "bell.slowest", Sql(_SLOWEST), "dtdurations").thresholds(panels.limits(60, 300))
    made.with_panel(slowest)
    unsent = number(words, "bell.unsent", Sql(_UNSENT)).thresholds(panels.limits(bad=1))
    made.with_panel(unsent)
    between = number(words, "bell.between", Sql(_BETWEEN), "dtdurations").thresholds(panels.limits(5, 60))
    made.with_panel(between)
    answered = number(words, "bell.answered", Sql(_ANSWERED), "percentunit")
    made.with_panel(answered)
    made.with_panel(_rings(words))
    answers = curve(words, "bell.answer_times", [Sql(_ANSWER_TIMES, is_series=True)], "dtdurations")
    made.with_panel(answers)
    sent = promql("sum by (state) (rate(twinbell_deliveries_total[$__rate_interval]))", "{{state}}")
    made.with_panel(curve(words, "bell.deliveries", [sent], "cps"))
    attempt = curve(words, "bell.attempt", [promql(_ATTEMPT, "{{participant}} p99")], "s")
    made.with_panel(attempt.thresholds(panels.limits(60, 300)))
    owed = curve(
        words, "bell.owed", [promql("max by (participant) (twinbell_outbox_age_seconds)", "{{participant}}")], "s"
    )
    made.with_panel(owed.thresholds(panels.limits(60, 300)))
    made.with_panel(_reached(words))
    return made


def _rings(words: Words) -> Panel:
    names = ("rung_at", "participant", "level", "cause", "first_sent_at", "seconds_to_send")
    answer = ("answered_at", "answered_by", "seconds_to_answer")
    columns = {name: f"column.{name}" for name in (*names, *answer)} | {"alert_id": "column.alert"}
    panel = grid(words, "bell.rings", Sql(_EACH), columns)
    panel.override_by_name("alert_id", [panels.to_alert(words)])
    panel.override_by_name("level", [DynamicConfigValue("mappings", panels.named(words.phrases("level")))])
    for column in ("rung_at", "first_sent_at", "answered_at"):
        panel.override_by_name(column, [panels.instant()])
    late = DynamicConfigValue("thresholds", panels.limits(60, 300).build())
    panel.override_by_name("seconds_to_send", [panels.duration(), late, panels.colored()])
    return panel.override_by_name("seconds_to_answer", [panels.duration()])


def _reached(words: Words) -> Panel:
    names = ("participant", "person", "channel", "state", "reason", "messages", "newest")
    panel = grid(words, "bell.reached", Sql(_REACHED), {name: f"column.{name}" for name in names})
    states = DynamicConfigValue("mappings", panels.named(words.phrases("delivery")))
    panel.override_by_name("state", [states, panels.to_runbook(words, "deliveries-failing")])
    panel.override_by_name("reason", [DynamicConfigValue("mappings", panels.named(words.phrases("reason")))])
    return panel.override_by_name("newest", [panels.instant()])
