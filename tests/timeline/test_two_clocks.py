"""What a duty officer feels: two clocks, ladders, repeats, lapses and what each side hears of the other."""

import itertools

from msgspec.structs import replace

from alerts.acknowledgements import Stance, respond, stand_down, take_position
from alerts.deliveries import Purpose
from alerts.facts import PositionKind
from alerts.lifecycle import JointState, TrackState
from alerts.participants import Directory
from alerts.timers import Slowdown, Timers
from streams.assessments import Level, RingCause
from tests.alerting import (
    DAY,
    HOUR,
    JPN,
    MINUTE,
    START,
    TWO,
    USA,
    assessment,
    participant,
    policy,
    ring,
    situation,
    with_policy,
)
from tests.bell import Bell

RINGING = (Purpose.RING, Purpose.ESCALATE, Purpose.REPEAT)


def test_both_sides_ring_at_the_same_moment() -> None:
    """One assessment rings both duty officers, by every channel of the first step, at the same second."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    bell.settle()
    for side in ("USA", "JPN"):
        assert bell.heard(side, "pagerduty") == [(0, f"{side.lower()}-duty", "ring")]
        assert bell.heard(side, "slack") == [(0, f"{side.lower()}-duty", "ring")]
    state = bell.store.alert(alert_id)
    assert state.joint is JointState.ACTIVE
    assert {track.state for track in state.tracks.values()} == {TrackState.NOTIFIED}


def test_an_acknowledgement_stops_its_own_side_and_nobody_else() -> None:
    """After the American answer the American ladder is silent and the Japanese one climbs and repeats as before."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    bell.run(2 * MINUTE)
    bell.acknowledge("usa-duty", alert_id)
    bell.run(2 * HOUR)
    assert bell.heard("USA", "pagerduty", *RINGING) == [(0, "usa-duty", "ring")]
    japan = bell.heard("JPN", "pagerduty", *RINGING)
    assert japan[:2] == [(0, "jpn-duty", "ring"), (600, "jpn-deputy", "escalated")]
    assert [(at, why) for at, who, why in japan[2:] if who == "jpn-duty"] == [
        (600 + n * 1800, "repeated") for n in (1, 2, 3)
    ]


def test_what_rings_by_itself_is_quieted_by_the_answer() -> None:
    """A provider that escalates on its own is told of the side's answer, once for each; the other side's is not."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    bell.run(11 * MINUTE)
    bell.acknowledge("usa-deputy", alert_id)
    bell.run(HOUR)
    quieted = [(11 * MINUTE, "usa-deputy", "answered"), (11 * MINUTE, "usa-duty", "answered")]
    assert sorted(bell.heard("USA", "pagerduty", Purpose.ANSWERED)) == quieted
    assert bell.heard("USA", "slack", Purpose.ANSWERED) == []
    assert bell.heard("JPN", "pagerduty", Purpose.ANSWERED) == []
    bell.run(4 * HOUR)  # the answer lapses
    bell.acknowledge("usa-duty", alert_id)
    bell.run(MINUTE)
    assert len(bell.heard("USA", "pagerduty", Purpose.ANSWERED)) == 4


def test_each_side_hears_what_the_other_did_and_nobody_is_woken_by_it() -> None:
    """An answer, a response and a position reach the other side by informing channels only, once each."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    bell.run(MINUTE)
    bell.acknowledge("usa-duty", alert_id)
    bell.run(MINUTE)
    with bell.store.transaction() as connection:
        respond(bell.store, connection, TWO, "usa-duty", alert_id, "calling the smelters", bell.now)
    bell.run(MINUTE)
    with bell.store.transaction() as connection:
        stance = Stance(PositionKind.CONCUR)
        take_position(bell.store, connection, TWO, "usa-deputy", alert_id, stance, bell.now)
    bell.run(MINUTE)
    assert bell.heard("JPN", "slack", Purpose.PARTNER) == [
        (60, "jpn-duty", "partner_moved"),
        (120, "jpn-duty", "partner_moved"),
        (180, "jpn-duty", "partner_moved"),
    ]
    assert bell.heard("JPN", "pagerduty", Purpose.PARTNER) == []
    assert bell.heard("USA", "slack", Purpose.PARTNER) == []


