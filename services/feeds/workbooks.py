"""XLSX bytes → **rows** of text, read only, within bounds: a workbook is a zip of XML, so both are checked before.

Formula cells give the value that was stored with them; one that was never computed is an empty cell.
"""

import datetime
import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from services.feeds.manifest import Layout
from services.feeds.readers import BadRow, positions, units_of
from services.feeds.zips import check_expansion, is_declaring_entities
from streams.errors import BadObservation
from streams.reasons import Reason

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

_MAX_MEMBERS = 2_000
_MAX_COLUMNS = 1_024
_SEARCHED_ROWS = 25  # from the top, for a header that has moved


class WorkbookRows:
    """The rows of one sheet. `raw()` is the row as text, cells separated by tabs."""

    def __init__(self, content: bytes, layout: Layout, columns: Sequence[str]) -> None:
        _refuse_bombs(content, layout.max_bytes)
        self._layout = layout
        self._book = _open(content)
        self._sheet = _sheet(self._book, layout.sheet)
        self._raw = b""
        if layout.find_header:
            self._layout = layout = self._moved(columns)
        head = self._head()
        self.header = _trimmed(head[layout.header_row - 1])
        self._positions = positions(self.header, columns)
        self.units: dict[str, str] = {}
        if layout.unit_row:
            self.units = units_of(head[layout.unit_row - 1], columns, self._positions)
        self.at_most = min(layout.max_rows, self._book[self._sheet].max_row or layout.max_rows)

    def raw(self) -> bytes:
        """The row that was given last, as text."""
        return self._raw

    def __iter__(self) -> Iterator[tuple[int, Sequence[str] | BadRow]]:
        layout = self._layout
        first = layout.first_row or max(layout.header_row, layout.unit_row) + 1
        width = max(len(self.header), *(i + 1 for i in self._positions), 1)
        number = 0
        for cells in self._rows(first, width):
            if not any(cells):
                continue
            number += 1
            if number > layout.max_rows:
                raise BadObservation(Reason.FILE_TOO_LARGE, f"more than layout.max_rows = {layout.max_rows} rows")
            self._raw = "\t".join(cells).encode(errors="replace")
            if max(map(len, cells)) > layout.max_cell_chars:
                detail = f"a cell of more than layout.max_cell_chars = {layout.max_cell_chars}"
                yield number, BadRow(reason=Reason.ROW_TOO_LONG, detail=detail)
            else:
                yield number, [cells[i] for i in self._positions]

    def _head(self) -> list[list[str]]:
        """The rows down to the header and the unit row."""
        needed = max(self._layout.header_row, self._layout.unit_row)
        head: list[list[str]] = []
        for cells in self._rows(1, _MAX_COLUMNS):
            head.append(cells)
            if len(head) == needed:
                return head
        detail = f"sheet {self._sheet!r} ends before the header in row {self._layout.header_row}"
        raise BadObservation(Reason.COLUMN_MISSING, detail)

    def _moved(self, columns: Sequence[str]) -> Layout:
        """The layout with its rows where the header stands: the first row that has every column."""
        for row, cells in enumerate(self._rows(1, _MAX_COLUMNS), start=1):
            try:
                positions(_trimmed(cells), columns)
            except BadObservation:
                if row >= _SEARCHED_ROWS:
                    break
                continue
            moved, layout = row - self._layout.header_row, self._layout
            unit_row = layout.unit_row + moved if layout.unit_row else 0
            first_row = layout.first_row + moved if layout.first_row else 0
            return msgspec.structs.replace(layout, header_row=row, unit_row=unit_row, first_row=first_row)
        return self._layout  # which says what is missing there

    def _rows(self, first: int, width: int) -> Iterator[list[str]]:
        sheet = self._book[self._sheet]
        try:
            for count, cells in enumerate(sheet.iter_rows(min_row=first, max_col=width, values_only=True)):
                if count > 2 * self._layout.max_rows:  # blank rows are not counted, but they are not endless either
                    raise BadObservation(Reason.FILE_TOO_LARGE, "blank rows without end; save the sheet anew")
                yield [_text(cell) for cell in cells]
        except BadObservation:
            raise
        except Exception as error:  # noqa: BLE001 - openpyxl raises what its parsers raise: the file is damaged, whatever the name
            raise BadObservation(Reason.UNKNOWN_SCHEMA, f"damaged workbook: {_short(error)}; save it anew") from None


def _refuse_bombs(content: bytes, max_bytes: int) -> None:
    """Raises BadObservation for what is no zip, expands beyond the bounds, or declares entities."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        detail = f"no workbook ({_short(error)}); save it as .xlsx, or write layout.format"
        raise BadObservation(Reason.UNKNOWN_SCHEMA, detail) from None
    check_expansion(content, members, _MAX_MEMBERS, max_bytes)
    for member in members:
        if member.filename.endswith((".xml", ".rels", ".vml")):
            try:
                part = archive.read(member)
            except Exception as error:  # zipfile raises a dozen kinds for damaged members
                raise BadObservation(Reason.FILE_TRUNCATED, f"damaged part {member.filename[:60]!r}") from error
            if is_declaring_entities(part):
                detail = f"part {member.filename[:60]!r} declares a document type or entities; no workbook needs them"
                raise BadObservation(Reason.UNKNOWN_SCHEMA, detail)


def _open(content: bytes) -> "Workbook":
    from openpyxl import load_workbook  # here: no command waits for it that opens no workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, SyntaxError, OSError) as error:
        raise BadObservation(Reason.UNKNOWN_SCHEMA, f"no workbook: {_short(error)}; save it as .xlsx") from None


def _sheet(book: "Workbook", name: str) -> str:
    names = [sheet.title for sheet in book.worksheets]
    if not names:
        raise BadObservation(Reason.UNKNOWN_SCHEMA, "a workbook without a sheet")
    if name and name not in names:
        there = ", ".join(names[:30])
        raise BadObservation(Reason.UNKNOWN_SCHEMA, f"no sheet {name!r}; there are: {there}; mend layout.sheet")
    return name or names[0]


def _text(cell: object) -> str:
    """A cell as the text that a CSV file would hold."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _trimmed(header: list[str]) -> list[str]:
    """The header without the empty cells that pad it."""
    while header and not header[-1]:
        header = header[:-1]
    return header


def _short(error: Exception) -> str:
    return str(error)[:120] or type(error).__name__
