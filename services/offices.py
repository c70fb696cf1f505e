"""What only one process at a time does on a store: the first leads, others stand by, and nobody ends over an outage."""

from collections.abc import Callable
from enum import IntEnum

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from services.clock import SystemClock
from services.moments import Moment, Unread

_STALLED_S = 60
_AGAIN_S = 1.0
_STANDBY_S = 0.5

IsOver = Callable[[], bool]


class Office(IntEnum):
    """An office, and its number among the locks of a PostgreSQL database."""

    FEED = 7_246_872
    DISPATCH = 7_246_873

    @property
    def word(self) -> str:
        """Its name in metrics."""
        return self.name.lower()


class Pulse:
    """Whether a loop still turns, and whether it can take work."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._beat_at = self._clock.now()
        self.is_ready = False

    def beat(self) -> None:
        """The loop has turned."""
        self._beat_at = self._clock.now()

    def is_live(self) -> bool:
        """Whether it has turned lately."""
        return self._clock.now() - self._beat_at < _STALLED_S


class Lead:
    """Whether this process holds an office. The lock is a session's: it ends with the process, or when the server no
    longer hears of it. On SQLite there is one process, which leads.
    """

    def __init__(self, database: sa.Engine, office: Office, told: Callable[[str, bool], None]) -> None:
        """`told`, whenever it changes, of the office whether it is ours."""
        self._database = database
        self._office = office
        self._told = told
        self._session: sa.Connection | None = None
        self._is_ours = database.dialect.name != "postgresql"
        told(office.word, self._is_ours)

    def is_ours(self) -> bool:
        """Asked of the server each time, so that a session that was cut is noticed. Raises OperationalError."""
        if self._database.dialect.name != "postgresql":
            return True
        try:
            if self._session is None:
                self._session = self._database.execution_options(isolation_level="AUTOCOMMIT").connect()
            if self._is_ours:
                self._session.execute(sa.select(1))
            elif self._session.execute(sa.select(sa.func.pg_try_advisory_lock(self._office.value))).scalar():
                self._is_ours = True
                self._told(self._office.word, True)
        except OperationalError:
            self.resign()
            raise
        return self._is_ours

    def resign(self) -> None:
        """End the session, and the office with it."""
        session, self._session = self._session, None
        if session is not None:
            self._is_ours = False
            self._told(self._office.word, False)
            session.invalidate()
            session.close()


def hold(
    lead: Lead, pulse: Pulse, tell: Callable[[Moment], None], is_over: IsOver, act: Callable[[IsOver], None]
) -> None:
    """Act while this process leads, stand by while another does, wait while the store is away; until `is_over`.

    `act` is given when to stop, and raises OperationalError when the store does not answer.
    """
    real = SystemClock()
    while not is_over():
        try:
            leads = lead.is_ours()
            pulse.is_ready = True  # who stands by can take over
            if leads:
                act(lambda: is_over() or not lead.is_ours())
            else:
                real.wait(_STANDBY_S)
        except OperationalError as problem:
            pulse.is_ready = False
            note = f"the store does not answer: {str(problem.orig).strip()}; asked again every second"
            tell(Unread(at=real.now(), feed="store", note=note))
            real.wait(_AGAIN_S)
        pulse.beat()
    lead.resign()
