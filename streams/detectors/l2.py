"""L2, hazard feeds → signal: an earthquake, storm, flood, fire or eruption near a mine, plant or port that matters.

How far it reaches and how long a place then stands still are thresholds by kind and size. Nearness is not damage: what
is said is *likely* at most, and no more than *possible* where nobody has measured the event or published what the place
weighs. An event that is told again is judged again; where it turns out smaller or elsewhere, what it raised is cleared.
"""

import math
import re
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import msgspec

from streams.detectors.base import Parameters
from streams.figures import Figures
from streams.observations import Family, HazardObservation
from streams.proximity import Near, near
from streams.reference import Reference, packaged
from streams.signals import Certainty, Evidence, Hazard, Phase, Signal, Strike, signal_id_of

PORT = "port"
EVENTS_KEPT = 200  # of one group: more than any source tells of within a season
_DEPTH = re.compile(r"depth\D{0,3}(\d+(?:\.\d+)?) ?km", re.IGNORECASE)


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From this size on: how far the event reaches, and for how many days a place within reach stands still."""

    at_least: float
    radius_km: float
    plant_days: float  # mines, smelters, plants
    port_days: float


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of event. `unit` is the source's unit of its size; empty: the source measures none, any event counts."""

    unit: str
    moves: bool  # a place that it has left was struck all the same
    steps: tuple[Step, ...]

    def check(self, where: str) -> None:
        """Raise ValueError naming the fields whose relation cannot hold."""
        if not self.steps:
            raise ValueError(f"{where}.steps must not be empty")
        sizes = [step.at_least for step in self.steps]
        if sizes != sorted(set(sizes)):
            raise ValueError(f"{where}.steps.at_least must rise from step to step")
        if not self.unit and len(sizes) > 1:
            raise ValueError(f"{where}.steps: a kind without a unit has one step only, since nothing tells its size")
        if min(min(s.radius_km, s.plant_days, s.port_days) for s in self.steps) <= 0:
            raise ValueError(f"{where}.steps: radius_km, plant_days and port_days must be above 0")

    def reach(self, hazard: HazardObservation) -> Step | None:
        """The step that holds for the event; None where it is too small, or its size is unknown."""
        if not self.unit:
            return self.steps[0]
        size = hazard.severity
        if size is None or hazard.severity_unit != self.unit or not math.isfinite(size):
            return None
        return next((step for step in reversed(self.steps) if size >= step.at_least), None)


class L2Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of L2 by kind of event, under the source's own letters; a kind that is not there is not judged."""

    kinds: Mapping[str, Kind]

    def check(self) -> None:
        """Relations between fields."""
        for name, kind in self.kinds.items():
            kind.check(f"kinds.{name}")


class Told(msgspec.Struct, kw_only=True):
    """One event as it was told last: when, and the places for which it stands raised."""

    known_at: int
    places: list[str] = []


class L2State(msgspec.Struct, kw_only=True, tag="L2"):
    """What L2 remembers of one group: the newest events by their id."""

    events: dict[str, Told] = {}


class _Struck(NamedTuple):
    """A place within reach, with what is said of it."""

    place: Near
    strike: Strike
    score: float
    is_known: bool  # the event was measured and the place is weighed


