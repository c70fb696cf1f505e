"""European Central Bank: euro reference rates of each working day, as context: what a price is in another currency.

Design note of the source, confidence C: published about 16:00 CET on TARGET working days and on no other; a day without
a rate is unknown, not the rate of the day before. The list of 90 days is read again and again; the whole history, which
is a zip, only when that list does not reach back to what was read last.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import msgspec

from services.feeds.manifest import Manifest, read_manifest
from services.feeds.sources.base import About, Asking, Step
from services.feeds.sources.marks import day_number
from services.http_client import Ask
from streams.reference import Reference

CURRENCIES = ("USD", "JPY", "CNY", "GBP", "AUD", "CAD", "KRW", "INR", "IDR", "ZAR", "BRL")
_LIST_DAYS = 80  # of its 90: a margin for a machine that was off
_ENTRY = """
[[files]]
id = "{id}"
path = "{path}"
series = "ecb/rates"
family = "prices"
publisher = "European Central Bank"
publication = "Euro foreign exchange reference rates"
address = "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/"
licence = "free reuse with the source named"
cadence = "daily"
group = "exchange_rates"
partial = true
measure = "exchange_rate"
"""
_LIST = f"""
market = "EUR/{{currency}}"
unit = "{{currency}}/EUR"
layout = {{ format = "xml", records = ["Cube"] }}
dates = {{ column = "time" }}
where = [{{ column = "currency", is = {list(CURRENCIES)} }}]
values = [{{ column = "rate" }}]
"""
_HISTORY = """
layout = { format = "csv.zip" }
dates = { column = "Date" }
""" + "".join(f'[[files.values]]\ncolumn = "{c}"\nmarket = "EUR/{c}"\nunit = "{c}/EUR"\n' for c in CURRENCIES)


class Ecb:
    """One series a currency: how much of it one euro buys."""

    about: ClassVar[About] = About(
        name="ecb",
        title="Exchange rates of the euro, as context",
        publisher="European Central Bank",
        licence="free reuse with the source named",
        page="https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/",
        places=("https://www.ecb.europa.eu",),
        every="6h",
        history_days=0,
        stale_days=6,  # Easter: from Thursday to Tuesday
        may_be_handed_on=True,
    )

    def __init__(self, reference: Reference, since: str) -> None:
        listed = _ENTRY.format(id="list", path="eurofxref-hist-90d.xml") + _LIST
        history = _ENTRY.format(id="history", path="eurofxref-hist.zip") + _HISTORY
        self._manifest = read_manifest(f'name = "ecb"{listed}{history}'.encode(), "ecb")

    def manifest(self, names: Mapping[str, str]) -> Manifest:
        """The list, and the history: the same series."""
        return self._manifest

    def read(self, asking: Asking) -> Iterator[Step]:
        """The list of 90 days; before it the history, where the list leaves a gap."""
        mark, today = asking.mark, asking.today
        reached = msgspec.structs.replace(mark, since=mark.since or "1999-01-04", reached=today)
        if not mark.reached or day_number(today) - day_number(mark.reached) > _LIST_DAYS:
            history = asking.fetch(Ask(address=f"{asking.base}/stats/eurofxref/eurofxref-hist.zip"))
            yield Step(entry="history", answers=(history,), mark=reached)
        listed = asking.fetch(Ask(address=f"{asking.base}/stats/eurofxref/eurofxref-hist-90d.xml"))
        yield Step(entry="list", answers=(listed,), mark=reached)
