"""Bytes of a table → rows: typed cells, unknown columns refused, every error with file, row and what to do."""

import csv
import functools
import io
import math
import types
import typing
from collections.abc import Callable

import msgspec

from streams.assessments import Source
from streams.errors import BadReference
from streams.reference.records import Percent, Row
from streams.reference.sources import OWN_COMPILATION, SOURCE_COLUMNS, read_source

WITHDRAWN = "withdrawn"  # the column in which an overlay takes a row out
MAX_BYTES = 16_000_000
_LANGUAGE_COLUMNS = {"name": "name_", "use": "use_", "text": "text_"}
_OWN_WORDS = Source(publisher=OWN_COMPILATION, publication="", year="", address="", confidence="C")


class Parsed(msgspec.Struct, frozen=True):
    """One row as read: its key, where it stands, and the record; None where an overlay withdraws the key."""

    key: tuple[str, ...]
    where: str  # file and row, for errors
    record: Row | None


def read_rows(file: str, content: bytes, record: type[Row], sourced: bool) -> list[Parsed]:
    """The rows of one table. Raises BadReference. `sourced`: the five source columns must be filled."""
    if len(content) > MAX_BYTES:
        raise BadReference(f"{file} has more than {MAX_BYTES} bytes: this is no table of reference data")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadReference(f"{file} is not UTF-8 (byte {error.start}): save it as UTF-8") from None
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise BadReference(f"{file} is not a table of comma-separated values: {error}") from None
    if not lines:
        raise BadReference(f"{file} is empty: its first line must name the columns")
    header = [cell.strip() for cell in lines[0]]
    _check_header(file, header, record, sourced)
    parsed = []
    for number, line in enumerate(lines[1:], 1):
        if not any(line):
            continue
        where = f"{file}, row {number}"
        if len(line) != len(header):
            raise BadReference(f"{where} has {len(line)} cells, the header has {len(header)}: look for a stray comma")
        parsed.append(_parse(where, dict(zip(header, (c.strip() for c in line), strict=True)), record, sourced))
    return parsed


def _parse(where: str, cells: dict[str, str], record: type[Row], sourced: bool) -> Parsed:
    key = tuple(cells.get(column, "") for column in record.keys)
    if not key[0]:
        raise BadReference(f"{where}: {record.keys[0]} is empty: every row needs one")
    withdrawn = cells.get(WITHDRAWN, "")
    if withdrawn not in ("", "no", "yes"):
        raise BadReference(f"{where}: {WITHDRAWN} {withdrawn!r} is neither yes nor empty")
    if withdrawn == "yes":
        return Parsed(key, where, None)
    try:
        values = _values(cells, record)
        values["source"] = read_source(cells) if sourced else _OWN_WORDS
        found = record(**values)
        found.check()
    except ValueError as error:
        raise BadReference(f"{where} ({' '.join(key).strip()}): {error}") from None
    return Parsed(key, where, found)


def _values(cells: dict[str, str], record: type[Row]) -> dict[str, typing.Any]:
    values: dict[str, typing.Any] = {}
    for name, prefix, is_required, is_text, convert in _columns(record):
        if prefix:
            values[name] = {c[len(prefix) :]: v for c, v in cells.items() if c.startswith(prefix) and v}
            continue
        cell = cells.get(name, "")
        if not cell:
            if is_required and not is_text:
                raise ValueError(f"{name} is empty")
            if is_required:
                values[name] = ""
            continue
        try:
            values[name] = convert(cell)
        except ValueError as error:
            raise ValueError(f"{name} {cell!r}: {error}") from None
    return values


class _Column(typing.NamedTuple):
    """How a field of a record is filled: from the columns with a prefix, one a language, or from one cell."""

    name: str
    prefix: str
    is_required: bool
    is_text: bool
    convert: Callable[[str], object]


@functools.cache
def _columns(record: type[Row]) -> tuple[_Column, ...]:
    """The fields of a record but for its source; worked out once, for looking at types takes longer than a row."""
    return tuple(
        _Column(field.name, prefix, field.required, field.type is str, str if prefix else _converter(field.type))
        for field in msgspec.structs.fields(record)
        if field.name != "source"
        for prefix in [_language_prefix(field)]
    )


def _check_header(file: str, header: list[str], record: type[Row], sourced: bool) -> None:
    columns = _columns(record)
    prefixes = tuple(column.prefix for column in columns if column.prefix)
    plain = {column.name for column in columns if not column.prefix} | {WITHDRAWN}
    source = set(SOURCE_COLUMNS) if sourced else set()
    for column in header:
        if header.count(column) > 1:
            raise BadReference(f"{file} has the column {column!r} twice")
        if column not in plain | source and not (column.startswith(prefixes) if prefixes else False):
            known = ", ".join(sorted(plain | source) + [f"{p}en, {p}ja, …" for p in prefixes])
            raise BadReference(f"{file}: unknown column {column!r}; there are: {known}")
    needed = {column.name for column in columns if column.is_required and column.name in plain} | source
    missing = sorted(needed - set(header))
    if WITHDRAWN in header and set(record.keys) <= set(header):
        return  # an overlay that only withdraws needs the key alone
    if missing:
        raise BadReference(f"{file} lacks the column {', '.join(missing)}")


def _language_prefix(field: msgspec.structs.FieldInfo) -> str:
    """The beginning of the columns of a text that is given by language: name_en, name_ja."""
    return _LANGUAGE_COLUMNS.get(field.name, "") if field.type == dict[str, str] else ""


def _converter(kind: object) -> Callable[[str], object]:
    if isinstance(kind, types.UnionType):
        kind = next(part for part in typing.get_args(kind) if part is not type(None))
    converters: dict[object, Callable[[str], object]] = {
        str: str,
        int: _whole,
        float: _number,
        bool: _yes,
        Percent: _percent,
        tuple[str, ...]: _list,
        dict[str, float | None]: _suppliers,
    }
    return converters[kind]


def _whole(cell: str) -> int:
    try:
        return int(cell)
    except ValueError:
        raise ValueError("is no whole number") from None


def _number(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise ValueError("is no number") from None
    if not math.isfinite(value):
        raise ValueError("is no finite number")
    return value


def _yes(cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise ValueError("is neither yes nor no")
    return cell == "yes"


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _percent(cell: str) -> Percent:
    """`67`, `>50`, `<25`, `E` for a net exporter, `NA` for not known."""
    if cell == "E":
        return Percent(0.0, "", True)
    if cell == "NA":
        return Percent(None)
    bound = cell[0] if cell[0] in "<>" else ""
    try:
        value = _number(cell[len(bound) :])
    except ValueError:
        raise ValueError("is no percentage: write 67, >50, <25, E (net exporter) or NA (not known)") from None
    if not 0 <= value <= 100:
        raise ValueError("is no percentage between 0 and 100")
    return Percent(value, bound)


def _suppliers(cell: str) -> dict[str, float | None]:
    """`CHN:46;CAN:13`, percent of imports; `CHN` alone where no share is given."""
    suppliers: dict[str, float | None] = {}
    for part in _list(cell):
        country, _, share = part.partition(":")
        if country in suppliers:
            raise ValueError(f"names {country} twice")
        suppliers[country] = _number(share) if share else None
    return suppliers
