"""What can go wrong at the edges of the alert path: the database driver, the channels, the clock."""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from alerts.channels.base import Message, Receipt, Rendering
from alerts.errors import PermanentFailure, TemporaryFailure
from alerts.reasons import Reason
from services.database import open_engine


class Killed(BaseException):
    """The process is gone at this very point: nothing after it happens, and nothing uncommitted stays."""


class Step(StrEnum):
    """What the process was doing."""

    TAKE = "take"  # an assessment: facts, state, deliveries
    PLAN = "plan"  # what time has made due
    CLAIM = "claim"  # the intention to send
    SEND = "send"  # the request
    RECORD = "record"  # what came of it
    ANSWER = "answer"  # a person's command
    RECOVER = "recover"  # after a start
    IDLE = "idle"  # between two instants


class Kind(StrEnum):
    """What went wrong."""

    KILLED_BEFORE_WRITE = "killed before a write"
    KILLED_AFTER_WRITE = "killed after a write"
    KILLED_BEFORE_COMMIT = "killed before the commit"
    KILLED_AFTER_COMMIT = "killed after the commit"
    DISK_FULL_WRITE = "disk full at a write"
    DISK_FULL_COMMIT = "disk full at the commit"
    KILLED_BEFORE_SEND = "killed before the request"
    KILLED_AFTER_SEND = "killed after the request"
    SLOW = "channel slow"
    FAILING = "channel failing"
    REFUSING = "channel refusing for good"
    BREAKING = "channel breaking"
    LATE = "channel answering late"
    CLOCK_FORWARD = "clock jumps on"
    CLOCK_BACK = "clock jumps back"


DATABASE_STEPS = (Step.TAKE, Step.PLAN, Step.CLAIM, Step.RECORD, Step.ANSWER, Step.RECOVER)
STRIKES: dict[Kind, tuple[Step, ...]] = {
    **dict.fromkeys(list(Kind)[:6], DATABASE_STEPS),
    **dict.fromkeys(list(Kind)[6:13], (Step.SEND,)),
    Kind.CLOCK_FORWARD: (Step.IDLE, Step.SEND),
    Kind.CLOCK_BACK: (Step.IDLE, Step.SEND),
}
"""Which kind of fault may strike which step: every cell must have been struck when the seeds are through."""

_WEIGHT = dict.fromkeys((Kind.KILLED_BEFORE_WRITE, Kind.KILLED_AFTER_WRITE, Kind.DISK_FULL_WRITE), 0.3)
"""A transaction has many writes and one commit."""
_RARELY = 6
"""People answer a few times, the process works all the time: an answer is as likely to be struck as the rest."""
_AT_WRITE = (Kind.KILLED_BEFORE_WRITE, Kind.DISK_FULL_WRITE)
_AT_COMMIT = (Kind.KILLED_BEFORE_COMMIT, Kind.DISK_FULL_COMMIT)
_AT_SEND = (Kind.KILLED_BEFORE_SEND, Kind.SLOW, Kind.FAILING, Kind.REFUSING, Kind.BREAKING, Kind.LATE)


class Fates:
    """Decides by the seed where faults strike, and counts them. Once `calm`, nothing goes wrong any more."""

    def __init__(self, seed: int, most: int) -> None:
        self.random = random.Random(seed)
        self.step = Step.IDLE
        self.struck: Counter[tuple[Kind, Step]] = Counter()
        self.calm = True
        self._left = most
        # Each seed has its own weather, so that some have a single fault and others a storm of them.
        self._odds = self.random.choice((0.004, 0.02, 0.06))
        self._favourite = self.random.choice([(kind, step) for kind, steps in STRIKES.items() for step in steps])

    def strikes(self, kinds: Iterable[Kind]) -> Kind | None:
        """One of these kinds, if it strikes now."""
        if self.calm or self._left <= 0:
            return None
        for kind in kinds:
            if self.step not in STRIKES[kind]:
                continue
            odds = self._odds * _WEIGHT.get(kind, 2.0) * (8 if (kind, self.step) == self._favourite else 1)
            odds *= _RARELY if self.step is Step.ANSWER else 1
            if self.random.random() < odds:
                self._left -= 1
                self.struck[kind, self.step] += 1
                return kind
        return None

    def before_write(self) -> None:
        """A statement that changes something is about to run."""
        self._act(self.strikes(_AT_WRITE))

    def after_write(self) -> None:
        """It has run, within its transaction."""
        self._act(self.strikes((Kind.KILLED_AFTER_WRITE,)))

    def before_commit(self) -> None:
        """Everything of the transaction has been written."""
        self._act(self.strikes(_AT_COMMIT))

    def after_commit(self) -> None:
        """The transaction counts."""
        self._act(self.strikes((Kind.KILLED_AFTER_COMMIT,)))

    def _act(self, kind: Kind | None) -> None:
        if kind in (Kind.DISK_FULL_WRITE, Kind.DISK_FULL_COMMIT):
            raise sqlite3.OperationalError("database or disk is full")
        if kind is not None:
            raise Killed(kind)


