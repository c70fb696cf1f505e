"""V3: when supply stands on fewer countries than a year ago, and when a change is no news."""

import msgspec
import pytest

from streams.detectors.v3 import V3
from streams.observations import Run
from streams.reference import packaged as packaged_reference
from streams.relations.concentration import Concentration, ConcentrationState
from streams.signals import Certainty, Direction, Hazard, Phase, Signal
from streams.thresholds import packaged
from tests.streams.detectors.made_concentrations import concentration, wavering
from tests.streams.detectors.made_series import day_of, flow, months

THRESHOLDS = packaged()
CLEARED = Phase.CLEARED


def signals(given: Run) -> list[Signal]:
    """What V3 says of it under the shipped thresholds."""
    return V3().observe(V3.State(), given, THRESHOLDS.parameters("V3", given.series))


def test_a_jump_is_a_possible_restriction_and_ends_with_the_year() -> None:
    """From four suppliers to two: raised in that month, and over when the year before was as concentrated."""
    found = signals(concentration([*wavering(40), *wavering(30, 4_500.0)]))
    raised = found[0]
    assert (raised.phase, day_of(raised), raised.direction) == (Phase.RAISED, "2018-05-01", Direction.UP)
    assert (raised.hazard, raised.claims, raised.destination) == (Hazard.RESTRICTION, Certainty.POSSIBLE, "JPN")
    assert raised.evidence[0].sha256 == "ab" * 32
    assert raised.raises_at is not None
    assert raised.observed is not None
    assert raised.observed >= raised.raises_at
    assert found[-1].phase is CLEARED
    assert day_of(found[-1]) == "2019-07-01", "twelve months later, and a calm quarter"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (concentration([*wavering(40), *wavering(30, 3_300.0)]), "less than the rise that is news"),
        (concentration([*wavering(40, 600.0), *wavering(30, 2_200.0)]), "there are still suppliers enough"),
        (concentration([*wavering(40), *wavering(30, 4_500.0)], flows=19.0), "nobody's business"),
        (concentration([*wavering(40, 5_000.0), *wavering(30)]), "a fall is a relief"),
        (concentration([*wavering(20), *wavering(10, 4_500.0)]), "not a year of changes yet"),
    ],
)
def test_what_is_no_news(given: Run, why: str) -> None:
    """Small rises, scattered supply, small flows, falls and what is not known well enough."""
    assert signals(given) == [], why


def test_a_flow_that_leaps_is_held_against_its_own_leaps() -> None:
    """Where the index has changed by as much before, once more is no news; without that history it is."""
    leaping = [*wavering(14), *wavering(14, 3_900.0), *wavering(20), *wavering(20, 3_900.0)]
    assert signals(concentration(leaping)) == []
    assert signals(concentration([*wavering(48), *wavering(20, 3_900.0)]))


def test_the_largest_partner_coming_to_decide_needs_a_smaller_rise() -> None:
    """Seven hundred points are news where a share crosses three fifths, and none where it was beyond already."""
    levels = [*wavering(40, 3_700.0), *wavering(20, 4_400.0)]
    crossing, beyond = [0.55] * 40 + [0.63] * 20, [0.63] * 60
    assert [signal.phase for signal in signals(concentration(levels, crossing))][:1] == [Phase.RAISED]
    assert signals(concentration(levels, beyond)) == []


def test_after_a_year_without_figures_all_is_learned_anew() -> None:
    """A partner that fell silent is not counted any more after a year: what follows is another index."""
    unknown: list[float | None] = [None] * 12
    assert signals(concentration([*wavering(40), *unknown, *wavering(20, 4_500.0)])) == []
    given = concentration([*wavering(40), *wavering(32, 4_500.0)])
    away = given.chosen([*range(40), *range(52, 72)])
    assert signals(away) == []


def test_from_rows_to_signal() -> None:
    """Three origins of Japan's antimony, of which one stops and another takes its share."""
    runs = []
    for origin, values in (
        ("CHN", [400.0] * 40 + [700.0] * 14),
        ("VNM", [300.0] * 54),
        ("TJK", [300.0] * 40 + [0.0] * 14),
    ):
        occurred_at = months("2015-01", len(values))
        runs.append(
            Run(
                series=msgspec.structs.replace(flow(origin=origin), series_id=f"made:{origin}"),
                evidence="cd" * 32,
                occurred_at=occurred_at,
                known_at=[at + 1 for at in occurred_at],
                values=list(values),
                rows=list(range(1, len(values) + 1)),
                provisional=[False] * len(values),
            )
        )
    state, found = V3.State(), list[Signal]()
    for one in Concentration(packaged_reference()).relate(ConcentrationState(), runs):
        found += V3().observe(state, one, THRESHOLDS.parameters("V3", one.series))
    assert found[0].phase is Phase.RAISED
    assert {seen.subject for seen in found[0].evidence} <= {"made:CHN", "made:VNM", "made:TJK"}
    assert len(found[0].evidence) >= 2
