"""What happens in the world of one seed: situations that open, grow, change and end, and people who answer."""

import random

import msgspec
from msgspec.structs import replace

from streams.assessments import Assessment, Level, Ring, RingCause, Situation
from streams.signals import Direction, Hazard
from tests.alerting import HOUR, MINUTE, START, assessment, ring

SITUATIONS = (
    Situation(hazard=Hazard.RESTRICTION, group="gallium", origin="CHN"),
    Situation(hazard=Hazard.RESTRICTION, group="germanium", origin="CHN"),
    Situation(hazard=Hazard.MARKET, group="gallium"),
    Situation(hazard=Hazard.LOGISTICS, group="chokepoint1", route="chokepoint1"),
)
COMMANDS = (
    "acknowledge",
    "acknowledge",
    "acknowledge",
    "respond",
    "stand_down",
    "take_position",
    "close",
    "release",
    "call_false",
)
PEOPLE = ("usa-duty", "jpn-duty", "usa-deputy", "jpn-deputy", "usa-principal")


class Taken(msgspec.Struct, frozen=True):
    """An assessment becomes known; it is handed over again until its transaction has counted."""

    at: int
    assessment: Assessment


class Typed(msgspec.Struct, frozen=True):
    """A person types a command about one of the open alerts."""

    at: int
    person: str
    command: str
    which: int


Event = Taken | Typed


def script_of(chance: random.Random) -> list[Event]:
    """The events of one seed, in order of time: about two to four situations over some hours."""
    events: list[Event] = []
    for about in chance.sample(SITUATIONS, chance.randint(1, 3)):
        events += _life(chance, about)
    for _ in range(chance.randint(2, 9)):
        at = START + chance.randint(0, 8 * HOUR)
        events.append(Typed(at, chance.choice(PEOPLE), chance.choice(COMMANDS), chance.randint(0, 2)))
    return sorted(events, key=lambda event: event.at)


def _life(chance: random.Random, about: Situation) -> list[Event]:
    at = START + chance.choice((0, 0, 3, 20, MINUTE, HOUR))
    level = chance.choice((Level.WATCH, Level.WARNING, Level.EMERGENCY))
    rings: list[Ring] = [ring(at, level, about=about.situation_id)]
    direction = chance.choice((Direction.UP, Direction.UP, Direction.NONE))
    opening = replace(assessment(about, as_of=at, level=level, rings=rings), direction=direction)
    events: list[Event] = [Taken(at, opening)]
    for _ in range(chance.randint(0, 3)):
        at += chance.choice((1, 25, 10 * MINUTE, HOUR, 4 * HOUR))
        what = chance.choice(("grows", "joined", "changes", "ends", "again"))
        if what == "again" and events:
            events.append(Taken(at, events[-1].assessment))  # type: ignore[union-attr]
            continue
        resolved = what == "ends"
        if what == "grows":
            level = Level.EMERGENCY
            rings.append(ring(at, level, RingCause.LEVEL_ROSE, about.situation_id))
        elif what == "joined":
            rings.append(ring(at, level, RingCause.DOCUMENT_JOINED, about.situation_id))
        made = assessment(about, as_of=at, level=Level.NONE if resolved else level, rings=rings, resolved=resolved)
        made = replace(made, direction=direction, minerals=(about.group, what), revision=made.revision + what)
        events.append(Taken(at, made))
        if resolved:
            break
    return events
