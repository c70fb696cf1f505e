"""Spells of silence → messages to the **operators**: bundled, kept before they are sent, sent until they are taken.

An attempt is written before the request leaves, with the time of the next one: a process that is killed in between
sends again under the same id.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import msgspec
import sqlalchemy as sa

from alerts.channels.base import Channel
from alerts.deliveries import Delivery
from alerts.errors import SendFailure, TemporaryFailure
from alerts.operators import Alarm, News, Turn, alarm_deliveries, deliveries
from alerts.rendering.operators import composed
from alerts.rendering.surroundings import Surroundings
from alerts.timers import Timers
from services import silences, tables
from services.dispatcher.attempting import attempt
from services.dispatcher.lanes import InTurn, Job, Lane, Lanes
from services.moments import Untold
from services.silences import Spell
from streams.codec import encode, identity
from streams.signals import Signal

BUNDLE_S = 600  # what falls silent, or is heard, within so long of the first is one message: X1 counts in days
_LOOK_S = 5
_DETAIL = 500


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it is kept."""

    delivery: Delivery
    news: News | Alarm


class _Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One message that is sent now; `is_last`: when this fails, nobody tries again."""

    waiting: Waiting
    is_last: bool


class Operators:
    """Tells the operators of one deployment, by the channels it was given."""

    def __init__(
        self,
        database: sa.Engine,
        channels: Mapping[str, Channel],
        surroundings: Surroundings,
        timers: Timers,
        lanes: Lanes | None = None,
    ) -> None:
        self._database = database
        self._reading = database.execution_options(reading=True)
        self._channels, self._surroundings, self._timers = channels, surroundings, timers
        self._lanes: Lanes = lanes or InTurn()
        self._looked_at: int | None = None
        self._untold: deque[Untold] = deque()  # lanes put in, whoever asks takes out

    def untold(self) -> list[Untold]:
        """What could not be sent since this was asked last."""
        return [self._untold.popleft() for _ in range(len(self._untold))]

    def notice(self, connection: sa.Connection, signals: Iterable[Signal], at: int) -> None:
        """Keep what X1 says, in the caller's transaction."""
        silences.notice(connection, signals, at)

    def alarm(self, alarms: Sequence[Alarm]) -> None:
        """Keep what rules about Twinbell say, once for each firing and its end, in a transaction of its own."""
        table, waking = tables.operator_messages, self._timers.waking_channels
        with self._database.begin() as connection:
            for alarm in alarms:
                kept = set(
                    connection.execute(sa.select(table.c.message_id).where(table.c.spell == alarm.spell)).scalars()
                )
                if alarm.is_over and not kept:
                    continue  # nobody was told that it began
                wanted = alarm_deliveries(alarm, self._surroundings.directory, waking)
                self._keep(
                    connection, [Waiting(delivery=each, news=alarm) for each in wanted if each.delivery_id not in kept]
                )

    def advance(self, now: int) -> None:
        """Plan what is to be told by now, and send what is due; looked at every few seconds."""
        if self._looked_at is not None and 0 <= now - self._looked_at < _LOOK_S:
            return
        self._looked_at = now
        with self._reading.connect() as connection:
            is_quiet = not planned(silences.spells(connection), now) and not self._due(connection, now)
        if is_quiet:
            self._lanes.run({})
            return
        with self._database.begin() as connection:
            for turn, source, spells in planned(silences.spells(connection), now):
                self._tell(connection, turn, source, spells, now)
            claimed = self._claim(connection, now)
        lanes: dict[Lane, list[_Attempt]] = {}
        for each in claimed:
            lanes.setdefault(_lane(each.waiting), []).append(each)
        self._lanes.run({lane: self._job(own, now) for lane, own in lanes.items()})

    def close(self) -> None:
        """Wait for what is being sent."""
        self._lanes.close()

    def _tell(self, connection: sa.Connection, turn: Turn, source: str, own: Sequence[Spell], now: int) -> None:
        """Write the messages of one turn of a source, and that it was told."""
        table = tables.operator_messages
        subjects = tuple(spell.subject for spell in own)
        spell = own[0].told or "system-" + identity("silence", source, now, *subjects)
        kept = connection.execute(sa.select(table.c.record).where(table.c.spell == spell)).scalars()
        before = {each.news.revision: each.news.at for each in (_waiting(record) for record in kept)}
        left = sum(each.told == spell and each.heard_at is None for each in silences.spells(connection))
        news = News(
            spell=spell,
            revision=len(before) + 1,
            turn=turn if turn is Turn.SILENT or left == 0 else Turn.PARTLY,
            source=source,
            since=min(each.since for each in own),
            at=now,
            series=subjects,
            left=0 if turn is Turn.SILENT else left,
            before=tuple(at for _, at in sorted(before.items())),
        )
        silences.tell(connection, subjects, spell if turn is Turn.SILENT else "")
        wanted = deliveries(news, self._surroundings.directory)
        self._keep(connection, [Waiting(delivery=each, news=news) for each in wanted])

    def _keep(self, connection: sa.Connection, waiting: Sequence[Waiting]) -> None:
        rows = [
            {
                "message_id": each.delivery.delivery_id,
                "spell": each.news.spell,
                "record": encode(each),
                "attempts": 0,
                "due_at": each.news.at,
                "receipt": "",
                "problem": "",
            }
            for each in waiting
        ]
        if rows:
            connection.execute(sa.insert(tables.operator_messages), rows)

    def _due(self, connection: sa.Connection, now: int) -> Sequence[sa.RowMapping]:
        table, busy = tables.operator_messages, self._lanes.busy()
        rows = connection.execute(sa.select(table).where(table.c.due_at <= now).order_by(table.c.due_at)).mappings()
        return [row for row in rows if _lane(_waiting(row["record"])) not in busy]

    def _claim(self, connection: sa.Connection, now: int) -> list[_Attempt]:
        table, claimed = tables.operator_messages, []
        for row in self._due(connection, now):
            attempts = row["attempts"] + 1
            again = now + self._timers.backoff_s(attempts) if attempts < self._timers.send_attempts else None
            here = (table.c.message_id == row["message_id"], table.c.attempts == row["attempts"])
            values = {"attempts": attempts, "due_at": again}
            if connection.execute(sa.update(table).where(*here).values(values)).rowcount:
                claimed.append(_Attempt(waiting=_waiting(row["record"]), is_last=again is None))
        return claimed

    def _job(self, own: Sequence[_Attempt], now: int) -> Job:
        def send_in_turn() -> None:
            for each in own:
                self._send(each, now)

        return send_in_turn

    def _send(self, claimed: _Attempt, now: int) -> None:
        each, values = claimed.waiting, dict[str, object]()
        try:
            write = partial(composed, each.news, each.delivery, self._surroundings)
            receipt = attempt(self._channels, each.delivery.channel, write)
            values = {"receipt": receipt.reference, "problem": "", "due_at": None}
        except SendFailure as failure:
            values = self._failed(claimed, failure, now)
        table = tables.operator_messages
        with self._database.begin() as connection:
            connection.execute(sa.update(table).where(table.c.message_id == each.delivery.delivery_id).values(values))

    def _failed(self, claimed: _Attempt, failure: SendFailure, now: int) -> dict[str, object]:
        """Tell of it, and what is kept of it: why, and that nobody tries again where that is so."""
        delivery = claimed.waiting.delivery
        is_lost = claimed.is_last or not isinstance(failure, TemporaryFailure)
        untold = Untold(
            at=now,
            participant=delivery.participant,
            channel=delivery.channel,
            person=delivery.person,
            reason=failure.reason,
            detail=failure.detail[:_DETAIL],
            is_lost=is_lost,
        )
        self._untold.append(untold)
        kept: dict[str, object] = {"problem": str(failure)[:_DETAIL]}
        return {**kept, "due_at": None} if is_lost else kept


