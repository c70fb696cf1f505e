"""What a duty officer is spared by grouping, inhibition, quiet hours and throttles, none of which loses a thing."""

import pytest
from msgspec.structs import replace

from alerts.acknowledgements import respond, stand_down
from alerts.deliveries import DeliveryState, Purpose
from alerts.lifecycle import JointState
from alerts.participants import Directory
from alerts.timers import Throttle, Timers
from streams.assessments import Assessment, Level, RingCause
from streams.signals import Direction, Hazard
from tests.alerting import DAY, HOUR, JPN, MINUTE, START, TWO, USA, assessment, policy, ring, situation, with_policy
from tests.bell import Bell

RINGING = (Purpose.RING, Purpose.ESCALATE, Purpose.REPEAT)
INFORMING = Directory(participants=tuple(with_policy(side, policy(channels=("slack",))) for side in (USA, JPN)))


def watch(group: str, at: int = START, origin: str = "CHN") -> Assessment:
    """A watch on one supply group, from China unless another origin is given."""
    return assessment(situation(group=group, origin=origin), as_of=at, level=Level.WATCH)


def rise(at: int = START, level: Level = Level.WARNING, group: str = "gallium") -> Assessment:
    """A price that has risen, and rang for that."""
    market = assessment(situation(hazard=Hazard.MARKET, group=group, origin=""), as_of=at, level=level)
    return replace(market, direction=Direction.UP)


def rung(bell: Bell, alert_id: str) -> list[tuple[int, str]]:
    """(seconds since the start, side) of the first ring of an alert to each side."""
    told = bell.messages(lambda each: alert_id in (each.alert_id, *each.also) and each.purpose is Purpose.RING)
    return sorted({(each.due_at - START, each.participant) for each in told})


def test_a_warning_waits_for_nobody() -> None:
    """Group wait is zero from warning up: the first ring leaves in the second in which it is taken in."""
    bell = Bell()
    bell.take(assessment())
    bell.settle()
    assert bell.heard("USA") == [(0, "usa-duty", "ring")]


def test_a_watch_waits_for_others_of_its_group() -> None:
    """Two watches within the group wait are one message that names both; the other is visible as grouped."""
    bell = Bell(INFORMING)
    (first,) = bell.take(watch("gallium"))
    bell.run(10)
    assert bell.heard("USA", "slack") == []
    assert set(bell.suppressed(first)) == {("USA", "group_wait"), ("JPN", "group_wait")}
    (second,) = bell.take(watch("germanium", bell.now))
    bell.run(MINUTE)
    leads = bell.messages(lambda delivery: delivery.participant == "USA")
    assert [(each.due_at - START, {each.alert_id, *each.also}) for each in leads] == [(30, {first, second})]
    mentioned = second if leads[0].alert_id == first else first
    assert ("USA", "grouped") in bell.suppressed(mentioned) or all(
        each.bundle for each in bell.store.alert(mentioned).deliveries.values()
    )


def test_a_mention_in_the_message_of_another_reaches_the_side() -> None:
    """The track of an alert that was told in another's message is notified, with that message's receipt."""
    bell = Bell(INFORMING)
    ids = bell.take(watch("gallium"), watch("germanium"))
    bell.run(MINUTE)
    for alert_id in ids:
        tracks = bell.store.alert(alert_id).tracks.values()
        assert all(track.reached_at == START + 30 for track in tracks)
        receipts = {each.receipt for each in bell.store.alert(alert_id).deliveries.values()}
        assert receipts == {"slack-1", "slack-2"}


def test_other_hazards_and_origins_have_their_own_messages() -> None:
    """A group is one hazard and one origin: what differs in either is told apart."""
    bell = Bell(INFORMING)
    bell.take(
        watch("gallium"),
        assessment(situation(origin="COD", group="cobalt"), level=Level.WATCH),
        assessment(situation(hazard=Hazard.NATURAL, group="cobalt"), level=Level.WATCH),
    )
    bell.run(MINUTE)
    assert len(bell.heard("USA", "slack")) == 3


