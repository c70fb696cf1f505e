"""PortWatch on ArcGIS, in the shape of the design note: layers, pages by ObjectId, trouble with status 200."""

import datetime
import re
from typing import Any

import msgspec

from tests.fakes.loopback import Answer, Request
from tests.fakes.sources.base import JUNK, NOT_THERE, found, parameters, path_of

STRAITS, PORTS, NAMES = "Daily_Chokepoints_Data", "Daily_Ports_Data", "PortWatch_ports_database"
CLASSES = ("container", "dry_bulk", "general_cargo", "roro", "tanker", "cargo")
DAYS = {"empty": (), "some": ("2026-09-10", "2026-09-11")}
DAYS["more"] = (*DAYS["some"], "2026-09-12")
DAYS["malformed"] = DAYS["more"]


class PortWatchPlayer:
    """`day_name` and `as_number`: how the column of the day is written today; `page`: how many rows one answer has."""

    name = "portwatch"

    def __init__(self) -> None:
        self.state = "some"
        self.day_name, self.as_number, self.page = "date", False, 1_000
        self.transits: dict[tuple[str, str], float] = {}  # (day, strait) → another count than 70
        self.straits = ("chokepoint1", "chokepoint4")
        self.days: tuple[str, ...] | None = None
        self.queries: list[dict[str, str]] = []

    def answer(self, request: Request) -> Answer:
        """A layer, or a query of one."""
        match = re.search(r"/services/(\w+)/FeatureServer/0(/query)?$", path_of(request))
        if match is None or match[1] not in (STRAITS, PORTS, NAMES):
            return NOT_THERE
        if not match[2]:
            return found(msgspec.json.encode({"objectIdField": "ObjectId", "fields": self._fields()}))
        asked = parameters(request)
        self.queries.append({"service": match[1], **asked})
        if match[1] == NAMES:
            rows: list[dict[str, Any]] = [
                {"portid": "port777", "LOCODE": "CN TXG"},
                {"portid": "port1", "LOCODE": None},
            ]
            return found(self._listed(rows, False))
        if self.state == "hostile":
            return found(b'{"features": [{"attributes": {"junk": "' + JUNK.hex().encode() + b'"}}]}')
        rows = self._rows(match[1], asked["where"])
        return found(self._listed(rows[: self.page], len(rows) > self.page))

    def _rows(self, service: str, where: str) -> list[dict[str, Any]]:
        """What a where-clause gives, by ObjectId; a day that is quoted without DATE matches nothing, as there."""
        match = re.search(rf"^{self.day_name} >= DATE '([\d-]+)' AND {self.day_name} <= DATE '([\d-]+)'", where)
        after = int(re.findall(r"> (-?\d+)$", where)[0])
        if match is None:
            return []
        days = self.days if self.days is not None else DAYS[self.state]
        names = self.straits if service == STRAITS else ("port2027", "port777")
        rows = [self._row(service, day, name) for name in names for day in days]
        if self.state == "malformed":
            rows.append({**self._row(service, "2026-09-12", names[0]), self.day_name: "soon"})
        numbered = [{**row, "ObjectId": number} for number, row in enumerate(rows, start=1)]
        wanted = [row for row in numbered if f"'{row['portid']}'" in where and row["ObjectId"] > after]
        return [row for row in wanted if match[1] <= row["_day"] <= match[2]]

    def _row(self, service: str, day: str, name: str) -> dict[str, Any]:
        count = self.transits.get((day, name), 70.0)
        written: object = day
        if self.as_number:
            written = int(datetime.datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp() * 1_000)
        row: dict[str, Any] = {self.day_name: written, "portid": name, "_day": day}
        if service == STRAITS:
            return {**row, "n_total": count, "capacity": 5_000_000, **{f"n_{c}": 10 for c in CLASSES}}
        return {**row, "portcalls": count, "import": 1000.5, "export": 900, **{f"portcalls_{c}": 5 for c in CLASSES}}

    def _fields(self) -> list[dict[str, str]]:
        kind = "esriFieldTypeDate" if self.as_number else "esriFieldTypeDateOnly"
        return [{"name": self.day_name, "alias": "date", "type": kind}, {"name": "portid", "alias": "portid"}]

    def _listed(self, rows: list[dict[str, Any]], is_cut: bool) -> bytes:
        told = [{"attributes": {name: value for name, value in row.items() if name != "_day"}} for row in rows]
        return msgspec.json.encode({"fields": self._fields(), "features": told, "exceededTransferLimit": is_cut})
