"""GDACS: earthquakes, storms, floods, eruptions, droughts and fires, as it rates them. Its scales stay its own.

Design note of the source, confidence B: an event may be repeated as point and polygons, of which the point counts; a
link is a text or an object; some forms answer 404 where there is nothing; times are UTC. Green events are asked for
too: the rating is about people, and a mine lies where few live. How many events one answer holds at most is
unverified: a full one is said.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import msgspec

from services.errors import SourceFailed
from services.feeds.manifest import Manifest, read_manifest
from services.feeds.sources.base import About, Asking, Step
from services.feeds.sources.marks import Pace, windows
from services.http_client import Answer, Ask
from services.reasons import Reason
from streams.reference import Reference

_SEARCH = "/gdacsapi/api/events/geteventlist/SEARCH"
_KINDS = "EQ;TC;FL;VO;DR;WF"
_LEVELS = ("Orange;Red", "Green")
_FULL = 100
_PACE = Pace(days=10, overlap=9, most=6)
_MANIFEST = b"""
name = "gdacs"
[[files]]
id = "events"
path = "events.json"
family = "hazard_feed"
publisher = "Global Disaster Alert and Coordination System"
publication = "GDACS events"
address = "https://www.gdacs.org/"
licence = "free, with attribution"
layout = { format = "json", records = ["features.*", "*"] }
dates = { column = "properties.fromdate" }
known = { column = "properties.datemodified" }
where = [{ column = "geometry.type", is = ["Point"] }]

[files.hazard]
event = "gdacs:{properties.eventtype}:{properties.eventid}"
kind = "{properties.eventtype}"
lat = "{geometry.coordinates.1}"
lon = "{geometry.coordinates.0}"
name = "{properties.name/properties.eventname}"
description = "{properties.description/properties.htmldescription}"
alert_level = "{properties.alertlevel}"
alert_score = "{properties.alertscore}"
severity = "{properties.severitydata.severity}"
severity_unit = "{properties.severitydata.severityunit}"
severity_text = "{properties.severitydata.severitytext}"
countries = "{properties.iso3} {properties.affectedcountries}"
ends = "{properties.todate}"
is_current = "{properties.iscurrent}"
address = "{properties.url.report/properties.url}"
"""


class Gdacs:
    """The events of the last days, again and again: one that is told anew is a later observation of it."""

    about: ClassVar[About] = About(
        name="gdacs",
        title="Natural events near mines, plants and ports",
        publisher="Global Disaster Alert and Coordination System",
        licence="free, with attribution",
        page="https://www.gdacs.org/",
        places=("https://www.gdacs.org",),
        every="30m",
        history_days=30,
        stale_days=4,
    )

    def __init__(self, reference: Reference, since: str) -> None:
        self._since = since
        self._manifest = read_manifest(_MANIFEST, "gdacs")

    def manifest(self, names: Mapping[str, str]) -> Manifest:
        """One entry."""
        return self._manifest

    def read(self, asking: Asking) -> Iterator[Step]:
        """Window by window, the serious ones first."""
        found, asking.more = windows(asking.mark, self._since, asking.today, _PACE)
        for window in found:
            answers = [self._search(asking, window.first, window.last, level) for level in _LEVELS]
            there = tuple(answer for answer in answers if answer is not None)
            yield Step(entry="events", answers=there, mark=window.after, done=window.done)

    def _search(self, asking: Asking, first: str, last: str, level: str) -> Answer | None:
        parameters = (("eventlist", _KINDS), ("fromDate", first), ("toDate", last), ("alertlevel", level))
        try:
            answer = asking.fetch(Ask(address=asking.base + _SEARCH, parameters=parameters), _fault)
        except SourceFailed as failure:
            if failure.reason is Reason.NOT_THERE:
                return None  # nothing happened
            raise
        if len(_features(answer.content) or ()) >= _FULL:
            asking.note(f"{level}, {first} to {last}: a full answer, there may be more events than it holds")
        return answer if answer.is_unchanged or _features(answer.content) else None


def _features(content: bytes) -> list[object] | None:
    """The events; None where there is no list of them."""
    try:
        told = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    found = told.get("features") if isinstance(told, dict) else told
    return found if isinstance(found, list) else None


def _fault(content: bytes) -> str:
    if not content.strip():
        return ""  # 204 in place of an empty list
    return "" if _features(content) is not None else "status 200, and no list of events in it"