def owed(connection: sa.Connection, now: int) -> dict[Lane, list[int]]:
    """Since when messages to the operators are due that have not left and are still tried, by side and channel."""
    table, found = tables.operator_messages, dict[Lane, list[int]]()
    waiting = (table.c.receipt == "", table.c.due_at.is_not(None))
    for record in connection.execute(sa.select(table.c.record).where(*waiting)).scalars():
        each = _waiting(record)
        if each.news.at <= now:
            found.setdefault(_lane(each), []).append(each.news.at)
    return found


def planned(spells: Sequence[Spell], now: int) -> list[tuple[Turn, str, list[Spell]]]:
    """What is to be told by now: of each source the series that fell silent, and of each spell those heard again."""
    fallen: dict[str, list[Spell]] = {}
    heard: dict[tuple[str, str], list[Spell]] = {}
    for spell in spells:
        if spell.heard_at is None and not spell.told:
            fallen.setdefault(spell.source, []).append(spell)
        elif spell.heard_at is not None and spell.told:
            heard.setdefault((spell.source, spell.told), []).append(spell)
    found = [
        (Turn.SILENT, source, own)
        for source, own in fallen.items()
        if min(spell.noticed_at for spell in own) + BUNDLE_S <= now
    ]
    found += [
        (Turn.HEARD, source, own)
        for (source, _), own in heard.items()
        if min(spell.heard_at or 0 for spell in own) + BUNDLE_S <= now
    ]
    return found


def _waiting(record: bytes) -> Waiting:
    return msgspec.json.decode(record, type=Waiting)


def _lane(each: Waiting) -> Lane:
    return (each.delivery.participant, each.delivery.channel)
