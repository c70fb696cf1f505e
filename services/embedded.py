"""The whole system in one process: rows are applied, assessments taken in, due messages sent, each step a transaction.

A step is kept whole or not at all: the states of groups, the intake and the mark of how far it came are one
transaction, so that a process that is killed anywhere goes on with the step that it had not kept.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager

import msgspec
import sqlalchemy as sa

from alerts.participants import Directory
from alerts.record import facts_after, whole_head
from alerts.states import AlertState
from alerts.store import Store
from alerts.timers import Timers
from services.archive import Archive
from services.dispatcher.escalate import escalate
from services.dispatcher.intake import Intake
from services.dispatcher.operators import Operators
from services.dispatcher.send import Claimed, Sender
from services.feeds.base import Poll
from services.moments import Found, Moment, Moved, Recorded, Rejected, Silence, Unread, Witness
from services.reads import reads_of, refuse_too_many, sifted_of, silences, silences_of, summed
from services.tables import group_states
from streams.assessments import Assessment
from streams.engine import Engine, GroupState
from streams.observations import ObservationBatch
from streams.passing import given_anew, made_again, news
from streams.relate import Relating
from streams.signals import Signal
from streams.silence import DETECTOR as SILENCE


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What one process is wired of."""

    database: sa.Engine
    archive: Archive
    store: Store
    detection: Engine
    relating: Relating
    made_with: str  # hash of thresholds, reference and participants: a state made with others is made again
    directory: Directory
    intake: Intake
    sender: Sender
    timers: Timers
    dead_letter_limit: int
    operators: Operators | None = None  # None: nobody is told about Twinbell itself, as in a play


class Saved(msgspec.Struct, frozen=True):
    """A group's state as it is kept, with what it was made with, and whether rows came that it had to see before."""

    made_with: str
    state: bytes
    is_past: bool = False


