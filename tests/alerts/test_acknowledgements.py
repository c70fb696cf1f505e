"""What people may do, for whom, and what the refusal tells them to do instead."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection

from alerts.acknowledgements import (
    ATTRIBUTION,
    Stance,
    acknowledge,
    call_false,
    close,
    release,
    respond,
    stand_down,
    take_position,
    withdraw_false,
)
from alerts.deliveries import Purpose
from alerts.errors import Refused
from alerts.facts import Fact, Merged, PositionKind
from alerts.lifecycle import JointState, TrackState
from alerts.participants import Directory
from alerts.reasons import Reason
from alerts.store import Store
from streams.assessments import Level
from tests.alerting import DAY, HOUR, MINUTE, START, TWO, assessment, ring, situation
from tests.bell import Bell

Command = Callable[[Store, Connection, Directory, str, str, str, int], Fact]


def do(bell: Bell, command: Command, person: str, alert_id: str, note: str = "") -> Fact:
    """One command, as in a terminal."""
    with bell.store.transaction() as connection:
        return command(bell.store, connection, TWO, person, alert_id, note, bell.now)


def refused(bell: Bell, command: Command, person: str, alert_id: str) -> Refused:
    """The refusal of a command that must be refused."""
    with pytest.raises(Refused) as refusal:
        do(bell, command, person, alert_id)
    return refusal.value


def refused_note(bell: Bell, person: str, alert_id: str, note: str) -> Refused:
    """The refusal of a false alarm that is said again with the same note."""
    with pytest.raises(Refused) as refusal:
        do(bell, call_false, person, alert_id, note)
    return refusal.value


@pytest.fixture
def bell() -> Bell:
    """One alert at warning that has rung both sides."""
    made = Bell()
    made.take(assessment(rings=[ring(START, Level.WARNING)]))
    made.run(MINUTE)
    return made


def only(bell: Bell) -> str:
    """The id of the one alert."""
    return bell.store.open_alerts()[0].alert_id


def resolve(bell: Bell) -> None:
    """The situation ends, on data."""
    over = assessment(as_of=bell.now, rings=[ring(START, Level.WARNING)], level=Level.NONE, resolved=True)
    bell.take(over)
    bell.run(MINUTE)


def test_a_track_moves_on_step_by_step(bell: Bell) -> None:
    """Acknowledged, responding, stood down; who, when and what for are kept."""
    alert_id = only(bell)
    do(bell, acknowledge, "jpn-deputy", alert_id, "on it")
    track = bell.store.alert(alert_id).tracks["JPN"]
    assert (track.state, track.acknowledged_by, track.note) == (TrackState.ACKNOWLEDGED, "jpn-deputy", "on it")
    assert track.lapses_at == bell.now + 240 * MINUTE
    do(bell, respond, "jpn-duty", alert_id)
    assert bell.store.alert(alert_id).tracks["JPN"].lapses_at is None
    do(bell, stand_down, "jpn-duty", alert_id)
    state = bell.store.alert(alert_id)
    assert state.tracks["JPN"].state is TrackState.STOOD_DOWN
    assert state.tracks["USA"].state is TrackState.NOTIFIED
    assert [(move.person, move.kind) for move in state.moves] == [
        ("jpn-deputy", "acknowledged"),
        ("jpn-duty", "responding"),
        ("jpn-duty", "stood_down"),
    ]


def test_refusals_name_reason_and_remedy(bell: Bell) -> None:
    """Unknown person, unknown alert, wrong role, wrong order, twice: each has its reason, and says what to do."""
    alert_id = only(bell)
    nobody = refused(bell, acknowledge, "nobody", alert_id)
    assert nobody.reason is Reason.UNKNOWN_PERSON
    assert "usa-duty" in nobody.detail
    assert refused(bell, acknowledge, "usa-duty", "0" * 20).reason is Reason.UNKNOWN_ALERT
    role = refused(bell, acknowledge, "usa-principal", alert_id)
    assert role.reason is Reason.NOT_ALLOWED
    assert "usa-duty" in role.detail
    early = refused(bell, respond, "usa-duty", alert_id)
    assert early.reason is Reason.INVALID_TRANSITION
    assert "acknowledge" in early.detail
    do(bell, acknowledge, "usa-duty", alert_id)
    twice = refused(bell, acknowledge, "usa-deputy", alert_id)
    assert twice.reason is Reason.ALREADY_DONE
    assert "usa-duty" in twice.detail


def test_a_dispute_needs_its_reason(bell: Bell) -> None:
    """Concur and needs information stand alone; a dispute without a note is refused."""
    alert_id = only(bell)
    silent = Stance(PositionKind.DISPUTE)
    with bell.store.transaction() as connection, pytest.raises(Refused) as refusal:
        take_position(bell.store, connection, TWO, "usa-duty", alert_id, silent, bell.now)
    assert refusal.value.reason is Reason.NOTE_REQUIRED
    with bell.store.transaction() as connection:
        stance = Stance(PositionKind.DISPUTE, "the June figure is a reporting gap")
        take_position(bell.store, connection, TWO, "usa-duty", alert_id, stance, bell.now)
    track = bell.store.alert(alert_id).tracks["USA"]
    assert (track.position, track.position_note) == (PositionKind.DISPUTE, "the June figure is a reporting gap")


def test_a_false_alarm_is_on_the_record_and_ends_nothing(bell: Bell) -> None:
    """The other side is told; neither ladder stops, nothing closes; it can be taken back, and said after the end."""
    alert_id = only(bell)
    before = len(bell.heard("JPN", "pagerduty"))
    do(bell, call_false, "jpn-duty", alert_id, "a misprint of the exchange")
    state = bell.store.alert(alert_id)
    track = state.tracks["JPN"]
    assert (track.false_alarm_by, track.false_alarm_at, track.false_alarm_note) == (
        "jpn-duty",
        bell.now,
        "a misprint of the exchange",
    )
    assert (state.joint, track.state) == (JointState.ACTIVE, TrackState.NOTIFIED)
    assert state.tracks["USA"].false_alarm_by == ""
    bell.run(HOUR)
    assert bell.heard("USA", "slack", Purpose.PARTNER)[0][2] == "partner_moved"
    assert len(bell.heard("JPN", "pagerduty")) > before
    twice = refused_note(bell, "jpn-duty", alert_id, "a misprint of the exchange")
    assert twice.reason is Reason.ALREADY_DONE
    assert refused(bell, withdraw_false, "usa-duty", alert_id).reason is Reason.INVALID_TRANSITION
    do(bell, withdraw_false, "jpn-deputy", alert_id, "the exchange confirms it")
    assert bell.store.alert(alert_id).tracks["JPN"].false_alarm_by == ""
    resolve(bell)
    for who in ("usa-duty", "jpn-duty"):
        do(bell, close, who, alert_id)
    do(bell, call_false, "usa-duty", alert_id)
    ended = bell.store.alert(alert_id)
    assert (ended.joint, ended.tracks["USA"].false_alarm_by) == (JointState.CLOSED, "usa-duty")
    assert refused(bell, call_false, "usa-principal", alert_id).reason is Reason.NOT_ALLOWED
    bell.store.verify()


def test_an_attribution_is_released_by_somebody_with_the_role(bell: Bell) -> None:
    """Nobody else writes it; released, it is a new revision and an informing update to both sides."""
    alert_id = only(bell)
    for who in ("usa-duty", "jpn-duty"):
        do(bell, acknowledge, who, alert_id)
    bell.run(MINUTE)
    assert bell.store.alert(alert_id).attribution == ""
    refusal = refused(bell, release, "usa-duty", alert_id)
    assert refusal.reason is Reason.NOT_ALLOWED
    assert "jpn-principal" in refusal.detail
    revision = bell.store.alert(alert_id).revision
    do(bell, release, "jpn-principal", alert_id, "agreed with the principal of the other side")
    state = bell.store.alert(alert_id)
    assert (state.attribution, state.attribution_by, state.revision) == (
        ATTRIBUTION,
        "JPN/jpn-principal",
        revision + 1,
    )
    assert refused(bell, release, "usa-principal", alert_id).reason is Reason.ALREADY_DONE
    bell.run(3 * HOUR)
    for side in ("USA", "JPN"):
        assert [why for _, _, why in bell.heard(side, "slack", Purpose.UPDATE)] == ["updated_in_place"]


def test_closing_needs_both(bell: Bell) -> None:
    """One side's wish does not close; the other's does, at once, and everybody who was rung is told."""
    alert_id = only(bell)
    resolve(bell)
    do(bell, close, "usa-duty", alert_id)
    bell.run(HOUR)
    assert bell.store.alert(alert_id).joint is JointState.RESOLVED
    assert refused(bell, close, "usa-deputy", alert_id).reason is Reason.ALREADY_DONE
    do(bell, close, "jpn-duty", alert_id)
    state = bell.store.alert(alert_id)
    assert (state.joint, state.by_timeout) == (JointState.CLOSED, False)
    bell.run(MINUTE)
    assert bell.heard("USA", "pagerduty", Purpose.CLOSE)[-1][2] == "closed"
    assert bell.store.open_alerts() == []
    assert refused(bell, acknowledge, "usa-duty", alert_id).reason is Reason.INVALID_TRANSITION


def test_closing_by_one_side_after_the_time_out_stands_in_the_record(bell: Bell) -> None:
    """Three days after one side's wish on a resolved alert the system closes it, and says that it was by time-out."""
    alert_id = only(bell)
    resolve(bell)
    do(bell, close, "usa-duty", alert_id)
    bell.run(3 * DAY - MINUTE)
    assert bell.store.alert(alert_id).joint is JointState.RESOLVED
    bell.run(2 * MINUTE)
    state = bell.store.alert(alert_id)
    assert (state.joint, state.by_timeout) == (JointState.CLOSED, True)


