"""The reference data as everybody else sees it: minerals, figures, places and names, each with its source."""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files as resources
from typing import TypeVar

import msgspec

import streams.reference.records as records
import streams.reference.trails as trails
from streams.assessments import Source
from streams.codec import digest, encode
from streams.errors import BadReference
from streams.reference.price_records import LandingPart, Market
from streams.reference.records import (
    Agency,
    Entity,
    ImportShares,
    Instrument,
    Mineral,
    Node,
    PriceFloor,
    Reliance,
    Stock,
    SupplyShare,
)
from streams.reference.tables import TABLES, Tables, read_tables

T = TypeVar("T")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A chokepoint or port. `flows` are the minerals said to pass it, with the source of that statement."""

    place_id: str
    kind: str  # chokepoint or port
    name: dict[str, str]
    also: tuple[str, ...] = ()
    lat: float
    lon: float
    country_iso3: str = ""
    daily_transits_2023: float | None = None
    via: str = ""  # the way round, a place id
    extra_days: float | None = None
    detour_source: Source | None = None
    flows: tuple[str, ...] = ()
    flows_source: Source | None = None
    source: Source


MATERIAL_PERCENT = 2.0  # of the world's mine output: one mine's worth; below it an act of the country moves no market


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about minerals and places, read once. Dictionaries are indexes over the tuples."""

    minerals: dict[str, Mineral]
    groups: dict[str, tuple[str, ...]]
    group_names: dict[str, dict[str, str]]
    aliases: dict[str, tuple[str, ...]]
    fallbacks: dict[str, tuple[str, ...]]
    shares: dict[str, tuple[SupplyShare, ...]]
    reliance: dict[str, tuple[Reliance, ...]]
    import_shares: dict[str, tuple[ImportShares, ...]]
    stocks: dict[str, tuple[Stock, ...]]  # `*` holds what is said of every mineral
    floors: tuple[PriceFloor, ...]
    markets: dict[str, Market]
    landing: tuple[LandingPart, ...]
    agencies: tuple[Agency, ...]
    instruments: tuple[Instrument, ...]
    nodes: tuple[Node, ...]
    entities: dict[str, Entity]
    port_roles: tuple[records.PortRole, ...]
    places: dict[str, Place]
    place_names: dict[str, str]  # folded name → place id
    hs: dict[str, tuple[str, ...]]  # "revision code" → minerals
    known_acts: tuple[trails.KnownAct, ...] = ()
    control_items: tuple[trails.ControlItem, ...] = ()
    tariff_lines: tuple[trails.TariffLine, ...] = ()
    wordings: dict[str, dict[str, str]]
    digest: str

    def group_of(self, mineral_id: str) -> str:
        """The supply group of a mineral; KeyError when there is no such mineral."""
        return self.minerals[mineral_id].supply_group

    def members(self, group: str) -> tuple[str, ...]:
        """The minerals of a supply group; empty for a route or an unknown group."""
        return self.groups.get(group, ())

    def mineral_ids(self, name: str) -> tuple[str, ...]:
        """The minerals that a name stands for: an id, an alias (graphite, silicon) or a supply group; empty if none."""
        if name in self.minerals:
            return (name,)
        return self.aliases.get(name) or self.members(name)

    def mined_by(self, country: str) -> tuple[str, ...]:
        """The minerals of which a country mines a material part of the world's output, in order of their ids.

        What an act of that country on ores in general is about. In any published year; rows of confidence C do not
        count.
        """
        return tuple(
            mineral
            for mineral, shares in sorted(self.shares.items())
            if any(
                share.country_iso3 == country
                and share.stage == "mine"
                and share.share_percent >= MATERIAL_PERCENT
                and share.source.confidence != "C"
                for share in shares
            )
        )

    def node_at(self, place_id: str) -> Node | None:
        """The mine or plant of this id; None where it is a port or nothing."""
        return next((node for node in self.nodes if node.node_id == place_id), None)

    def meant_by(self, country: str, ores: bool, dual_use: bool) -> tuple[str, ...]:
        """What an act of a country that names no mineral is about: the ores that it mines, or its dual-use list."""
        mined = self.mined_by(country) if ores else ()
        return mined or (self.controlled_by(country) if dual_use else ())

    def controlled_by(self, country: str) -> tuple[str, ...]:
        """The minerals on a country's list of dual-use items, in order of their ids."""
        listed = (item.mineral_ids for item in self.control_items if item.country_iso3 == country)
        return tuple(sorted({mineral for minerals in listed for mineral in minerals}))

    def hs_minerals(self, code: str, revision: str = "2022") -> tuple[str, ...]:
        """The minerals that a code of a revision (2012, 2017, 2022) stands for; several where it is pooled."""
        return self.hs.get(f"{revision} {code}", ())

    def place_named(self, text: str) -> Place | None:
        """The place of this id or name in any language, whatever its case; None when nothing is called so."""
        found = self.place_names.get(_folded(text))
        return self.places[found] if found else None

    def mineral_name(self, mineral_id: str, language: str) -> str:
        """The name of a mineral, in English where the language has none; the id itself for an unknown mineral."""
        mineral = self.minerals.get(mineral_id)
        return _text(mineral.name, language) if mineral else mineral_id

    def mineral_use(self, mineral_id: str, language: str) -> str:
        """What industry makes of a mineral, in English where the language has no text; empty when not known."""
        mineral = self.minerals.get(mineral_id)
        return _text(mineral.use, language) if mineral else ""

    def group_name(self, group: str, language: str) -> str:
        """The name of a supply group or, for a situation on a route, of the place; the id where it is unknown."""
        if group in self.group_names:
            return _text(self.group_names[group], language)
        if group in self.minerals:
            return self.mineral_name(group, language)
        return self.place_name(group, language)

    def place_name(self, place_id: str, language: str) -> str:
        """The name of a chokepoint, port, mine or plant, in English where the language has none; else the id."""
        place = self.places.get(place_id) or self.node_at(place_id)
        return _text(place.name, language) if place else place_id

    def entity_name(self, entity_id: str, language: str) -> str:
        """The name of a supplier, in English where the language has none; the id where it is unknown."""
        entity = self.entities.get(entity_id)
        return _text(entity.name, language) if entity else entity_id

    def wording(self, key: str, language: str) -> str:
        """A phrase of our own (`Figure.what`), in English where the language has none; the key where it is unknown."""
        return _text(self.wordings[key], language) if key in self.wordings else key


