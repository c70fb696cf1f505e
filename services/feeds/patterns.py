"""Manifest → **pattern**: the ways in which a file may write the date of a period."""

import re
from typing import Literal, TypeAlias

Period: TypeAlias = Literal["day", "month", "quarter", "year"]

_FIELDS = {"Y": r"(?P<Y>[0-9]{4})", "m": r"(?P<m>[0-9]{1,2})", "d": r"(?P<d>[0-9]{1,2})", "q": r"(?P<q>[1-4])"}
_FIELDS["L"] = r"(?P<L>-?[0-9]{9,14})"
_FIELDS["b"] = r"(?P<b>[A-Za-z]{3,9})\.?"
_NEEDED: dict[Period, tuple[str, ...]] = {"day": ("Y", "d"), "month": ("Y",), "quarter": ("Y", "q"), "year": ("Y",)}


def compile_pattern(pattern: str, period: Period) -> re.Pattern[str]:
    """A pattern of %Y %m %d %q %b, other letters and * as a regular expression. Raises ValueError with what to do.

    %L alone is a day as milliseconds since 1970-01-01 UTC.
    """
    parts: list[str] = []
    seen: set[str] = set()
    position = 0
    while position < len(pattern):
        letter = pattern[position]
        if letter == "%":
            field = pattern[position + 1 : position + 2]
            if field not in _FIELDS:
                raise ValueError(f"pattern {pattern!r}: %{field} is not known; use %Y %m %d %q %b %L")
            if field in seen:
                raise ValueError(f"pattern {pattern!r}: %{field} stands twice")
            seen.add(field)
            parts.append(_FIELDS[field])
            position += 2
            continue
        parts.append(".*" if letter == "*" else re.escape(letter))
        position += 1
    if seen == {"L"} and period == "day":
        return re.compile("".join(parts))
    missing = [field for field in _NEEDED[period] if field not in seen]
    if period in ("day", "month") and not seen & {"m", "b"}:
        missing.append("m")
    if missing:
        raise ValueError(f"pattern {pattern!r} does not say %{missing[0]}, which a {period} needs")
    return re.compile("".join(parts))
