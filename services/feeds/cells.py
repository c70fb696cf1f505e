"""Text of a cell → **number**, or unknown, or a reason why it is neither."""

import math
import re

from services.feeds.manifest import FileEntry
from streams.errors import BadObservation
from streams.observations import Measure
from streams.reasons import Reason

_LIMIT = 1e18  # beyond any tonnage, price or count on earth
_MAY_BE_NEGATIVE = (Measure.INDEX, Measure.LEVEL)


class NumberReader:
    """Reads the numbers of one file entry as its manifest says they are written."""

    def __init__(self, entry: FileEntry) -> None:
        self._missing = frozenset(mark.strip() for mark in entry.missing)
        self._thousands, self._decimal = entry.thousands, entry.decimal
        mark = re.escape(entry.thousands)
        self._grouped = re.compile(rf"[+-]?[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+(?:{re.escape(entry.decimal)}[0-9]+)?")

    def read(self, text: str) -> float | None:
        """The number, or None for a missing mark. Raises BadObservation: not a number, or out of range."""
        cell = text.strip()
        if cell in self._missing:
            return None
        plain = cell
        if self._thousands and self._thousands in cell and self._grouped.fullmatch(cell):
            plain = cell.replace(self._thousands, "")
        if self._decimal != ".":
            plain = plain.replace(".", "x").replace(self._decimal, ".")
        try:
            value = float(plain)
        except ValueError:
            raise BadObservation(Reason.VALUE_NOT_A_NUMBER, f"{cell[:60]!r} is no number") from None
        if not plain.isascii() or "_" in plain or math.isnan(value) or plain.lstrip("+-")[:1].lower() == "i":
            raise BadObservation(Reason.VALUE_NOT_A_NUMBER, f"{cell[:60]!r} is no number")
        if abs(value) > _LIMIT:
            raise BadObservation(Reason.VALUE_OUT_OF_RANGE, f"{cell[:60]!r} is beyond anything that is counted here")
        return value + 0.0  # never -0.0


def in_unit(value: float, scale: float, measure: Measure) -> float:
    """The value in the series' unit. Raises BadObservation for a negative count, quantity or price."""
    if value < 0 and measure not in _MAY_BE_NEGATIVE:
        raise BadObservation(Reason.VALUE_OUT_OF_RANGE, f"{value!r}: a {measure} is never negative")
    return value if scale == 1.0 else float(f"{value * scale:.12g}")
