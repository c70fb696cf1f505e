"""Bytes → **rows**: CSV, JSON lines and XLSX as rows of text, within bounds; what is wrong is named by row.

Row 1 is the first row of data. Blank rows are not counted. The same bytes and layout always give the same row numbers,
so that a row number in a figure's evidence leads back to the text.
"""

import codecs
import csv
import io
import re
import zlib
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Protocol

import msgspec

from services.feeds.manifest import Layout
from streams.errors import BadObservation
from streams.reasons import Reason

_CHUNK = 1 << 20
_MAX_LINES_A_ROW = 10_000
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that could not be split into cells."""

    reason: Reason
    detail: str


class Rows(Protocol):
    """The rows of one file: their number and the cells of the wanted columns, in that order."""

    units: dict[str, str]  # what the unit row says, by wanted column
    at_most: int  # an upper bound of the number of rows

    @property
    def header(self) -> Sequence[str]:
        """The names of the columns as they stand in the file."""

    def __iter__(self) -> Iterator[tuple[int, Sequence[str] | BadRow]]:
        """Raises BadObservation where the file as a whole cannot be used any further."""

    def raw(self) -> bytes:
        """The bytes of the row that was given last."""


def expand(content: bytes, max_bytes: int) -> bytes:
    """The content of a gzip file of at most `max_bytes`. Raises BadObservation: truncated, damaged or too large."""
    parts: list[bytes] = []
    total, rest = 0, content
    while rest:
        machine = zlib.decompressobj(wbits=31)
        data = rest
        while not machine.eof:
            try:
                part = machine.decompress(data, _CHUNK)
            except zlib.error as error:
                raise BadObservation(Reason.FILE_TRUNCATED, f"damaged gzip ({error}); fetch the file again") from None
            data = machine.unconsumed_tail
            total += len(part)
            if total > max_bytes:
                detail = f"expands to more than layout.max_bytes = {max_bytes}"
                raise BadObservation(Reason.FILE_TOO_LARGE, detail)
            parts.append(part)
            if not part and not data and not machine.eof:
                raise BadObservation(Reason.FILE_TRUNCATED, "the gzip file breaks off; fetch the file again")
        rest = machine.unused_data.lstrip(b"\0")
    return b"".join(parts)


def is_all_text(content: bytes, encoding: str) -> bool:
    """Whether every byte can be decoded. Raises BadObservation where the encoding is another one altogether."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") and not encoding.lower().startswith("utf-16"):
        detail = f"begins with the mark of UTF-16, not {encoding}; write layout.encoding = 'utf-16'"
        raise BadObservation(Reason.WRONG_ENCODING, detail)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK])
        decoder.decode(b"", True)
    except UnicodeError:
        return False
    return True


def has_lone_surrogate(text: str) -> bool:
    """Whether a text holds bytes that could not be decoded."""
    return _LONE_SURROGATE.search(text) is not None


def positions(header: Sequence[str], columns: Sequence[str]) -> list[int]:
    """Where the wanted columns stand; `#2` is the second one, whatever it is called, and `Potash*` may hold * and ?.

    Raises BadObservation naming what is missing and what there is.
    """
    names = [name.strip() for name in header]
    return [_position(names, column.strip()) for column in columns]


def _position(names: Sequence[str], column: str) -> int:
    found = [i for i, name in enumerate(names) if name == column]
    if not found and re.fullmatch(r"#[0-9]{1,4}", column):
        found = [i for i in range(len(names)) if i == int(column[1:]) - 1]
    if not found and ("*" in column or "?" in column):
        found = [i for i, name in enumerate(names) if fnmatchcase(name, column)]
    if len(found) == 1:
        return found[0]
    there = ", ".join(name for name in names[:60] if name)[:600]
    problem = f"column {column!r} stands {len(found)} times" if found else f"no column {column!r}; there are: {there}"
    raise BadObservation(Reason.COLUMN_MISSING, problem + "; mend the manifest or fetch the file again")


def units_of(cells: Sequence[str], columns: Sequence[str], places: Sequence[int]) -> dict[str, str]:
    """What a unit row says, by wanted column."""
    return {column: cells[i].strip() for column, i in zip(columns, places, strict=True) if i < len(cells)}