def test_a_group_that_was_told_keeps_its_interval() -> None:
    """A later watch of the same group waits five minutes from the last message, then is told."""
    bell = Bell(INFORMING)
    bell.take(watch("gallium"))
    bell.run(MINUTE)
    (late,) = bell.take(watch("germanium", bell.now))
    bell.run(MINUTE)
    assert ("USA", "group_interval") in bell.suppressed(late)
    bell.run(10 * MINUTE)
    assert [at for at, _, why in bell.heard("USA", "slack", Purpose.RING)] == [30, 330]


def test_a_warning_takes_the_waiting_watches_along() -> None:
    """When a group is told, everything that waits in it is told with it, under the loudest."""
    bell = Bell(INFORMING)
    (quiet,) = bell.take(watch("gallium"))
    bell.run(5)
    (loud,) = bell.take(assessment(situation(group="germanium"), as_of=bell.now))
    bell.settle()
    leads = bell.messages(lambda delivery: delivery.participant == "USA")
    assert [(each.alert_id, each.also, each.level) for each in leads] == [(loud, (quiet,), Level.WARNING)]


def test_what_clears_before_the_group_wait_rings_nobody() -> None:
    """A watch that ends within its group wait is visible as cleared, and its alert is cancelled with that reason."""
    bell = Bell(INFORMING)
    (alert_id,) = bell.take(watch("gallium"))
    bell.run(10)
    bell.take(replace(watch("gallium"), resolved=True, level=Level.NONE, revision="over", as_of=bell.now))
    bell.run(DAY)
    assert bell.messages(lambda delivery: True) == []
    state = bell.store.alert(alert_id)
    assert (state.joint, state.cancelled_reason) == (JointState.CANCELLED, "cleared_before_group_wait")
    assert set(bell.suppressed(alert_id)) == {
        ("USA", "cleared_before_group_wait"),
        ("JPN", "cleared_before_group_wait"),
    }


def test_a_storm_is_few_messages_and_leaves_nothing_unmentioned() -> None:
    """Three hundred situations of a hundred groups in one burst: one message a person and channel, naming all."""
    bell = Bell(INFORMING)
    ids = bell.take(*(assessment(situation(group=f"group-{n}", origin=f"origin-{n % 100}")) for n in range(300)))
    bell.settle()
    for side in ("USA", "JPN"):
        leads = bell.messages(lambda delivery, side=side: delivery.participant == side)  # type: ignore[misc]
        assert len(leads) == 1
        assert {leads[0].alert_id, *leads[0].also} == set(ids)
    assert len(ids) == 300


def test_a_storm_in_pieces_is_bundled_by_the_interval() -> None:
    """A burst that arrives one by one over ten seconds is still a handful of messages, and all are named."""
    bell = Bell(INFORMING)
    ids = []
    for n in range(100):
        ids += bell.take(assessment(situation(group=f"group-{n}"), as_of=bell.now))
        bell.settle()
        bell.run(n % 10 == 9)
    bell.run(MINUTE)
    leads = bell.messages(lambda delivery: delivery.participant == "USA" and delivery.purpose is Purpose.RING)
    assert len(leads) <= 4
    assert {name for each in leads for name in (each.alert_id, *each.also)} == set(ids)


def test_a_storm_that_comes_in_portions_is_a_message_for_each_storm_interval() -> None:
    """Portions of 25 alerts of 10 groups, four a second: one message at once, then one every three seconds."""
    bell = Bell(INFORMING)
    ids = []
    for n in range(1_000):
        ids.append(assessment(situation(group=f"group-{n}", origin=f"origin-{n // 25 % 4}-{n % 10}"), as_of=bell.now))
        if n % 25 == 24:
            bell.take(*ids[-25:])
            bell.settle()
            bell.run(n % 100 == 99)
    bell.run(MINUTE)
    leads = bell.messages(lambda delivery: delivery.participant == "JPN" and delivery.purpose is Purpose.RING)
    assert [each.due_at - START for each in leads] == [0, 3, 6, 9, 12]
    assert len({name for each in leads for name in (each.alert_id, *each.also)}) == len(ids) == 1_000


