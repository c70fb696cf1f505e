"""L2: what a natural event near a mine, plant or port says of a supply group, and what stands behind the numbers."""

import msgspec
import pytest

from streams import reference, thresholds
from streams.assessments import Severity
from streams.detectors.l2 import EVENTS_KEPT, L2, Kind, L2Parameters, L2State, Step
from streams.impact import ImpactQuestion, Outage, impacts
from streams.observations import HazardObservation
from streams.reasons import Reason
from streams.signals import Certainty, Hazard, Phase, Signal

REFERENCE = reference.packaged()
THRESHOLDS = thresholds.packaged()
DETECTOR = L2(REFERENCE)
AT = 1_600_000_000
HOUR = 3_600
SPOR = REFERENCE.node_at("spor_mountain")  # beryllium, half of the world's mine output is its own
assert SPOR is not None
KM_A_DEGREE = 111.2
PARAMETERS = L2Parameters(
    kinds={
        "EQ": Kind(
            unit="M",
            moves=False,
            steps=(
                Step(at_least=6.0, radius_km=20.0, plant_days=10.0, port_days=3.0),
                Step(at_least=7.0, radius_km=50.0, plant_days=40.0, port_days=9.0),
            ),
        ),
        "TC": Kind(
            unit="km/h",
            moves=True,
            steps=(Step(at_least=119.0, radius_km=60.0, plant_days=2.0, port_days=1.0),),
        ),
        "FL": Kind(unit="", moves=False, steps=(Step(at_least=0.0, radius_km=30.0, plant_days=14.0, port_days=7.0),)),
    }
)


def hazard(away_km: float = 10.0, told: int = 0, **changes: object) -> HazardObservation:
    """An earthquake so far north of the mine, told so many hours after it struck."""
    made = HazardObservation(
        event_id="gdacs:EQ:1",
        feed="gdacs",
        kind="EQ",
        name="Earthquake in United States",
        alert_level="Green",
        severity=7.1,
        severity_unit="M",
        lat=SPOR.lat + away_km / KM_A_DEGREE,
        lon=SPOR.lon,
        countries=("USA",),
        occurred_at=AT,
        known_at=AT + told * HOUR,
        publisher="GDACS",
        address="https://www.gdacs.org/report.aspx?eventid=1",
        evidence="ab" * 32,
        row=3,
    )
    return msgspec.structs.replace(made, **changes)


def told(*tellings: HazardObservation, group: str = "beryllium") -> list[Signal]:
    """The signals that the tellings give for a group, one after another."""
    state = L2State()
    return [s for telling in tellings for s in DETECTOR.observe(state, telling, group, PARAMETERS) or ()]


def test_a_place_within_reach_raises_with_its_evidence() -> None:
    """The mine, the country, the size, the distance and the days taken are said, with the stored row."""
    (found,) = told(hazard())
    assert (found.hazard, found.group, found.origin, found.minerals) == (
        Hazard.NATURAL,
        "beryllium",
        "USA",
        ("beryllium",),
    )
    assert (found.phase, found.claims, found.observed, found.unit) == (Phase.RAISED, Certainty.LIKELY, 7.1, "M")
    assert found.score == pytest.approx(2.0 - 10.0 / 50.0, abs=0.01)
    strike = found.strike
    assert strike is not None
    assert (strike.place_id, strike.radius_km, strike.days) == ("spor_mountain", 50.0, 40.0)
    assert strike.distance_km == pytest.approx(10.0, abs=0.1)
    (seen,) = found.evidence
    assert (seen.sha256, seen.row, seen.value, seen.subject) == ("ab" * 32, 3, 7.1, "gdacs:EQ:1")


@pytest.mark.parametrize(
    ("changes", "heard"),
    [
        ({}, True),
        ({"away_km": 49.0}, True),
        ({"away_km": 51.0}, False),
        ({"severity": 6.9, "away_km": 19.0}, True),
        ({"severity": 6.9, "away_km": 21.0}, False),
        ({"severity": 5.9}, False),
        ({"severity": None}, False),
        ({"severity": float("nan")}, False),
        ({"severity_unit": "km/h"}, False),
        ({"kind": "ZZ"}, False),
        ({"away_km": 40.0, "severity_text": "Magnitude 7.1M, Depth:25km"}, True),
        ({"away_km": 40.0, "severity_text": "Magnitude 7.1M, Depth:35.5km"}, False),
    ],
)
def test_reach_is_by_kind_and_size_and_slant_distance(changes: dict[str, object], heard: bool) -> None:
    """Too far, too small, too deep, of unknown size or in another unit, or of a kind that is not judged: nothing."""
    assert bool(told(hazard(**changes))) is heard  # type: ignore[arg-type]


def test_another_group_hears_nothing() -> None:
    """The mine ships beryllium and nothing else."""
    assert told(hazard(), group="copper") == []


def test_the_colour_of_the_source_changes_nothing() -> None:
    """A foreign scale keeps its own field: green and red give the same score, claim, reach and days."""
    green, red = (told(hazard(alert_level=level, alert_score=score))[0] for level, score in (("Green", 0), ("Red", 3)))
    assert red.strike is not None
    assert red.strike.alert_level == "Red"
    assert green == msgspec.structs.replace(red, strike=green.strike)
    assert green.strike == msgspec.structs.replace(red.strike, alert_level="Green")


