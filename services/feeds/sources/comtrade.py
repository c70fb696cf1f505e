"""UN Comtrade: China's monthly exports of the minerals' codes, without a key by preview, with one by the same question.

Design note of the source, confidence A for paths, B for fields: the preview gives 500 records at most and one period
at a time; valid questions fail now and then with 5xx; a quantity that was not reported is 0 beside a value, so it is
unknown. How many calls a month are free is unclear, so few are made: months that are there already are asked for
again only in turn. A partner that is absent from an answer is unknown here, not zero: one answer holds one month.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import msgspec

from services.feeds.manifest import Manifest, Names, read_manifest
from services.feeds.sources.base import About, Asking, Step
from services.feeds.sources.marks import day_number
from services.http_client import Answer, Ask, Manners
from services.reasons import Reason
from streams.reference import Reference

_PREVIEW, _KEYED = "/public/v1/preview/C/M/HS", "/data/v1/get/C/M/HS"
_MOST_RECORDS, _MOST_KEYED = 500, 100_000  # in one answer; with a key the service would give more
_MOST_MONTHS = 3  # at one reading
_REVISED_MONTHS = 7  # lag of a reporter, and its first revisions
_CHINA = "156"
_PARTNERS = {"0": "WLD", "842": "USA", "392": "JPN", "410": "KOR", "276": "DEU", "528": "NLD", "699": "IND"}
_MANIFEST = b"""
name = "comtrade"
[tables.partners]
[tables.codes]
[[files]]
id = "exports"
path = "exports.json"
family = "customs"
publisher = "UN Comtrade"
publication = "China, monthly exports by HS6 and partner"
address = "https://comtradeplus.un.org/"
licence = "UN Comtrade terms"
cadence = "monthly"
origin = "CHN"
destination = "{partnerCode|partners}"
hs = "{cmdCode}"
layout = { format = "json", records = ["data.*", "*"] }
dates = { column = "period", pattern = "%Y%m", period = "month" }
known = { days_after = 50 }
where = [
    { column = "partner2Code", is = ["0", ""] },
    { column = "motCode", is = ["0", ""] },
    { column = "flowCode", is = ["X"] },
]
lookups = [{ column = "cmdCode", table = "codes" }]
values = [
    { column = "netWgt", measure = "quantity", unit = "kg", unknown_when = { netWgt = ["0", "0.0"] } },
    { column = "primaryValue", measure = "value", unit = "USD" },
]
"""


class Comtrade:
    """One question a month: all codes, the world and the partners that matter most."""

    about: ClassVar[About] = About(
        name="comtrade",
        title="China's monthly exports by code and partner",
        publisher="UN Comtrade",
        licence="UN Comtrade terms",
        page="https://comtradeplus.un.org/",
        places=("https://comtradeapi.un.org",),
        every="24h",
        history_days=400,
        manners=Manners(every_s=3.5, break_after=5, break_for_s=6 * 3_600),
        key_header="Ocp-Apim-Subscription-Key",
    )

    def __init__(self, reference: Reference, since: str) -> None:
        self._since = since
        codes = {key.partition(" ")[2]: found for key, found in reference.hs.items() if key.startswith("2022 ")}
        self._codes = sorted(codes)
        tables: dict[str, dict[str, str | Names]] = {"partners": dict(_PARTNERS), "codes": {}}
        for code, minerals in codes.items():
            groups = {reference.group_of(mineral) for mineral in minerals}
            tables["codes"][code] = Names(
                minerals=minerals,
                group=reference.group_of(minerals[0]),
                pooled=len(minerals) > 1,
                partial=len(groups) > 1,  # it can say nothing about any one group
            )
        self._manifest = msgspec.structs.replace(read_manifest(_MANIFEST, "comtrade"), tables=tables)

    def manifest(self, names: Mapping[str, str]) -> Manifest:
        """One entry; the codes are those of the reference data."""
        return self._manifest

    def read(self, asking: Asking) -> Iterator[Step]:
        """The next months of the past; once that is read, the newest months in turn."""
        mark, this = asking.mark, asking.today[:7]
        reached = mark.reached[:7]
        if not reached or reached < this:
            wanted = _months(_after(reached) if reached else self._since[:7], this)
            since = mark.since or self._since
        elif mark.since and self._since[:7] < mark.since[:7]:
            wanted, since = _months(self._since[:7], mark.since[:7]), self._since
            wanted = [month for month in wanted if not mark.back or month > mark.back[:7]]
        else:
            newest = _months("1970-01", this)[-_REVISED_MONTHS:]
            turn = day_number(asking.today) * _MOST_MONTHS
            for month in sorted({newest[(turn + i) % len(newest)] for i in range(_MOST_MONTHS)}):
                yield Step(entry="exports", answers=tuple(self._month(asking, month, self._codes)), mark=mark)
            return
        asking.more = len(wanted) > _MOST_MONTHS
        is_back = bool(reached) and reached >= this
        for number, month in enumerate(wanted[:_MOST_MONTHS], start=1):
            if is_back:
                is_over = month == wanted[-1]
                changed = {"back": "" if is_over else f"{month}-01", "since": since if is_over else mark.since}
            else:
                changed = {"reached": f"{month}-01", "since": since}
            mark = msgspec.structs.replace(mark, **changed)
            answers = tuple(self._month(asking, month, self._codes))
            yield Step(entry="exports", answers=answers, mark=mark, done=(number, len(wanted)))

    def _month(self, asking: Asking, month: str, codes: list[str]) -> Iterator[Answer]:
        """The answers for a month: one, or more where one would be cut."""
        most = _MOST_KEYED if asking.has_key else _MOST_RECORDS
        parameters = (
            ("reporterCode", _CHINA),
            ("period", month.replace("-", "")),
            ("flowCode", "X"),
            ("cmdCode", ",".join(codes)),
            ("partnerCode", ",".join(_PARTNERS)),
            ("partner2Code", "0"),
            ("customsCode", "C00"),
            ("motCode", "0"),
            ("maxRecords", str(most)),
            ("includeDesc", "false"),
        )
        path = _KEYED if asking.has_key else _PREVIEW
        answer = asking.fetch(Ask(address=asking.base + path, parameters=parameters), _fault)
        records = len(_records(answer.content) or ())
        if records >= most and len(codes) > 1:
            half = len(codes) // 2
            yield from self._month(asking, month, codes[:half])
            yield from self._month(asking, month, codes[half:])
        elif records >= most:
            raise asking.failure(Reason.ERROR_IN_ANSWER, f"{codes[0]} alone has more than {most} records")
        elif records or answer.is_unchanged:
            yield answer


def _records(content: bytes) -> list[object] | None:
    """The records, wrapped or bare; None where there is no list."""
    try:
        told = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    found = told.get("data") if isinstance(told, dict) else told
    return found if isinstance(found, list) else None


def _fault(content: bytes) -> str:
    records = _records(content)
    if records is None:
        return "status 200, and no records in it"
    return "" if records or not _says_error(content) else "status 200, no records, and in it an error"


def _says_error(content: bytes) -> bool:
    told = msgspec.json.decode(content)
    return isinstance(told, dict) and bool(told.get("error"))


def _months(first: str, last: str) -> list[str]:
    """The months from first to last, YYYY-MM, both included."""
    start, end = _number(first), _number(last)
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(start, end + 1)]


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _after(month: str) -> str:
    return _months(month, f"{int(month[:4]) + 1}-12")[1]
