"""What a command works with: the store, its clock, the configuration that it was run with, the people."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import sqlalchemy as sa

from alerts.errors import Refused
from alerts.holds import Holds
from alerts.states import AlertState
from alerts.store import Store
from services.addresses import shown_store
from services.archive import Archive
from services.clock import Clock, DeploymentClock
from services.configuration import load
from services.errors import BadSettings, NothingFound
from services.settings import Configuration
from services.wiring import DEFAULT_STORE, archive_of, open_store, served


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """An opened store."""

    url: str
    database: sa.Engine
    store: Store
    archive: Archive
    clock: Clock
    configuration: Configuration


def configured(config: Path | None) -> Configuration:
    """The configuration of a file, or the shipped exercise beside the working directory."""
    return load(config, Path())


def store_url(store: str, configuration: Configuration) -> str:
    """The store that was asked for, else the configuration's, else the one of `make run`."""
    return store or configuration.store or DEFAULT_STORE


def _last_run_with(file: str) -> Configuration:
    """The configuration that a store was last run with; empty: the shipped one. Raises BadSettings with what to do."""
    if not file:
        return configured(None)
    path = Path(file)
    if not path.is_file():
        raise BadSettings(f"{file}, with which this store was last run, is not there: name it with --config FILE")
    try:
        return configured(path)
    except BadSettings as problem:
        raise BadSettings(
            f"{problem}; this store was last run with that file: mend it, or name another with --config FILE"
        ) from None


@contextmanager
def opened(store: str, config: Path | None) -> Iterator[Desk]:
    """The store for one command. Without `config`, the configuration that the store was last run with.

    Raises WrongStore when there is none, and BadSettings when its configuration does not hold any more.
    """
    url = store or (configured(config).store if config else "") or DEFAULT_STORE
    database = open_store(url, create=False)
    try:
        last = served(database)
        configuration = (
            _last_run_with(last.configuration) if config is None and last is not None else configured(config)
        )
        yield Desk(
            url=url,
            database=database,
            store=Store(database, configuration.settings.site),
            archive=archive_of(database),
            clock=DeploymentClock(database),
            configuration=configuration,
        )
    finally:
        database.dispose()


def holds_of(desk: Desk, state: AlertState) -> Holds:
    """What holds an alert back now, and what it holds back."""
    with desk.store.looking() as connection:
        board = desk.store.board(connection)
        return board.holds(state, desk.clock.now(), desk.configuration.settings.timers.explains_s)


def alert_of(desk: Desk, alert_id: str) -> AlertState:
    """The alert of this id or beginning. Raises Refused when there is none, or more than one."""
    try:
        return desk.store.alert(alert_id)
    except Refused:
        fitting = [state for state in desk.store.alerts() if state.alert_id.startswith(alert_id) and alert_id]
        if len(fitting) > 1:
            ids = ", ".join(state.alert_id for state in fitting[:3])
            raise NothingFound(f"{len(fitting)} alerts begin with {alert_id!r} ({ids}): write more of the id") from None
        if not fitting:
            raise NothingFound(
                f"there is no alert {alert_id!r} in {shown_store(desk.url)}: `twinbell alerts list` shows those that "
                "there are, --store names another store"
            ) from None
        return desk.store.alert(fitting[0].alert_id)