def load(files: Mapping[str, bytes], overlays: Sequence[Mapping[str, bytes]] = ()) -> Reference:
    """The reference data of `files` (name → bytes) with `overlays` laid over it in turn.

    An overlay holds files of the same names: a row with a new key is added, one with a known key replaces, one with
    `withdrawn` = yes takes the key out (a mineral with everything that hangs on it). Raises BadReference, which names
    file, row and what to do.
    """
    tables = read_tables(files, overlays)
    minerals = {m.mineral_id: m for m in tables.of(records.Mineral)}
    members = {group: tuple(m.mineral_id for m in rows) for group, rows in _by(minerals.values(), _group).items()}
    group_names = {g.supply_group: g.name for g in tables.of(records.Group)}
    for group in members:
        if group not in group_names and group not in minerals:
            raise BadReference(f"minerals.csv: supply_group {group!r} has no name: add it to groups.csv")
    wordings = {w.wording: w.text for w in tables.of(records.Wording)}
    tables.check_ids("wording", Stock, wordings, "wordings.csv")
    places = _places(tables)
    return Reference(
        minerals=minerals,
        groups=members,
        group_names=group_names,
        aliases={a.name: a.mineral_ids for a in tables.of(records.Alias)},
        fallbacks={f.mineral_id: f.use for f in tables.of(records.Fallback)},
        shares=_by(tables.of(SupplyShare), lambda row: row.mineral_id),
        reliance=_by(tables.of(Reliance), lambda row: row.mineral_id),
        import_shares=_by(tables.of(ImportShares), lambda row: row.mineral_id),
        stocks=_by(tables.of(Stock), lambda row: row.mineral_id),
        floors=tables.of(PriceFloor),
        markets={m.market: m for m in tables.of(Market)},
        landing=tables.of(LandingPart),
        agencies=tables.of(Agency),
        instruments=tables.of(Instrument),
        nodes=tables.of(Node),
        entities={entity.entity_id: entity for entity in tables.of(Entity)},
        port_roles=tables.of(records.PortRole),
        places=places,
        place_names=_place_names(places),
        hs=_hs(minerals, tables),
        known_acts=tables.of(trails.KnownAct),
        control_items=tables.of(trails.ControlItem),
        tariff_lines=tables.of(trails.TariffLine),
        wordings=wordings,
        digest=_digest([files, *overlays]),
    )


