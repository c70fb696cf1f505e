"""World Bank, the Pink Sheet: monthly prices. There is no service: the file's address is found on a page each time.

Design note of the source, confidence B: the link holds a hash and the year and changes; names stand around row 5 of the
sheet, units below, `…` where there is no price; a year begins as 1960M01. Published in the first days of a month.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from lxml import etree, html

from services.feeds.manifest import Manifest, read_manifest
from services.feeds.sources.base import About, Asking, Step
from services.http_client import Ask, link_from
from services.reasons import Reason
from streams.reference import Reference

_PAGE = "/en/research/commodity-markets"
_FILE = "CMO-Historical-Data-Monthly"
_MANIFEST = b"""
name = "pink_sheet"
[[files]]
id = "monthly"
path = "*.xlsx"
family = "prices"
publisher = "World Bank"
publication = "Commodity Price Data (The Pink Sheet), monthly prices"
address = "https://www.worldbank.org/en/research/commodity-markets"
licence = "CC BY 4.0"
cadence = "monthly"
market = "world_bank_monthly"
layout = { format = "xlsx", sheet = "Monthly Prices", header_row = 5, unit_row = 6, find_header = true }
dates = { column = "#1", pattern = "%YM%m", period = "month" }
known = { days_after = 3 }
measure = "price"
values = [
    { column = "Aluminum", minerals = ["aluminium"], unit = "USD/t", unit_mark = "($/mt)" },
    { column = "Copper", minerals = ["copper"], unit = "USD/t", unit_mark = "($/mt)" },
    { column = "Lead", minerals = ["lead"], unit = "USD/t", unit_mark = "($/mt)" },
    { column = "Nickel", minerals = ["nickel"], unit = "USD/t", unit_mark = "($/mt)" },
    { column = "Tin", minerals = ["tin"], unit = "USD/t", unit_mark = "($/mt)" },
    { column = "Zinc", minerals = ["zinc"], unit = "USD/t", unit_mark = "($/mt)" },
    { column = "Phosphate rock*", minerals = ["phosphate"], unit = "USD/t", unit_mark = "($/mt)" },
    { column = "Potassium chloride*", minerals = ["potash"], unit = "USD/t", unit_mark = "($/mt)" },
    { column = "Platinum", minerals = ["platinum"], unit = "USD/ozt", unit_mark = "($/troy oz)" },
    { column = "Silver", minerals = ["silver"], unit = "USD/ozt", unit_mark = "($/troy oz)" },
]
"""


class PinkSheet:
    """The newest file, whenever its bytes have changed; it holds the whole history."""

    about: ClassVar[About] = About(
        name="pink_sheet",
        title="Monthly prices of metals (The Pink Sheet)",
        publisher="World Bank",
        licence="CC BY 4.0",
        page="https://www.worldbank.org/en/research/commodity-markets",
        places=("https://www.worldbank.org", "https://thedocs.worldbank.org"),
        every="12h",
        history_days=0,
        may_be_handed_on=True,
    )

    def __init__(self, reference: Reference, since: str) -> None:
        self._manifest = read_manifest(_MANIFEST, "pink_sheet")

    def manifest(self, names: Mapping[str, str]) -> Manifest:
        """One entry: the sheet of monthly prices."""
        return self._manifest

    def read(self, asking: Asking) -> Iterator[Step]:
        """The page, then the file that it links to."""
        page = asking.fetch(Ask(address=asking.base + _PAGE))
        link = _link(page.content, page.address)
        if not link:
            raise asking.failure(Reason.MOVED, f"no link to {_FILE}….xlsx on {_PAGE}; what was read before stands")
        yield Step(entry="monthly", answers=(asking.fetch(Ask(address=link)),))


def _link(content: bytes, address: str) -> str:
    """The address of the monthly file, wherever and however often it stands on the page."""
    try:
        page = html.document_fromstring(content, parser=html.HTMLParser(no_network=True, encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    links = [str(anchor.get("href") or "") for anchor in page.iter("a")]
    found = [link for link in links if _FILE in link and link.partition("?")[0].lower().endswith(".xlsx")]
    return link_from(address, found[0]) if found else ""