class _Lines:
    """The lines of a text, remembering those that the row in hand was made of, so that they can be read again."""

    def __init__(self, content: bytes, encoding: str) -> None:
        self._source = io.TextIOWrapper(io.BytesIO(content), encoding, "surrogateescape", newline="")
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _MAX_LINES_A_ROW:
            raise csv.Error(f"one row of more than {_MAX_LINES_A_ROW} lines: a quote is not closed")
        try:
            line = self._again.popleft() if self._again else next(self._source)
        except UnicodeError as error:
            detail = f"no text of the declared encoding ({str(error)[:80]}); write the right layout.encoding"
            raise BadObservation(Reason.WRONG_ENCODING, detail) from None
        self.taken.append(line)
        return line

    def put_back(self) -> None:
        """Give all lines but the first of the row in hand back."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


class CsvRows:
    """Rows of a CSV text (RFC 4180, any delimiter). A stray quote costs its own line, not those after it."""

    def __init__(self, content: bytes, layout: Layout, columns: Sequence[str]) -> None:
        self._damaged = not is_all_text(content, layout.encoding)
        self._layout = layout
        self.at_most = content.count(b"\n") + content.count(b"\r") + 1
        self._lines = _Lines(content, layout.encoding)
        self._reader = csv.reader(self._lines, delimiter=layout.delimiter, strict=True)
        self.header: list[str] = self._take_header()
        self._positions = positions(self.header, columns)
        self.units = self._take_units(columns)

    def raw(self) -> bytes:
        """The bytes of the row that was given last."""
        encoding = "utf-8" if self._layout.encoding.lower() == "utf-8-sig" else self._layout.encoding
        return "".join(self._lines.taken).encode(encoding, "surrogateescape")

    def __iter__(self) -> Iterator[tuple[int, Sequence[str] | BadRow]]:
        number, width, wanted = 0, len(self.header), self._positions
        is_long, damaged, max_rows = self._layout.max_cell_chars, self._damaged, self._layout.max_rows
        lines, reader = self._lines, self._reader
        while True:
            lines.taken.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                lines.put_back()
                number += 1
                too_long = "field larger" in str(error)
                yield (
                    number,
                    BadRow(reason=Reason.ROW_TOO_LONG if too_long else Reason.ROW_MALFORMED, detail=str(error)),
                )
                continue
            if not cells:
                continue
            number += 1
            if number > max_rows:
                raise BadObservation(Reason.FILE_TOO_LARGE, f"more than layout.max_rows = {max_rows} rows")
            if len(cells) != width and (len(cells) < width or any(cells[width:])):
                problem = f"{len(cells)} cells under a header of {width}"
                lines.put_back()
                yield number, BadRow(reason=Reason.ROW_MALFORMED, detail=problem)
            elif sum(map(len, lines.taken)) > is_long and max(map(len, cells)) > is_long:
                detail = f"a cell of more than layout.max_cell_chars = {is_long}"
                yield number, BadRow(reason=Reason.ROW_TOO_LONG, detail=detail)
            elif damaged and has_lone_surrogate("".join(lines.taken)):
                detail = f"bytes that are not {self._layout.encoding}; write the right layout.encoding"
                yield number, BadRow(reason=Reason.WRONG_ENCODING, detail=detail)
            else:
                yield number, [cells[i] for i in wanted]

    def _take_header(self) -> list[str]:
        header: list[str] = []
        for _ in range(self._layout.header_row):
            header = self._take()
        return header

    def _take_units(self, columns: Sequence[str]) -> dict[str, str]:
        units: dict[str, str] = {}
        first = self._layout.first_row or max(self._layout.header_row, self._layout.unit_row) + 1
        for row in range(self._layout.header_row + 1, first):
            cells = self._take()
            if row == self._layout.unit_row:
                units = units_of(cells, columns, self._positions)
        return units

    def _take(self) -> list[str]:
        self._lines.taken.clear()
        try:
            return next(self._reader)
        except StopIteration:
            detail = f"ends before the header in row {self._layout.header_row}"
            raise BadObservation(Reason.COLUMN_MISSING, detail) from None
        except csv.Error as error:
            raise BadObservation(Reason.ROW_MALFORMED, f"above the first row: {error}") from None


class JsonLineRows:
    """Rows of JSON lines: one object a line, always UTF-8. A key that a line lacks is an empty cell.

    A key that no line has is a mistake of the manifest, unless it is in `optional`.
    """

    units: dict[str, str]

    def __init__(self, content: bytes, layout: Layout, columns: Sequence[str], optional: Collection[str] = ()) -> None:
        self._optional = frozenset(optional)
        self._lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        self._layout = layout
        self._raw = b""
        self.header: list[str] = list(columns)
        self.units = {}
        self.at_most = len(self._lines)

    def raw(self) -> bytes:
        """The bytes of the row that was given last."""
        return self._raw

    def __iter__(self) -> Iterator[tuple[int, Sequence[str] | BadRow]]:
        decoder = msgspec.json.Decoder(dict[str, object])
        number, never_seen = 0, set(self.header) - self._optional
        for line in self._lines:
            if not line.strip():
                continue
            self._raw = line
            number += 1
            if number > self._layout.max_rows:
                detail = f"more than layout.max_rows = {self._layout.max_rows} rows"
                raise BadObservation(Reason.FILE_TOO_LARGE, detail)
            try:
                found = decoder.decode(line)
                cells = [json_cell(found.get(column)) for column in self.header]
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                yield number, BadRow(reason=Reason.ROW_MALFORMED, detail=f"not an object of JSON: {error}")
                continue
            never_seen -= found.keys()
            if max(map(len, cells), default=0) > self._layout.max_cell_chars:
                detail = f"a text of more than layout.max_cell_chars = {self._layout.max_cell_chars}"
                yield number, BadRow(reason=Reason.ROW_TOO_LONG, detail=detail)
            else:
                yield number, cells
        if number and never_seen:
            raise BadObservation(Reason.COLUMN_MISSING, f"no line has {sorted(never_seen)[0]!r}; mend the manifest")


def json_cell(value: object) -> str:
    """A value of JSON as the text that a CSV file would hold; a list or an object as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, int | float) else msgspec.json.encode(value).decode()
