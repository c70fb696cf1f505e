"""Assessments are taken in once, whatever comes again, late, below watch, in another mode or on a merged situation."""

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from alerts import tables
from alerts.deliveries import Mode
from alerts.facts import Assessed, Body, Opened, Rung
from alerts.fingerprint import alert_id_of
from alerts.lifecycle import JointState
from alerts.record import Proposal
from services.dispatcher.intake import Intake
from streams.assessments import Level, RingCause
from streams.observations import Family
from tests.alerting import HOUR, MINUTE, START, TWO, assessment, ring, situation
from tests.bell import Bell


def kinds(bell: Bell, alert_id: str) -> list[str]:
    """What was recorded of an alert, deliveries left out."""
    facts = bell.store.facts(alert_id)
    return [
        type(fact.body).__name__ for fact in facts if type(fact.body).__name__ not in ("Planned", "Sending", "Sent")
    ]


def test_one_assessment_is_one_transaction() -> None:
    """Facts, state and due deliveries are there together, under the id that situation and day give."""
    bell = Bell()
    taken = assessment()
    with bell.store.transaction() as connection:
        state = bell.intake.take(connection, taken, START)
        assert state is not None
        due = bell.store.due(connection, START)
    assert state.alert_id == alert_id_of(taken.situation.situation_id, taken.opened_on)
    assert kinds(bell, state.alert_id) == ["Opened", "Assessed", "Rung"]
    assert {(each.participant, each.channel) for each in due} == {
        (side, channel) for side in ("USA", "JPN") for channel in ("pagerduty", "slack")
    }


def test_taking_twice_changes_nothing() -> None:
    """The same assessment and revision, delivered again, is recognised: no fact, no delivery."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    facts = bell.store.verify()
    assert bell.take(assessment()) == []
    with bell.store.transaction() as connection:
        again = bell.intake.take(connection, assessment(), START + 10)
    assert again is not None
    assert again.alert_id == alert_id
    assert bell.store.verify() == facts


def test_a_burst_gives_what_single_taking_gives() -> None:
    """Taken in as one or one by one: the same alerts in the same states, but for the bundling of messages."""
    burst = [assessment(situation(group=f"g{n}", origin=f"O{n}")) for n in range(5)]
    together, single = Bell(), Bell()
    together.take(*burst)
    for each in burst:
        single.take(each)
    for one, other in zip(together.store.alerts(), single.store.alerts(), strict=True):
        assert (one.alert_id, one.joint, one.rings, one.tracks) == (
            other.alert_id,
            other.joint,
            other.rings,
            other.tracks,
        )


def test_two_revisions_in_one_burst_are_taken_in_order() -> None:
    """A situation that changed within a burst is opened by the first and revised by the second."""
    bell = Bell()
    first = ring(START, Level.WATCH)
    up = ring(START, Level.EMERGENCY, RingCause.LEVEL_ROSE)
    ids = bell.take(
        assessment(level=Level.WATCH, rings=[first]),
        replace(assessment(level=Level.EMERGENCY, rings=[first, up]), revision="second"),
    )
    assert len(ids) == 1
    assert kinds(bell, ids[0]) == ["Opened", "Assessed", "Rung", "Assessed", "Rung"]
    assert bell.store.alert(ids[0]).revision == 2


@pytest.mark.parametrize("level", [Level.NONE, Level.ADVISORY])
def test_below_watch_opens_nothing(level: Level) -> None:
    """None, and no trace, while nothing is open; on an open alert it is taken in."""
    bell = Bell()
    with bell.store.transaction() as connection:
        assert bell.intake.take(connection, assessment(level=level, rings=()), START) is None
    assert bell.store.alerts() == []
    (alert_id,) = bell.take(assessment())
    bell.take(assessment(as_of=START + 1, level=level, rings=()))
    assert bell.store.alert(alert_id).level is level


def test_what_has_ended_before_it_was_known_rings_nobody() -> None:
    """A resolved assessment opens nothing."""
    bell = Bell()
    assert bell.take(assessment(resolved=True)) == []


def test_an_opening_without_rings_rings_all_the_same() -> None:
    """An assessment at watch or above that carries no ring must not open a silent alert."""
    bell = Bell()
    (alert_id,) = bell.take(assessment(rings=()))
    assert len(bell.store.alert(alert_id).rings) == 1
    bell.settle()
    assert bell.heard("USA") == [(0, "usa-duty", "ring")]


def test_an_older_assessment_only_adds_what_has_not_rung() -> None:
    """Late and out of order: the newest content stays, a ring that nobody has heard still rings."""
    bell = Bell()
    first = ring(START, Level.WARNING)
    (alert_id,) = bell.take(assessment(as_of=START + HOUR, rings=[first]))
    bell.settle()
    missed = ring(START + MINUTE, Level.WARNING, RingCause.DOCUMENT_JOINED)
    bell.take(assessment(as_of=START, rings=[first, missed]))
    state = bell.store.alert(alert_id)
    assert state.assessment.as_of == START + HOUR
    assert [each.ring_id for each in state.rings] == [first.ring_id, missed.ring_id]


def test_the_opening_day_may_move_and_the_id_stays() -> None:
    """An earlier signal that becomes known later changes the assessment's id, never the alert's."""
    bell = Bell()
    (alert_id,) = bell.take(assessment(opened_on="2023-07-03"))
    (same,) = bell.take(assessment(opened_on="2023-07-01", as_of=START + HOUR))
    assert same == alert_id
    assert bell.store.alert(alert_id).opened_on == "2023-07-03"


def test_a_new_run_after_the_end_is_a_new_alert() -> None:
    """A situation that comes back opens an alert of its own beside the resolved one."""
    bell = Bell()
    first = ring(START, Level.WARNING)
    (old,) = bell.take(assessment(rings=[first]))
    bell.settle()
    bell.take(assessment(as_of=START + 1, rings=[first], resolved=True, level=Level.NONE))
    assert bell.store.alert(old).joint is JointState.RESOLVED
    later = START + 40 * 24 * HOUR
    (new,) = bell.take(assessment(opened_on="2023-08-12", as_of=later, rings=[ring(later, Level.WARNING)]))
    assert new != old
    assert bell.store.alert(old).joint is JointState.RESOLVED


def test_another_mode_is_another_alert() -> None:
    """An exercise and an actual run in one store never share an alert, an id or a delivery."""
    bell = Bell()
    (exercise,) = bell.take(assessment())
    actual = Intake(bell.store, TWO, Mode.ACTUAL)
    with bell.store.transaction() as connection:
        state = actual.take(connection, assessment(as_of=START + 1), START + 1)
    assert state is not None
    assert (state.mode, state.alert_id != exercise) == (Mode.ACTUAL, True)
    bell.settle()
    assert {each.mode for each in bell.messages(lambda delivery: True)} == {Mode.EXERCISE}
    with bell.store.transaction() as connection:
        assert {each.mode for each in bell.store.due(connection, START + 1)} == {Mode.ACTUAL}


def test_two_open_alerts_on_one_situation_are_merged() -> None:
    """As when two sites exchange their facts: the lower id lives on, whichever came first; nobody loses an answer."""
    bell = Bell()
    (mine,) = bell.take(assessment(opened_on="2023-07-03"))
    bell.settle()
    other = alert_id_of(situation().situation_id, "2023-07-02")
    opened = Opened(
        situation_id=situation().situation_id,
        opened_on="2023-07-02",
        mode=Mode.EXERCISE,
        policies={side.iso3: side.policy for side in TWO.participants},
    )
    theirs: list[Body] = [opened, Assessed(revision=1, assessment=assessment()), Rung(ring=ring(START, Level.WARNING))]
    with bell.store.transaction() as connection:
        bell.store.append_many(connection, [Proposal("system@other", START, other, body) for body in theirs])
    bell.settle()
    low, high = sorted([mine, other])
    assert bell.store.alert(high).alert_id == low
    assert bell.store.alert(low).aliases == (high,)
    assert [each.alert_id for each in bell.store.open_alerts()] == [low]
    with bell.engine.connect() as connection:
        merged = connection.execute(select(tables.alerts.c.merged_into).where(tables.alerts.c.alert_id == high))
        assert merged.scalar_one() == low


@pytest.mark.parametrize(
    ("level", "at", "rung"),
    [(Level.WARNING, -HOUR, 1), (Level.EMERGENCY, -HOUR, 2), (Level.WARNING, 2 * HOUR, 2)],
)
def test_a_past_made_again_does_not_ring_a_second_time(level: Level, at: int, rung: int) -> None:
    """An opening that now lies earlier is one thing; a louder one, or one after what was judged, is news."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    moved = assessment(as_of=START + 2 * HOUR, level=level, rings=[ring(START + at, level)], opened_on="2023-07-02")
    assert bell.take(moved) == [alert_id]
    alert = bell.store.alert(alert_id)
    assert alert.assessment == moved
    assert len(alert.rings) == rung