class FaultyCursor(sqlite3.Cursor):
    """A driver's cursor whose writes may fail, or be the last thing that the process did."""

    connection: "FaultyConnection"

    def execute(self, sql: str, parameters: Any = ()) -> "FaultyCursor":
        """Run one statement."""
        if not sql.startswith(("INSERT", "UPDATE", "DELETE")):
            super().execute(sql, parameters)
            return self
        self.connection.meet(self.connection.fates.before_write)
        super().execute(sql, parameters)
        self.connection.meet(self.connection.fates.after_write)
        return self

    def executemany(self, sql: str, parameters: Any) -> "FaultyCursor":
        """Run one statement for many rows."""
        self.connection.meet(self.connection.fates.before_write)
        super().executemany(sql, parameters)
        self.connection.meet(self.connection.fates.after_write)
        return self


class FaultyConnection(sqlite3.Connection):
    """A driver's connection whose commits may fail, or be the last thing that the process did."""

    fates: Fates

    def meet(self, fate: Callable[[], None]) -> None:
        """Let fate strike. What a killed process had not committed is lost, and its locks are gone with it."""
        try:
            fate()
        except Killed:
            self.rollback()
            raise

    def cursor(self, factory: Any = None) -> Any:
        """A cursor with the same fates."""
        return super().cursor(FaultyCursor)

    def commit(self) -> None:
        """Commit, when there is anything to commit."""
        if not self.in_transaction:
            return
        self.meet(self.fates.before_commit)
        super().commit()
        self.meet(self.fates.after_commit)


def faulty_engine(path: Path, fates: Fates) -> Engine:
    """An engine as the process opens it, on a driver with these fates. It does not wait for the disk."""
    engine = open_engine(f"sqlite:///{path}", durable=False)

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Any, record: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
        connection = sqlite3.connect(*arguments, factory=FaultyConnection, **named)
        connection.fates = fates
        return connection

    return engine


class Clock:
    """The time of the simulated machine, which may jump."""

    def __init__(self, now: int) -> None:
        self.now = now


class Outside:
    """Everything that ever reached the providers, whether the process learned of it or not."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.refused: set[str] = set()  # delivery ids that a provider refused for good


class FaultyChannel:
    """A provider at the other end of a line: slow, failing, answering late, or gone."""

    def __init__(self, name: str, waking: bool, fates: Fates, clock: Clock, outside: Outside) -> None:
        self.name = name
        self.waking = waking
        self._fates = fates
        self._clock = clock
        self._outside = outside

    def send(self, message: Message) -> Receipt:
        """Take the message, or not, or take it and not say so."""
        fates = self._fates
        fates.step = Step.SEND
        try:
            return self._send(message)
        finally:
            fates.step = Step.RECORD

    def _send(self, message: Message) -> Receipt:
        fates, outside = self._fates, self._outside
        kind = fates.strikes(_AT_SEND)
        match kind:
            case Kind.KILLED_BEFORE_SEND:
                raise Killed(kind)
            case Kind.FAILING:
                wait = fates.random.choice((None, 0.0, 20.0, 400.0))
                raise TemporaryFailure(Reason.RATE_LIMITED, "busy", retry_after_s=wait)
            case Kind.REFUSING if self.waking:  # never both channels of a person: then nobody could be reached
                outside.refused.add(message.delivery.delivery_id)
                raise PermanentFailure(Reason.UNKNOWN_RECIPIENT, "no such key")
            case Kind.BREAKING:
                raise RuntimeError("a defect")
            case Kind.SLOW:
                self._clock.now += fates.random.choice((20, 90, 600))
            case _:
                pass
        outside.messages.append(message)
        if kind is Kind.LATE:
            raise TemporaryFailure(Reason.TIMED_OUT, "no answer in time")
        if fates.strikes((Kind.KILLED_AFTER_SEND,)):
            raise Killed(Kind.KILLED_AFTER_SEND)
        jump(fates, self._clock)
        return Receipt(reference=f"{self.name}-{len(outside.messages)}")

    def rendering(self, message: Message) -> Rendering:
        """Nothing to see."""
        return Rendering(suffix=".txt", content=b"")


def jump(fates: Fates, clock: Clock) -> None:
    """The machine's clock is set, forwards or back."""
    kind = fates.strikes((Kind.CLOCK_FORWARD, Kind.CLOCK_BACK))
    if kind is not None:
        far = fates.random.choice((70, 1_800, 7_200, 86_400))
        clock.now += far if kind is Kind.CLOCK_FORWARD else -far
