"""A burst of situations, all at once: every supply group with origin after origin, at all levels that ring.

Made by hand where only the number matters; what is at stake is worked out from the reference data as always, so that an
assessment weighs what a real one weighs (5 to 8 kB).
"""

import random
from collections.abc import Iterator
from functools import cache
from itertools import islice, product

from msgspec.structs import replace

from streams import thresholds
from streams.assessments import Assessment, Impact, Level, Ring, RingCause, Severity, Situation, Urgency
from streams.codec import digest, encode, identity
from streams.impact import ALL, Cause, ImpactParameters, ImpactQuestion, alternatives, impacts
from streams.observations import SECONDS_A_DAY, Family
from streams.reference import Reference
from streams.signals import Certainty, Direction, Evidence, Hazard, Phase, Signal, signal_id_of

OPENED_ON = "2026-11-02"
SEED = 20261102
# Three in seven only inform; every message group has some that wake, so that none waits for its group.
LEVELS = (Level.WATCH, Level.WARNING, Level.WATCH, Level.EMERGENCY, Level.WATCH, Level.WARNING, Level.WARNING)
HAZARDS = (Hazard.RESTRICTION, Hazard.NATURAL, Hazard.DUMPING)
# fmt: off
ORIGINS = (
    "AFG", "AGO", "ARE", "ARG", "AUS", "AUT", "AZE", "BEL", "BGR", "BOL", "BRA", "CAN", "CHE", "CHL", "CHN", "CIV",
    "CMR", "COD", "COL", "CUB", "CZE", "DEU", "DZA", "ECU", "EGY", "ESP", "FIN", "FRA", "GAB", "GBR", "GEO", "GHA",
    "GIN", "GRC", "HUN", "IDN", "IND", "IRN", "IRQ", "ITA", "JOR", "KAZ", "KGZ", "KOR", "LAO", "MAR", "MDG", "MEX",
    "MMR", "MNG", "MOZ", "MRT", "MYS", "NAM", "NCL", "NER", "NGA", "NLD", "NOR", "OMN", "PAK", "PER", "PHL", "PNG",
    "POL", "PRT", "QAT", "ROU", "RUS", "RWA", "SAU", "SEN", "SLE", "SRB", "SVK", "SWE", "TGO", "THA", "TJK", "TUN",
    "TUR", "TZA", "UGA", "UKR", "UZB", "VEN", "VNM", "ZAF", "ZMB", "ZWE",
)
# fmt: on


def burst(count: int, at: int, reference: Reference, participants: tuple[str, ...]) -> list[Assessment]:
    """`count` assessments of as many situations, known at `at`, shuffled. ValueError when there are not so many."""
    situations = list(islice(_situations(reference), count))
    if len(situations) < count:
        raise ValueError(f"there are {len(situations)} different situations, not {count}")
    parameters = thresholds.packaged().impact
    found = []
    for number, situation in enumerate(situations):
        stakes = _stakes(situation, at, reference, parameters, participants)
        found.append(_assessment(situation, LEVELS[number % len(LEVELS)], at, stakes, reference))
    random.Random(SEED).shuffle(found)
    return found


def _situations(reference: Reference) -> Iterator[Situation]:
    groups = sorted({reference.group_of(mineral) for mineral in reference.minerals})
    for hazard, origin, group in product(HAZARDS, ORIGINS, groups):
        yield Situation(hazard=hazard, group=group, origin=origin)


def _stakes(
    situation: Situation, at: int, reference: Reference, parameters: ImpactParameters, participants: tuple[str, ...]
) -> tuple[Impact, ...]:
    question = ImpactQuestion(
        hazard=situation.hazard,
        group=situation.group,
        minerals=reference.members(situation.group),
        origin=situation.origin,
        causes=(Cause((ALL,), fall=0.6),),
        at=at,
    )
    return impacts(question, reference, parameters, participants)


def _assessment(
    situation: Situation, level: Level, at: int, stakes: tuple[Impact, ...], reference: Reference
) -> Assessment:
    minerals = reference.members(situation.group)
    signal = _signal(situation, minerals, at)
    ring = Ring(
        ring_id=identity("ring", situation.situation_id, at, level),
        at=at,
        level=level,
        families=(signal.family,),
        direction=signal.direction,
        cause=RingCause.OPENED,
        signal_id=signal.signal_id,
    )
    made = Assessment(
        assessment_id=identity("assessment", situation.situation_id, OPENED_ON),
        revision="",
        situation=situation,
        opened_on=OPENED_ON,
        as_of=at,
        certainty=Certainty.LIKELY,
        severity=Severity.SEVERE,
        urgency=Urgency.IMMEDIATE,
        level=level,
        score=signal.score,
        direction=signal.direction,
        minerals=minerals,
        families=(signal.family,),
        signals=(signal,),
        holding=(signal.signal_id,),
        rings=(ring,),
        impacts=stakes,
        alternatives=alternatives(situation.group, situation.origin, at, reference),
        industries=minerals[:1],
        thresholds="0" * 64,
    )
    return replace(made, revision=digest(encode(made)))


def _signal(situation: Situation, minerals: tuple[str, ...], at: int) -> Signal:
    """Customs say that the group's exports have fallen."""
    subject = f"bench:{situation.hazard}:{situation.group}:{situation.origin}"
    return Signal(
        signal_id=signal_id_of("V1", subject, Phase.RAISED, at - 30 * SECONDS_A_DAY),
        detector="V1",
        hazard=situation.hazard,
        group=situation.group,
        subject=subject,
        family=Family.CUSTOMS,
        phase=Phase.RAISED,
        occurred_at=at - 30 * SECONDS_A_DAY,
        known_at=at,
        score=2.0,
        claims=Certainty.LIKELY,
        minerals=minerals,
        origin=situation.origin,
        destination="JPN",
        direction=Direction.DOWN,
        observed=5_150.0,
        expected=23_480.0,
        band_low=18_000.0,
        band_high=31_000.0,
        unit="kg",
        window=3,
        evidence=_evidence(at),
        thresholds="0" * 64,
    )


@cache
def _evidence(at: int) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            sha256=f"{row:064x}",
            row=row,
            subject="bench",
            occurred_at=at - 30 * row * SECONDS_A_DAY,
            known_at=at,
            value=5_150.0,
            unit="kg",
            publisher="A customs office",
            publication="Monthly exports",
        )
        for row in range(1, 4)
    )
