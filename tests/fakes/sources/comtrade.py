"""UN Comtrade's preview and its keyed form, in the shape of the design note."""

from typing import Any

import msgspec

from tests.fakes.loopback import Answer, Request
from tests.fakes.sources.base import JUNK, NOT_THERE, found, parameters, path_of


def record(code: str, partner: int, weight: float | None, value: float, **more: Any) -> dict[str, Any]:
    """One record; its period is that which is asked for."""
    base = {"typeCode": "C", "freqCode": "M", "reporterCode": 156, "flowCode": "X", "partnerCode": partner}
    base |= {"partner2Code": 0, "classificationCode": "H6", "cmdCode": code, "customsCode": "C00", "motCode": 0}
    return {
        **base,
        "qtyUnitCode": 8,
        "qty": weight,
        "netWgt": weight,
        "primaryValue": value,
        "partnerDesc": None,
        **more,
    }


RECORDS = [record("250410", 0, 40_000.0, 90_000.0), record("250410", 392, 9_000.0, 20_000.0)]
POOLED = [record("811292", 392, 0, 500.0)]
MONTHS = {"empty": {}, "some": {"202608": RECORDS}}
MONTHS["more"] = {f"20260{month}": [*RECORDS, *POOLED] for month in range(1, 10)}
MONTHS["malformed"] = {
    **MONTHS["more"],
    "202608": [*RECORDS, *POOLED, record("250410", 842, 1.0, 1.0, primaryValue="much")],
}


class ComtradePlayer:
    """`months` may be set; else those of the state. One period a question, at most 500 records without a key."""

    name = "comtrade"

    def __init__(self) -> None:
        self.state = "some"
        self.months: dict[str, list[dict[str, Any]]] | None = None
        self.bare = False
        self.queries: list[dict[str, str]] = []

    def answer(self, request: Request) -> Answer:
        """The records of one month."""
        path = path_of(request)
        if path not in ("/public/v1/preview/C/M/HS", "/data/v1/get/C/M/HS"):
            return NOT_THERE
        asked = parameters(request)
        self.queries.append({"path": path, "key": request.headers.get("ocp-apim-subscription-key", ""), **asked})
        if "," in asked["period"]:
            return Answer(400, b"one period")
        if self.state == "hostile":
            return found(b'{"count": 1, "data": [{"junk": "' + JUNK.hex().encode() + b'"}], "error": ""}')
        months = self.months if self.months is not None else MONTHS[self.state]
        codes = asked["cmdCode"].split(",")
        rows = [
            {**row, "period": asked["period"]} for row in months.get(asked["period"], []) if row["cmdCode"] in codes
        ]
        rows = rows[:500] if path.startswith("/public") else rows
        return found(msgspec.json.encode(rows if self.bare else {"count": len(rows), "data": rows, "error": ""}))