class L2:
    """Hazard near a place that matters: alone Likely."""

    code: ClassVar[str] = "L2"
    Parameters: ClassVar[type[L2Parameters]] = L2Parameters
    State: ClassVar[type[L2State]] = L2State

    def __init__(self, reference: Reference | None = None) -> None:
        """`reference` says what stands where; without it the reference data that ships."""
        self._known = reference if reference is not None else packaged()

    def observe(
        self, state: L2State, hazard: HazardObservation, group: str, parameters: L2Parameters
    ) -> list[Signal] | None:
        """The signals for `group`, one for each place within reach; None where a later telling was applied."""
        before = state.events.get(hazard.event_id)
        if before is not None and hazard.known_at <= before.known_at:
            return None
        raised = before.places if before is not None else []
        kind = parameters.kinds.get(hazard.kind)
        reach = kind.reach(hazard) if kind is not None else None
        struck = {} if reach is None else self._struck(hazard, group, reach, bool(kind and kind.unit))
        signals = [
            self._signal(hazard, group, strike, Phase.CONTINUING if place_id in raised else Phase.RAISED)
            for place_id, strike in struck.items()
        ]
        left = [place_id for place_id in raised if place_id not in struck]
        if kind is None or not kind.moves:
            everywhere = {place.place_id: place for place in near(self._known, (hazard.lat, hazard.lon), math.inf)}
            signals += [self._told(hazard, group, everywhere[place_id], Phase.CLEARED) for place_id in left]
            left = []
        state.events[hazard.event_id] = Told(known_at=hazard.known_at, places=[*left, *struck])
        while len(state.events) > EVENTS_KEPT:
            del state.events[min(state.events, key=lambda event: (state.events[event].known_at, event))]
        return signals

    def _struck(self, hazard: HazardObservation, group: str, reach: Step, measured: bool) -> dict[str, _Struck]:
        """The places of the group within reach, nearest first."""
        depth_km = _depth_km(hazard.severity_text)
        found = {}
        for place in near(self._known, (hazard.lat, hazard.lon), reach.radius_km):
            minerals = self._minerals(place, group)
            away = math.hypot(place.distance_km, depth_km or 0.0)
            if minerals and away <= reach.radius_km:
                days = reach.port_days if place.kind == PORT else reach.plant_days
                strike = Strike(
                    event_id=hazard.event_id,
                    kind=hazard.kind,
                    name=hazard.name,
                    alert_level=hazard.alert_level,
                    severity=hazard.severity,
                    severity_unit=hazard.severity_unit,
                    place_id=place.place_id,
                    place_kind=place.kind,
                    distance_km=round(place.distance_km, 1),
                    depth_km=depth_km,
                    radius_km=reach.radius_km,
                    days=days,
                    is_current=hazard.is_current,
                )
                known = measured and self._is_weighed(place, minerals, hazard.known_at)
                score = round(2.0 - away / reach.radius_km, 4) if known else 1.0
                found[place.place_id] = _Struck(place, strike, score, known)
        return found

    def _minerals(self, place: Near, group: str) -> tuple[str, ...]:
        """The minerals of a place that belong to the group."""
        ids = {known for name in place.minerals for known in self._known.mineral_ids(name)}
        return tuple(sorted(mineral for mineral in ids if self._known.group_of(mineral) == group))

    def _is_weighed(self, place: Near, minerals: tuple[str, ...], at: int) -> bool:
        """Whether a share of the world is published that bounds what the place ships."""
        figures = Figures(self._known, at)
        return any(figures.place_share(place.place_id, mineral).value is not None for mineral in minerals)

    def _signal(self, hazard: HazardObservation, group: str, struck: _Struck, phase: Phase) -> Signal:
        """What is said of one place within reach. Each telling has an id of its own, since each is judged."""
        return msgspec.structs.replace(
            self._told(hazard, group, struck.place, phase),
            score=struck.score,
            claims=Certainty.LIKELY if struck.is_known else Certainty.POSSIBLE,
            strike=struck.strike,
        )

    def _told(self, hazard: HazardObservation, group: str, place: Near, phase: Phase) -> Signal:
        """What a telling says of a place, before anything is claimed."""
        subject = f"{hazard.event_id}:{place.place_id}:{group}"
        return Signal(
            signal_id=signal_id_of(self.code, subject, phase, hazard.known_at),
            detector=self.code,
            hazard=Hazard.NATURAL,
            group=group,
            subject=subject,
            family=Family.HAZARD_FEED,
            phase=phase,
            occurred_at=hazard.occurred_at,
            known_at=hazard.known_at,
            score=0.0,
            claims=Certainty.POSSIBLE,
            minerals=self._minerals(place, group),
            origin=place.country_iso3,
            observed=hazard.severity,
            unit=hazard.severity_unit,
            evidence=(_evidence(hazard),),
        )


def _depth_km(text: str) -> float | None:
    """The depth that the source states in its own words."""
    found = _DEPTH.search(text)
    return float(found[1]) if found else None


def _evidence(hazard: HazardObservation) -> Evidence:
    return Evidence(
        sha256=hazard.evidence,
        row=hazard.row,
        subject=hazard.event_id,
        occurred_at=hazard.occurred_at,
        known_at=hazard.known_at,
        value=hazard.severity,
        unit=hazard.severity_unit,
        publisher=hazard.publisher,
        publication=hazard.publication,
        address=hazard.address,
    )