def test_what_comes_in_the_wake_of_a_storm_belongs_to_it() -> None:
    """Watches of groups that the storm has told do not wait five minutes while a machine is slow."""
    bell = Bell(INFORMING)
    bell.take(*(assessment(situation(group=f"g-{m}", origin=f"o-{m}")) for m in range(20)))
    for n in range(3):
        bell.settle()
        bell.run(7)  # longer than a storm interval: the storm is over each time
        bell.take(*(watch(f"late-{n}-{m}", bell.now, f"o-{m}") for m in range(20)))
    bell.settle()
    told = bell.messages(lambda delivery: delivery.participant == "JPN" and delivery.purpose is Purpose.RING)
    assert len({name for each in told for name in (each.alert_id, *each.also)}) == 80
    assert {each.due_at - START for each in told} == {0, 7, 14, 21}
    bell.run(MINUTE)
    (alert_id,) = bell.take(watch("after", bell.now, "o-1"))
    bell.settle()
    assert bell.suppressed(alert_id) == [("JPN", "group_interval"), ("USA", "group_interval")]


def test_a_market_alert_is_held_while_a_supply_alert_on_its_group_is_open() -> None:
    """The price alone is told when the supply alert on the same group has ended, not before; visibly inhibited."""
    bell = Bell(INFORMING)
    (supply,) = bell.take(assessment())
    (market,) = bell.take(rise())
    bell.run(2 * HOUR)
    assert set(bell.suppressed(market)) == {("USA", "inhibited"), ("JPN", "inhibited")}
    assert not bell.messages(lambda delivery: market in (delivery.alert_id, *delivery.also))
    over = replace(assessment(as_of=bell.now), resolved=True, level=Level.NONE, revision="over")
    bell.take(over)
    bell.settle()
    freed = bell.messages(lambda delivery: delivery.alert_id == market and delivery.participant == "USA")
    assert [(each.due_at - START, each.reason) for each in freed] == [(2 * HOUR, "ring")]
    assert bell.store.alert(supply).joint is JointState.RESOLVED


@pytest.mark.parametrize(
    ("direction", "level", "days", "held"),
    [
        (Direction.UP, Level.WATCH, 0, True),
        (Direction.UP, Level.WATCH, 13, True),
        (Direction.UP, Level.WATCH, 14, False),  # so long after a ban a rise is news
        (Direction.NONE, Level.WATCH, 0, False),  # not known to be a rise
        (Direction.DOWN, Level.WATCH, 0, False),  # no ban makes a price fall
        (Direction.UP, Level.EMERGENCY, 0, False),  # the price says more than the act did
    ],
)
def test_what_a_supply_alert_does_not_explain_is_told(
    direction: Direction, level: Level, days: int, held: bool
) -> None:
    """An open ban must not hide a crash, a louder alarm, or what happens long after it."""
    bell = Bell(INFORMING)
    bell.take(assessment())
    bell.run(days * DAY)
    at = START + days * DAY
    (alert_id,) = bell.take(replace(rise(at, level), direction=direction))
    bell.run(2 * HOUR)
    told = bell.messages(lambda each: alert_id in (each.alert_id, *each.also) and each.purpose is Purpose.RING)
    assert {each.participant for each in told} == (set() if held else {"USA", "JPN"})


def test_a_hold_ends_when_the_act_no_longer_explains_the_rise() -> None:
    """Two weeks after the ring that explained it a rise that still stands rings, though the ban is still open."""
    bell = Bell(INFORMING)
    (supply,) = bell.take(assessment())
    bell.acknowledge("usa-duty", supply)
    bell.run(5 * DAY)
    (market,) = bell.take(rise(bell.now))
    bell.run(20 * DAY)
    assert bell.store.alert(supply).live
    assert rung(bell, market) == [(14 * DAY, "JPN"), (14 * DAY, "USA")]


def test_a_louder_ring_of_the_act_does_not_free_a_rise_before_its_time() -> None:
    """The hold counts from the ring that came before the rise; a later one neither ends nor prolongs it."""
    bell = Bell(INFORMING)
    bell.take(assessment())
    bell.run(5 * DAY)
    (market,) = bell.take(rise(bell.now))
    bell.run(5 * DAY)
    louder = ring(bell.now, Level.EMERGENCY, RingCause.LEVEL_ROSE)
    bell.take(assessment(as_of=bell.now, level=Level.EMERGENCY, rings=[ring(START, Level.WARNING), louder]))
    bell.run(10 * DAY)
    assert rung(bell, market) == [(14 * DAY, "JPN"), (14 * DAY, "USA")]


