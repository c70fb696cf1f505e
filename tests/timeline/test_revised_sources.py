"""A source that revises its figures: who is told, how often, and that nobody is woken by it."""

from msgspec.structs import replace

from alerts.deliveries import Purpose
from alerts.lifecycle import JointState
from streams.assessments import Assessment, Level
from tests.alerting import HOUR, MINUTE, START, assessment
from tests.bell import Bell


def revised(at: int, level: Level = Level.WATCH, void: bool = False) -> Assessment:
    """The assessment after a revision that became known at `at`."""
    first = assessment()
    return replace(
        first,
        revision=f"revised {at} {level}",
        as_of=at,
        level=Level.NONE if void else level,
        revised_at=at,
        withdrawn=("signal",),
        void=void,
        resolved=void,
    )


def told(bell: Bell, purpose: Purpose) -> list[tuple[str, str, str]]:
    """(side, person and channel, reason) of every message of one purpose."""
    found = bell.messages(lambda delivery: delivery.purpose is purpose)
    return sorted((each.participant, f"{each.person} {each.channel}", each.reason) for each in found)


def test_a_revision_that_weakens_an_alert_updates_it_once_and_wakes_nobody() -> None:
    """Three releases within the hour, each with many rows: one update to each side, by the channels that inform."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    bell.run(MINUTE)
    for person in ("usa-duty", "jpn-duty"):
        bell.acknowledge(person, alert_id)
    bell.run(MINUTE)
    for number in range(3):
        bell.run(MINUTE)
        bell.take(revised(START + 180 + number))
    before = len(bell.recorders["pagerduty"].messages)
    bell.run(3 * HOUR)
    assert told(bell, Purpose.UPDATE) == [
        ("JPN", "jpn-duty slack", "source_revised"),
        ("USA", "usa-duty slack", "source_revised"),
    ]
    assert len(bell.recorders["pagerduty"].messages) == before
    state = bell.store.alert(alert_id)
    assert (state.level, state.revised_revision) == (Level.WATCH, state.revision)


def test_an_alert_that_rested_on_revised_figures_alone_is_cancelled_and_everybody_told() -> None:
    """Whoever was rung hears at once, by the same channels, that it is withdrawn; then it is quiet for ever."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    bell.run(11 * MINUTE)
    rung = {
        (each.person, each.channel) for each in bell.messages(lambda delivery: delivery.purpose is not Purpose.CLOSE)
    }
    bell.take(revised(bell.now, void=True))
    bell.run(3 * HOUR)
    state = bell.store.alert(alert_id)
    assert (state.joint, state.cancelled_reason) == (JointState.CANCELLED, "source_revised")
    ended = bell.messages(lambda delivery: delivery.purpose is Purpose.CLOSE)
    assert {(each.person, each.channel) for each in ended} == rung
    assert {each.reason for each in ended} == {"cancelled"}
    assert {each.due_at for each in ended} == {START + 11 * MINUTE}
    count = len(bell.messages(lambda delivery: True))
    bell.run(48 * HOUR)
    assert len(bell.messages(lambda delivery: True)) == count


def test_what_was_void_before_anybody_was_rung_rings_nobody() -> None:
    """A watch that is withdrawn within its group wait is on the record and in no message."""
    bell = Bell()
    (alert_id,) = bell.take(assessment(level=Level.WATCH))
    bell.run(10)
    bell.take(revised(bell.now, void=True))
    bell.run(HOUR)
    assert bell.messages(lambda delivery: True) == []
    assert bell.store.alert(alert_id).joint is JointState.CANCELLED


def test_a_void_spell_that_nobody_has_heard_of_opens_nothing() -> None:
    """A false alarm of the past, raised and taken back within one catch-up, is no alert."""
    bell = Bell()
    assert bell.take(revised(START, void=True)) == []
    assert bell.store.open_alerts() == []


def test_rebuilding_the_store_gives_the_same_withdrawn_alert() -> None:
    """The state is what the facts add up to, withdrawal included."""
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    bell.run(MINUTE)
    bell.take(revised(bell.now, void=True))
    bell.run(HOUR)
    before = bell.store.alert(alert_id)
    bell.store.rebuild()
    assert bell.store.alert(alert_id) == before
