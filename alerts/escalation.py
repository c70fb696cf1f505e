"""The last line of the plan: each side's ladder, which climbs and repeats until somebody of that side answers.

Times count from the moment at which the ladder's first step went out. An acknowledgement stops its own side's ladder
and nobody else's; a lapse or a rise in level starts it again from the first step.
"""

from collections.abc import Iterator
from typing import Final

from alerts.candidates import Occasion, Recipient
from alerts.deliveries import RINGING, Delivery, DeliveryState, Purpose
from alerts.participants import LevelPolicy, Step
from alerts.reasons import Reason
from alerts.states import AlertState, Track, TrackState
from alerts.timers import HOUR_S, SET_BACK_S, Timers

_DEAD: Final = (DeliveryState.FAILED_PERMANENT, DeliveryState.SUPPRESSED)


def occasions(alert: AlertState, track: Track, now: int, timers: Timers) -> Iterator[Occasion]:
    """What the ladder of one side has due: a ring, the next steps, or a repeat."""
    if not alert.live:
        return
    steps = steps_of(alert, track)
    if not steps:
        return
    if track.news:
        if now >= news_at(track, steps):
            yield _news(alert, track, steps)
        return
    if track.answered or track.started_at is None:
        return
    climbed = list(_climbed(alert, track, steps, now))
    yield from climbed
    if not climbed and now >= repeat_at(alert, track, now, timers):
        yield Occasion(
            alert=alert,
            track=track,
            purpose=Purpose.REPEAT,
            key=f"{track.ladder}/repeat/{track.repeats + 1}",
            reason=Reason.REPEATED,
            audience=_everybody(steps),
            since=now,
        )


def steps_of(alert: AlertState, track: Track) -> list[Step]:
    """The ladder of one side at the level of its ring, without steps that name nobody."""
    policy = alert.policy(track.participant, track.ladder_level)
    if policy is None:
        return []
    return sorted((step for step in policy.steps if step.people and step.channels), key=lambda step: step.after_minutes)


def news_at(track: Track, steps: list[Step]) -> int:
    """When a ring, or a ladder that starts again, is to be told: its first step may have a delay of its own."""
    return track.news_at + (steps[0].after_minutes * 60 if track.started_at is None else 0)


def _news(alert: AlertState, track: Track, steps: list[Step]) -> Occasion:
    lapsed = "~" in track.news
    if lapsed:
        reason = Reason.ACKNOWLEDGEMENT_LAPSED
    elif track.reopened and track.started_at is None:
        reason = Reason.REOPENED_BY_LEVEL
    else:
        reason = Reason.RING
    return Occasion(
        alert=alert,
        track=track,
        purpose=Purpose.REPEAT if lapsed else Purpose.RING,
        key=track.news,
        reason=reason,
        audience=_reached(track, steps),
        since=track.news_at,
    )


def _reached(track: Track, steps: list[Step]) -> tuple[Recipient, ...]:
    """Whom a ring goes to: everybody whom the running ladder has come to, or its first step."""
    reached = 1 if track.started_at is None or track.answered else max(track.steps, 1)
    return _everybody(steps[:reached])


def awaited(alert: AlertState, track: Track) -> set[Recipient]:
    """Whom a ring is to reach that is due or held back: it will tell them everything, so they need no update."""
    waiting = set(_reached(track, steps_of(alert, track))) if track.news else set()
    for delivery_id, held_at in alert.held.items():
        delivery = alert.deliveries[delivery_id]
        rings = delivery.participant == track.participant and delivery.purpose in RINGING
        if rings and not is_overtaken(track, delivery, held_at):
            waiting.add((delivery.person, delivery.channel))
    return waiting


def is_overtaken(track: Track, delivery: Delivery, held_at: int) -> bool:
    """Whether the side has answered since a ring was held back; only what rang after the answer is still to be told."""
    return track.answered and (delivery.purpose is not Purpose.RING or held_at < track.answered_ordinal)


