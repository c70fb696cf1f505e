"""Cells of a row → **Series**: what a column of numbers is about, by the manifest, checked against the reference."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from services.feeds.manifest import FileEntry, Manifest, Names, ValueColumn
from services.feeds.templates import Place, Tables, columns_of, fill, one_line
from streams.errors import BadObservation
from streams.observations import Measure, Series
from streams.reasons import Reason
from streams.reference import Reference

_ALPHA3 = re.compile(r"[A-Z]{3}")
_TEXTS = ("origin", "destination", "hs", "route", "ship_class", "market", "measure", "unit", "group")
_MAX_NAME_CHARS = 120


class Named(msgspec.Struct, frozen=True):
    """A series and the factor that turns its cells into its unit."""

    series: Series
    scale: float


def with_id(series: Series, entry: FileEntry) -> Series:
    """The series with its id: the feed, the file entry (or the source whose series it is), and what it is about."""
    goods = (series.measure, "+".join(series.minerals), series.origin, series.destination, series.hs)
    told = ":".join(part for part in (*goods, series.route, series.ship_class, series.market) if part)
    return msgspec.structs.replace(series, series_id=f"{entry.series or f'{series.feed}/{entry.id}'}:{told}")


class Namer:
    """Names the series of one file entry. Raises BadObservation for a name that nothing is known of."""

    def __init__(self, manifest: Manifest, entry: FileEntry, reference: Reference, place: Place) -> None:
        self._feed = manifest.name
        self._entry = entry
        self._reference = reference
        self._tables = Tables(manifest)
        self._place = place

    def columns(self, value: ValueColumn) -> list[str]:
        """The columns whose cells name the series of a value column."""
        texts = [lookup.column for lookup in self._entry.lookups]
        found = list(texts)
        records = [self._entry, value]
        for names in records:
            for text in (*(getattr(names, field) or "" for field in _TEXTS), *(names.minerals or ())):
                found += columns_of(text)
        return list(dict.fromkeys(found))

    def name(self, value: ValueColumn, cells: Mapping[str, str]) -> Named:
        """The series that a row's figure in a value column belongs to."""
        layers: list[Names] = [self._entry]
        layers += [self._tables.names(x.table, cells[x.column]) for x in self._entry.lookups]
        layers.append(value)
        place = msgspec.structs.replace(self._place, column=value.column)
        texts = {field: self._text(field, layers, cells, place) for field in _TEXTS}
        minerals = next((x.minerals for x in reversed(layers) if x.minerals is not None), ())
        filled = tuple(dict.fromkeys(fill(m, cells, self._tables, place) for m in minerals))
        scale = next((x.scale for x in reversed(layers) if x.scale is not None), 1.0)
        is_pooled = next((x.pooled for x in reversed(layers) if x.pooled is not None), False)
        is_partial = next((x.partial for x in reversed(layers) if x.partial is not None), False)
        self._check(texts, filled)
        entry = self._entry
        series = Series(
            series_id="",
            feed=entry.series.partition("/")[0] or self._feed,
            family=entry.family,
            group=self._group(texts, filled),
            measure=Measure(texts["measure"]),
            unit=texts["unit"],
            cadence=entry.cadence,
            minerals=filled,
            origin=texts["origin"],
            destination=texts["destination"],
            hs=texts["hs"],
            route=texts["route"],
            ship_class=texts["ship_class"],
            market=texts["market"],
            pooled=is_pooled,
            partial=is_partial,
            publisher=entry.publisher,
            publication=entry.publication,
            address=entry.address,
        )
        return Named(with_id(series, entry), scale)

    def _text(self, field: str, layers: Sequence[Names], cells: Mapping[str, str], place: Place) -> str:
        found: str | None = next((t for x in reversed(layers) if (t := getattr(x, field)) is not None), None)
        if found is None:
            return ""
        text = one_line(fill(found, cells, self._tables, place))
        if len(text) > _MAX_NAME_CHARS:
            raise BadObservation(Reason.UNKNOWN_NAME, f"{field} of {len(text)} characters: {text[:40]!r}…")
        return text

    def _check(self, texts: Mapping[str, str], minerals: tuple[str, ...]) -> None:
        for mineral in minerals:
            if mineral not in self._reference.minerals:
                detail = f"mineral {mineral[:60]!r} is not in the reference data; map it in a table or add it there"
                raise BadObservation(Reason.UNKNOWN_NAME, detail)
        if texts["route"] and texts["route"] not in self._reference.places:
            detail = f"route {texts['route'][:60]!r} is no strait or port of the reference data"
            raise BadObservation(Reason.UNKNOWN_NAME, detail)
        for field in ("origin", "destination"):
            if texts[field] and not _ALPHA3.fullmatch(texts[field]):
                detail = f"{field} {texts[field][:60]!r} is no ISO alpha-3 code; '{{column|countries}}' reads names"
                raise BadObservation(Reason.UNKNOWN_NAME, detail)
        if texts["measure"] not in tuple(Measure):
            raise BadObservation(Reason.UNKNOWN_NAME, f"measure {texts['measure'][:60]!r} is not known")
        if not texts["unit"]:
            raise BadObservation(Reason.UNKNOWN_NAME, "no unit; name it in the manifest")

    def _group(self, texts: Mapping[str, str], minerals: tuple[str, ...]) -> str:
        if texts["group"]:
            return texts["group"]
        groups = {self._reference.group_of(mineral) for mineral in minerals}
        if len(groups) == 1:
            return groups.pop()
        if not groups and texts["route"]:
            return texts["route"]
        several = ", ".join(sorted(groups)) or "none"
        detail = f"supply groups of the minerals: {several}; name one in group"
        raise BadObservation(Reason.UNKNOWN_NAME, detail)
