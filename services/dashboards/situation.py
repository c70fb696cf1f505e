"""*Situation*: what is wrong where, and how bad is it for each side?"""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.builders.table import Panel
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue, ValueMapping

from services.dashboards import panels
from services.dashboards.panels import chosen, grid, number
from services.dashboards.queries import Sql
from services.dashboards.words import Words

_HAZARDS = ("restriction", "logistics", "natural", "market", "dumping")
_OPEN = "ended_at IS NULL AND mode IN (${mode:sqlstring})"
_MATRIX = """
SELECT m.subject, {cells}, m.newest_period
FROM (
    SELECT subject, max(newest_period) AS newest_period FROM (
        SELECT mineral AS subject, newest_period FROM dashboards.minerals
        UNION ALL SELECT unnest(minerals), NULL FROM dashboards.situation WHERE {open}
        UNION ALL SELECT route, NULL FROM dashboards.situation WHERE route <> '' AND {open}
    ) AS every GROUP BY subject
) AS m
LEFT JOIN dashboards.situation AS s ON (m.subject = ANY (s.minerals) OR m.subject = s.route) AND {open}{side}
GROUP BY m.subject, m.newest_period
ORDER BY max(s.{rank}) DESC NULLS LAST, m.subject
"""
_ALERTS = f"""
SELECT alert_id, hazard, supply_group, origin, route, level_rank, joint,
    string_agg(participant || ' ' || track, ', ' ORDER BY participant) AS tracks,
    max(severity_rank) AS severity_rank, max(at_stake) AS at_stake, opened_at, mode
FROM dashboards.situation WHERE {_OPEN}
GROUP BY alert_id, hazard, supply_group, origin, route, level_rank, joint, opened_at, mode
ORDER BY level_rank DESC, opened_at DESC
"""


def build(words: Words) -> dashboard.Dashboard:
    """Minerals × hazards: the level, which is one for both sides, and the severity for each."""
    made = panels.framed(words, "situation", "now-90d", "1m")
    made.with_variable(chosen(words, "mode", "SELECT DISTINCT mode FROM dashboards.situation ORDER BY 1", is_many=True))
    sides = "SELECT DISTINCT participant FROM dashboards.situation ORDER BY 1"
    made.with_variable(chosen(words, "participant", sides, is_many=True))
    loudest = f"SELECT coalesce(max(level_rank), 0) AS level FROM dashboards.situation WHERE {_OPEN}"
    made.with_panel(number(words, "situation.loudest", Sql(loudest)).mappings(panels.levels(words)))
    count = f"SELECT count(DISTINCT alert_id) AS alerts FROM dashboards.situation WHERE {_OPEN}"
    made.with_panel(number(words, "situation.open", Sql(count)).thresholds(panels.limits(1, 5)))
    waiting = f"""
    SELECT participant, count(*) FILTER (WHERE track IN ('pending', 'notified')) AS alerts
    FROM dashboards.situation WHERE {_OPEN} GROUP BY participant ORDER BY participant
    """
    unanswered = number(words, "situation.unanswered", Sql(waiting)).thresholds(panels.limits(bad=1))
    made.with_panel(unanswered.span(panels.HALF))
    made.with_panel(_matrix(words, "situation.levels", "level_rank", "", panels.levels(words)))
    side = " AND s.participant IN (${participant:sqlstring})"
    sided = _matrix(words, "situation.severities", "severity_rank", side, panels.severities(words))
    made.with_panel(sided.repeat("participant").repeat_direction("v"))
    made.with_panel(_alerts(words))
    return made


def _matrix(words: Words, key: str, rank: str, side: str, shown: list[ValueMapping]) -> Panel:
    cells = ", ".join(f"max(s.{rank}) FILTER (WHERE s.hazard = '{hazard}') AS {hazard}" for hazard in _HAZARDS)
    sql = _MATRIX.format(cells=cells, rank=rank, side=side, open=_OPEN)
    panel = grid(words, key, Sql(sql), {"subject": "column.subject", "newest_period": "column.newest_period"})
    panel.override_by_name("subject", [DynamicConfigValue("mappings", panels.named(words.subjects()))])
    panel.override_by_name("newest_period", [panels.instant()])
    for hazard in _HAZARDS:
        heading = DynamicConfigValue("displayName", words.phrase(f"hazard.{hazard}"))
        page = panels.to_runbook(words, hazard)
        panel.override_by_name(hazard, [heading, DynamicConfigValue("mappings", shown), panels.colored(), page])
    return panel.height(10)


def _alerts(words: Words) -> Panel:
    columns = {
        "alert_id": "column.alert",
        "hazard": "column.hazard",
        "supply_group": "column.group",
        "origin": "column.origin",
        "route": "column.route",
        "level_rank": "column.level",
        "joint": "column.joint",
        "tracks": "column.tracks",
        "severity_rank": "column.severity",
        "at_stake": "column.at_stake",
        "opened_at": "column.opened_at",
        "mode": "column.mode",
    }
    panel = grid(words, "situation.alerts", Sql(_ALERTS), columns)
    panel.override_by_name("alert_id", [panels.to_alert(words)])
    hazards = DynamicConfigValue("mappings", panels.named(words.phrases("hazard")))
    panel.override_by_name("hazard", [hazards, panels.to_runbook(words, "${__data.fields.hazard}")])
    panel.override_by_name("level_rank", [DynamicConfigValue("mappings", panels.levels(words)), panels.colored()])
    panel.override_by_name("severity_rank", [DynamicConfigValue("mappings", panels.severities(words))])
    panel.override_by_name("joint", [DynamicConfigValue("mappings", panels.named(words.phrases("joint")))])
    panel.override_by_name("at_stake", [DynamicConfigValue("unit", "percentunit"), DynamicConfigValue("decimals", 1)])
    panel.override_by_name("opened_at", [panels.instant()])
    return panel
