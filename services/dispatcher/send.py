"""Delivery → **outside**: the intention on disk before the request leaves, what came of it as a fact after it.

A duplicate is preferred to a loss: a delivery that is found `sending` after a crash is sent again under the same id and
revision.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import msgspec
from sqlalchemy import Connection

from alerts.channels.base import Channel, Message
from alerts.deliveries import RINGING, Delivery, DeliveryState, Mode
from alerts.errors import Refused, SendFailure, TemporaryFailure
from alerts.facts import SendFailed, Sent
from alerts.lifecycle import AlertState
from alerts.reasons import Reason
from alerts.record import Proposal
from alerts.states import TrackState
from alerts.store import Store
from alerts.timers import SET_BACK_S, Timers
from services.dispatcher.attempting import attempt
from services.dispatcher.lanes import InTurn, Job, Lane, Lanes
from services.dispatcher.turns import Hurry, Turns

Compose = Callable[[AlertState, Delivery], Message]
Claimed = Mapping[Lane, Sequence[Delivery]]
"""What is `sending` on disk and has to be sent now, lanes that wake first; deliveries as they stood before."""
_AT_ONCE = 5
"""Deliveries that one lane claims at one time: after a crash so many may be sent twice."""


class Patience(msgspec.Struct, frozen=True):
    """How a sender waits: its timers, its lanes, and the clock that stamps what came of a request (None: `now`)."""

    timers: Timers = Timers()
    lanes: Lanes = msgspec.field(default_factory=InTurn)
    clock: Callable[[], int] | None = None


class Sender:
    """Sends what is due in one mode, by the channels it was given; what it does not have fails visibly."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        compose: Compose,
        mode: Mode = Mode.EXERCISE,
        patience: Patience | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._compose = compose
        self._mode = mode
        self._patience = patience or Patience()
        self._lease_s = self._patience.timers.send_lease_s
        self._mine: set[str] = set()  # claimed by this process and not finished
        self._is_behind = False
        self._composing = Turns()  # messages written side by side would all be late; requests wait together

    def recover(self, now: int) -> list[Delivery]:
        """At the start of a process: whatever is found `sending` was interrupted, and is due again."""
        with self._store.transaction() as connection:
            return self._release_interrupted(connection, now, lease_s=0)

    @property
    def is_sending(self) -> bool:
        """Whether something that was claimed is still on its way."""
        return bool(self._patience.lanes.busy())

    @property
    def is_behind(self) -> bool:
        """Whether something was due, when it was looked at last, whose lane was still sending."""
        return self._is_behind

    def close(self) -> None:
        """Wait for what is being sent, so that its outcome is in the record before the process ends."""
        self._patience.lanes.close()

    def send_due(self, now: int) -> list[Delivery]:
        """Send what is due; the deliveries that were claimed, as they stood before. Raises what a lane ran into."""
        with self._store.looking() as connection:
            outbox = self._store.outbox(connection)
        ready, interrupted = self._ready(outbox, now), self._interrupted(outbox, now, self._lease_s)
        if not ready and not interrupted:
            self._patience.lanes.run({})
            return []
        with self._store.transaction() as connection:
            if interrupted and self._release_interrupted(connection, now, self._lease_s):
                ready = self._ready(self._store.outbox(connection), now)
            claimed = self._claim(connection, ready, now)
        self.send(claimed, now)
        return [delivery for deliveries in claimed.values() for delivery in deliveries]

    def claim(self, connection: Connection, now: int) -> Claimed:
        """Claim what is due in the caller's transaction; once it is on disk, `send` has to follow."""
        return self._claim(connection, self._ready(self._store.outbox(connection), now), now)

    def send(self, claimed: Claimed, now: int) -> None:
        """Send what was claimed. Raises what a lane ran into."""
        self._mine.update(delivery.delivery_id for deliveries in claimed.values() for delivery in deliveries)
        self._patience.lanes.run({lane: self._job(deliveries, now) for lane, deliveries in claimed.items()})

    def _release_interrupted(self, connection: Connection, now: int, lease_s: int) -> list[Delivery]:
        found = self._interrupted(self._store.outbox(connection), now, lease_s)
        for delivery in found:
            body = self._failed(delivery, delivery.attempts, TemporaryFailure(Reason.INTERRUPTED), now)
            if body.retry_at is not None:
                body = msgspec.structs.replace(body, retry_at=now)
            self._store.append(connection, self._store.system, now, delivery.alert_id, body)
        return found

    def _interrupted(self, outbox: Iterable[Delivery], now: int, lease_s: int) -> list[Delivery]:
        # A clock that was set back must not keep a lease running for ever.
        return [
            delivery
            for delivery in outbox
            if delivery.state is DeliveryState.SENDING
            and delivery.mode is self._mode
            and delivery.delivery_id not in self._mine
            and not 0 <= now - delivery.moved_at < lease_s
        ]

    def _claim(self, connection: Connection, ready: Claimed, now: int) -> Claimed:
        """Of what was seen to be ready, what is still as it was seen: by compare-and-set."""
        wanted = [(each.delivery_id, each.attempts + 1) for deliveries in ready.values() for each in deliveries]
        got = self._store.claim_all(connection, wanted, now)
        claimed = {lane: [each for each in deliveries if each.delivery_id in got] for lane, deliveries in ready.items()}
        lanes = sorted((lane for lane, own in claimed.items() if own), key=lambda lane: self._hurry(claimed[lane][0]))
        return {lane: claimed[lane] for lane in lanes}

    def _hurry(self, delivery: Delivery) -> Hurry:
        """What wakes a person goes first, of these the loudest."""
        channel = self._channels.get(delivery.channel)
        return (channel is None or not channel.waking, *_loudest(delivery))

    def _ready(self, outbox: Iterable[Delivery], now: int) -> dict[Lane, list[Delivery]]:
        """What each free lane sends next, the loudest first."""
        busy, self._is_behind = self._patience.lanes.busy(), False
        ready: dict[Lane, list[Delivery]] = {}
        for delivery in sorted(outbox, key=_loudest):
            lane = (delivery.participant, delivery.channel)
            taken = ready.get(lane, [])
            if not self._may_leave(delivery, now):
                continue
            if lane in busy or len(taken) == _AT_ONCE:
                self._is_behind = True
            else:
                ready[lane] = [*taken, delivery]
        return ready

    def _may_leave(self, delivery: Delivery, now: int) -> bool:
        waiting = delivery.state in (DeliveryState.DUE, DeliveryState.FAILED_TEMPORARY)
        # What was written at a time that has not come yet was written by a clock that has been set back since.
        due = (delivery.retry_at or delivery.due_at) <= now or delivery.moved_at > now + SET_BACK_S
        return waiting and due and delivery.mode is self._mode

    def _job(self, deliveries: Sequence[Delivery], now: int) -> Job:
        def send_in_turn() -> None:
            try:
                for delivery in deliveries:
                    self._send(delivery, now)
            finally:
                # What was claimed and not sent, because the record could not be written, is let go with the rest.
                self._mine.difference_update(delivery.delivery_id for delivery in deliveries)

        return send_in_turn

    def _send(self, delivery: Delivery, now: int) -> None:
        body: Sent | SendFailed
        try:
            receipt = attempt(self._channels, delivery.channel, partial(self._message, delivery))
            body = Sent(
                delivery_id=delivery.delivery_id,
                receipt=receipt.reference,
                confirmed=receipt.confirmed,
                lacks=receipt.lacks,
            )
        except SendFailure as failure:
            body = self._failed(delivery, delivery.attempts + 1, failure, self._now(now))
        self._record(delivery, body, self._now(now))

    def _now(self, given: int) -> int:
        return given if self._patience.clock is None else self._patience.clock()

    def _message(self, delivery: Delivery) -> Message:
        try:
            with self._composing.turn(self._hurry(delivery)):
                return self._compose(self._store.alert_as_of(delivery.alert_id, delivery.revision), delivery)
        except SendFailure:
            raise
        except Exception as error:  # one message that cannot be written must not stop the bell for the others
            raise TemporaryFailure(Reason.NOT_COMPOSED, f"{type(error).__name__}: {error}") from error

    def _failed(self, delivery: Delivery, attempt: int, failure: SendFailure, at: int) -> SendFailed:
        timers = self._patience.timers
        reason, retry_at = failure.reason, None
        if isinstance(failure, TemporaryFailure):
            if attempt >= timers.send_attempts:
                reason = Reason.TOO_MANY_ATTEMPTS
            else:
                retry_at = at + max(timers.backoff_s(attempt), int(failure.retry_after_s or 0))
        detail = f"{failure.reason}: {failure.detail}" if reason is not failure.reason else failure.detail
        return SendFailed(delivery_id=delivery.delivery_id, reason=reason.value, retry_at=retry_at, detail=detail[:500])

    def _record(self, delivery: Delivery, body: Sent | SendFailed, at: int) -> None:
        with self._store.transaction() as connection:
            try:
                self._store.append(connection, self._store.system, at, delivery.alert_id, body)
            except Refused:
                return  # it answered so late that it was tried again, and that attempt has been recorded
            if isinstance(body, Sent):
                self._store.append_many(connection, self._mentions(connection, delivery, body, at))

    def _mentions(self, connection: Connection, delivery: Delivery, body: Sent, at: int) -> list[Proposal]:
        """The alerts that stand in this message reach the side with it: their tracks are notified too."""
        found: list[Proposal] = []
        if delivery.purpose not in RINGING:
            return found
        for alert_id in delivery.also:
            alert = self._store.state(connection, alert_id)
            track = alert.tracks.get(delivery.participant)
            if track is None or track.state is not TrackState.PENDING:
                continue
            mention = next(
                (each for each in reversed(alert.deliveries.values()) if each.bundle == delivery.delivery_id), None
            )
            if mention is not None and mention.state is DeliveryState.SUPPRESSED:
                sent = msgspec.structs.replace(body, delivery_id=mention.delivery_id, lacks="")
                found.append(Proposal(self._store.system, at, alert_id, sent))
        return found


def _loudest(delivery: Delivery) -> tuple[int, int, str, int]:
    return (-delivery.level.rank, delivery.due_at, delivery.alert_id, delivery.ordinal)
