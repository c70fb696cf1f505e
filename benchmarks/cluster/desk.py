"""The officers of both sides, who answer what has reached them: else what nobody answers rings again and again."""

import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from alerts.acknowledgements import acknowledge
from alerts.errors import Refused
from alerts.participants import Directory, Role
from alerts.states import AlertState, TrackState
from alerts.store import Store

AFTER_S = 4  # of an alert: the first messages of both sides have left long before
_LOOK_S = 0.5


class Desk:
    """`with Desk(database, directory):` in a thread of its own."""

    def __init__(self, database: sa.Engine, directory: Directory) -> None:
        self._store = Store(database)
        self._directory = directory
        self._duty = {
            side.iso3: next(person.person_id for person in side.people if Role.DUTY in person.roles)
            for side in directory.participants
        }
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._answer, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _answer(self) -> None:
        while not self._over.wait(_LOOK_S):
            now = int(time.time())
            for alert in self._store.open_alerts():
                self._answered(alert, now)

    def _answered(self, alert: AlertState, now: int) -> None:
        for side, track in alert.tracks.items():
            if track.state is TrackState.NOTIFIED and now >= track.changed_at + AFTER_S:
                with suppress(Refused), self._store.transaction() as connection:  # refused: it has ended meanwhile
                    acknowledge(self._store, connection, self._directory, self._duty[side], alert.alert_id, "", now)
