"""Planning: twice is once, time never stands still, and a policy that could not ring is refused at load."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.deliveries import Mode
from alerts.errors import BadPolicy
from alerts.fingerprint import alert_id_of, delivery_id_of
from alerts.participants import Directory, Step
from alerts.routing import check
from services.dispatcher.escalate import escalate, record_due
from streams.assessments import Level, RingCause
from streams.signals import Hazard
from tests.alerting import HOUR, JPN, MINUTE, TWO, USA, assessment, policy, ring, situation, with_policy
from tests.bell import Bell

WAKING = frozenset({"pagerduty"})
KNOWN = frozenset({"pagerduty", "slack", "email", "cap"})


def test_ids_are_made_of_what_they_are_about() -> None:
    """An alert of its situation and day, a delivery of alert, purpose, occasion, person and channel; kept for ever."""
    about = situation().situation_id
    assert alert_id_of(about, "2023-07-03") == "84e765eabd96764cbfae"
    assert alert_id_of(about, "2023-07-03", 1) != alert_id_of(about, "2023-07-03")
    bell = Bell()
    (alert_id,) = bell.take(assessment())
    for delivery in bell.store.alert(alert_id).deliveries.values():
        parts = (delivery.purpose, delivery.occasion, delivery.person, delivery.channel)
        assert delivery.delivery_id == delivery_id_of(alert_id, *parts)


def test_planning_twice_plans_once() -> None:
    """Whatever is planned again at any later instant of the same situation adds no fact."""
    bell = Bell()
    ids = bell.take(assessment(), assessment(situation(group="graphite", origin="MOZ"), level=Level.WATCH))
    for _ in range(80):
        facts = bell.store.verify()
        with bell.store.transaction() as connection:
            record_due(bell.store, connection, ids, bell.now, (TWO, bell.timers))
            before = bell.store.verify()
            record_due(bell.store, connection, ids, bell.now, (TWO, bell.timers))
            assert bell.store.verify() == before
        bell.settle()
        assert bell.store.verify() >= facts
        due = bell.store.next_due()
        assert due is not None
        assert due > bell.now
        bell.now = due


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["restriction", "market", "logistics"]),
        st.sampled_from(["gallium", "graphite"]),
        st.sampled_from([Level.NONE, Level.ADVISORY, Level.WATCH, Level.WARNING, Level.EMERGENCY]),
        st.sampled_from(list(RingCause)),
        st.booleans(),
        st.sampled_from([0, 5, 40, 11 * MINUTE, 7 * HOUR]),
        st.sampled_from(["", "usa-duty", "jpn-duty"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=35, deadline=None)
@given(EVENTS)
def test_nothing_is_due_between_the_instants_that_are_announced(
    events: list[tuple[str, str, Level, RingCause, bool, int, str]],
) -> None:
    """Looking at every alert at any moment before the next announced one finds nothing; and that moment lies ahead."""
    bell = Bell()
    heard: dict[str, list[object]] = {}
    for hazard, group, level, cause, resolved, pause, person in events:
        about = situation(Hazard(hazard), group)
        rings = heard.setdefault(about.situation_id, [])
        if level.rank >= Level.WATCH.rank:
            rings.append(ring(bell.now, level, cause, about.situation_id))
        taken = assessment(about, as_of=bell.now, level=level, rings=list(rings), resolved=resolved)  # type: ignore[arg-type]
        bell.take(taken)
        bell.settle()
        if person:
            for alert in bell.store.open_alerts():
                if not alert.tracks[person[:3].upper()].answered:
                    bell.acknowledge(person, alert.alert_id)
            bell.settle()
        until = bell.now + pause
        while (due := bell.store.next_due()) is not None and due <= until:
            assert due > bell.now
            for early in {bell.now, (bell.now + due) // 2, due - 1}:
                ids = [alert.alert_id for alert in bell.store.open_alerts()]
                with bell.store.transaction() as connection:
                    assert record_due(bell.store, connection, ids, early, (TWO, bell.timers)) == 0
            bell.now = due
            bell.settle()
        bell.now = until
    assert escalate(bell.store, TWO, bell.now, bell.timers) >= 0


def test_a_policy_that_rings_is_accepted() -> None:
    """The sides of the examples can be rung at every level, also in actual mode."""
    check(TWO, WAKING, KNOWN, Mode.ACTUAL)


@pytest.mark.parametrize(
    ("side", "words"),
    [
        (replace(USA, policy={}), "policy.watch has no step"),
        (with_policy(USA, policy(channels=())), "policy.watch has no step"),
        (with_policy(USA, policy(channels=("telex",))), "'telex'"),
        (with_policy(USA, policy(channels=("slack",))), "nothing wakes anybody at warning"),
        (
            replace(USA, people=tuple(replace(each, pagerduty_key_file="") for each in USA.people)),
            "nothing wakes anybody at warning",
        ),
        (
            replace(
                USA,
                policy={
                    **USA.policy,
                    Level.WATCH: replace(
                        USA.policy[Level.WATCH],
                        steps=(Step(after_minutes=0, people=("nobody",), channels=("slack",)),),
                    ),
                },
            ),
            "'nobody', who is not among its people",
        ),
    ],
)
def test_a_policy_that_could_not_ring_is_refused(side: object, words: str) -> None:
    """The message names side, level and what to mend; without a waking channel only in actual mode."""
    directory = Directory(participants=(side, JPN))  # type: ignore[arg-type]
    with pytest.raises(BadPolicy, match=f"USA: .*{words}"):
        check(directory, WAKING, KNOWN, Mode.ACTUAL)
    if "wakes" in words:
        check(directory, WAKING, KNOWN, Mode.EXERCISE)
