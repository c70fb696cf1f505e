"""Facts → **how fast the bell was**: ring to first attempt on each side, the difference, ring to answer, what is late.

What is owed is counted once: in time when it is done in time, late the moment its time is over, done or not.
"""

import msgspec

from alerts.deliveries import Delivery, DeliveryState, Purpose
from alerts.facts import Acknowledged, Cancelled, Closed, Fact, Merged, Planned, Resolved, Rung, Sending
from services.metrics import ANSWER, ANSWERS, BELL, BELL_DIFFERENCE, BELLS, KNOWN_TO_RING, Meters, Metric
from services.objectives import ANSWER_S, BELL_S
from streams.assessments import Level

IN_TIME, LATE = "in_time", "late"


class _Side(msgspec.Struct):
    """What one side is owed, and owes, since a ring."""

    since: int  # the ring, or when what was held back was let go
    held: bool = False
    owed: bool = False
    attempted_at: int | None = None
    bell_counted: bool = False
    answered: bool = False
    answer_counted: bool = False


class _Bell(msgspec.Struct):
    """One open alert's newest ring."""

    level: Level
    rung_at: int
    sides: dict[str, _Side]
    compared: bool = False

    def side(self, participant: str) -> _Side:
        return self.sides.setdefault(participant, _Side(self.rung_at))


class BellTimes:
    """Follows the facts of a record. What was recorded before is followed too, and not counted: `recall`."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self._counting = True
        self._bells: dict[str, _Bell] = {}
        self._waiting: dict[str, Delivery] = {}  # ring deliveries before their first attempt

    def recall(self, facts: list[Fact]) -> None:
        """Know what was recorded before this process began, so that what is still owed is timed from its ring."""
        self._counting = False
        for fact in facts:
            self.take(fact)
        self._counting = True

    def take(self, fact: Fact) -> None:
        """Follow one fact."""
        match fact.body:
            case Rung(ring=ring):
                self._rung(fact, ring.level)
                self._observe(KNOWN_TO_RING, max(0, fact.at - ring.at), ring.level)
            case Planned(delivery=delivery):
                self._planned(delivery, fact.at)
            case Sending(delivery_id=delivery_id):
                self._sending(delivery_id, fact.at)
            case Acknowledged(participant=participant):
                self._answered(fact.alert_id, participant, fact.at)
            case Resolved() | Closed() | Cancelled():
                self._bells.pop(fact.alert_id, None)
            case Merged(alias=alias):
                self._bells.pop(alias, None)
            case _:
                pass

    def move(self, now: int) -> None:
        """Time has come to `now`: what is not done by its time is late."""
        for bell in self._bells.values():
            limit = ANSWER_S.get(bell.level)
            for participant, side in bell.sides.items():
                if not side.owed:
                    continue
                if side.attempted_at is None and not side.bell_counted and now > side.since + BELL_S:
                    side.bell_counted = True
                    self._count(BELLS, participant, bell.level, LATE)
                if limit and not side.answered and not side.answer_counted and now > side.since + limit:
                    side.answer_counted = True
                    self._count(ANSWERS, participant, bell.level, LATE)

    def _rung(self, fact: Fact, level: Level) -> None:
        """A new ring; what a side was owed for the one before and did not get is owed from then on."""
        before = self._bells.get(fact.alert_id)
        sides = before.sides if before else {}
        owed = {
            name: _Side(side.since, owed=True, bell_counted=side.bell_counted)
            for name, side in sides.items()
            if side.owed and side.attempted_at is None
        }
        self._bells[fact.alert_id] = _Bell(level, fact.at, owed)

    def _planned(self, delivery: Delivery, at: int) -> None:
        bell = self._bells.get(delivery.alert_id)
        if delivery.purpose is not Purpose.RING or bell is None or bell.level.rank < Level.WATCH.rank:
            return
        side = bell.side(delivery.participant)
        if delivery.state is DeliveryState.SUPPRESSED and not delivery.bundle:
            side.held = side.held or not side.owed
            return
        if not side.owed:
            side.owed = True
            side.since = at if side.held else bell.rung_at
        if delivery.state is DeliveryState.DUE:
            self._waiting[delivery.delivery_id] = delivery

    def _sending(self, delivery_id: str, at: int) -> None:
        delivery = self._waiting.pop(delivery_id, None)
        if delivery is None:
            return
        for alert_id in (delivery.alert_id, *delivery.also):
            bell = self._bells.get(alert_id)
            side = bell.sides.get(delivery.participant) if bell else None
            if bell is not None and side is not None and side.owed and side.attempted_at is None:
                side.attempted_at = at
                self._attempted(bell, delivery.participant, side)

    def _attempted(self, bell: _Bell, participant: str, side: _Side) -> None:
        seconds = max(0, (side.attempted_at or side.since) - side.since)
        self._observe(BELL, seconds, participant, bell.level)
        if not side.bell_counted:
            side.bell_counted = True
            self._count(BELLS, participant, bell.level, IN_TIME if seconds <= BELL_S else LATE)
        owed = [each for each in bell.sides.values() if each.owed]
        times = [each.attempted_at for each in owed if each.attempted_at is not None]
        if len(owed) > 1 and len(times) == len(owed) and not bell.compared and not any(each.held for each in owed):
            bell.compared = True
            self._observe(BELL_DIFFERENCE, max(times) - min(times), bell.level)

    def _answered(self, alert_id: str, participant: str, at: int) -> None:
        """Only the first answer of a side to a ring is timed."""
        bell = self._bells.get(alert_id)
        side = bell.side(participant) if bell else None
        if bell is None or side is None or side.answered:
            return
        side.answered = True
        seconds = max(0, at - side.since)
        self._observe(ANSWER, seconds, participant, bell.level)
        limit = ANSWER_S.get(bell.level)
        if limit and side.owed and not side.answer_counted:
            side.answer_counted = True
            self._count(ANSWERS, participant, bell.level, IN_TIME if seconds <= limit else LATE)

    def _observe(self, metric: Metric, seconds: float, *labels: str) -> None:
        if self._counting:
            self._meters.observe(metric, seconds, *labels)

    def _count(self, metric: Metric, *labels: str) -> None:
        if self._counting:
            self._meters.count(metric, *labels)