@functools.cache
def packaged() -> Reference:
    """The reference data that ships with Twinbell, read once: nothing changes it."""
    return load(packaged_files())


def packaged_files() -> dict[str, bytes]:
    """The files that ship with Twinbell, name → bytes: what overlays are laid over."""
    folder = resources(__package__).joinpath("data")
    return {name: folder.joinpath(name).read_bytes() for name in TABLES}


def _places(tables: Tables) -> dict[str, Place]:
    chokepoints = tables.of(records.Chokepoint)
    ports = tables.of(records.Port)
    known = {c.chokepoint_id for c in chokepoints} | {p.un_locode for p in ports}
    tables.check_ids("place_id", records.Flow, known, "chokepoints.csv or ports.csv")
    tables.check_ids("chokepoint_id", records.Detour, known, "chokepoints.csv")
    tables.check_ids("via", records.Detour, known, "chokepoints.csv")
    tables.check_ids("un_locode", records.PortRole, known, "ports.csv")
    flows = {f.place_id: f for f in tables.of(records.Flow)}
    detours = {d.chokepoint_id: d for d in tables.of(records.Detour)}
    places = {}
    for strait in chokepoints:
        flow, detour = flows.get(strait.chokepoint_id), detours.get(strait.chokepoint_id)
        places[strait.chokepoint_id] = Place(
            place_id=strait.chokepoint_id,
            kind="chokepoint",
            name=strait.name,
            also=strait.also,
            lat=strait.lat,
            lon=strait.lon,
            daily_transits_2023=strait.daily_transits_2023,
            via=detour.via if detour else "",
            extra_days=detour.extra_days if detour else None,
            detour_source=detour.source if detour else None,
            flows=flow.mineral_ids if flow else (),
            flows_source=flow.source if flow else None,
            source=strait.source,
        )
    for port in ports:
        places[port.un_locode] = Place(
            place_id=port.un_locode,
            kind="port",
            name=port.name,
            lat=port.lat,
            lon=port.lon,
            country_iso3=port.country_iso3,
            source=port.source,
        )
    return places


def _place_names(places: Mapping[str, Place]) -> dict[str, str]:
    """Folded names; a chokepoint, which comes first, keeps a name that a port has too."""
    names: dict[str, str] = {}
    for place in places.values():
        for name in (place.place_id, *place.name.values(), *place.also):
            names.setdefault(_folded(name), place.place_id)
    return names


def _hs(minerals: Mapping[str, Mineral], tables: Tables) -> dict[str, tuple[str, ...]]:
    """Codes of three revisions. A code of HS 2022 that the correlation does not name is the same in all of them."""
    changed = tables.of(records.HsRevision)
    new = {(row.mineral_id, row.hs6) for row in changed if row.revision == "2022"}
    codes: dict[str, list[str]] = {}
    for mineral in minerals.values():
        for code in mineral.hs6:
            for revision in ("2012", "2017", "2022"):
                if revision == "2022" or (mineral.mineral_id, code) not in new:
                    codes.setdefault(f"{revision} {code}", []).append(mineral.mineral_id)
    for row in changed:
        found = codes.setdefault(f"{row.revision} {row.hs6}", [])
        if row.mineral_id not in found:
            found.append(row.mineral_id)
    return {key: tuple(sorted(found)) for key, found in codes.items()}


def _digest(layers: Sequence[Mapping[str, bytes]]) -> str:
    return digest(encode([[(name, digest(layer[name])) for name in sorted(layer)] for layer in layers]))


def _by(rows: Iterable[T], key: Callable[[T], str]) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return {name: tuple(group) for name, group in found.items()}


def _group(mineral: Mineral) -> str:
    return mineral.supply_group


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").split())


def _text(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en", "")