def test_a_hold_ends_when_the_supply_alert_is_lowered() -> None:
    """A rise that is now the louder of the two rings at once."""
    bell = Bell(INFORMING)
    bell.take(assessment())
    (market,) = bell.take(rise())
    bell.run(DAY)
    bell.take(assessment(as_of=bell.now, level=Level.WATCH, rings=[ring(START, Level.WARNING)]))
    bell.run(HOUR)
    assert rung(bell, market) == [(DAY, "JPN"), (DAY, "USA")]


def test_a_hold_ends_when_every_side_has_stood_down() -> None:
    """One side alone does not wake the other: the bell for what was held is one for both."""
    bell = Bell(INFORMING)
    (supply,) = bell.take(assessment())
    (market,) = bell.take(rise())
    for person in ("usa-duty", "jpn-duty"):
        bell.run(HOUR)
        assert rung(bell, market) == []
        bell.acknowledge(person, supply)
        with bell.store.transaction() as connection:
            stand_down(bell.store, connection, bell.directory, person, supply, "", bell.now)
    bell.settle()
    assert rung(bell, market) == [(2 * HOUR, "JPN"), (2 * HOUR, "USA")]


def test_a_rise_that_is_over_before_its_hold_ends_rings_nobody() -> None:
    """It is cancelled as inhibited, and nothing of it rings when the two weeks are over."""
    bell = Bell(INFORMING)
    bell.take(assessment())
    (market,) = bell.take(rise())
    bell.run(DAY)
    bell.take(replace(rise(), as_of=bell.now, resolved=True, level=Level.NONE, revision="over"))
    bell.run(20 * DAY)
    assert bell.store.alert(market).cancelled_reason == "inhibited"
    assert rung(bell, market) == []


def test_a_ban_does_not_end_the_ladder_of_a_price_that_rang_before_it() -> None:
    """Nobody has answered for the price: it goes on ringing when a supply alert opens beside it."""
    bell = Bell(INFORMING)
    (market,) = bell.take(rise())
    bell.run(DAY)
    bell.take(assessment(as_of=bell.now))
    since = bell.now
    bell.run(DAY)
    later = bell.messages(lambda each: market in (each.alert_id, *each.also) and each.due_at > since)
    assert {each.participant for each in later if each.purpose in RINGING} == {"USA", "JPN"}


def test_a_market_alert_on_another_group_is_free() -> None:
    """Inhibition reaches the same supply group only."""
    bell = Bell(INFORMING)
    bell.take(assessment())
    bell.take(rise(group="cobalt"))
    bell.settle()
    assert len(bell.messages(lambda delivery: delivery.participant == "USA")) == 2


def test_a_watch_informs_at_night_and_wakes_in_the_morning() -> None:
    """At 06:00 in Washington a watch is written to Slack at once and pages at nine; in Tokyo, 19:00, next morning."""
    bell = Bell()
    bell.take(watch("gallium"))
    bell.run(20 * MINUTE)
    assert [at for at, _, _ in bell.heard("USA", "slack")][:1] == [30]
    assert bell.heard("USA", "pagerduty") == []
    bell.run(DAY)
    assert bell.heard("USA", "pagerduty")[0] == (3 * HOUR, "usa-duty", "ring")
    assert bell.heard("JPN", "pagerduty")[0] == (14 * HOUR, "jpn-duty", "ring")


def test_an_advisory_is_told_in_duty_hours() -> None:
    """A warning that has fallen to advisory informs at once where it is day, and next morning where it is night."""
    bell = Bell()
    first = ring(START, Level.WARNING)
    (alert_id,) = bell.take(assessment(rings=[first]))
    for who in ("usa-duty", "jpn-duty"):
        bell.acknowledge(who, alert_id)
        with bell.store.transaction() as connection:
            respond(bell.store, connection, TWO, who, alert_id, "", bell.now)
    bell.run(6 * HOUR)  # noon in Washington, one in the morning in Tokyo
    bell.take(assessment(as_of=bell.now, rings=[first], level=Level.ADVISORY))
    bell.settle()
    assert ("JPN", "quiet_hours") in bell.suppressed(alert_id)
    bell.run(DAY)
    told = bell.messages(lambda delivery: delivery.purpose is Purpose.UPDATE)
    assert [(each.participant, each.due_at - START) for each in told] == [("USA", 6 * HOUR), ("JPN", 14 * HOUR)]


