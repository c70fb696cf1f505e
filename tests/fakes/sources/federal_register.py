"""The Federal Register's search and its public inspection, in the shape of the design note, quirks and all."""

from typing import Any

import msgspec

from tests.fakes.loopback import Answer, Request
from tests.fakes.sources.base import JUNK, NOT_THERE, found, parameters, path_of


def document(number: str, day: str, title: str, **more: Any) -> dict[str, Any]:
    """One published document."""
    base = {"document_number": number, "title": title, "abstract": None, "dates": None, "publication_date": day}
    return {**base, "html_url": f"https://www.federalregister.gov/d/{number}", "type": "Rule", **more}


def inspected(number: str, filed_at: str | None, subject: str, **more: Any) -> dict[str, Any]:
    """One document that may be inspected before its publication."""
    base = {"document_number": number, "filed_at": filed_at, "title": None, "subject_1": subject, "subject_2": None}
    return {**base, "subject_3": None, "html_url": f"https://www.federalregister.gov/d/{number}", **more}


DOCUMENTS = {
    "empty": [],
    "some": [
        document("2026-18001", "2026-09-17", "Ban on gallium", dates="Effective October 1, 2026."),
        document("2026-18002", "2026-09-17", "Sunshine Act meeting"),
    ],
}
DOCUMENTS["more"] = [*DOCUMENTS["some"], document("2026-18100", "2026-09-18", "Ban on neodymium")]
DOCUMENTS["malformed"] = [*DOCUMENTS["more"], document("", "2026-09-18", "No number"), {**document("2026-1", "x", "y")}]
INSPECTED = {"empty": [], "some": [], "malformed": []}
INSPECTED["more"] = [inspected("2026-018200", "2026-09-21T08:45:00.000-04:00", "Ban on germanium")]


class FederalRegisterPlayer:
    """`documents` and `inspection` may be set; else those of the state."""

    name = "federal_register"

    def __init__(self) -> None:
        self.state = "some"
        self.documents: list[dict[str, Any]] | None = None
        self.inspection: list[dict[str, Any]] | None = None
        self.repeats = False  # a page beyond what it can is the first one again
        self.queries: list[dict[str, str]] = []

    def answer(self, request: Request) -> Answer:
        """A page of the search, or everything that may be inspected now."""
        path = path_of(request)
        if path == "/api/v1/public-inspection-documents/current.json":
            rows = self.inspection if self.inspection is not None else INSPECTED.get(self.state, [])
            return found(msgspec.json.encode({"count": len(rows), **({"results": rows} if rows else {})}))
        if path != "/api/v1/documents.json":
            return NOT_THERE
        if self.state == "hostile":
            return found(b'{"count": 1, "results": [{"junk": "' + JUNK.hex().encode() + b'"}]}')
        asked = parameters(request)
        self.queries.append(asked)
        first, last = asked["conditions[publication_date][gte]"], asked["conditions[publication_date][lte]"]
        rows = self.documents if self.documents is not None else DOCUMENTS[self.state]
        rows = [
            row for row in rows if first <= row["publication_date"] <= last or not row["publication_date"][:1].isdigit()
        ]
        size, page = int(asked["per_page"]), int(asked["page"])
        size = size if 2 <= size <= 2_000 else 20
        page = page if page <= 50 and page * size <= 10_000 and not self.repeats else 1
        shown = rows[(page - 1) * size : page * size]
        listed = {"results": shown, "total_pages": -(-len(rows) // size)} if shown else {}
        return found(msgspec.json.encode({"count": len(rows), "description": "Documents", **listed}))
