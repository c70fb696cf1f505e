"""Position → **what lies near it**: mines, plants and ports of the reference data, and the groups that they concern."""

import math

import msgspec

from streams.reference import Reference

EARTH_RADIUS_KM = 6_371.0088  # mean radius, IUGG 1980
REACH_KM = 500.0  # beyond what any hazard of one position touches: who is told of it; a detector decides within


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """A node or port near a position. Positions of nodes are good to about ten kilometres, of districts worse."""

    place_id: str  # node_id or UN/LOCODE
    kind: str  # mine, smelter … of the reference data, or port
    minerals: tuple[str, ...]
    country_iso3: str
    distance_km: float
    share_percent: float | None = None  # as in the reference data: of the node itself only where `share_is_own`
    share_is_own: bool = False


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The great-circle distance of two positions (latitude, longitude in degrees), by the haversine formula."""
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    chord = math.sin((lat_b - lat_a) / 2) ** 2
    chord += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def near(reference: Reference, position: tuple[float, float], within_km: float = REACH_KM) -> tuple[Near, ...]:
    """The nodes, and the ports that have a role for a mineral, within a distance; the nearest first."""
    found: list[Near] = []
    for node in reference.nodes:
        away = distance_km(position, (node.lat, node.lon))
        if away <= within_km:
            found.append(
                Near(
                    place_id=node.node_id,
                    kind=node.kind,
                    minerals=(node.mineral_id,),
                    country_iso3=node.country_iso3,
                    distance_km=away,
                    share_percent=node.share_percent,
                    share_is_own=node.share_is_own,
                )
            )
    handled: dict[str, list[str]] = {}
    for role in reference.port_roles:
        handled.setdefault(role.un_locode, []).append(role.mineral_id)
    for port_id, minerals in handled.items():
        port = reference.places[port_id]
        away = distance_km(position, (port.lat, port.lon))
        if away <= within_km:
            found.append(
                Near(
                    place_id=port_id,
                    kind="port",
                    minerals=tuple(minerals),
                    country_iso3=port.country_iso3,
                    distance_km=away,
                )
            )
    return tuple(sorted(found, key=lambda one: (one.distance_km, one.place_id)))


def groups_near(reference: Reference, position: tuple[float, float], within_km: float = REACH_KM) -> tuple[str, ...]:
    """The supply groups that have a node or a port near a position, in order of their names."""
    minerals = {mineral for one in near(reference, position, within_km) for mineral in one.minerals}
    groups = {reference.group_of(known) for name in minerals for known in reference.mineral_ids(name)}
    return tuple(sorted(groups))