def test_who_has_answered_at_night_is_not_paged_in_the_morning() -> None:
    """A page that was held for the morning stays held when the side has answered by then."""
    bell = Bell()
    (alert_id,) = bell.take(watch("gallium"))
    bell.run(MINUTE)
    bell.acknowledge("usa-duty", alert_id)
    bell.run(4 * HOUR - 2 * MINUTE)
    assert bell.heard("USA", "pagerduty") == []
    assert ("USA", "quiet_hours") in bell.suppressed(alert_id)


def test_a_change_that_rings_nobody_is_told_once_an_hour_at_the_most() -> None:
    """Three changes within an hour are one informing update, which wakes nobody and carries the newest revision."""
    bell = Bell()
    first = ring(START, Level.WARNING)
    bell.take(assessment(rings=[first]))
    for who in ("usa-duty", "jpn-duty"):
        bell.acknowledge(who, bell.store.open_alerts()[0].alert_id)
    for n in range(3):
        bell.run(10 * MINUTE)
        changed = assessment(as_of=bell.now, rings=[first])
        bell.take(replace(changed, minerals=("gallium", f"other-{n}"), revision=f"changed-{n}"))
    bell.run(3 * HOUR)
    updates = bell.messages(lambda delivery: delivery.purpose is Purpose.UPDATE and delivery.participant == "USA")
    assert [(each.channel, each.revision, each.due_at - START) for each in updates] == [("slack", 4, HOUR)]


def test_whoever_is_rung_gets_no_update_of_the_same_change() -> None:
    """A ring tells what has changed; only who was rung before, and is not now, gets an update beside it."""
    by_mail = policy(channels=("pagerduty", "email"))
    two = Directory(participants=(with_policy(USA, by_mail), with_policy(JPN, by_mail)))
    bell = Bell(directory=two)
    first = ring(START, Level.WARNING)
    (alert_id,) = bell.take(assessment(rings=[first]))
    bell.run(20 * MINUTE)
    bell.acknowledge("usa-duty", alert_id)  # the American ladder has come to the deputy before
    bell.run(2 * HOUR)
    at = bell.now
    joined = ring(at, Level.WARNING, RingCause.FAMILY_JOINED)
    changed = replace(assessment(as_of=at, rings=[first, joined]), minerals=("gallium", "other"), revision="changed")
    bell.take(changed)
    bell.run(MINUTE)
    told = [
        (each.participant, each.person, each.purpose)
        for each in bell.messages(lambda delivery: delivery.channel == "email" and delivery.due_at >= at)
    ]
    assert sorted(told) == [
        ("JPN", "jpn-deputy", Purpose.RING),
        ("JPN", "jpn-duty", Purpose.RING),
        ("USA", "usa-deputy", Purpose.UPDATE),
        ("USA", "usa-duty", Purpose.RING),
    ]


def test_an_assessment_that_says_nothing_new_to_people_is_not_told() -> None:
    """A score that moves changes the revision and rings and informs nobody."""
    bell = Bell()
    first = ring(START, Level.WARNING)
    (alert_id,) = bell.take(assessment(rings=[first]))
    for who in ("usa-duty", "jpn-duty"):
        bell.acknowledge(who, alert_id)
    bell.run(MINUTE)
    before = len(bell.messages(lambda delivery: True))
    bell.take(replace(assessment(as_of=bell.now, rings=[first]), score=2.1, revision="moved"))
    bell.run(3 * HOUR)
    assert len(bell.messages(lambda delivery: True)) == before
    assert bell.store.alert(alert_id).revision == 2


def test_a_throttle_holds_a_watch_and_tells_it_later() -> None:
    """Past the limit of messages an hour a watch is visibly throttled, and told with the next ones when it may be."""
    timers = Timers(throttles=(Throttle(level=Level.WATCH, messages=2, per_s=HOUR),))
    quiet = Directory(participants=tuple(with_policy(side, policy(1_000, channels=("slack",))) for side in (USA, JPN)))
    bell = Bell(quiet, timers)
    ids = []
    for n in range(4):
        ids += bell.take(assessment(situation(origin=f"O{n}"), as_of=bell.now, level=Level.WATCH))
        bell.run(MINUTE)
        for side in ("usa", "jpn"):
            bell.acknowledge(f"{side}-duty", ids[-1]) if n < 2 else None
    assert ("USA", "throttled") in bell.suppressed(ids[2])
    bell.run(HOUR)
    told = bell.messages(lambda delivery: delivery.participant == "USA" and delivery.purpose is Purpose.RING)
    assert {name for each in told for name in (each.alert_id, *each.also)} == set(ids)


