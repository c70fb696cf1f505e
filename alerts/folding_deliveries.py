"""What the facts about deliveries do to the deliveries of a state and their tracks: planned, sending, sent, failed.

As in `folding.py`, the dictionaries of the state given in are written in place.
"""

from msgspec.structs import replace

from alerts.deliveries import EXPIRING, RINGING, Delivery, DeliveryState, Purpose
from alerts.facts import Fact, Planned, SendFailed, Sending, Sent
from alerts.guards import PASSING
from alerts.reasons import Reason
from alerts.states import AlertState, Published, Track, TrackState, rejoined


def planned(state: AlertState, fact: Fact, body: Planned) -> AlertState:
    """A delivery was planned, due or held back; its track has what that told the side."""
    delivery = body.delivery
    state.deliveries[delivery.delivery_id] = replace(delivery, moved_at=fact.at, ordinal=state.facts)
    suppressed = delivery.state is DeliveryState.SUPPRESSED
    if suppressed and delivery.reason in PASSING:
        state.held.setdefault(delivery.delivery_id, state.facts)
    else:
        state.held.pop(delivery.delivery_id, None)
    state.tracks[delivery.participant] = _planned_track(state, delivery, fact.at)
    return state


def _planned_track(state: AlertState, delivery: Delivery, at: int) -> Track:
    track = state.tracks[delivery.participant]
    told = delivery.state is DeliveryState.DUE or delivery.reason == Reason.GROUPED
    if told and delivery.channel == EXPIRING:
        track = _published(track, delivery)
    if delivery.renews:
        return track  # nothing new was told
    ringing = delivery.purpose in RINGING
    if ringing:
        track = _planned_ringing(state, track, delivery, told, at)
    elif delivery.purpose is Purpose.ANSWERED:
        return track  # tells nobody anything
    elif delivery.purpose is Purpose.PARTNER:
        ladder, _, what = delivery.occasion.rpartition("/")
        if what == "unreached" and ladder not in track.warned:
            track = replace(track, warned=(*track.warned, ladder))
    elif delivery.purpose in (Purpose.RESOLVE, Purpose.CLOSE):
        track = replace(track, end_told=delivery.purpose.value)
    if not told:
        return track
    recipient = (delivery.person, delivery.channel)
    leads = delivery.state is DeliveryState.DUE
    return replace(
        track,
        told=track.told if not ringing or recipient in track.told else (*track.told, recipient),
        led=track.led if not leads or recipient in track.led else (*track.led, recipient),
        told_ordinal=state.facts,
        told_at=at,
        told_revision=delivery.revision,
    )


def _published(track: Track, delivery: Delivery) -> Track:
    """What was published is never changed: a second message of a revision renews nothing."""
    before = track.published
    if before is not None and delivery.revision <= before.revision and not delivery.renews:
        return track
    published = Published(person=delivery.person, revision=delivery.revision, at=delivery.due_at)
    return replace(track, published=published)


def _planned_ringing(state: AlertState, track: Track, delivery: Delivery, told: bool, at: int) -> Track:
    occasion = delivery.occasion
    if occasion == track.news:
        track = replace(track, news="", steps=max(track.steps, 1))
    elif delivery.purpose is Purpose.ESCALATE and occasion.startswith(f"{track.ladder}/step/"):
        track = replace(track, steps=max(track.steps, int(occasion.rpartition("/")[2]) + 1))
    elif delivery.purpose is Purpose.REPEAT and occasion.startswith(f"{track.ladder}/repeat/"):
        track = replace(track, repeats=max(track.repeats, int(occasion.rpartition("/")[2])), repeated_at=at)
    passed = told or (delivery.state is DeliveryState.SUPPRESSED and delivery.reason not in PASSING)
    if passed and track.started_at is None:
        policy = state.policy(track.participant, track.ladder_level)
        first = policy.steps[0].after_minutes * 60 if policy and policy.steps else 0
        track = replace(track, started_at=at - first)
    if told and delivery.purpose is Purpose.RING:
        track = replace(track, flushed_at=at)
    return track


def sending(state: AlertState, fact: Fact, body: Sending) -> AlertState:
    """An attempt begins."""
    known = state.deliveries[body.delivery_id]
    state.deliveries[body.delivery_id] = replace(
        known, state=DeliveryState.SENDING, attempts=body.attempt, retry_at=None, moved_at=fact.at
    )
    return state


def sent(state: AlertState, fact: Fact, body: Sent) -> AlertState:
    """A provider has taken the message; the first of a ladder reaches the side."""
    known = state.deliveries[body.delivery_id]
    reached = DeliveryState.DELIVERED if body.confirmed else DeliveryState.SENT
    state.deliveries[body.delivery_id] = replace(
        known, state=reached, receipt=body.receipt, retry_at=None, moved_at=fact.at
    )
    if known.purpose not in RINGING:
        return state
    track = state.tracks[known.participant]
    if track.state is TrackState.PENDING:
        track = replace(track, state=TrackState.NOTIFIED, changed_at=fact.at)
    if track.reached_at is None:
        track = replace(track, reached_at=fact.at)
    state.tracks[known.participant] = track
    return rejoined(state)


def failed(state: AlertState, fact: Fact, body: SendFailed) -> AlertState:
    """An attempt failed, for now or for good."""
    known = state.deliveries[body.delivery_id]
    to = DeliveryState.FAILED_PERMANENT if body.retry_at is None else DeliveryState.FAILED_TEMPORARY
    state.deliveries[body.delivery_id] = replace(
        known, state=to, reason=body.reason, retry_at=body.retry_at, moved_at=fact.at
    )
    return state
