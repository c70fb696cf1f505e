"""What the dashboards share: panels with their unit, colours of levels and severities, links, a dashboard's frame."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from grafana_foundation_sdk.builders import common, dashboard, stat, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import BigValueGraphMode, TableColoredBackgroundCellOptions, VisibilityMode
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
    VariableHide,
    VariableOption,
    VariableRefresh,
)

from services.dashboards.queries import RECORD
from services.dashboards.words import Words

WHOLE, HALF, THIRD, QUARTER = 24, 12, 8, 6
RUNBOOKS = "/public/runbooks"
"""Where Grafana finds alerts/runbooks: deploy/compose.yaml puts the folder among the files that it serves."""

_COLORS = ("text", "blue", "yellow", "orange", "red")
_PANEL = TypeVar("_PANEL", table.Panel, stat.Panel, timeseries.Panel)
Columns = Mapping[str, str]
"""Column of a statement → key of the term that heads it."""


def _filled(panel: _PANEL, words: Words, key: str, queries: Sequence[Builder[Dataquery]]) -> _PANEL:
    panel.title(words.term(key)).no_value("—")
    note = words.terms.get(f"{key}.note")
    if note is not None:
        panel.description(note)
    for query in queries:
        panel.with_target(query)
    return panel


def grid(words: Words, key: str, query: Builder[Dataquery], columns: Columns) -> table.Panel:
    """A table; its columns are headed in the language of the dashboard."""
    panel = _filled(table.Panel(), words, key, [query]).unit("none").span(WHOLE).height(8).show_header(True)
    for column, term in columns.items():
        panel.override_by_name(column, [DynamicConfigValue("displayName", words.term(term))])
    return panel


def number(words: Words, key: str, query: Builder[Dataquery], unit: str = "none") -> stat.Panel:
    """One figure, large."""
    panel = _filled(stat.Panel(), words, key, [query]).unit(unit).span(QUARTER).height(5)
    return panel.graph_mode(BigValueGraphMode.NONE).reduce_options(each_row())


def curve(words: Words, key: str, queries: Sequence[Builder[Dataquery]], unit: str) -> timeseries.Panel:
    """Lines over time."""
    panel = _filled(timeseries.Panel(), words, key, queries).unit(unit).span(HALF).height(8)
    return panel.show_points(VisibilityMode.AUTO).legend(common.VizLegendOptions().show_legend(True))


def limits(warn: float | None = None, bad: float | None = None) -> dashboard.ThresholdsConfig:
    """Green, orange from `warn` on, red from `bad` on."""
    steps = [Threshold(value=None, color="green")]
    steps += [Threshold(value=warn, color="orange")] if warn is not None else []
    steps += [Threshold(value=bad, color="red")] if bad is not None else []
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def ranks(names: Sequence[str]) -> list[ValueMapping]:
    """A rank is shown as its word in its colour."""
    found = {
        str(rank): ValueMappingResult(text=name, color=color, index=rank)
        for rank, (name, color) in enumerate(zip(names, _COLORS, strict=True))
    }
    return [ValueMap(options=found)]


def named(names: Mapping[str, str]) -> list[ValueMapping]:
    """A key of the record is shown as the word for it."""
    found = {key: ValueMappingResult(text=text, index=at) for at, (key, text) in enumerate(names.items())}
    return [ValueMap(options=found)]


def levels(words: Words) -> list[ValueMapping]:
    """Ranks of levels."""
    return ranks([words.phrase(f"level.{level}") for level in ("none", "advisory", "watch", "warning", "emergency")])


def severities(words: Words) -> list[ValueMapping]:
    """Ranks of severities; 0 is unknown, which is not none."""
    return ranks([words.phrase(f"severity.{one}") for one in ("Unknown", "Minor", "Moderate", "Severe", "Extreme")])


def colored() -> DynamicConfigValue:
    """The cell takes the colour of its value."""
    return DynamicConfigValue("custom.cellOptions", TableColoredBackgroundCellOptions())


def linked(title: str, url: str) -> DynamicConfigValue:
    """A cell that leads elsewhere."""
    return DynamicConfigValue("links", [{"title": title, "url": url}])


def to_alert(words: Words, field: str = "alert_id") -> DynamicConfigValue:
    """Leads to the evidence of the alert that stands in this row."""
    url = f"/d/twinbell-evidence-{words.language}?var-alert=${{__data.fields.{field}}}&${{__url_time_range}}"
    return linked(words.term("link.evidence"), url)


def to_runbook(words: Words, page: str) -> DynamicConfigValue:
    """Leads to a page of the runbooks; `page` may name a field of the row."""
    return linked(words.term("link.runbook"), f"{RUNBOOKS}/{words.language}/{page}.md")


def chosen(words: Words, name: str, sql: str, is_many: bool = False) -> dashboard.QueryVariable:
    """What the reader chooses from: a statement with one column, or with `__value` and `__text`."""
    picked = dashboard.QueryVariable(name).label(words.term(f"choose.{name}")).datasource(RECORD).query(sql.strip())
    picked.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).hide(VariableHide.DONT_HIDE)
    if is_many:
        picked.multi(True).include_all(True).current(VariableOption(text="All", value="$__all"))
    return picked


def framed(words: Words, name: str, since: str, refresh: str) -> dashboard.Dashboard:
    """An empty dashboard whose description is the question that it answers, with links to the others."""
    made = dashboard.Dashboard(words.term(f"{name}.title")).uid(f"twinbell-{name}-{words.language}")
    made.description(words.term(f"{name}.question")).tags(["twinbell", words.language]).timezone("browser")
    made.time(since, "now").refresh(refresh).readonly()
    others = dashboard.DashboardLink(words.term("link.others")).type(DashboardLinkType.DASHBOARDS)
    made.link(others.tags(["twinbell", words.language]).include_vars(False).keep_time(True))
    return made


def each_row() -> common.ReduceDataOptions:
    """A figure for each row of the answer instead of one for all."""
    return common.ReduceDataOptions().values(True).calcs(["lastNotNull"]).fields("")


def instant() -> DynamicConfigValue:
    """A column of moments."""
    return DynamicConfigValue("unit", "dateTimeAsIso")


def duration() -> DynamicConfigValue:
    """A column of seconds, read as a length of time."""
    return DynamicConfigValue("unit", "dtdurations")
