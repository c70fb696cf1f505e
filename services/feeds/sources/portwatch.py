"""IMF PortWatch on ArcGIS: daily transits of straits and calls of ports, revised by the source for about two weeks.

Design note of the source, confidence B. An answer is cut at a thousand rows, so pages follow each other by ObjectId;
errors come with status 200; under load the answer is empty or stalls, so an empty one is unknown, asked again alone,
and never zero; the column of the day was renamed for a while and its type may be a number or a text, so both are
looked up.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import msgspec

from services.errors import SourceFailed
from services.feeds.json_documents import object_of
from services.feeds.manifest import Manifest, read_manifest
from services.feeds.sources.base import About, Asking, Step
from services.feeds.sources.marks import Pace, day_number, windows
from services.http_client import Answer, Ask, Manners
from services.reasons import Reason
from streams.reference import Reference

_SERVICES = "/weJ1QsnbMYJlCHdG/arcgis/rest/services"
_STRAITS, _PORTS, _NAMES = "Daily_Chokepoints_Data", "Daily_Ports_Data", "PortWatch_ports_database"
_FIRST_DAY = "2019-01-01"
_PAGE = 1_000
_MOST_PAGES = 60
_NOT_YET_DAYS = 15
_EMPTY = "no rows: unknown, not zero"
_PACE = Pace(days=30, overlap=21, most=8)
_KNOWN_PORTS = {"port2027": "CNSHA"}  # Yangshan, the deep-water part of the port of Shanghai
_MANIFEST = """
name = "portwatch"
[tables.ports]
port2027 = "CNSHA"
[[files]]
id = "chokepoints"
path = "chokepoints"
family = "chokepoint_transits"
publisher = "IMF PortWatch"
publication = "Daily Chokepoint Transit Calls and Trade Volume Estimates"
address = "https://portwatch.imf.org/"
licence = "IMF PortWatch terms: free, with attribution, non-commercial"
cadence = "daily"
route = "{portid}"
%(reading)s
values = [
    { column = "n_total", measure = "count", unit = "transits/day", ship_class = "total" },
    { column = "n_container", measure = "count", unit = "transits/day", ship_class = "container" },
    { column = "n_dry_bulk", measure = "count", unit = "transits/day", ship_class = "dry_bulk" },
    { column = "n_general_cargo", measure = "count", unit = "transits/day", ship_class = "general_cargo" },
    { column = "n_roro", measure = "count", unit = "transits/day", ship_class = "roro" },
    { column = "n_tanker", measure = "count", unit = "transits/day", ship_class = "tanker" },
    { column = "n_cargo", measure = "count", unit = "transits/day", ship_class = "cargo", partial = true },
    { column = "capacity", measure = "capacity", unit = "t/day", ship_class = "total" },
]
%(dates)s
[[files]]
id = "ports"
path = "ports"
family = "port_calls"
publisher = "IMF PortWatch"
publication = "Daily Port Activity Data and Trade Estimates"
address = "https://portwatch.imf.org/"
licence = "IMF PortWatch terms: free, with attribution, non-commercial"
cadence = "daily"
route = "{portid|ports}"
%(reading)s
values = [
    { column = "portcalls", measure = "count", unit = "calls/day", ship_class = "total" },
    { column = "portcalls_container", measure = "count", unit = "calls/day", ship_class = "container" },
    { column = "portcalls_dry_bulk", measure = "count", unit = "calls/day", ship_class = "dry_bulk" },
    { column = "portcalls_general_cargo", measure = "count", unit = "calls/day", ship_class = "general_cargo" },
    { column = "portcalls_roro", measure = "count", unit = "calls/day", ship_class = "roro" },
    { column = "portcalls_tanker", measure = "count", unit = "calls/day", ship_class = "tanker" },
    { column = "import", measure = "quantity", unit = "t/day", ship_class = "total", market = "import" },
    { column = "export", measure = "quantity", unit = "t/day", ship_class = "total", market = "export" },
]
%(dates)s
"""
_READING = """
layout = { format = "json", records = ["features.*.attributes"], aliases = "fields" }
known = { days_after = 8 }
provisional = { age_days = 60 }
"""
_DATES = """
[files.dates]
column = "date/date_"
also = [{ pattern = "%L", period = "day" }, { pattern = "%Y-%m-%dT*", period = "day" }]
"""


class PortWatch:
    """Straits first, then the ports of the reference data that PortWatch has."""

    about: ClassVar[About] = About(
        name="portwatch",
        title="Daily transits of straits and calls of ports",
        publisher="IMF PortWatch",
        licence="IMF PortWatch terms: free, with attribution, non-commercial",
        page="https://portwatch.imf.org/",
        places=("https://services9.arcgis.com",),
        every="6h",
        history_days=800,  # two years of the same weeks, and the weeks before them
        manners=Manners(every_s=4.0, backoff_s=(30.0, 60.0, 120.0, 240.0), break_after=5),
    )

    def __init__(self, reference: Reference, since: str) -> None:
        self._since = max(since, _FIRST_DAY)
        self._straits = sorted(place.place_id for place in reference.places.values() if place.kind == "chokepoint")
        self._ports = {place.place_id for place in reference.places.values() if place.kind == "port"}
        self._manifest = read_manifest((_MANIFEST % {"reading": _READING, "dates": _DATES}).encode(), "portwatch")

    def manifest(self, names: Mapping[str, str]) -> Manifest:
        """Two entries; `names` says which UN/LOCODE each of PortWatch's ports has."""
        return msgspec.structs.replace(self._manifest, tables={"ports": {**_KNOWN_PORTS, **names}})

    def read(self, asking: Asking) -> Iterator[Step]:
        """Window by window, straits then ports; a window counts as read when all its pages are."""
        mark = asking.mark
        if not mark.names:
            mark = msgspec.structs.replace(mark, names=self._names(asking))
        found, asking.more = windows(mark, self._since, asking.today, _PACE)
        days: dict[str, tuple[str, str]] = {}  # asked for when it is needed: without the ports the straits are read
        for window in found:
            span = (window.first, window.last)
            for entry, service, ids in (
                ("chokepoints", _STRAITS, self._straits),
                ("ports", _PORTS, sorted({**_KNOWN_PORTS, **mark.names})),
            ):
                is_last = service == _PORTS
                days[service] = days.get(service) or self._day(asking, service)
                pages = self._pages(asking, service, days[service], (*span, ids))
                if not pages and not _may_be_empty(asking, window.first):
                    asking.note(f"{service}, {window.first} to {window.last}: {_EMPTY}")
                    asking.more = False
                    return
                yield Step(
                    entry=entry,
                    answers=tuple(pages),
                    mark=window.after if is_last else None,
                    done=window.done,
                )

    def _pages(
        self, asking: Asking, service: str, named: tuple[str, str], wanted: tuple[str, str, list[str]]
    ) -> list[Answer]:
        """All pages of a window, by ascending ObjectId; none where the source answers with nothing."""
        (day, key), (first, last, ids) = named, wanted
        listed = ", ".join(f"'{one}'" for one in ids)
        where = f"{day} >= DATE '{first}' AND {day} <= DATE '{last}' AND portid IN ({listed})"
        pages: list[Answer] = []
        after = -1
        while len(pages) < _MOST_PAGES:
            is_due = _is_cut(pages[-1].content) if pages else not _may_be_empty(asking, first)
            asked = _query(asking, service, f"{where} AND {key} > {after}", "*", key)
            try:
                page = asking.fetch(asked, _fault_or_empty if is_due else _fault)
            except SourceFailed as failure:
                if failure.detail == _EMPTY and not pages:
                    return []
                raise
            pages.append(page)
            rows, is_cut = _rows(page.content), _is_cut(page.content)
            ids_there = [number for row in rows if isinstance(number := row.get(key), int)]
            if not ids_there or not (is_cut or len(rows) >= _PAGE):
                return [one for one in pages if one.is_unchanged or _rows(one.content)]
            after = max(ids_there)
        raise asking.failure(Reason.ERROR_IN_ANSWER, f"{service}: pages without end")

    def _day(self, asking: Asking, service: str) -> tuple[str, str]:
        """What the column of the day is called today, and that of the ObjectId: the layer says so itself."""
        layer = asking.fetch(
            Ask(address=f"{asking.base}{_SERVICES}/{service}/FeatureServer/0", parameters=(("f", "json"),)), _fault
        )
        told = object_of(layer.content) or {}
        fields = told.get("fields")
        names = [f for f in fields if isinstance(f, dict)] if isinstance(fields, list) else []
        found = [str(f.get("name")) for f in names if str(f.get("alias", "")).lower() == "date"]
        found += [str(f.get("name")) for f in names if str(f.get("name", "")).lower().rstrip("_") == "date"]
        if not found:
            raise asking.failure(Reason.MOVED, f"{service} has no field whose alias is date")
        return found[0], str(told.get("objectIdField") or "ObjectId")

    def _names(self, asking: Asking) -> dict[str, str]:
        """PortWatch's number of each port of the reference data that it has; the spelling of a LOCODE is unverified."""
        codes = sorted(self._ports)
        listed = ", ".join(f"'{code}', '{code[:2]} {code[2:]}'" for code in codes)
        try:
            page = asking.fetch(_query(asking, _NAMES, f"LOCODE IN ({listed})", "portid,LOCODE", ""), _fault_or_empty)
        except SourceFailed as failure:
            if failure.detail != _EMPTY and failure.reason is not Reason.NOT_THERE:
                raise
            asking.note(f"{_NAMES}: {failure.detail}; only the ports that are known already are read")
            return {}
        found: dict[str, str] = {}
        taken = set(_KNOWN_PORTS.values())
        for row in _rows(page.content):
            port, code = str(row.get("portid", "")), str(row.get("LOCODE", "")).replace(" ", "").upper()
            if port and code in self._ports and code not in taken:
                found[port] = code
                taken.add(code)
        return found