def test_what_nobody_measured_or_weighed_is_possible_only() -> None:
    """A flood has no size, an import port no share of the world: both are told and wake nobody by their score."""
    (flood,) = told(hazard(kind="FL", event_id="gdacs:FL:1", severity=0.0, severity_unit=""))
    assert (flood.claims, flood.score) == (Certainty.POSSIBLE, 1.0)
    tokyo = REFERENCE.places["JPTYO"]
    minerals = [role.mineral_id for role in REFERENCE.port_roles if role.un_locode == "JPTYO"]
    unweighed = [m for m in minerals if not any(s.country_iso3 == "JPN" for s in REFERENCE.shares.get(m, ()))]
    assert unweighed, "the port must handle a mineral of which Japan has no published share"
    group = REFERENCE.group_of(unweighed[0])
    found = told(hazard(lat=tokyo.lat, lon=tokyo.lon), group=group)
    assert [(s.claims, s.score) for s in found if s.strike and s.strike.place_id == "JPTYO"] == [
        (Certainty.POSSIBLE, 1.0)
    ]


def test_a_correction_takes_back_what_an_earthquake_raised() -> None:
    """Told again smaller, it is cleared; told again the same, it goes on; an older telling changes nothing."""
    first, same, smaller = hazard(), hazard(told=1), hazard(told=2, severity=6.2, away_km=30.0)
    assert [s.phase for s in told(first, same, smaller)] == [Phase.RAISED, Phase.CONTINUING, Phase.CLEARED]
    state = L2State()
    DETECTOR.observe(state, smaller, "beryllium", PARAMETERS)
    assert DETECTOR.observe(state, first, "beryllium", PARAMETERS) is None


def test_a_storm_that_has_moved_on_has_struck_all_the_same() -> None:
    """What its centre came near to stays raised when the next telling is elsewhere."""
    storm = {"kind": "TC", "event_id": "gdacs:TC:9", "severity": 180.0, "severity_unit": "km/h"}
    found = told(hazard(10.0, 0, **storm), hazard(200.0, 6, **storm), hazard(12.0, 12, **storm))
    assert [s.phase for s in found] == [Phase.RAISED, Phase.CONTINUING]


def test_memory_is_bounded() -> None:
    """The newest events are kept, whatever their order."""
    state = L2State()
    for number in range(EVENTS_KEPT + 50):
        DETECTOR.observe(state, hazard(event_id=f"gdacs:EQ:{number}", told=number), "beryllium", PARAMETERS)
    assert len(state.events) == EVENTS_KEPT
    assert min(told.known_at for told in state.events.values()) == AT + 50 * HOUR


def test_the_loss_is_the_share_of_the_place_times_its_days() -> None:
    """Its own share where that is published; the country's as an upper bound where it is not, and then it says so."""
    question = ImpactQuestion(hazard=Hazard.NATURAL, group="beryllium", minerals=("beryllium",), origin="USA", at=AT)
    own = msgspec.structs.replace(question, outages=(Outage("spor_mountain", ("beryllium",), 73.0),))
    (japan,) = impacts(own, REFERENCE, THRESHOLDS.impact, ("JPN",))
    assert (japan.place, japan.place_share.bound, japan.place_share.value) == ("spor_mountain", "", 53.2)
    assert japan.loss_fraction == pytest.approx(73.0 / 365.0)
    assert japan.at_stake == pytest.approx((japan.reliance.value or 0) / 100 * 0.532 * 0.2)
    onsan = ImpactQuestion(
        hazard=Hazard.NATURAL,
        group="indium",
        minerals=("indium",),
        origin="KOR",
        outages=(Outage("onsan", ("indium",), 30.0), Outage("onsan", ("indium",), 60.0)),
        at=AT,
    )
    (bounded,) = impacts(onsan, REFERENCE, THRESHOLDS.impact, ("USA",))
    assert (bounded.place_share.bound, bounded.place_share.what, bounded.days_out) == ("<", "place_country", 60.0)
    assert bounded.reason in (Reason.NO_MORE_THAN, Reason.ROUGHLY)


def test_a_country_total_is_no_single_point_of_failure() -> None:
    """China mines most of the world's graphite; one district of it is not shown to."""
    question = ImpactQuestion(
        hazard=Hazard.NATURAL,
        group="graphite",
        minerals=("graphite_natural",),
        origin="CHN",
        outages=(Outage("heilongjiang_graphite", ("graphite_natural",), 7.0),),
        at=AT,
    )
    (found,) = impacts(question, REFERENCE, THRESHOLDS.impact, ("USA",))
    assert (found.world_share.value or 0) > THRESHOLDS.impact.single_point_share_percent
    assert (found.single_point, found.severity) == (False, Severity.MINOR)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (Kind(unit="M", moves=False, steps=()), "steps"),
        (
            Kind(
                unit="",
                moves=False,
                steps=tuple(Step(at_least=a, radius_km=1.0, plant_days=1.0, port_days=1.0) for a in (0.0, 1.0)),
            ),
            "one step only",
        ),
        (
            Kind(
                unit="M",
                moves=False,
                steps=tuple(Step(at_least=a, radius_km=1.0, plant_days=1.0, port_days=1.0) for a in (7.0, 6.0)),
            ),
            "rise",
        ),
        (
            Kind(unit="M", moves=False, steps=(Step(at_least=6.0, radius_km=0.0, plant_days=1.0, port_days=1.0),)),
            "above 0",
        ),
    ],
)
def test_thresholds_that_cannot_hold_are_refused(kind: Kind, named: str) -> None:
    """The message names the field."""
    with pytest.raises(ValueError, match=named):
        L2Parameters(kinds={"EQ": kind}).check()
