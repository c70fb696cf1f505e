"""*Evidence*: what does this alert rest on?"""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.builders.table import Panel
from grafana_foundation_sdk.builders.timeseries import Panel as Curve
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from services.dashboards import panels
from services.dashboards.panels import chosen, curve, grid
from services.dashboards.queries import Marks, Sql
from services.dashboards.words import Words

_ALERT_NAMES = """
SELECT __value, concat_ws(' ', to_char(opened_at, 'YYYY-MM-DD'), hazard, place, origin) AS __text
FROM (
    SELECT DISTINCT alert_id AS __value, opened_at, hazard, coalesce(nullif(route, ''), supply_group) AS place, origin
    FROM dashboards.situation
) AS alerts ORDER BY opened_at DESC
"""
_SERIES_OF = """
SELECT s.series_id FROM dashboards.series AS s
WHERE NOT s.is_partial AND EXISTS (
    SELECT FROM dashboards.situation AS a
    WHERE a.alert_id IN (${alert:sqlstring})
        AND (a.supply_group = s.supply_group OR a.route = s.route AND a.route <> '')
)
ORDER BY EXISTS (
    SELECT FROM dashboards.signals AS g WHERE g.alert_id IN (${alert:sqlstring}) AND g.subject = s.series_id
) DESC, s.series_id
"""
_FIGURES = """
SELECT e.occurred_at AS time, e.value, concat_ws(', ', s.measure, s.unit) AS metric
FROM dashboards.evidence_series AS e JOIN dashboards.series AS s USING (series_id)
WHERE e.series_id IN (${series:sqlstring}) AND $__timeFilter(e.occurred_at) ORDER BY e.occurred_at
"""
_BAND = """
SELECT DISTINCT occurred_at AS time, expected, band_low, band_high, raises_at FROM dashboards.signals
WHERE alert_id IN (${alert:sqlstring}) AND subject IN (${series:sqlstring}) AND $__timeFilter(occurred_at)
ORDER BY occurred_at
"""
_NOTICED = """
SELECT known_at AS time, concat_ws(': ', issuer, title) AS text, act_kind AS tags FROM dashboards.notices
WHERE supply_group IN (SELECT supply_group FROM dashboards.situation WHERE alert_id IN (${alert:sqlstring}))
    AND $__timeFilter(known_at)
"""
_MARKED = """
SELECT at AS time, concat_ws(' ', kind, level, cause, participant, person) AS text, kind AS tags
FROM dashboards.marks WHERE alert_id IN (${alert:sqlstring}) AND $__timeFilter(at)
"""
_BANDED = ("band_low", "band_high", "unit", "is_holding")
_SIGNALS = """
SELECT known_at, occurred_at, detector, subject, phase, score, observed, expected, band_low, band_high, unit, is_holding
FROM dashboards.signals WHERE alert_id IN (${alert:sqlstring}) ORDER BY known_at DESC
"""
_NOTICES = """
SELECT known_at, issuer, number, title, act_kind, effective_on, address FROM dashboards.notices
WHERE supply_group IN (SELECT supply_group FROM dashboards.situation WHERE alert_id IN (${alert:sqlstring}))
ORDER BY known_at DESC
"""
_COURSE = """
SELECT at, kind, level, cause, participant, person FROM dashboards.marks WHERE alert_id IN (${alert:sqlstring})
ORDER BY at DESC
"""


def build(words: Words) -> dashboard.Dashboard:
    """One alert: a series with its band, documents and rings marked on it, and the rows behind them."""
    made = panels.framed(words, "evidence", "now-2y", "5m")
    made.with_variable(chosen(words, "alert", _ALERT_NAMES))
    made.with_variable(chosen(words, "series", _SERIES_OF))
    made.annotation(Marks(words.term("evidence.documents"), "purple", _NOTICED))
    made.annotation(Marks(words.term("evidence.course"), "red", _MARKED))
    made.with_panel(_series(words))
    made.with_panel(_signals(words))
    made.with_panel(_documents(words))
    made.with_panel(_course(words))
    return made


def _series(words: Words) -> Curve:
    queries = [Sql(_FIGURES, "A", is_series=True), Sql(_BAND, "B", is_series=True)]
    panel = curve(words, "evidence.series", queries, "short").span(panels.WHOLE).height(12)
    for column in ("expected", "band_low", "band_high", "raises_at"):
        heading = DynamicConfigValue("displayName", words.term(f"column.{column}"))
        look = [DynamicConfigValue("custom.lineWidth", 1), DynamicConfigValue("custom.showPoints", "always")]
        panel.override_by_name(column, [heading, DynamicConfigValue("custom.spanNulls", True), *look])
    filled = [DynamicConfigValue("custom.fillBelowTo", words.term("column.band_low"))]
    return panel.override_by_name("band_high", [*filled, DynamicConfigValue("custom.fillOpacity", 10)])


def _signals(words: Words) -> Panel:
    names = ("known_at", "occurred_at", "detector", "phase", "score", "observed", "expected", *_BANDED)
    columns = {name: f"column.{name}" for name in names} | {"subject": "column.subject_id"}
    panel = grid(words, "evidence.signals", Sql(_SIGNALS), columns)
    for column in ("known_at", "occurred_at"):
        panel.override_by_name(column, [panels.instant()])
    panel.override_by_name("phase", [DynamicConfigValue("mappings", panels.named(words.phrases("phase")))])
    score = [DynamicConfigValue("thresholds", panels.limits(1, 2).build()), DynamicConfigValue("decimals", 2)]
    return panel.override_by_name("score", [*score, panels.colored()])


def _documents(words: Words) -> Panel:
    names = ("known_at", "issuer", "number", "title", "act_kind", "effective_on", "address")
    panel = grid(words, "evidence.documents", Sql(_NOTICES), {name: f"column.{name}" for name in names})
    panel.override_by_name("known_at", [panels.instant()])
    panel.override_by_name("act_kind", [DynamicConfigValue("mappings", panels.named(words.phrases("kind")))])
    opened = panels.linked(words.term("link.document"), "${__data.fields.address}")
    return panel.override_by_name("address", [opened])


def _course(words: Words) -> Panel:
    names = ("at", "kind", "level", "cause", "participant", "person")
    panel = grid(words, "evidence.course", Sql(_COURSE), {name: f"column.{name}" for name in names})
    panel.override_by_name("at", [panels.instant()])
    panel.override_by_name("level", [DynamicConfigValue("mappings", panels.named(words.phrases("level")))])
    return panel
