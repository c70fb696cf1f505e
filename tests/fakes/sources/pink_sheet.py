"""The World Bank's page and its workbook, in the shape of the design note."""

import io

from openpyxl import Workbook

from tests.fakes.loopback import Answer, Request
from tests.fakes.sources.base import JUNK, NOT_THERE, found, path_of

NAMES = (
    "Aluminum",
    "Copper",
    "Lead",
    "Nickel",
    "Tin",
    "Zinc",
    "Phosphate rock",
    "Potassium chloride **",
    "Platinum",
    "Silver",
)
UNITS = ("($/mt)",) * 8 + ("($/troy oz)",) * 2
ROWS: dict[str, tuple[tuple[object, ...], ...]] = {
    "empty": (),
    "some": (("2026M06", 2500, 9000, 2000, 15000, 33000, 2800, 150, 300, 1000, 30.5), ("2026M07", *range(101, 111))),
}
ROWS["more"] = (*ROWS["some"], ("2026M08", 2510.5, "…", 2010, 15100, 33100, 2810, 151, "..", 1001, 31))
ROWS["malformed"] = (*ROWS["more"], ("2026M09", "n/q", *range(202, 211)), ("soon", *range(10)))
FILE = "/en/doc/5d903e848db1d1b83e0ec8f744e55570-0050012026/related/CMO-Historical-Data-Monthly.xlsx"


def workbook(
    rows: tuple[tuple[object, ...], ...],
    names: tuple[str, ...] = NAMES,
    above: int = 3,
    units: tuple[str, ...] = UNITS,
) -> bytes:
    """A workbook with `above` lines of title, an empty line, names, units, rows; months stand without a heading."""
    book = Workbook()
    first, sheet = book.active, book.create_sheet("Monthly Prices")
    assert first is not None
    first.title = "AFOSHEET"
    for line in range(above):
        sheet.append([f"World Bank Commodity Price Data, line {line}"])
    sheet.append([])
    sheet.append(["", *names])
    sheet.append(["", *units])
    for row in rows:
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class PinkSheetPlayer:
    """`host` is where the page says that the file lies."""

    name = "pink_sheet"

    def __init__(self, host: str = "https://thedocs.worldbank.org") -> None:
        self.state = "some"
        self.page = f'<a href="/x">x</a><a href="{host}{FILE}">Monthly prices</a>'.encode()
        self._books: dict[str, bytes] = {}

    def answer(self, request: Request) -> Answer:
        """The page, or the workbook that it links to."""
        path = path_of(request)
        if path == "/en/research/commodity-markets":
            return found(self.page, "text/html")
        if path != FILE:
            return NOT_THERE
        if self.state == "hostile":
            return found(JUNK)
        if self.state not in self._books:
            self._books[self.state] = workbook(ROWS[self.state])
        return found(self._books[self.state], "application/octet-stream")