def test_an_exhausted_ladder_tells_the_other_side_by_the_channels_that_wake() -> None:
    """Ten minutes after the last step the partner's duty officer is told that nobody answers, once for the ladder."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    bell.run(MINUTE)
    bell.acknowledge("usa-duty", alert_id)
    bell.run(3 * HOUR)
    told = bell.heard("USA", "pagerduty", Purpose.PARTNER)
    assert told == [(600 + bell.timers.exhausted_after_s, "usa-duty", "ladder_exhausted")]
    assert bell.heard("JPN", "pagerduty", Purpose.PARTNER) == []


def test_a_side_that_no_message_has_reached_is_called_unreached() -> None:
    """When nothing can reach a side, the other side hears that it could not be reached, not that it is silent."""
    nowhere = tuple(replace(person, pagerduty_key_file="", slack_id="", email="") for person in JPN.people)
    mute = replace(JPN, people=nowhere, slack_channel="")
    mute = with_policy(mute, policy(channels=("slack",)))
    bell = Bell(Directory(participants=(USA, mute)))
    (alert_id,) = bell.take(assessment())
    bell.run(HOUR)
    assert (JPN.iso3, "no_address") in bell.suppressed(alert_id)
    # The deputy is tried at once, since the duty officer has no address; so the ladder is exhausted sooner.
    assert bell.heard("USA", "pagerduty", Purpose.PARTNER)[0][2] == "partner_unreached"


def test_an_acknowledgement_lapses_and_the_last_ring_is_repeated() -> None:
    """Four hours after an answer without a move the side is rung again, from the first step of its ladder."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    bell.run(MINUTE)
    bell.acknowledge("usa-duty", alert_id)
    bell.acknowledge("jpn-duty", alert_id)
    bell.run(5 * HOUR)
    lapse = 60 + 240 * MINUTE
    assert bell.heard("USA", "pagerduty", *RINGING)[1:4] == [
        (lapse, "usa-duty", "acknowledgement_lapsed"),
        (lapse + 600, "usa-deputy", "escalated"),
        (lapse + 600 + 1800, "usa-duty", "repeated"),
    ]
    assert bell.store.alert(alert_id).tracks["USA"].state is TrackState.NOTIFIED