def _may_be_empty(asking: Asking, first: str) -> bool:
    """Whether days from here on may not have been published yet: a week between releases, and their lag."""
    return day_number(asking.today) - day_number(first) < _NOT_YET_DAYS


def _query(asking: Asking, service: str, where: str, fields: str, order: str) -> Ask:
    parameters = [("where", where), ("outFields", fields), ("returnGeometry", "false"), ("f", "json")]
    parameters += [("orderByFields", order), ("resultRecordCount", str(_PAGE))] if order else []
    return Ask(address=f"{asking.base}{_SERVICES}/{service}/FeatureServer/0/query", parameters=tuple(parameters))


def _fault(content: bytes) -> str:
    """What is wrong with an answer that came with status 200."""
    told = object_of(content) or {}
    error = told.get("error")
    if error is not None:
        code = error.get("code") if isinstance(error, dict) else None
        return f"status 200, and in it an error{f' {code}' if isinstance(code, int) else ''}"
    return "" if told else "status 200, and no JSON in it"


def _fault_or_empty(content: bytes) -> str:
    return _fault(content) or ("" if _rows(content) else _EMPTY)


def _rows(content: bytes) -> list[dict[str, object]]:
    features = (object_of(content) or {}).get("features")
    rows = [f.get("attributes") for f in features if isinstance(f, dict)] if isinstance(features, list) else []
    return [row for row in rows if isinstance(row, dict)]


def _is_cut(content: bytes) -> bool:
    told = object_of(content) or {}
    properties = told.get("properties")
    nested = properties.get("exceededTransferLimit") if isinstance(properties, dict) else False
    return bool(told.get("exceededTransferLimit") or nested)