def test_an_emergency_is_never_throttled() -> None:
    """A hundred emergencies over ten minutes all ring at once, however many messages that is."""
    timers = Timers(throttles=(Throttle(level=Level.WARNING, messages=1, per_s=HOUR),))
    bell = Bell(INFORMING, timers)
    for n in range(20):
        bell.take(assessment(situation(origin=f"O{n}"), as_of=bell.now, level=Level.EMERGENCY))
        bell.run(10)
    rung = bell.messages(lambda delivery: delivery.participant == "JPN" and delivery.purpose is Purpose.RING)
    assert [each.due_at - START for each in rung] == [10 * n for n in range(20)]


def test_everybody_who_was_rung_hears_that_it_is_over() -> None:
    """A resolution goes to every person and channel that rang, at once, whatever the hour."""
    bell = Bell()
    first = ring(START, Level.WARNING)
    (alert_id,) = bell.take(assessment(rings=[first]))
    bell.run(11 * MINUTE)
    bell.take(replace(assessment(as_of=bell.now, rings=[first], level=Level.NONE, resolved=True), revision="over"))
    bell.run(DAY)
    for side in ("USA", "JPN"):
        low = side.lower()
        over = [(at, who) for at, who, why in bell.heard(side, "pagerduty", Purpose.RESOLVE)]
        assert over == [(660, f"{low}-duty"), (660, f"{low}-deputy")]
    assert bell.heard("USA", "pagerduty")[-1][2] == "resolved"
    assert bell.store.alert(alert_id).joint is JointState.RESOLVED


def test_data_that_are_revised_take_a_resolution_back() -> None:
    """An alert whose end is withdrawn is active again, and its next end is told again."""
    bell = Bell()
    first = ring(START, Level.WARNING)
    (alert_id,) = bell.take(assessment(rings=[first]))
    bell.run(MINUTE)
    for n, ended in enumerate((True, False, True)):
        level = Level.NONE if ended else Level.WARNING
        made = assessment(as_of=bell.now, rings=[first], level=level, resolved=ended)
        bell.take(replace(made, revision=f"n{n}"))
        bell.run(MINUTE)
        assert bell.store.alert(alert_id).joint is (JointState.RESOLVED if ended else JointState.ACTIVE)
    assert len(bell.heard("USA", "slack", Purpose.RESOLVE)) == 2


def test_a_rise_within_the_group_interval_is_told_within_seconds() -> None:
    """A watch that becomes an emergency a second after its ring does not wait for the interval of a watch."""
    bell = Bell(INFORMING)
    first = ring(START, Level.WATCH)
    bell.take(assessment(level=Level.WATCH, rings=[first]))
    bell.run(31)
    up = ring(bell.now, Level.EMERGENCY, RingCause.LEVEL_ROSE)
    bell.take(assessment(as_of=bell.now, level=Level.EMERGENCY, rings=[first, up]))
    bell.run(10)
    assert [at for at, _, _ in bell.heard("USA", "slack", Purpose.RING)] == [30, 35]


def test_a_delivery_that_is_held_keeps_its_id_and_takes_the_newest_revision() -> None:
    """What waited goes out under the id under which it was held, with what is known by then."""
    bell = Bell(INFORMING)
    first = ring(START, Level.WATCH)
    (alert_id,) = bell.take(assessment(level=Level.WATCH, rings=[first]))
    held = {each.delivery_id: each.revision for each in bell.store.alert(alert_id).deliveries.values()}
    bell.run(10)
    bell.take(replace(assessment(as_of=bell.now, level=Level.WATCH, rings=[first]), score=2.1))
    bell.run(MINUTE)
    sent = bell.messages(lambda delivery: True)
    assert {each.delivery_id for each in sent} == set(held)
    assert {each.revision for each in sent} == {2}
    assert all(each.state is DeliveryState.SENT for each in bell.store.alert(alert_id).deliveries.values())
