"""The two data sources that the dashboards read, and the queries on them as Grafana keeps them."""

from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import AnnotationQuery, AnnotationTarget, DataSourceRef

PROMETHEUS = DataSourceRef(type_val="prometheus", uid="twinbell-prometheus")
RECORD = DataSourceRef(type_val="grafana-postgresql-datasource", uid="twinbell-record")
Json = dict[str, object]


class _Statement(Dataquery):
    """One SQL statement; the foundation SDK has no class for PostgreSQL's."""

    def __init__(self, sql: str, ref_id: str, is_series: bool) -> None:
        self._sql = sql
        self._ref_id = ref_id
        self._format = "time_series" if is_series else "table"

    def to_json(self) -> Json:
        """As Grafana's editor saves it."""
        return {
            "datasource": RECORD,
            "editorMode": "code",
            "format": self._format,
            "rawQuery": True,
            "rawSql": self._sql,
            "refId": self._ref_id,
        }


class Sql(Builder[Dataquery]):
    """A statement on the views of the schema `dashboards`. A series has a column `time`, and values as the others."""

    def __init__(self, sql: str, ref_id: str = "A", is_series: bool = False) -> None:
        self._statement = _Statement(_tidy(sql), ref_id, is_series)

    def build(self) -> Dataquery:
        """The query."""
        return self._statement


class _Target(AnnotationTarget):
    def __init__(self, statement: _Statement) -> None:
        super().__init__()
        self._statement = statement

    def to_json(self) -> Json:
        return self._statement.to_json()


class Marks(Builder[AnnotationQuery]):
    """What is marked on the curves of a dashboard: a statement with the columns `time`, `text` and `tags`."""

    def __init__(self, name: str, color: str, sql: str) -> None:
        target = _Target(_Statement(_tidy(sql), "Anno", is_series=False))
        self._marks = AnnotationQuery(name=name, datasource=RECORD, icon_color=color, target=target, hide=False)

    def build(self) -> AnnotationQuery:
        """The annotation."""
        return self._marks


def promql(expression: str, legend: str, ref_id: str = "A") -> prometheus.Dataquery:
    """A range of one expression, each line called by `legend`."""
    query = prometheus.Dataquery().expr(_tidy(expression)).legend_format(legend).range().ref_id(ref_id)
    return query.datasource(PROMETHEUS)


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
