"""What Grafana would ask: the queries of the written dashboards, with their variables and macros filled in."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec
import sqlalchemy as sa

Rows = Sequence[Sequence[object]]
_MACRO = re.compile(r"\$__timeFilter\(([^)]*)\)")
_VARIABLE = re.compile(r"\$\{(\w+):sqlstring\}")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One query: where it stands, in which data source, and its text."""

    where: str
    source: str
    text: str


def queries(path: Path) -> Iterator[Asked]:
    """Every query of every panel and of every mark of a written dashboard."""
    made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for panel in made["panels"]:
        for target in panel["targets"]:
            where = f"{path.parent.name}/{path.stem}: {panel['title']} {target['refId']}"
            text = target.get("rawSql") or target["expr"]
            yield Asked(where=where, source=target["datasource"]["uid"], text=text)
    for mark in made["annotations"].get("list", []):
        where = f"{path.parent.name}/{path.stem}: marks {mark['name']}"
        yield Asked(where=where, source=mark["datasource"]["uid"], text=mark["target"]["rawSql"])


def variables(path: Path) -> Mapping[str, str]:
    """The variables of a dashboard, in order, each with its query."""
    made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {each["name"]: each["query"] for each in made["templating"].get("list", [])}


class Record:
    """PostgreSQL as the data source sees it."""

    def __init__(self, engine: sa.Engine, since: str, until: str) -> None:
        self._engine = engine
        self._since, self._until = since, until

    def choices(self, path: Path) -> Iterator[dict[str, str]]:
        """Every way to choose one value of each variable; a later variable may depend on an earlier one."""
        yield from self._chosen(list(variables(path).items()), {})

    def _chosen(self, left: Sequence[tuple[str, str]], chosen: dict[str, str]) -> Iterator[dict[str, str]]:
        if not left:
            yield chosen
            return
        (name, query), *others = left
        values = list(dict.fromkeys(str(row[0]) for row in self.rows(query, chosen)))
        assert values, f"the variable {name} has nothing to choose from"
        for value in values:
            yield from self._chosen(others, {**chosen, name: value})

    def rows(self, text: str, chosen: Mapping[str, str]) -> Rows:
        """The rows of a statement, with its variables and macros filled in as Grafana does."""
        text = _VARIABLE.sub(lambda found: "'" + chosen[found[1]].replace("'", "''") + "'", text)
        text = _MACRO.sub(rf"\1 BETWEEN '{self._since}' AND '{self._until}'", text)
        assert "$" not in text, text
        with self._engine.connect() as connection:
            return connection.exec_driver_sql(text).all()


class Metrics:
    """Prometheus as the data source sees it."""

    def __init__(self, base: str, since: float, until: float) -> None:
        self._base = base
        self._since, self._until = since, until

    def rows(self, text: str) -> Rows:
        """The points of all lines of an expression, that are numbers."""
        text = text.replace("$__rate_interval", "30s")
        assert "$" not in text, text
        parameters = {"query": text, "start": str(self._since), "end": str(self._until), "step": "5"}
        answer = httpx.get(f"{self._base}/api/v1/query_range", params=parameters, trust_env=False).json()
        assert answer["status"] == "success", answer
        points = itertools.chain.from_iterable(line["values"] for line in answer["data"]["result"])
        return [point for point in points if point[1] != "NaN"]
