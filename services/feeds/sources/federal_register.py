"""US Federal Register: what is published each working day, and what may be inspected hours to days before.

Design note of the source, confidence A. `per_page` of 1 or too large silently becomes 20, a page beyond 50 or beyond
10,000 documents silently is the first again: windows are short, pages are counted by what came, repeats are noticed.
Answers may be a day old from a cache: the size of a page changes with the hour. With no hits the list is absent. A
number may be padded in one list and not in the other. A filing may be withdrawn or put off before it is printed: one
that is no longer listed before its day is said, for a person to look at; what it said stands until then. A document
that was read at inspection, where there is a title alone, is not read anew from print: its bytes are kept as evidence.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import msgspec

from services.feeds.json_documents import object_of
from services.feeds.manifest import Manifest, read_manifest
from services.feeds.sources.base import About, Asking, Step
from services.feeds.sources.marks import Mark, Pace, Window, windows
from services.http_client import Answer, Ask
from services.reasons import Reason
from streams.reference import Reference

_DOCUMENTS = "/api/v1/documents.json"
_INSPECTION = "/api/v1/public-inspection-documents/current.json"
_PER_PAGE = 400
_LISTED = "listed/"  # in the marks, before the number of a filing that is not printed yet
_MOST_PAGES = 24  # 24 pages of 400: below the ten thousand at which it begins again
_PACE = Pace(days=7, overlap=4, most=10)
_FIELDS = ("document_number", "title", "abstract", "dates", "publication_date", "html_url", "type")
_INSPECTED = (
    "document_number",
    "title",
    "subject_1",
    "subject_2",
    "subject_3",
    "filed_at",
    "publication_date",
    "html_url",
)
_MANIFEST = b"""
name = "federal_register"
[[files]]
id = "documents"
path = "documents.json"
family = "notices"
publisher = "Office of the Federal Register"
publication = "Federal Register"
address = "https://www.federalregister.gov/"
licence = "public domain"
layout = { format = "json", records = ["results.*"] }
dates = { column = "publication_date" }
[files.document]
issuer = "federal_register"
number = "{document_number|unpadded}"
title = "{title}"
text = "{abstract} {dates}"
state = "USA"
address = "{html_url}"
[[files]]
id = "inspection"
path = "current.json"
family = "notices"
publisher = "Office of the Federal Register"
publication = "Federal Register, public inspection"
address = "https://www.federalregister.gov/public-inspection/current"
licence = "public domain"
layout = { format = "json", records = ["results.*"] }
dates = { column = "filed_at", pattern = "%Y-%m-%dT*", also = [{ pattern = "%Y-%m-%d", period = "day" }] }
known = { column = "filed_at", undated = "read" }
[files.document]
issuer = "federal_register"
number = "{document_number|unpadded}"
title = "{title/subject_3/subject_2/subject_1}"
state = "USA"
address = "{html_url}"
"""


class FederalRegister:
    """Inspection first, since it is earlier; then the days that are new, and their last days again."""

    about: ClassVar[About] = About(
        name="federal_register",
        title="Notices and rules of US agencies, with public inspection",
        publisher="Office of the Federal Register",
        licence="public domain",
        page="https://www.federalregister.gov/developers/documentation/api/v1",
        places=("https://www.federalregister.gov",),
        every="30m",
        history_days=400,
        stale_days=5,  # a long weekend
        may_be_handed_on=True,
    )

    def __init__(self, reference: Reference, since: str) -> None:
        self._since = since
        self._manifest = read_manifest(_MANIFEST, "federal_register")

    def manifest(self, names: Mapping[str, str]) -> Manifest:
        """Two entries of one issuer: a document is one document, wherever it stood first."""
        return self._manifest

    def read(self, asking: Asking) -> Iterator[Step]:
        """What may be inspected now, then the windows of publication."""
        fields = tuple(("fields[]", name) for name in _INSPECTED)
        inspected = asking.fetch(Ask(address=asking.base + _INSPECTION, parameters=fields), _fault)
        mark = asking.mark
        if not _numbers(inspected.content):
            _refuse_none(asking, _count(inspected.content), 0)
        else:
            mark = _inspected(asking, inspected.content)
            yield Step(entry="inspection", answers=(inspected,), mark=mark)
        found, asking.more = windows(mark, self._since, asking.today, _PACE)
        for window in found:
            pages = _pages(asking, window)
            yield Step(entry="documents", answers=tuple(pages), mark=window.after, done=window.done)


def _inspected(asking: Asking, content: bytes) -> Mark:
    """The mark with what is listed and not printed yet; what is gone from the list before its day is noted."""
    listed = {str(row.get("document_number")): str(row.get("publication_date") or "") for row in _rows(content)}
    before = {name.removeprefix(_LISTED): day for name, day in asking.mark.names.items() if name.startswith(_LISTED)}
    for number, day in sorted(before.items()):
        if number not in listed and day > asking.today:
            asking.note(
                f"{number} is no longer listed for inspection and was to be printed on {day}: withdrawn, or put off"
            )
    coming = {_LISTED + number: day for number, day in sorted(listed.items()) if day > asking.today}
    names = {name: value for name, value in asking.mark.names.items() if not name.startswith(_LISTED)} | coming
    return msgspec.structs.replace(asking.mark, names=names)


def _pages(asking: Asking, window: Window) -> list[Answer]:
    """The pages of a window, until all that was counted is there. Raises SourceFailed for a page that repeats."""
    size = _PER_PAGE + asking.now // 3_600 % 24  # another address each hour: a cache in between cannot be older
    seen: set[str] = set()
    pages: list[Answer] = []
    for page in range(1, _MOST_PAGES + 1):
        answer = asking.fetch(_query(asking, window, size, page), _fault)
        numbers, count = _numbers(answer.content), _count(answer.content)
        if answer.is_unchanged:
            pages.append(answer)  # how many there are it does not say: the newest stand on the last page
            continue
        if not numbers:
            _refuse_none(asking, count, (page - 1) * size)
            return pages
        if seen and not set(numbers) - seen:
            raise asking.failure(Reason.ERROR_IN_ANSWER, f"page {page} is the first one again")
        seen |= set(numbers)
        pages.append(answer)
        if len(seen) >= count:
            return pages
    raise asking.failure(Reason.ERROR_IN_ANSWER, f"more than {_MOST_PAGES} pages in {window.first} to {window.last}")


def _refuse_none(asking: Asking, count: int, before: int) -> None:
    """Raise SourceFailed where an answer lists nothing and counts more than the `before` of earlier pages."""
    if count > before:
        raise asking.failure(Reason.ERROR_IN_ANSWER, f"it counts {count:,} documents and lists none after {before:,}")


def _query(asking: Asking, window: Window, size: int, page: int) -> Ask:
    parameters = [("per_page", str(size)), ("page", str(page)), ("order", "oldest")]
    parameters += [
        ("conditions[publication_date][gte]", window.first),
        ("conditions[publication_date][lte]", window.last),
    ]
    parameters += [("fields[]", name) for name in _FIELDS]
    return Ask(address=asking.base + _DOCUMENTS, parameters=tuple(parameters))


def _fault(content: bytes) -> str:
    told = object_of(content)
    if told is None:
        return "status 200, and no JSON in it"
    if "errors" in told or ("status" in told and "message" in told):
        return "status 200, and in it an error"
    if not isinstance(told.get("results", []), list) or not isinstance(told.get("count", 0), int):
        return "status 200, and its count is no number, or its list none"
    return "" if "count" in told or "results" in told else "status 200, and neither a count nor a list in it"


def _numbers(content: bytes) -> list[str]:
    results = (object_of(content) or {}).get("results")
    rows = results if isinstance(results, list) else []
    return [str(row.get("document_number")) if isinstance(row, dict) else repr(row)[:40] for row in rows]


def _rows(content: bytes) -> list[dict[str, object]]:
    results = (object_of(content) or {}).get("results")
    return [row for row in results if isinstance(row, dict)] if isinstance(results, list) else []


def _count(content: bytes) -> int:
    count = (object_of(content) or {}).get("count")
    return count if isinstance(count, int) else 0
