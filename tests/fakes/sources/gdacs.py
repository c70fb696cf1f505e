"""GDACS' search, in the shape of the design note: points and polygons, links as texts or objects, 404 for nothing."""

from typing import Any

import msgspec

from tests.fakes.loopback import Answer, Request
from tests.fakes.sources.base import JUNK, NOT_THERE, found, parameters, path_of


def event(number: int, **more: Any) -> dict[str, Any]:
    """One event as a point: an earthquake near Bayan Obo, unless said otherwise."""
    properties = {
        "eventtype": "EQ",
        "eventid": number,
        "episodeid": number + 1,
        "name": "Earthquake in China",
        "description": "Earthquake in China",
        "alertlevel": "Orange",
        "alertscore": 2,
        "iscurrent": "true",
        "country": "China",
        "iso3": "CHN",
        "fromdate": "2026-09-18T04:00:00",
        "todate": "2026-09-18T04:00:00",
        "severitydata": {"severity": 6.8, "severitytext": "Magnitude 6.8M, Depth:10km", "severityunit": "M"},
        "url": {"report": "https://www.gdacs.org/report.aspx?eventid=1", "details": "x"},
    }
    at = more.pop("at", [109.9, 41.7])
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": at}, "properties": properties | more}


EVENTS = {"empty": [], "some": [event(1)]}
EVENTS["more"] = [
    *EVENTS["some"],
    event(2, fromdate="2026-09-20T01:02:03", severitydata=None, url="https://gdacs.org/2"),
]
EVENTS["malformed"] = [*EVENTS["more"], event(3, at=[500, 41.7]), event(4, fromdate="soon")]


class GdacsPlayer:
    """`events` may be set; else those of the state. Levels and days are those that were asked for."""

    name = "gdacs"

    def __init__(self) -> None:
        self.state = "some"
        self.events: list[dict[str, Any]] | None = None
        self.queries: list[dict[str, str]] = []

    def answer(self, request: Request) -> Answer:
        """The events of these days and levels."""
        if path_of(request) != "/gdacsapi/api/events/geteventlist/SEARCH":
            return NOT_THERE
        asked = parameters(request)
        self.queries.append(asked)
        if self.state == "hostile":
            return found(b'{"features": [{"junk": "' + JUNK.hex().encode() + b'"}]}')
        rows = self.events if self.events is not None else EVENTS[self.state]
        levels = asked["alertlevel"].split(";")
        rows = [row for row in rows if row["properties"]["alertlevel"] in levels]
        rows = [row for row in rows if row["properties"]["fromdate"][:10] <= asked["toDate"]]
        rows = [
            r
            for r in rows
            if r["properties"]["fromdate"][:10] >= asked["fromDate"] or not r["properties"]["fromdate"][:1].isdigit()
        ]
        if not rows:
            return Answer(404, b"")
        return found(msgspec.json.encode({"type": "FeatureCollection", "features": rows}))
