"""The European Central Bank's list of 90 days and its history, in the shape of the design note."""

import io
import zipfile

from tests.fakes.loopback import Answer, Request
from tests.fakes.sources.base import JUNK, NOT_THERE, found, path_of

DAYS: dict[str, dict[str, dict[str, str]]] = {
    "empty": {},
    "some": {"2026-09-17": {"USD": "1.1", "JPY": "160.5", "SEK": "11"}, "2026-09-18": {"USD": "1.12", "CNY": "8.1"}},
}
DAYS["more"] = {**DAYS["some"], "2026-09-21": {"USD": "1.13", "JPY": "161", "CNY": "8.2"}}
DAYS["malformed"] = {**DAYS["more"], "2026-09-20": {"USD": "one"}}
COLUMNS = ("USD", "JPY", "BGN", "CNY", "GBP", "AUD", "CAD", "KRW", "INR", "IDR", "ZAR", "BRL")


class EcbPlayer:
    """Both files hold the same days; `history` holds older ones before them."""

    name = "ecb"

    def __init__(self) -> None:
        self.state = "some"
        self.history: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def answer(self, request: Request) -> Answer:
        """One of the two files."""
        path = path_of(request)
        self.asked.append(path)
        if self.state == "hostile":
            return found(JUNK)
        days = DAYS[self.state]
        if path.endswith("-90d.xml"):
            return found(listed(days), "text/xml")
        if path.endswith("-hist.zip"):
            return found(history({**self.history, **days}), "application/zip")
        return NOT_THERE


def listed(days: dict[str, dict[str, str]]) -> bytes:
    """The XML."""
    cubes = "".join(
        f'<Cube time="{day}">' + "".join(f'<Cube currency="{c}" rate="{r}"/>' for c, r in rates.items()) + "</Cube>"
        for day, rates in sorted(days.items(), reverse=True)
    )
    names = (
        'xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"'
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{head}<gesmes:Envelope {names}><Cube>{cubes}</Cube></gesmes:Envelope>".encode()


def history(days: dict[str, dict[str, str]]) -> bytes:
    """The zip: the newest day first, N/A for what is missing, a comma at the end of each line."""
    lines = ["Date," + ",".join(COLUMNS) + ","]
    lines += [
        day + "," + ",".join(days[day].get(c, "N/A") for c in COLUMNS) + "," for day in sorted(days, reverse=True)
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("eurofxref-hist.csv", (2026, 9, 21, 0, 0, 0)), "\n".join([*lines, ""]))
    return buffer.getvalue()
