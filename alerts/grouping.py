"""The first line of the plan: which deliveries wait for others of their group, and which of them are one message.

Alertmanager's semantics: the first ring of a group waits `group_wait` (0 from warning up), later ones keep
`group_interval` from the one before, and when a group is told, everything that waits in it is told. A group is one
participant, hazard, and origin or route. In a storm messages to one person are joined across groups, and the next ones
of the side wait for a storm interval; whatever is joined stands in `Delivery.also` of the message that leads, and is
kept as suppressed (`grouped`), naming that message.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from msgspec.structs import replace

from alerts.candidates import Candidate, Recipient, Scene, Told
from alerts.deliveries import UNTHROTTLED, Delivery, DeliveryState, Purpose
from alerts.fingerprint import GroupKey, group_key_of
from alerts.participants import Directory
from alerts.reasons import Reason
from alerts.routing import RUNG_LEVELS
from alerts.states import AlertState
from alerts.suppression import GROUPING, suppressed, throttled_until
from alerts.timers import Timers
from streams.assessments import Level

_OWN_MESSAGE: Final = (Purpose.ANSWERED, Purpose.UPDATE, Purpose.RESOLVE, Purpose.CLOSE)
"""What edits or ends a message that stands already: who leads one of its own gets it there."""
_Group = tuple[str, GroupKey]
_Key = TypeVar("_Key")


def gathered(candidates: Iterable[Candidate], now: int, scene: Scene) -> Iterator[Delivery]:
    """What is due, what waits, and what is mentioned in the message of another alert."""
    due: list[Candidate] = []
    for candidate in candidates:
        if candidate.delivery.state is DeliveryState.DUE:
            due.append(candidate)
        else:
            yield candidate.delivery
    ripe: list[Candidate] = []
    for candidate in _waited(due, now, scene):
        if candidate.delivery.state is DeliveryState.DUE:
            ripe.append(candidate)
        else:
            yield candidate.delivery
    planned: dict[Recipient, list[Level]] = {}
    for bundle in _bundles(ripe, scene):
        yield from _told(bundle, now, scene, planned)


def _waited(due: Sequence[Candidate], now: int, scene: Scene) -> Iterator[Candidate]:
    """Hold back the rings of groups that are not to be told yet."""
    flushed: dict[_Group, int | None] = {}
    waits: list[tuple[Candidate, _Group, Reason, int]] = []
    ripe: set[_Group] = set()
    for candidate, key in _keyed(due):
        if candidate.delivery.purpose is not Purpose.RING:
            yield candidate
            continue
        group = (candidate.delivery.participant, key)
        storm = scene.storms.get(group[0], 0)
        held = candidate.delivery.delivery_id in candidate.alert.held
        if now < storm:
            if held:
                yield suppressed(candidate, Reason.GROUP_INTERVAL, storm)
            continue  # what is new is planned when the storm is over: thousands would be written twice within seconds
        if group not in flushed:
            flushed[group] = _flushed_at(group, now, scene)
        reason, until = _until(candidate, flushed[group], now, scene)
        if not held and storm and candidate.until < storm + scene.timers.storm_calm_s:
            until = now  # it came in the storm, or in its wake: the side hears all of it at once
        if until <= now:
            ripe.add(group)
        waits.append((candidate, group, reason, until))
    for candidate, group, reason, until in waits:
        yield candidate if group in ripe else suppressed(candidate, reason, until)


def storms(
    directory: Directory, timers: Timers, recent: Mapping[Recipient, tuple[Told, ...]], now: int
) -> dict[str, int]:
    """The end of the last storm of each side that had one: until then rings wait, though thousands come in.

    A storm begins when somebody is rung for more than `storm_messages` alerts within `storm_interval_s`. What is told
    beside, of answers and ends, is none: it must not make a ring wait.
    """
    side_of = {person.person_id: side.iso3 for side in directory.participants for person in side.people}
    found: dict[str, int] = {}
    for (person, _), told in recent.items():
        window: deque[Told] = deque()
        side = side_of.get(person, "")
        for each in sorted(each for each in told if each.rings and each.at <= now):
            window.append(each)
            while window and each.at - window[0].at >= timers.storm_interval_s:
                window.popleft()
            while sum(one.alerts for one in window) > timers.storm_messages:
                found[side] = max(window.popleft().at + timers.storm_interval_s, found.get(side, 0))
    return found


def _flushed_at(group: _Group, now: int, scene: Scene) -> int | None:
    """When this group was last told something new; None while nobody was. A time in the future is no time."""
    participant, key = group
    return _newest_flush(scene.board.mates(key), participant, now)


def _newest_flush(mates: Iterable[AlertState], participant: str, now: int) -> int | None:
    tracks = (mate.tracks.get(participant) for mate in mates)
    times = [track.flushed_at for track in tracks if track is not None and track.flushed_at is not None]
    return max((at for at in times if at <= now), default=None)


def is_resting(mates: Sequence[AlertState], now: int, timers: Timers, stormy: Collection[str]) -> bool:
    """Whether every side was told of this group, or of very much, so lately that nothing of it may be told yet."""
    shortest = min(timers.group_interval_s.get(level, 0) for level in RUNG_LEVELS)
    for participant in {participant for mate in mates for participant in mate.tracks}.difference(stormy):
        flushed = _newest_flush(mates, participant, now)
        if flushed is None or flushed + shortest <= now:
            return False
    return True


def _until(candidate: Candidate, flushed: int | None, now: int, scene: Scene) -> tuple[Reason, int]:
    level = candidate.delivery.level
    known = candidate.alert.deliveries.get(candidate.delivery.delivery_id)
    if flushed is None:
        wait = scene.timers.group_wait_s.get(level, 0)
        # A ring that is looked at again has its time already; a clock that was set back makes nobody wait longer.
        until = candidate.until if known is not None else candidate.until + wait
        return Reason.GROUP_WAIT, min(until, now + wait)
    until = flushed + scene.timers.group_interval_s.get(level, 0)
    waits = known is not None and known.reason in GROUPING
    return Reason.GROUP_INTERVAL, min(until, candidate.until) if waits else until


def _bundles(ripe: Iterable[Candidate], scene: Scene) -> Iterator[list[Candidate]]:
    """The candidates that are one message, for each recipient and purpose by group, or all together in a storm.

    A renewal says that nothing is new, so it is no message that something new could be mentioned in.
    """
    by_recipient: dict[tuple[object, ...], dict[GroupKey, list[Candidate]]] = {}
    for candidate, key in _keyed(ripe):
        delivery = candidate.delivery
        recipient = (delivery.participant, delivery.person, delivery.channel, delivery.mode)
        by_recipient.setdefault((*recipient, delivery.purpose, delivery.renews), {}).setdefault(key, []).append(
            candidate
        )
    for groups in by_recipient.values():
        if len(groups) > scene.timers.storm_messages:
            yield [candidate for members in groups.values() for candidate in members]
        else:
            yield from groups.values()


def _keyed(candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, GroupKey]]:
    """Each candidate with its group; those of one alert mostly come one after another."""
    alert: AlertState | None = None
    for candidate in candidates:
        if candidate.alert is not alert:
            alert = candidate.alert
            key = group_key_of(alert)
        yield candidate, key


def _told(bundle: list[Candidate], now: int, scene: Scene, planned: dict[Recipient, list[Level]]) -> Iterator[Delivery]:
    """One message that leads and the others mentioned in it; or all of them held back by the recipient's throttle."""
    ordered = sorted(bundle, key=_loudest)
    leads = _leads(ordered)
    first = leads[0].delivery
    recipient = (first.person, first.channel)
    if first.purpose not in UNTHROTTLED and not first.renews:
        until = throttled_until(recipient, first.level, now, scene, planned)
        if until is not None:
            yield from (suppressed(candidate, Reason.THROTTLED, until).delivery for candidate in ordered)
            return
    leading = {lead.delivery.delivery_id for lead in leads}
    mentioned = [candidate for candidate in ordered if candidate.delivery.delivery_id not in leading]
    also = tuple(sorted({candidate.alert.alert_id for candidate in mentioned} - {first.alert_id}))
    yield replace(first, also=also)
    yield from (lead.delivery for lead in leads[1:])
    if not first.renews:
        planned.setdefault(recipient, []).extend(lead.delivery.level for lead in leads)
    for candidate in mentioned:
        yield suppressed(candidate, Reason.GROUPED, now, bundle=first.delivery_id).delivery


def _loudest(candidate: Candidate) -> tuple[int, str, int, str]:
    """The loudest first, then by id; of one alert's own deliveries the newest."""
    delivery = candidate.delivery
    held_at = candidate.alert.held.get(delivery.delivery_id)
    return (-delivery.level.rank, delivery.alert_id, 0 if held_at is None else -held_at, delivery.delivery_id)


def _leads(ordered: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that are sent as messages of their own."""
    if ordered[0].delivery.purpose not in _OWN_MESSAGE:
        return list(ordered[:1])
    own: dict[str, Candidate] = {}
    for candidate in ordered:
        delivery = candidate.delivery
        if (delivery.person, delivery.channel) in candidate.alert.tracks[delivery.participant].led:
            own.setdefault(delivery.alert_id, candidate)
    return list(own.values()) or list(ordered[:1])
