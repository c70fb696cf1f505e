"""The life of an alert as a pure fold over its facts, with the guards that say which fact may follow."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from alerts.channels.base import Thread
from alerts.deliveries import Delivery, DeliveryState
from alerts.errors import StoreDamaged
from alerts.facts import Assessed, Fact, Opened, Released
from alerts.folding import applied, opened
from alerts.guards import check
from alerts.states import AlertState, JointState, Move, MoveKind, Track, TrackState

__all__ = [
    "AlertState",
    "JointState",
    "Move",
    "MoveKind",
    "Track",
    "TrackState",
    "advance",
    "as_of_revision",
    "begin",
    "check",
    "fold",
    "step",
    "thread_of",
]


def begin(state: AlertState | None) -> AlertState | None:
    """A copy whose dictionaries belong to the fold that is about to go on."""
    if state is None:
        return None
    return replace(state, tracks=dict(state.tracks), deliveries=dict(state.deliveries), held=dict(state.held))


def step(state: AlertState | None, fact: Fact) -> AlertState:
    """One more fact on a state that came from `begin` or `step`. The caller has checked it, or reads it back."""
    if state is not None:
        return applied(state, fact)
    if not isinstance(fact.body, Opened):
        raise StoreDamaged(f"the facts of alert {fact.alert_id} do not begin with its opening")
    return opened(fact, fact.body)


def advance(state: AlertState | None, facts: Iterable[Fact]) -> AlertState | None:
    """The state after some more facts, in the order of the record. The state given in is not changed."""
    after = begin(state)
    for fact in facts:
        after = step(after, fact)
    return after


def fold(facts: Iterable[Fact]) -> AlertState:
    """The state of an alert: all its facts, in the order of the record. Raises StoreDamaged when there are none."""
    state = advance(None, facts)
    if state is None:
        raise StoreDamaged("an alert without facts has no state")
    return state


def as_of_revision(state: AlertState, facts: Sequence[Fact], revision: int) -> AlertState:
    """The alert with its tracks as they are and its content as it stood at `revision`.

    A delivery that is tried again carries its own revision, whatever was assessed since.
    """
    if revision >= state.revision:
        return state
    then: AlertState | None = None
    for fact in facts:
        if then is not None and then.revision >= revision and isinstance(fact.body, Assessed | Released):
            break
        then = step(then, fact)
    if then is None:
        return state
    return replace(
        state,
        revision=then.revision,
        assessment=then.assessment,
        rings=then.rings,
        attribution=then.attribution,
        attribution_by=then.attribution_by,
        attribution_at=then.attribution_at,
        attribution_note=then.attribution_note,
    )


def thread_of(state: AlertState, delivery: Delivery, shared: Sequence[str] = ("slack", "cap")) -> Thread:
    """What was sent before on this alert to this recipient by this channel, oldest first.

    Channels in `shared` have one thread for the whole side. A mention in the message of another alert is no message of
    this one, so it roots no thread.
    """
    before = [
        other.receipt
        for other in sorted(state.deliveries.values(), key=lambda each: each.moved_at)
        if other.state in (DeliveryState.SENT, DeliveryState.DELIVERED)
        and other.receipt
        and not other.bundle
        and other.delivery_id != delivery.delivery_id
        and (other.participant, other.channel) == (delivery.participant, delivery.channel)
        and (delivery.channel in shared or other.person == delivery.person)
    ]
    return Thread(root=before[0], previous=tuple(before[1:])) if before else Thread()
