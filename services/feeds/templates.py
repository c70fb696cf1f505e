"""Cells of a row → **text**: the templates of a manifest, `{column}` and `{column|table}`, compiled once per file."""

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import msgspec

from services.feeds.countries import alpha3_by_name, folded
from services.feeds.manifest import Manifest, Names
from streams.errors import BadObservation
from streams.reasons import Reason

_REFERENCE = re.compile(r"\{([^{}|]*)(?:\|([^{}|]*))?\}")
_ANNOUNCEMENT = re.compile(r"公告(?:(?:19|20)\d\d年第|〔?(?:19|20)\d\d〕?第?)\d+号")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab and line feeds
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # invisible marks, and those that turn the direction
    "\ud800-\udfff]"  # bytes that could not be decoded
)


def printable(text: str) -> str:
    """The text without control characters, marks that turn its direction, and bytes that could not be decoded."""
    return _UNPRINTABLE.sub("", text) if _UNPRINTABLE.search(text) else text


def one_line(text: str) -> str:
    """The text, printable, with each run of white space as one space."""
    return " ".join(printable(text).split())


class Tables:
    """The mapping tables of a manifest and the built-in ones."""

    def __init__(self, manifest: Manifest) -> None:
        self._tables = manifest.tables
        self._countries: dict[str, str] | None = None

    def text(self, table: str, cell: str) -> str:
        """What a cell is called in a table. Raises BadObservation when it is not there."""
        if table in self._tables:
            found = self._find(self._tables[table], cell)
        elif table == "countries":
            if self._countries is None:
                self._countries = alpha3_by_name()
            found = self._countries.get(folded(cell))
        elif table == "host":
            found = (urlsplit(cell).hostname or "").removeprefix("www.")
        elif table == "path":
            found = urlsplit(cell).path
        elif table == "unpadded":  # 2026-00123 as 2026-123: some lists of one office pad its numbers, others do not
            found = re.sub(r"(?<=-)0+(?=\d)", "", cell)
        elif table == "announcement":
            found = "".join(_ANNOUNCEMENT.findall("".join(cell.split()))[:1])
        else:
            found = cell.lower() if table == "lower" else cell.upper()
        if isinstance(found, str):
            return found
        detail = f"{cell[:80]!r} is not in [tables.{table}]; add it there, or leave the row out with where"
        raise BadObservation(Reason.UNKNOWN_NAME, detail)

    def names(self, table: str, cell: str) -> Names:
        """The names that a cell stands for. Raises BadObservation when it is not there."""
        found = self._find(self._tables[table], cell)
        if isinstance(found, Names):
            return found
        detail = f"{cell[:80]!r} is not in [tables.{table}]; add it there, or leave the row out with where"
        raise BadObservation(Reason.UNKNOWN_NAME, detail)

    @staticmethod
    def _find(table: Mapping[str, str | Names], cell: str) -> str | Names | None:
        exact = table.get(cell)
        if exact is not None:
            return exact
        return next((value for key, value in table.items() if _has_wildcard(key) and fnmatchcase(cell, key)), None)


def _has_wildcard(key: str) -> bool:
    return "*" in key or "?" in key


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a template may refer to besides the cells of its row."""

    stem: str = ""
    origin: str = ""
    column: str = ""


def stem_of(origin: str) -> str:
    """A file's name without its suffixes."""
    return origin.rsplit("/", 1)[-1].split(".", 1)[0]


def columns_of(text: str) -> list[str]:
    """The columns that a template refers to."""
    return [column for column, _ in _REFERENCE.findall(text) if not column.startswith(".")]


def fill(text: str, cells: Mapping[str, str], tables: Tables, place: Place) -> str:
    """A template filled from the cells of a row (by column). Raises BadObservation when a table lacks a cell."""
    if "{" not in text:
        return text

    def replaced(match: re.Match[str]) -> str:
        column, table = match[1], match[2]
        if column == ".stem":
            cell = place.stem
        elif column == ".origin":
            cell = place.origin
        elif column == ".column":
            cell = place.column
        else:
            cell = cells[column]
        return tables.text(table, cell) if table else cell

    return _REFERENCE.sub(replaced, text)


class FastTemplate:
    """A template for cells by position: the form for a column of many rows."""

    def __init__(self, text: str, columns: Sequence[str], tables: Tables, place: Place) -> None:
        self._text, self._columns, self._tables, self._place = text, columns, tables, place
        match = _REFERENCE.fullmatch(text)
        is_plain = match is not None and not match[2] and not match[1].startswith(".")
        self._position = columns.index(match[1]) if match is not None and is_plain else None
        self._is_constant = "{" not in text

    def fill(self, cells: Sequence[str]) -> str:
        """The text for one row."""
        if self._position is not None:
            return cells[self._position]
        if self._is_constant:
            return self._text
        return fill(self._text, dict(zip(self._columns, cells, strict=True)), self._tables, self._place)
