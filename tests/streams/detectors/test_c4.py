"""C4: a flow to one participant that fell apart from the others, with something else that says so."""

import random

import msgspec
import pytest

from streams.detectors.base import Known
from streams.detectors.c4 import C4, C4Parameters
from streams.notices.readings import Polarity
from streams.signals import Certainty, Comparison, Direction, Hazard, Phase, Signal
from streams.thresholds import packaged
from tests.streams.detectors.made_patterns import act, comparison, fall, revised

PARAMETERS = packaged().parameters("C4", None)
assert isinstance(PARAMETERS, C4Parameters)


def found(comparisons: list[Comparison], signals: list[Signal], acts: list[Signal] | None = None) -> list[Signal]:
    """What follows, in order of when it became known."""
    known = Known(signals=signals, acts=acts or [], comparisons=comparisons)
    return sorted(C4().derive(known, PARAMETERS), key=lambda s: (s.known_at, s.signal_id))


def test_a_selective_fall_is_possible_and_carries_its_figures() -> None:
    """On the exporter and the participant, with the comparison, the rows of all destinations and what it rests on."""
    down = fall("2019-08")
    (signal,) = found([comparison("2019-08")], [down])
    assert (signal.hazard, signal.claims, signal.direction, signal.destination) == (
        Hazard.RESTRICTION,
        Certainty.POSSIBLE,
        Direction.DOWN,
        "JPN",
    )
    assert signal.comparison == comparison("2019-08")
    assert signal.rests_on == (down.signal_id,)
    assert len(signal.evidence) == 8
    assert signal.score >= 1.0


@pytest.mark.parametrize(
    ("value", "p_value", "heard"),
    [
        (0.2, 0.05, True),
        (0.5, 0.01, True),
        (0.2, 0.06, False),
        (0.55, 0.01, False),
        (2.0, 0.01, False),
        (0.2, None, False),
    ],
)
def test_it_must_be_rare_and_deep_and_known_to_be_rare(value: float, p_value: float | None, heard: bool) -> None:
    """One placebo in twenty at most, half at least; with too few placebos nothing is said."""
    assert bool(found([comparison("2019-08", value, p_value)], [fall("2019-08")])) is heard


def test_alone_it_says_nothing() -> None:
    """Lots to one buyer are selective all the time: a fall of that flow or an act in force must say so too."""
    one = comparison("2019-08")
    assert found([one], []) == []
    assert found([one], [fall("2019-08", destination="KOR")]) == []
    assert found([one], [fall("2019-07"), fall("2019-08", Phase.CLEARED)]) == []
    assert len(found([one], [], [act("2015-01-10")])) == 1
    assert found([one], [], [act("2015-01-10", targets=("USA",))]) == []
    assert found([one], [], [act("2015-01-10", minerals=("graphite_synthetic",))]) == []
    assert found([one], [], [act("2015-01-10"), act("2019-01-10", Polarity.RELAX)]) == []


def test_what_says_so_later_completes_it_while_it_is_the_newest() -> None:
    """An act that comes with the next month's figures still out; not one that comes after them."""
    late = act("2019-11-05")
    assert [s.known_at for s in found([comparison("2019-08")], [], [late])] == [late.known_at]
    assert found([comparison("2019-08"), comparison("2019-09", 1.0, 0.6)], [], [act("2020-06-05")]) == []


def test_it_lasts_while_it_is_selective_and_ends_on_data() -> None:
    """Each month says so; the first month that is not selective ends it, one without a p-value does not."""
    falls = [fall("2019-08"), fall("2019-09", Phase.CONTINUING), fall("2019-10", Phase.CONTINUING)]
    months = [comparison("2019-08"), comparison("2019-09"), comparison("2019-10", 0.9, 0.5)]
    assert [s.phase for s in found(months, falls)] == [Phase.RAISED, Phase.CONTINUING, Phase.CLEARED]
    unknown = [*months[:2], comparison("2019-10", 0.9, None)]
    assert [s.phase for s in found(unknown, falls)] == [Phase.RAISED, Phase.CONTINUING]


def test_a_fall_that_was_taken_back_supports_nothing() -> None:
    """Revised before the comparison came; what rested on it names it, and goes with it."""
    down = fall("2019-08", known_at=comparison("2019-08").known_at - 86_400)
    taken_back = revised(down, "2019-10-19")
    assert taken_back.known_at < comparison("2019-08").known_at
    assert found([comparison("2019-08")], [down, taken_back]) == []


def test_the_order_changes_nothing() -> None:
    """The set decides."""
    falls = [fall("2019-08"), fall("2019-09", Phase.CONTINUING)]
    months = [comparison("2019-08"), comparison("2019-09"), comparison("2019-10", 0.9, 0.5)]
    rng = random.Random(2)
    assert found(rng.sample(months, 3), rng.sample(falls, 2)) == found(months, falls)


def test_thresholds_that_cannot_hold_are_refused() -> None:
    """The message names the field."""
    for changes in ({"p_value": 0.5}, {"fall": 1.0}, {"recent_days": 0.0}):
        with pytest.raises(ValueError, match=next(iter(changes))):
            msgspec.structs.replace(PARAMETERS, **changes).check()
    weights = msgspec.structs.replace(PARAMETERS.weights, gap=0.0)
    with pytest.raises(ValueError, match="weights"):
        msgspec.structs.replace(PARAMETERS, weights=weights).check()
