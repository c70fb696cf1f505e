"""No order of facts, sensible or not, brings an alert, a track or a delivery into a state that it may not be in."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alerts.deliveries import Delivery, DeliveryState, Mode, Purpose
from alerts.errors import Refused
from alerts.facts import (
    Acknowledged,
    Assessed,
    Body,
    Cancelled,
    CloseAgreed,
    Closed,
    Fact,
    Lapsed,
    Opened,
    Planned,
    PositionKind,
    PositionTaken,
    Released,
    Resolved,
    Responding,
    Rung,
    SendFailed,
    Sending,
    Sent,
    StoodDown,
)
from alerts.fingerprint import alert_id_of, delivery_id_of
from alerts.lifecycle import AlertState, JointState, TrackState, advance, check, fold
from streams.assessments import Level, RingCause
from tests.alerting import MINUTE, START, TWO, assessment, ring, situation

SYSTEM = "system@hub"
SIDES = st.sampled_from(["USA", "JPN"])
PEOPLE = st.sampled_from(["usa-duty", "jpn-duty"])
NAMES = st.integers(0, 3).map(lambda n: f"occasion-{n}")

JOINT = {
    JointState.DRAFT: {JointState.RELEASED, JointState.ACTIVE, JointState.CANCELLED},
    JointState.RELEASED: {JointState.ACTIVE, JointState.RESOLVED, JointState.CANCELLED},
    JointState.ACTIVE: {JointState.RESOLVED, JointState.CLOSED, JointState.CANCELLED},
    # back to active when the data are revised; to released when nobody had been reached
    JointState.RESOLVED: {JointState.ACTIVE, JointState.RELEASED, JointState.CLOSED, JointState.CANCELLED},
    JointState.CLOSED: set(),
    JointState.CANCELLED: set(),
}
ANSWERS = {
    TrackState.PENDING: {TrackState.ACKNOWLEDGED},
    TrackState.NOTIFIED: {TrackState.ACKNOWLEDGED},
    TrackState.ACKNOWLEDGED: {TrackState.RESPONDING, TrackState.STOOD_DOWN},
    TrackState.RESPONDING: {TrackState.STOOD_DOWN},
    TrackState.STOOD_DOWN: set(),
}
DELIVERY = {
    DeliveryState.DUE: {DeliveryState.SENDING},
    DeliveryState.SENDING: {
        DeliveryState.SENT,
        DeliveryState.DELIVERED,
        DeliveryState.FAILED_TEMPORARY,
        DeliveryState.FAILED_PERMANENT,
    },
    DeliveryState.FAILED_TEMPORARY: {DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED},
    DeliveryState.SUPPRESSED: {DeliveryState.DUE, DeliveryState.SUPPRESSED, DeliveryState.SENT},
    DeliveryState.SENT: set(),
    DeliveryState.DELIVERED: set(),
    DeliveryState.FAILED_PERMANENT: set(),
}


class AlertMachine(RuleBasedStateMachine):
    """Tries every kind of fact by every kind of author at any moment and holds what was let through to the tables."""

    silent_refusals = 0

    @initialize()
    def opening(self) -> None:
        """An alert that is a draft."""
        self.now = START
        self.facts: list[Fact] = []
        self.state: AlertState | None = None
        about = situation()
        self.alert_id = alert_id_of(about.situation_id, "2023-07-03")
        policies = {side.iso3: side.policy for side in TWO.participants}
        opened = Opened(situation_id=about.situation_id, opened_on="2023-07-03", mode=Mode.EXERCISE, policies=policies)
        self.attempt(SYSTEM, opened)

    def attempt(self, author: str, body: Body) -> None:
        """Append when the guards let it; what they let through obeys the tables."""
        before = self.state
        try:
            check(before, author, self.now, body)
        except Refused as refusal:
            self.silent_refusals += not refusal.detail
            return
        fact = Fact(
            author=author,
            sequence=len(self.facts) + 1,
            at=self.now,
            alert_id=self.alert_id,
            body=body,
            previous="",
            hash="",
        )
        self.facts.append(fact)
        self.state = advance(before, [fact])
        if before is not None:
            self.compare(before, author)

    def compare(self, before: AlertState, author: str) -> None:
        """One fact moved the alert along its tables, and a person's fact touched no other side."""
        after = self.state
        assert after is not None
        assert after.joint is before.joint or after.joint in JOINT[before.joint], (before.joint, after.joint)
        assert after.revision - before.revision in (0, 1)
        for side, track in after.tracks.items():
            was = before.tracks[side]
            if not author.startswith("system@") and not author.startswith(side):
                assert track == was, f"{author} wrote the track of {side}"
            if track.state is not was.state and author.startswith(side):
                assert track.state in ANSWERS[was.state]
            if track.state is not was.state and author == SYSTEM:
                assert track.state in (TrackState.PENDING, TrackState.NOTIFIED)
        for delivery_id, delivery in after.deliveries.items():
            known = before.deliveries.get(delivery_id)
            if known is None:
                assert delivery.state in (DeliveryState.DUE, DeliveryState.SUPPRESSED)
            else:
                assert delivery.state is known.state or delivery.state in DELIVERY[known.state]
                assert known.attempts == 0 or delivery.revision == known.revision

    @invariant()
    def fold_is_incremental(self) -> None:
        """Folding all facts at once gives what folding one after another gave."""
        if self.facts:
            assert fold(self.facts) == self.state

    @invariant()
    def refusals_say_what_to_do(self) -> None:
        """Every refusal has its words."""
        assert self.silent_refusals == 0

    @invariant()
    def attribution_is_released(self) -> None:
        """No attribution without the fact of a person."""
        if self.state is not None and self.state.attribution:
            released = [fact for fact in self.facts if isinstance(fact.body, Released)]
            assert released
            assert all(not fact.author.startswith("system@") for fact in released)

    @rule(seconds=st.sampled_from([1, MINUTE, 300 * MINUTE, -MINUTE]))
    def time_passes(self, seconds: int) -> None:
        """Also backwards."""
        self.now += seconds

    @rule(resolved=st.booleans(), step=st.integers(0, 2), level=st.sampled_from(list(Level)))
    def assessed(self, resolved: bool, step: int, level: Level) -> None:
        """With the right revision number and with wrong ones."""
        revision = (self.state.revision if self.state else 0) + step
        taken = assessment(as_of=self.now, level=level, resolved=resolved, rings=())
        self.attempt(SYSTEM, Assessed(revision=revision, assessment=taken))

    @rule(level=st.sampled_from([Level.WATCH, Level.EMERGENCY]), cause=st.sampled_from(list(RingCause)))
    def rung(self, level: Level, cause: RingCause) -> None:
        """A ring, perhaps one that has rung."""
        self.attempt(SYSTEM, Rung(ring=ring(START + len(self.facts) // 3, level, cause)))

    @rule(
        side=SIDES,
        name=NAMES,
        suppressed=st.sampled_from(["", "group_wait", "no_address", "grouped"]),
        purpose=st.sampled_from(list(Purpose)),
        mode=st.sampled_from([Mode.EXERCISE, Mode.EXERCISE, Mode.ACTUAL]),
    )
    def planned(self, side: str, name: str, suppressed: str, purpose: Purpose, mode: Mode) -> None:
        """Due or suppressed, new or known, in the right mode or not."""
        person = f"{side.lower()}-duty"
        delivery = Delivery(
            delivery_id=delivery_id_of(self.alert_id, purpose, name, person, "slack"),
            alert_id=self.alert_id,
            also=(),
            revision=self.state.revision if self.state else 0,
            participant=side,
            person=person,
            channel="slack",
            language="en",
            purpose=purpose,
            level=Level.WARNING,
            mode=mode,
            occasion=name,
            due_at=self.now,
            state=DeliveryState.SUPPRESSED if suppressed else DeliveryState.DUE,
            reason=suppressed,
            bundle="another" if suppressed == "grouped" else "",
        )
        self.attempt(SYSTEM, Planned(delivery=delivery))

    @rule(data=st.data(), what=st.integers(0, 3), attempt=st.integers(1, 3))
    def sending(self, data: st.DataObject, what: int, attempt: int) -> None:
        """Any step of sending, on any delivery."""
        known = sorted(self.state.deliveries) if self.state else []
        delivery_id = data.draw(st.sampled_from([*known, "unknown"]))
        bodies: list[Body] = [
            Sending(delivery_id=delivery_id, attempt=attempt),
            Sent(delivery_id=delivery_id, receipt="r"),
            SendFailed(delivery_id=delivery_id, reason="timed_out", retry_at=self.now + 5),
            SendFailed(delivery_id=delivery_id, reason="bad_request", retry_at=None),
        ]
        self.attempt(SYSTEM, bodies[what])

    @rule(side=SIDES, person=PEOPLE, what=st.integers(0, 4), by=st.sampled_from(["USA", "JPN", "system"]))
    def people(self, side: str, person: str, what: int, by: str) -> None:
        """Any move, for any side, by anybody."""
        bodies: list[Body] = [
            Acknowledged(participant=side, person=person, means="cli"),
            Responding(participant=side, person=person),
            StoodDown(participant=side, person=person),
            CloseAgreed(participant=side, person=person),
            PositionTaken(participant=side, person=person, position=PositionKind.DISPUTE, note=""),
        ]
        self.attempt(SYSTEM if by == "system" else f"{by}/{person}", bodies[what])

    @rule(what=st.integers(0, 5), side=SIDES)
    def ends(self, what: int, side: str) -> None:
        """What the system records by itself, and releases."""
        bodies: list[tuple[str, Body]] = [
            (SYSTEM, Resolved()),
            (SYSTEM, Closed()),
            (SYSTEM, Closed(by_timeout=True)),
            (SYSTEM, Lapsed(participant=side)),
            (SYSTEM, Released(attribution="coercion", note="")),
            (f"{side}/{side.lower()}-principal", Released(attribution="coercion", note="")),
        ]
        self.attempt(*bodies[what])

    @rule(really=st.integers(0, 9))
    def cancelled(self, really: int) -> None:
        """Seldom, since nothing follows it."""
        if really == 0:
            self.attempt(SYSTEM, Cancelled(reason="withdrawn"))
        elif really == 1:
            self.attempt(SYSTEM, Cancelled(reason=" "))


AlertMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAlertMachine = AlertMachine.TestCase