@pytest.mark.parametrize(
    ("cause", "at", "families", "rung"),
    [
        (RingCause.SCORE_GREW, -HOUR, (Family.PRICES,), 2),
        (RingCause.SCORE_GREW, HOUR, (Family.PRICES,), 3),
        (RingCause.FAMILY_JOINED, HOUR, (Family.PRICES,), 2),
        (RingCause.FAMILY_JOINED, HOUR, (Family.CUSTOMS,), 3),
        (RingCause.DOCUMENT_JOINED, HOUR, (Family.PRICES,), 3),
    ],
)
def test_what_is_another_thing_rings_though_one_like_it_is_gone(
    cause: RingCause, at: int, families: tuple[Family, ...], rung: int
) -> None:
    """In a past made again a score that grew once more, another family and another document are news."""
    bell = Bell()
    opened = ring(START, Level.WARNING)
    heard = replace(ring(START + HOUR, Level.WARNING, cause), families=(Family.PRICES,))
    heard_at = START + 4 * HOUR
    (alert_id,) = bell.take(assessment(as_of=heard_at, rings=[opened, heard]))
    moved = replace(ring(START + HOUR + at, Level.WARNING, cause, "moved"), families=families)
    bell.take(assessment(as_of=heard_at + HOUR, rings=[opened, moved]))
    assert len(bell.store.alert(alert_id).rings) == rung


def test_a_document_that_was_heard_to_open_does_not_ring_again_for_having_joined() -> None:
    """What opened before it came late: the document is the same."""
    bell = Bell()
    document = ring(START, Level.WARNING)
    (alert_id,) = bell.take(assessment(as_of=START + HOUR, rings=[document]))
    joined = replace(document, ring_id="joined", cause=RingCause.DOCUMENT_JOINED)
    bell.take(assessment(as_of=START + 2 * HOUR, rings=[joined]))
    assert len(bell.store.alert(alert_id).rings) == 1
