"""One JSON document → **rows**: the records that an answer of a service holds, wherever in it they stand."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from services.feeds.manifest import Layout
from services.feeds.readers import BadRow, json_cell
from streams.errors import BadObservation
from streams.reasons import Reason

Record: TypeAlias = Mapping[str, object]

_SHOWN_CHARS = 120


def object_of(content: bytes) -> dict[str, object] | None:
    """The JSON object that an answer is; None where it is none."""
    try:
        return msgspec.json.decode(content, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class JsonRows:
    """The objects at the first of `layout.records` that is there; a column is a path in them.

    `a.b.0` is a path, `a/b` the first of two that holds a text or number. A column that no record has is missing,
    unless it is in `optional`: a service that renames a field is not read as silence. Raises BadObservation.
    """

    units: dict[str, str]

    def __init__(self, content: bytes, layout: Layout, columns: Sequence[str], optional: Collection[str] = ()) -> None:
        try:
            document: object = msgspec.json.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            shown = content[:_SHOWN_CHARS].decode(errors="replace")
            raise BadObservation(Reason.UNKNOWN_SCHEMA, f"no JSON ({error}); it begins {shown!r}") from None
        self._records = _records(document, layout.records or ("*",))
        if len(self._records) > layout.max_rows:
            raise BadObservation(Reason.FILE_TOO_LARGE, f"more than layout.max_rows = {layout.max_rows} records")
        names = _names_by_alias(document, layout.aliases)
        self._paths = [
            [tuple(names.get(name.lower(), name).split(".")) for name in column.split("/")] for column in columns
        ]
        self._raw, self._max_chars = b"", layout.max_cell_chars
        self.header = list(columns)
        self.units = {}
        self.at_most = len(self._records)
        for column, paths in zip(columns, self._paths, strict=True):
            if self._records and column not in optional and not self._has(paths):
                there = ", ".join(sorted({key for r in self._records[:20] if isinstance(r, dict) for key in r})[:60])
                raise BadObservation(Reason.COLUMN_MISSING, f"no record has {column!r}; there are: {there[:600]}")

    def raw(self) -> bytes:
        """The record that was given last, as JSON."""
        return self._raw

    def __iter__(self) -> Iterator[tuple[int, Sequence[str] | BadRow]]:
        for number, record in enumerate(self._records, start=1):
            self._raw = msgspec.json.encode(record)
            if not isinstance(record, dict):
                yield number, BadRow(reason=Reason.ROW_MALFORMED, detail="a record that is no object")
                continue
            cells = [_cell(record, paths) for paths in self._paths]
            if max(map(len, cells), default=0) > self._max_chars:
                detail = f"a text of more than layout.max_cell_chars = {self._max_chars}"
                yield number, BadRow(reason=Reason.ROW_TOO_LONG, detail=detail)
            else:
                yield number, cells

    def _has(self, paths: Sequence[tuple[str, ...]]) -> bool:
        return any(_at(record, path)[1] for record in self._records for path in paths)


def _records(document: object, places: Sequence[str]) -> list[object]:
    """The list at the first place that is there. A service that has nothing to give may leave it out."""
    for place in places:
        steps = place.split(".")
        found: list[object] = [document]
        is_there = True
        for step in steps:
            if step == "*":
                is_there = all(isinstance(one, list) for one in found)
                found = [each for one in found if isinstance(one, list) for each in one]
            else:
                is_there = all(isinstance(one, dict) and step in one for one in found)
                found = [one[step] for one in found if isinstance(one, dict) and step in one]
            if not is_there:
                break
        if is_there:
            return found
    there = ", ".join(sorted(map(str, document))[:20]) if isinstance(document, dict) else type(document).__name__
    detail = f"nothing at {' or '.join(places)}; the answer holds: {there[:300]}"
    raise BadObservation(Reason.UNKNOWN_SCHEMA, detail)


def _names_by_alias(document: object, place: str) -> dict[str, str]:
    """What a service calls the fields that it gives aliases for: alias (lower case) → name."""
    if not place:
        return {}
    fields, _ = _at(document, tuple(place.split(".")))
    found: dict[str, str] = {}
    for field in fields if isinstance(fields, list) else ():
        if isinstance(field, dict) and isinstance(field.get("name"), str):
            found[str(field.get("alias") or field["name"]).lower()] = field["name"]
    return found


def _cell(record: Record, paths: Sequence[tuple[str, ...]]) -> str:
    """The first text or number at these paths; a list or an object as JSON where nothing else is there."""
    nested = ""
    for path in paths:
        value, _ = _at(record, path)
        if isinstance(value, str | int | float):
            return json_cell(value)
        if value is not None and not nested:
            nested = json_cell(value)
    return nested


def _at(value: object, path: Sequence[str]) -> tuple[object, bool]:
    """What stands at a path, and whether the path is there at all."""
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and re.fullmatch(r"[0-9]{1,6}", step) and int(step) < len(value):
            value = value[int(step)]
        else:
            return None, False
    return value, True
