"""Cells of a row → taken or refused: what a name, a code, a share or a position can be. Raises ValueError."""

import re


def named(names: dict[str, str]) -> None:
    """There is an English name."""
    if not names.get("en"):
        raise ValueError("the English name (column ending in _en) is empty")


def six_digits(code: str) -> None:
    """A code of six digits."""
    if not re.fullmatch(r"[0-9]{6}", code):
        raise ValueError(f"{code!r} is no code of six digits of the Harmonized System")


def percent(value: float) -> None:
    """A share lies between 0 and 100."""
    if not 0 <= value <= 100:
        raise ValueError(f"{value} is no percentage between 0 and 100")


def country(code: str) -> None:
    """An alpha-3 code."""
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(f"{code!r} is no ISO 3166-1 alpha-3 code, such as CHN")


def year(year: int) -> None:
    """A year can be one."""
    if not 1900 <= year <= 2200:
        raise ValueError(f"{year} is no year")


def position(lat: float, lon: float) -> None:
    """A position lies on the globe."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"{lat}, {lon} is no position in degrees")