def test_a_response_does_not_lapse() -> None:
    """A track that has moved on is not rung again however long it takes."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    for who in ("usa-duty", "jpn-duty"):
        bell.acknowledge(who, alert_id)
        with bell.store.transaction() as connection:
            respond(bell.store, connection, TWO, who, alert_id, "", bell.now)
    bell.run(3 * DAY)
    assert len(bell.heard("USA", "pagerduty", *RINGING)) == 1


def test_a_rise_in_level_reopens_both_tracks() -> None:
    """Whoever has answered at warning is rung anew at emergency, and has to answer anew."""
    bell = Bell()
    first = ring(START, Level.WATCH)
    (alert_id,) = bell.take(assessment(level=Level.WATCH, rings=[first]))
    bell.run(MINUTE)
    bell.acknowledge("usa-duty", alert_id)
    with bell.store.transaction() as connection:
        stand_down(bell.store, connection, TWO, "usa-duty", alert_id, "", bell.now)
    bell.run(HOUR)
    up = ring(bell.now, Level.EMERGENCY, RingCause.LEVEL_ROSE)
    bell.take(assessment(as_of=bell.now, level=Level.EMERGENCY, rings=[first, up]))
    bell.run(11 * MINUTE)
    after = [each for each in bell.heard("USA", "pagerduty", *RINGING) if each[0] > HOUR]
    assert after == [(3660, "usa-duty", "reopened_by_level"), (4260, "usa-deputy", "escalated")]
    assert bell.store.alert(alert_id).tracks["USA"].state is TrackState.NOTIFIED


def test_new_evidence_rings_an_answered_side_once_and_restarts_nothing() -> None:
    """A document that joins is heard by everybody; a side that holds the alert keeps holding it."""
    bell = Bell()
    first = ring(START, Level.WARNING)
    (alert_id,) = bell.take(assessment(rings=[first]))
    bell.run(MINUTE)
    bell.acknowledge("usa-duty", alert_id)
    bell.acknowledge("jpn-duty", alert_id)
    bell.run(HOUR)
    joined = ring(bell.now, Level.WARNING, RingCause.DOCUMENT_JOINED)
    bell.take(assessment(as_of=bell.now, rings=[first, joined]))
    bell.run(HOUR)
    assert bell.heard("USA", "pagerduty", *RINGING) == [(0, "usa-duty", "ring"), (3660, "usa-duty", "ring")]
    assert bell.store.alert(alert_id).tracks["USA"].state is TrackState.ACKNOWLEDGED


def test_seventy_two_hours_unanswered() -> None:
    """The bell rings until it is answered: every half hour on the first day, every four hours after it."""
    bell = Bell()
    bell.take(assessment())
    bell.run(3 * DAY)
    at = [when for when, who, _ in bell.heard("USA", "pagerduty", *RINGING) if who == "usa-duty"]
    gaps = [later - earlier for earlier, later in itertools.pairwise(at)]
    assert gaps[0] == 600 + 1800
    first_day = [gap for when, gap in zip(at[1:], gaps[1:], strict=False) if when < DAY]
    later = [gap for when, gap in zip(at[1:], gaps[1:], strict=False) if when < DAY * 3 and when > DAY + 4 * HOUR]
    assert set(first_day) == {1800}
    assert set(later) == {4 * HOUR}
    assert 3 * DAY - at[-1] < 4 * HOUR


def test_the_pace_never_falls_to_nothing() -> None:
    """However long nobody answers, another repeat is due."""
    timers = Timers(repeat_slowdown=(Slowdown(after_hours=1, every_minutes=1_440),))
    bell = Bell(timers=timers)
    bell.take(assessment())
    bell.run(20 * DAY)
    assert 18 <= len([1 for _, who, why in bell.heard("JPN") if who == "jpn-duty" and why == "repeated"]) <= 24
    assert bell.store.next_due() is not None


def test_a_third_participant_by_configuration_alone() -> None:
    """One more entry in the directory is one more bell, one more ladder and one more agreement to close."""
    korea = participant("KOR", "Asia/Seoul", "ko")
    bell = Bell(Directory(participants=(USA, JPN, korea)))
    (alert_id,) = bell.take(assessment())
    bell.run(MINUTE)
    assert bell.heard("KOR", "pagerduty") == [(0, "kor-duty", "ring")]
    bell.acknowledge("kor-duty", alert_id)
    bell.run(MINUTE)
    for side in ("USA", "JPN"):
        assert bell.heard(side, "slack", Purpose.PARTNER) == [(60, f"{side.lower()}-duty", "partner_moved")]


def test_a_participant_is_not_rung_for_minerals_of_others_until_they_join() -> None:
    """Routing by mineral: visible as not routed, and rung as soon as one of its minerals is named."""
    choosy = replace(JPN, minerals=("germanium",))
    bell = Bell(Directory(participants=(USA, choosy)))
    (alert_id,) = bell.take(assessment(rings=[ring(START, Level.WARNING)]))
    bell.run(HOUR)
    assert bell.heard("JPN") == []
    assert set(bell.suppressed(alert_id)) == {("JPN", "not_routed")}
    wider = assessment(as_of=bell.now, rings=[ring(START, Level.WARNING)])
    bell.take(replace(wider, minerals=("gallium", "germanium"), revision="wider"))
    bell.run(HOUR)
    assert bell.heard("JPN")[0] == (HOUR, "jpn-duty", "ring")


def test_ladders_are_those_of_the_opening() -> None:
    """Editing a policy changes no alert that is open; the next one takes the new policy."""
    bell = Bell()
    bell.take(assessment())
    quick = with_policy(USA, policy(repeat=5))
    edited = Directory(participants=(quick, JPN))
    again = Bell(edited, engine=bell.engine)
    again.recorders = bell.recorders
    again.run(HOUR)
    other = again.take(assessment(situation(group="graphite"), as_of=again.now))
    repeat = again.store.alert(other[0]).policies["USA"][Level.WARNING].repeat_minutes
    assert repeat == 5
    running = next(alert for alert in again.store.open_alerts() if alert.alert_id != other[0])
    assert running.policies["USA"][Level.WARNING].repeat_minutes == 30


def test_a_clock_that_is_set_back_rings_rather_than_waits() -> None:
    """After a day too far and back again, ladders climb, repeats come and the partner is told, within minutes."""
    bell = Bell()
    bell.now += DAY  # the clock is wrong
    bell.take(assessment(as_of=START))
    bell.settle()
    bell.now -= DAY  # and is mended
    bell.run(HOUR)
    reasons = [why for _, who, why in bell.heard("USA") if who == "usa-duty"]
    assert reasons[0] == "ring"
    assert "repeated" in reasons
    assert "ladder_exhausted" in reasons
    assert [who for _, who, why in bell.heard("USA") if why == "escalated"] == ["usa-deputy"]
    assert len(reasons) <= 6
