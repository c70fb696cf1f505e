"""One line of the benchmark table: a figure, and the limit or peer of the same run that it is held against."""

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """`against` names the limit, peer or aim; `ratio` is value ÷ its value, None where there is nothing to divide."""

    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
