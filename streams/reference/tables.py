"""Files → tables: which files there are, how overlays replace and withdraw rows, and that every id points somewhere."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

import streams.reference.records as records
import streams.reference.trails as trails
from streams.errors import BadReference
from streams.reference.price_records import LandingPart, Market
from streams.reference.records import EVERY_MINERAL, Row
from streams.reference.rows import Parsed, read_rows

TABLES: dict[str, type[Row]] = {
    "minerals.csv": records.Mineral,
    "groups.csv": records.Group,
    "names.csv": records.Alias,
    "fallbacks.csv": records.Fallback,
    "supply_shares.csv": records.SupplyShare,
    "reliance.csv": records.Reliance,
    "import_shares.csv": records.ImportShares,
    "stocks.csv": records.Stock,
    "price_floors.csv": records.PriceFloor,
    "markets.csv": Market,
    "landing.csv": LandingPart,
    "agencies.csv": records.Agency,
    "instruments.csv": records.Instrument,
    "chokepoints.csv": records.Chokepoint,
    "flows.csv": records.Flow,
    "detours.csv": records.Detour,
    "ports.csv": records.Port,
    "port_roles.csv": records.PortRole,
    "nodes.csv": records.Node,
    "entities.csv": records.Entity,
    "hs_revisions.csv": records.HsRevision,
    "known_acts.csv": trails.KnownAct,
    "control_items.csv": trails.ControlItem,
    "tariff_lines.csv": trails.TariffLine,
    "wordings.csv": records.Wording,
}
_OWN_WORDS = "wordings.csv"  # phrases, not figures: they carry no source
_ANY_MINERAL = (records.Stock, records.PriceFloor, LandingPart)  # tables in which * stands for every mineral

R = TypeVar("R", bound=Row)


class Tables:
    """All rows after the overlays, by file; made once by `read_tables` and not changed afterwards."""

    def __init__(self, rows: Mapping[str, dict[tuple[str, ...], Parsed]], withdrawn: frozenset[str]) -> None:
        self._rows = rows
        self._withdrawn = withdrawn  # minerals that an overlay took out, with all that hangs on them

    def of(self, kind: type[R]) -> tuple[R, ...]:
        """The rows of one table in the order of the files. Raises BadReference for an id that points nowhere."""
        file = next(name for name, known in TABLES.items() if known is kind)
        found = []
        for parsed in self._rows[file].values():
            if isinstance(parsed.record, kind):
                kept = self._without_withdrawn(parsed.record, parsed.where)
                if kept is not None:
                    found.append(kept)
        return tuple(found)

    def check_ids(self, column: str, kind: type[Row], known: Iterable[str], where_to: str) -> None:
        """Raise BadReference where `column` of a table holds an id that is not among `known`."""
        allowed = set(known)
        file = next(name for name, row in TABLES.items() if row is kind)
        for parsed in self._rows[file].values():
            if parsed.record is not None and getattr(parsed.record, column) not in allowed:
                value = getattr(parsed.record, column)
                raise BadReference(f"{parsed.where}: {column} {value!r} points nowhere: add it to {where_to} first")

    def _without_withdrawn(self, row: R, where: str) -> R | None:
        """The row without the minerals that were withdrawn; None where nothing is left of it."""
        one = getattr(row, "mineral_id", None)
        if one is not None and not isinstance(row, records.Mineral):
            if one == EVERY_MINERAL and isinstance(row, _ANY_MINERAL):
                return row
            self._check_minerals((one,), where)
            if one in self._withdrawn:
                return None
        for field in ("mineral_ids", "use"):
            several = getattr(row, field, None)
            if isinstance(several, tuple):
                self._check_minerals(several, where)
                left = tuple(m for m in several if m not in self._withdrawn)
                if not left:
                    return None
                row = msgspec.structs.replace(row, **{field: left})
        return row

    def _check_minerals(self, minerals: Sequence[str], where: str) -> None:
        known = self._rows["minerals.csv"]
        for mineral in minerals:
            if (mineral,) not in known and mineral not in self._withdrawn:
                raise BadReference(f"{where}: mineral_id {mineral!r} points nowhere: add it to minerals.csv first")


def read_tables(files: Mapping[str, bytes], overlays: Sequence[Mapping[str, bytes]]) -> Tables:
    """All tables of `files`, the rows of each overlay added, replaced or withdrawn in turn. Raises BadReference."""
    missing = sorted(set(TABLES) - set(files))
    if missing:
        raise BadReference(f"the reference data lacks {', '.join(missing)}")
    rows: dict[str, dict[tuple[str, ...], Parsed]] = {file: {} for file in TABLES}
    withdrawn: set[str] = set()
    for layer, content in enumerate([files, *overlays]):
        for file in content:
            if file not in TABLES:
                names = ", ".join(TABLES)
                raise BadReference(f"{file} is no table of the reference data; there are: {names}")
            for parsed in _unique(read_rows(file, content[file], TABLES[file], file != _OWN_WORDS)):
                _put(rows[file], parsed, withdrawn if file == "minerals.csv" else set(), layer)
    return Tables(rows, frozenset(withdrawn))


def _put(table: dict[tuple[str, ...], Parsed], parsed: Parsed, withdrawn: set[str], layer: int) -> None:
    if parsed.record is not None:
        table[parsed.key] = parsed
        withdrawn.discard(parsed.key[0])
        return
    if layer == 0 or parsed.key not in table:
        raise BadReference(f"{parsed.where} withdraws {' '.join(parsed.key)!r}, which is not there")
    del table[parsed.key]
    withdrawn.add(parsed.key[0])


def _unique(rows: list[Parsed]) -> list[Parsed]:
    seen: dict[tuple[str, ...], str] = {}
    for parsed in rows:
        if parsed.key in seen:
            raise BadReference(f"{parsed.where} repeats {' '.join(parsed.key).strip()!r} of {seen[parsed.key]}")
        seen[parsed.key] = parsed.where
    return rows