def test_an_alert_whose_situation_lasts_closes_when_both_have_stood_down(bell: Bell) -> None:
    """Before the end on data a side that has not stood down cannot agree to close, and no time-out helps."""
    alert_id = only(bell)
    assert "stand down" in refused(bell, close, "usa-duty", alert_id).detail
    for who in ("usa-duty", "jpn-duty"):
        do(bell, acknowledge, who, alert_id)
        do(bell, stand_down, who, alert_id)
    do(bell, close, "usa-duty", alert_id)
    bell.run(10 * DAY)
    assert bell.store.alert(alert_id).joint is JointState.ACTIVE
    do(bell, close, "jpn-duty", alert_id)
    assert bell.store.alert(alert_id).joint is JointState.CLOSED


def test_what_was_closed_does_not_ring_again_but_something_new_does(bell: Bell) -> None:
    """The assessments of a closed alert change nothing; a ring that nobody has heard opens the next alert."""
    alert_id = only(bell)
    for who in ("usa-duty", "jpn-duty"):
        do(bell, acknowledge, who, alert_id)
        do(bell, stand_down, who, alert_id)
        do(bell, close, who, alert_id)
    bell.run(MINUTE)
    first = ring(START, Level.WARNING)
    same = replace(assessment(as_of=bell.now, rings=[first]), revision="same run")
    assert bell.take(same) == []
    louder = replace(
        assessment(as_of=bell.now, level=Level.EMERGENCY, rings=[first, ring(bell.now, Level.EMERGENCY)]),
        revision="louder",
    )
    (again,) = bell.take(louder)
    assert again != alert_id
    assert [each.alert_id for each in bell.store.open_alerts()] == [again]
    assert len(bell.store.alert(again).rings) == 1


def test_an_answer_under_an_alias_is_an_answer_to_the_alert(bell: Bell) -> None:
    """Two open alerts on one situation become one under the lower id; the other id still leads to it."""
    merging = Bell()
    ids = sorted(merging.take(assessment(), assessment(situation(group="graphite"))))
    merged = Merged(alias=ids[1], into=ids[0])
    with merging.store.transaction() as connection:
        for alert_id in ids:
            merging.store.append(connection, merging.store.system, merging.now, alert_id, merged)
    do(merging, acknowledge, "usa-duty", ids[1])
    state = merging.store.alert(ids[0])
    assert state.aliases == (ids[1],)
    assert state.tracks["USA"].acknowledged_by == "usa-duty"
    assert merging.store.alert(ids[1]) == state
