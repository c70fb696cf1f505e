"""The rows that lead from what a notice names to minerals: acts by number, list entries, tariff lines."""

import re
from typing import ClassVar

import streams.reference.checks as checks
from streams.reference.records import Row


class KnownAct(Row, frozen=True, kw_only=True):
    """An act of a state by year and number (``2023-23``), with the minerals that it is about."""

    keys: ClassVar[tuple[str, ...]] = ("country_iso3", "act")
    country_iso3: str
    act: str
    mineral_ids: tuple[str, ...]

    def check(self) -> None:
        """A year, a hyphen and a number."""
        checks.country(self.country_iso3)
        if not re.fullmatch(r"[12][0-9]{3}-[0-9]{1,4}", self.act):
            raise ValueError(f"act {self.act!r} is no year and number, such as 2023-23")


class ControlItem(Row, frozen=True, kw_only=True):
    """An entry of a state's list of controlled items (``1C902``, an ECCN), without its sub-entries."""

    keys: ClassVar[tuple[str, ...]] = ("country_iso3", "code")
    country_iso3: str
    code: str
    mineral_ids: tuple[str, ...]

    def check(self) -> None:
        """Category, group and three digits."""
        checks.country(self.country_iso3)
        if not re.fullmatch(r"[0-9][A-E][0-9]{3}", self.code):
            raise ValueError(f"code {self.code!r} is no entry of a control list, such as 1C902")


class TariffLine(Row, frozen=True, kw_only=True):
    """A line of eight or ten digits of a state's tariff. Six digits are in minerals.csv."""

    keys: ClassVar[tuple[str, ...]] = ("country_iso3", "code")
    country_iso3: str
    code: str
    mineral_ids: tuple[str, ...]

    def check(self) -> None:
        """Eight or ten digits."""
        checks.country(self.country_iso3)
        if not re.fullmatch(r"[0-9]{8}|[0-9]{10}", self.code):
            raise ValueError(f"code {self.code!r} is no tariff line of eight or ten digits")