class Hub:
    """One process's system. Witnesses are told what happened after it was kept."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._reading = parts.database.execution_options(reading=True)
        self._witnesses: tuple[Witness, ...] = ()
        self._states: dict[str, GroupState] = {}
        self._saved_before: set[str] = set()
        self._past: set[str] = set()  # groups of which rows came out of order: their states are made again
        with self._reading.connect() as connection:
            self._position = whole_head(connection).sequence  # what is in the record already is not told again

    def step(
        self, at: int, batches: Sequence[ObservationBatch], tick: bool, mark: Callable[[sa.Connection], None]
    ) -> None:
        """Apply the rows of one instant, and a tick when a day has begun; take in every assessment that changed.

        `mark` writes, in the same transaction, how far the play has come.
        """
        told: list[Moment] = []
        with self._keeping() as connection:
            assessments = [found for batch in batches for found in self._apply(connection, batch, at, told)]
            touched = {batch.group for batch in batches}
            if tick:
                live = self._live(connection, at)
                assessments += [found for group in live for found in self._tick(connection, group, at, told)]
                touched.update(live)
            self._keep(connection, touched, assessments, at)
            mark(connection)
        self._tell([*silences(told), *(moment for moment in told if not isinstance(moment, Silence))])

    def catch_up(self, at: int, batches: Iterable[ObservationBatch], mark: Callable[[sa.Connection], None]) -> None:
        """Apply rows that were known before, in order, and take in what holds now: nobody is rung for the past."""
        told: list[Moment] = []
        with self._keeping() as connection:
            self._catch_up(connection, at, batches, told)
            mark(connection)
        self._tell(told)

    def take(self, at: int, poll: Poll) -> bool:
        """Keep what a reading brought and apply what is new of it, in one transaction.

        What is out of order is only kept: whether anything was, so that `rebuild` is due.
        Raises TooManyDeadLetters, before anything is kept, when more rows were unusable than the limit allows.
        """
        refuse_too_many(poll, self._parts.dead_letter_limit)
        told: list[Moment] = [Rejected(at=at, letter=letter) for letter in poll.dead_letters]
        told += [Unread(at=at, feed=poll.feed, note=note) for note in poll.notes]
        with self._keeping() as connection:
            found = self._parts.archive.take(connection, poll, at, self._parts.relating)
            for group in found.late:
                self._state(connection, group)  # what was given out by it is held against what is made
            self._past |= found.late
            self._keep(connection, found.late, (), at)
            late = [batch for batch in found.batches if batch.group in found.late]
            told.extend(summed((read for batch in late for read in reads_of(batch, at)), at))
            self._catch_up(connection, at, found.timely, told)
        self._tell(told)
        return bool(found.late)

    def notice(self, connection: sa.Connection, signals: Iterable[Signal], at: int) -> None:
        """Keep, in the caller's transaction, what signals say about sources, for the operators."""
        if self._parts.operators is not None:
            self._parts.operators.notice(connection, signals, at)

    def take_in(self, at: int, assessments: Iterable[Assessment], mark: Callable[[sa.Connection], None]) -> Claimed:
        """Take in assessments made elsewhere, and claim what that made due: `send` has to follow.

        `mark` writes, in the same transaction, how far they were read.
        """
        with self._keeping() as connection:
            is_news = bool(self._parts.intake.take_many(connection, assessments, at))
            mark(connection)
            return self._parts.sender.claim(connection, at) if is_news else {}

    def send(self, at: int, claimed: Claimed) -> None:
        """Send what was claimed. Raises what a lane ran into."""
        self._parts.sender.send(claimed, at)

    def store(self, poll: Poll) -> None:
        """Keep what a reading brought without applying it: the rows of an episode, applied when their time comes."""
        with self._keeping() as connection:
            self._parts.archive.keep(connection, poll)
        self._tell([Rejected(at=poll.polled_at, letter=letter) for letter in poll.dead_letters])

    def to_rebuild(self) -> set[str]:
        """Groups whose state is missing (rows were imported), or was made with other thresholds or reference data."""
        missing = set()
        for group in self._parts.archive.groups():
            saved = self._saved(group)
            if saved is None or saved.is_past or saved.made_with != self._parts.made_with:
                missing.add(group)
        return missing

    def rebuild(self, groups: set[str], at: int, mark: Callable[[sa.Connection], None]) -> None:
        """Make the states of these groups again from everything that was known up to `at`, in that order.

        What they now conclude is taken in where it is not what was given out; nobody is told what was read before.
        """
        told: list[Moment] = []
        self._saved_before -= groups
        with self._keeping() as connection:
            given: list[Assessment] = []
            for group in sorted(groups):
                given += self._remade(connection, group, at, told)
            self._past -= groups
            self._keep(connection, groups, given, at)
            mark(connection)
        self._tell(told)

    def advance(self, at: int) -> None:
        """Plan what time has made due by `at` and send what is due, until nothing more is; tell what was recorded."""
        while self._round(at):
            pass
        self._finish(at)

    def advance_once(self, at: int) -> bool:
        """The same, once: whether more may leave soon. For who has other work that must not wait for what is sent."""
        is_busy = self._round(at)
        self._finish(at)
        return is_busy or self._parts.sender.is_behind

    def _round(self, at: int) -> bool:
        """Once: whether more may be due at once, which is not so while lanes are sending what was."""
        planned = escalate(self._parts.store, self._parts.directory, at, self._parts.timers)
        sent = self._parts.sender.send_due(at)
        return bool(planned or sent) and not self._parts.sender.is_sending

    def _finish(self, at: int) -> None:
        if self._parts.operators is not None:
            self._parts.operators.advance(at)
            self._tell(self._parts.operators.untold())
        self.announce()

    def announce(self) -> bool:
        """Tell the witnesses what was added to the record, here or by another process; whether anything was."""
        with self._reading.connect() as connection:
            found = facts_after(connection, self._position)
        self._position += len(found)
        self._tell([Recorded(fact=fact) for fact in found])
        return bool(found)

    def next_due(self) -> int | None:
        """When there is something to plan or to send next; perhaps in the past. None: never."""
        return self._parts.store.next_due()

    def recover(self, at: int) -> None:
        """At the start: what was being sent when the last run ended is due again."""
        self._parts.sender.recover(at)

    def close(self) -> None:
        """At the end: what is being sent is waited for, and its outcome recorded."""
        self._parts.sender.close()
        if self._parts.operators is not None:
            self._parts.operators.close()

    def alert(self, alert_id: str) -> AlertState:
        """The state of one alert. Raises Refused when there is none."""
        return self._parts.store.alert(alert_id)

    def open_alerts(self) -> Sequence[AlertState]:
        """The alerts that have not ended."""
        return self._parts.store.open_alerts()

    def moved(self, at: int, rate: int) -> None:
        """Tell the witnesses what the clock says."""
        self.tell(Moved(at=at, rate=rate))

    def tell(self, moment: Moment) -> None:
        """Tell the witnesses something that is not in the record."""
        self._tell([moment])

    def join(self, witness: Witness) -> None:
        """One more witness, from now on."""
        self._witnesses = (*self._witnesses, witness)

    def _catch_up(
        self, connection: sa.Connection, at: int, batches: Iterable[ObservationBatch], told: list[Moment]
    ) -> None:
        newest: dict[str, Assessment] = {}
        touched: set[str] = set()
        seen: list[Moment] = []
        for batch in batches:
            touched.add(batch.group)
            for found in self._apply(connection, batch, at, seen):
                newest[found.situation.situation_id] = found
        for group in sorted(touched):
            for found in self._tick(connection, group, at, seen):
                newest[found.situation.situation_id] = found
        told.extend(summed(seen, at))
        self._keep(connection, touched, [newest[key] for key in sorted(newest)], at)

    def _remade(self, connection: sa.Connection, group: str, at: int, told: list[Moment]) -> Sequence[Assessment]:
        detection, before = self._parts.detection, self._before(group)
        after, signals = made_again(detection, group, self._parts.archive.batches(0, at, group), at)
        self._states[group] = after
        fresh = news(before.book, signals)
        self.notice(connection, fresh, at)
        told.extend(summed((Found(at=at, signal=s) for s in fresh if s.detector != SILENCE), at))
        return given_anew(detection, before, after, at, ())

    def _apply(
        self, connection: sa.Connection, batch: ObservationBatch, at: int, told: list[Moment]
    ) -> tuple[Assessment, ...]:
        outcome = self._parts.detection.apply(self._state(connection, batch.group), batch)
        self.notice(connection, outcome.signals, at)
        told.extend(reads_of(batch, at))
        told.extend(sifted_of(batch, outcome.counts, at))
        told.extend(silences_of(outcome.signals, at))
        told.extend(Found(at=at, signal=signal) for signal in outcome.signals if signal.detector != SILENCE)
        return outcome.assessments

    def _tick(self, connection: sa.Connection, group: str, at: int, told: list[Moment]) -> tuple[Assessment, ...]:
        return self._apply(connection, ObservationBatch(group=group, feed="", tick_at=at), at, told)

    def _live(self, connection: sa.Connection, at: int) -> list[str]:
        """The groups in which the passing of time can change something, in an order that every process gives them."""
        groups = self._parts.archive.groups()
        return sorted(group for group in groups if self._parts.detection.is_live(self._state(connection, group), at))

    def _keep(self, connection: sa.Connection, groups: Set[str], assessments: Iterable[Assessment], at: int) -> None:
        """Write the states of these groups and take the assessments in, within the caller's transaction."""
        there = set(connection.execute(sa.select(group_states.c.group_name)).scalars())
        for group in sorted(groups):
            if group in self._saved_before and group not in there:
                continue  # an import has dropped it meanwhile: it is made again, with the rows imported
            state = self._parts.detection.snapshot(self._states[group])
            saved = msgspec.msgpack.encode(Saved(self._parts.made_with, state, group in self._past))
            self._parts.archive.save_state(connection, group, saved)
            self._saved_before.add(group)
        self._parts.intake.take_many(connection, assessments, at)

    def _state(self, connection: sa.Connection, group: str) -> GroupState:
        if group not in self._states:
            saved = self._saved(group)
            if saved is not None:
                self._saved_before.add(group)
            self._states[group] = self._parts.detection.restore(saved.state) if saved else GroupState()
            if saved is not None and saved.is_past:
                self._past.add(group)
        return self._states[group]

    def _before(self, group: str) -> GroupState:
        """What a group's memory was before it is made again: of one that was made otherwise nothing counts."""
        saved = self._saved(group) if group not in self._states else None
        if saved is not None and saved.made_with == self._parts.made_with:
            return self._parts.detection.restore(saved.state)
        return self._states.get(group, GroupState())

    def _saved(self, group: str) -> Saved | None:
        content = self._parts.archive.state(group)
        return msgspec.msgpack.decode(content, type=Saved) if content else None

    @contextmanager
    def _keeping(self) -> Iterator[sa.Connection]:
        """One transaction; when it fails, what is in memory is forgotten, since the store does not have it."""
        try:
            with self._parts.store.transaction() as connection:
                yield connection
        except BaseException:
            self._states.clear()
            self._saved_before.clear()
            self._past.clear()
            raise

    def _tell(self, moments: Iterable[Moment]) -> None:
        for moment in moments:
            for witness in self._witnesses:
                witness(moment)
