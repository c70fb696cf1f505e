"""*Feeds*: how old is what we know?"""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.builders.table import Panel
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from services.dashboards import panels
from services.dashboards.panels import curve, grid, number
from services.dashboards.queries import Sql
from services.dashboards.words import Words

_DAY_S = 86_400
_CLOCKS = """
SELECT feed, fetched_at, content_at, fetched_age_s, content_age_s, failures, reason FROM dashboards.feeds
ORDER BY content_age_s DESC NULLS FIRST
"""
_ARRIVED = """
SELECT date_trunc('day', known_at) AS time, feed AS metric, count(*) AS value FROM dashboards.evidence_series
WHERE $__timeFilter(known_at) GROUP BY 1, 2 ORDER BY 1
"""
_UNUSED = """
SELECT f.feed, coalesce(d.reason, '') AS reason, coalesce(d.letters, 0) AS letters, d.newest
FROM dashboards.feeds AS f LEFT JOIN dashboards.dead_letters AS d USING (feed) ORDER BY letters DESC, f.feed
"""


def build(words: Words) -> dashboard.Dashboard:
    """The two clocks of each feed: when it was read, and how new its content is."""
    made = panels.framed(words, "feeds", "now-90d", "1m")
    oldest = "SELECT max(content_age_s) AS seconds FROM dashboards.feeds"
    made.with_panel(number(words, "feeds.oldest", Sql(oldest), "dtdurations").span(panels.THIRD))
    failing = "SELECT count(*) AS feeds FROM dashboards.feeds WHERE reason <> ''"
    made.with_panel(number(words, "feeds.failing", Sql(failing)).thresholds(panels.limits(bad=1)).span(panels.THIRD))
    silent = "SELECT count(*) AS feeds FROM dashboards.feeds WHERE content_at IS NULL"
    made.with_panel(number(words, "feeds.silent", Sql(silent)).thresholds(panels.limits(1)).span(panels.THIRD))
    made.with_panel(_clocks(words))
    made.with_panel(curve(words, "feeds.arrived", [Sql(_ARRIVED, is_series=True)], "short"))
    made.with_panel(_unused(words))
    return made


def _clocks(words: Words) -> Panel:
    names = ("feed", "fetched_at", "content_at", "fetched_age_s", "content_age_s", "failures", "reason")
    panel = grid(words, "feeds.clocks", Sql(_CLOCKS), {name: f"column.{name}" for name in names})
    for column in ("fetched_at", "content_at"):
        panel.override_by_name(column, [panels.instant()])
    read = DynamicConfigValue("thresholds", panels.limits(_DAY_S, 3 * _DAY_S).build())
    panel.override_by_name("fetched_age_s", [panels.duration(), read, panels.colored()])
    content = DynamicConfigValue("thresholds", panels.limits(45 * _DAY_S, 120 * _DAY_S).build())
    panel.override_by_name("content_age_s", [panels.duration(), content, panels.colored()])
    failures = DynamicConfigValue("thresholds", panels.limits(1, 5).build())
    panel.override_by_name("failures", [failures, panels.colored()])
    return panel.override_by_name("reason", [panels.to_runbook(words, "feed-stale")])


def _unused(words: Words) -> Panel:
    names = ("feed", "reason", "letters", "newest")
    panel = grid(words, "feeds.unused", Sql(_UNUSED), {name: f"column.{name}" for name in names})
    letters = DynamicConfigValue("thresholds", panels.limits(1, 100).build())
    panel.override_by_name("letters", [letters, panels.colored(), panels.to_runbook(words, "dead-letters")])
    panel.override_by_name("newest", [panels.instant()])
    return panel.span(panels.HALF)