def _climbed(alert: AlertState, track: Track, steps: list[Step], now: int) -> Iterator[Occasion]:
    for at in range(max(track.steps, 1), len(steps)):
        if now < step_at(track, steps[at], now) and not (at == track.steps and unreachable(alert, track)):
            return
        yield Occasion(
            alert=alert,
            track=track,
            purpose=Purpose.ESCALATE,
            key=f"{track.ladder}/step/{at}",
            reason=Reason.ESCALATED,
            audience=_everybody(steps[at : at + 1]),
            since=now,
        )


def _everybody(steps: list[Step]) -> tuple[Recipient, ...]:
    return tuple(dict.fromkeys((who, channel) for step in steps for who in step.people for channel in step.channels))


def step_at(track: Track, step: Step, now: int) -> int:
    """When a step is due. A start that lies ahead says nothing of how long the ladder has run: it climbs at once."""
    started = track.started_at or 0
    return now if _is_ahead(started, now) else started + step.after_minutes * 60


def _is_ahead(at: int, now: int) -> bool:
    """Whether a clock that has been set back since wrote this time."""
    return at - now > SET_BACK_S


def unreachable(alert: AlertState, track: Track) -> bool:
    """Whether nothing that the ladder has planned so far can reach anybody, so that the next step need not wait."""
    if track.state is not TrackState.PENDING:
        return False
    for delivery in reversed(alert.deliveries.values()):
        if delivery.ordinal < track.ladder_ordinal:
            break
        if delivery.participant != track.participant or delivery.purpose not in RINGING:
            continue
        held = delivery.delivery_id in alert.held
        if delivery.state not in _DEAD or delivery.bundle or held:
            return False
    return True


def last_step_at(alert: AlertState, track: Track) -> int | None:
    """When the last step of a running ladder is due; None when no ladder runs."""
    if not alert.live or track.answered or track.started_at is None:
        return None
    steps = steps_of(alert, track)
    return None if not steps else track.started_at + steps[-1].after_minutes * 60


def repeat_at(alert: AlertState, track: Track, now: int, timers: Timers) -> int:
    """When the ring is repeated next: at the pace of the policy, slower after the hours in `repeat_slowdown`."""
    policy = alert.policy(track.participant, track.ladder_level)
    last = last_step_at(alert, track)
    if policy is None or last is None:
        raise ValueError(f"no ladder of {track.participant} runs on alert {alert.alert_id}")
    if _is_ahead(track.repeated_at or track.started_at or 0, now):
        return now
    since = last if track.repeated_at is None else track.repeated_at
    return since + _pace_s(policy, since - (track.started_at or 0), timers)


def _pace_s(policy: LevelPolicy, elapsed_s: int, timers: Timers) -> int:
    slower = [
        slowdown.every_minutes * 60 for slowdown in timers.repeat_slowdown if elapsed_s >= slowdown.after_hours * HOUR_S
    ]
    return max(policy.repeat_minutes * 60, *slower, 60)


def exhausted_at(alert: AlertState, track: Track, now: int, timers: Timers) -> int | None:
    """When a ladder counts as exhausted: nobody has answered some minutes after its last step. None: no ladder runs."""
    last = last_step_at(alert, track)
    if last is None:
        return None
    return now if _is_ahead(track.started_at or 0, now) else last + timers.exhausted_after_s


def next_at(alert: AlertState, track: Track, now: int, timers: Timers, storm: int = 0) -> Iterator[int]:
    """The instants at which time alone makes something due on this ladder; a ring waits for the end of a storm."""
    if not alert.live:
        return
    if track.lapses_at is not None:
        yield track.lapses_at
    steps = steps_of(alert, track)
    if track.news and steps:
        lapsed = "~" in track.news
        yield news_at(track, steps) if lapsed else max(news_at(track, steps), storm)
    elif steps and not track.answered and track.started_at is not None:
        climbed = max(track.steps, 1)
        if climbed < len(steps):
            yield step_at(track, steps[climbed], now)
        else:
            yield repeat_at(alert, track, now, timers)
