"""C3: an act in force, a fall after it and an open price gap, together; and none of them missing."""

import random

import pytest

from streams.detectors.base import Known
from streams.detectors.c3 import C3, C3Parameters
from streams.notices.readings import Polarity
from streams.signals import Certainty, Hazard, Phase, Signal
from tests.streams.detectors.made_patterns import act, at, fall, gap, revised

PARAMETERS = C3Parameters(earliest_days=45, latest_days=120)
LICENCES = act("2019-05-20", effective="2019-06-01")
OPEN = gap("2019-06-20")


def found(signals: list[Signal], acts: list[Signal] | None = None) -> list[Signal]:
    """What follows, in order of when it became known."""
    known = Known(signals=signals, acts=[LICENCES] if acts is None else acts)
    return sorted(C3().derive(known, PARAMETERS), key=lambda s: (s.known_at, s.signal_id))


def test_a_fall_after_an_act_with_an_open_gap_is_a_restriction_in_fact() -> None:
    """Likely, on the exporter and the flow, with what it rests on and the rows behind all three."""
    down = fall("2019-08")
    (signal,) = found([OPEN, down])
    assert (signal.hazard, signal.claims, signal.origin, signal.destination, signal.phase) == (
        Hazard.RESTRICTION,
        Certainty.LIKELY,
        "CHN",
        "JPN",
        Phase.RAISED,
    )
    assert signal.rests_on == (down.signal_id, OPEN.signal_id, LICENCES.signal_id)
    assert (signal.known_at, signal.observed, signal.expected) == (down.known_at, 10.0, 100.0)
    assert {one.subject for one in signal.evidence} == {down.subject, OPEN.subject, LICENCES.subject}


@pytest.mark.parametrize(
    ("month", "heard"),
    [("2019-06", False), ("2019-07", True), ("2019-08", True), ("2019-09", True), ("2019-10", False)],
)
def test_the_month_must_lie_45_to_120_days_after_the_act(month: str, heard: bool) -> None:
    """From 16 July to 29 September: a month counts that holds any of these days."""
    assert bool(found([OPEN, fall(month)])) is heard


@pytest.mark.parametrize("missing", ["act", "gap", "fall", "origin", "mineral"])
def test_two_of_three_are_not_enough(missing: str) -> None:
    """Without an act, a gap or a fall, or where one is about another country or mineral, nothing follows."""
    elsewhere = act("2019-05-20", effective="2019-06-01", origin="MOZ")
    other = act("2019-05-20", effective="2019-06-01", minerals=("graphite_synthetic",))
    signals = {"gap": [fall("2019-08")], "fall": [OPEN]}.get(missing, [OPEN, fall("2019-08")])
    acts = {"act": [], "origin": [elsewhere], "mineral": [other]}.get(missing, [LICENCES])
    assert found(signals, acts) == []


def test_a_gap_that_opens_later_completes_it_while_the_fall_lasts() -> None:
    """It becomes known with the last of the three."""
    late = gap("2019-11-20")
    (signal,) = found([late, fall("2019-08")])
    assert signal.known_at == late.known_at
    assert found([gap("2020-03-01"), fall("2019-08")]) == []


def test_a_gap_toward_home_or_a_closed_one_counts_for_nothing() -> None:
    """Dear at home is a want at home; a gap that was closed before is closed."""
    assert found([gap("2019-06-20", hazard=Hazard.MARKET), fall("2019-08")]) == []
    assert found([OPEN, gap("2019-10-01", Phase.CLEARED), fall("2019-08")]) == []


def test_a_suspended_act_slows_nothing() -> None:
    """Suspended before the month of the fall; for another country only, it stands."""
    eased = act("2019-07-15", Polarity.SUSPEND, end="2020-07-15")
    for_usa = act("2019-07-15", Polarity.SUSPEND, end="2020-07-15", targets=("USA",))
    assert found([OPEN, fall("2019-08")], [LICENCES, eased]) == []
    assert len(found([OPEN, fall("2019-08")], [LICENCES, for_usa])) == 1
    assert found([OPEN, fall("2019-08", destination="USA")], [LICENCES, for_usa]) == []


def test_it_ends_with_the_fall_or_with_the_gap() -> None:
    """The flow is back, or the prices are: on data, at that moment."""
    back = fall("2019-09", Phase.CLEARED)
    assert [(s.phase, s.known_at) for s in found([OPEN, fall("2019-08"), back])] == [
        (Phase.RAISED, fall("2019-08").known_at),
        (Phase.CLEARED, back.known_at),
    ]
    closed = gap("2019-12-20", Phase.CLEARED)
    assert [s.phase for s in found([OPEN, fall("2019-08"), closed])] == [Phase.RAISED, Phase.CLEARED]


def test_what_a_source_took_back_carries_nothing_afterwards() -> None:
    """A fall that was revised away before the gap opened is no fall; what was said before the revision names it."""
    down = fall("2019-08")
    taken_back = revised(down, "2019-11-01")
    assert found([down, taken_back, gap("2019-11-20")]) == []
    (signal,) = found([OPEN, down, taken_back])
    assert down.signal_id in signal.rests_on


def test_the_order_of_signals_changes_nothing() -> None:
    """The set decides."""
    signals = [OPEN, fall("2019-08"), fall("2019-09", Phase.CONTINUING), gap("2019-12-20", Phase.CLEARED)]
    shuffled = random.Random(1).sample(signals, len(signals))
    assert found(signals) == found(shuffled)
    assert len(found(signals)) == 3
    assert found(signals)[1].occurred_at == at("2019-09-01")


def test_thresholds_that_cannot_hold_are_refused() -> None:
    """The message names the fields."""
    with pytest.raises(ValueError, match="earliest_days"):
        C3Parameters(earliest_days=120, latest_days=45).check()
