"""Opens the store's database, on SQLite (WAL) or PostgreSQL, and brings its tables to the version of this code."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from alerts.errors import StoreDamaged
from services.errors import WrongStore

_BUSY_TIMEOUT_MS = 30_000
_MIGRATION_LOCK = 7_246_871  # a number of ours among the locks of a PostgreSQL database
# A server or a client that is gone without a word is noticed within seconds; what the address itself says counts.
_SOUND: dict[str, int | str] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "options": "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3",
}
_MIGRATIONS = Path(__file__).with_name("migrations")


def open_engine(url: str, durable: bool = True) -> Engine:
    """An engine on `url`: sqlite:///PATH, sqlite:// (in memory) or postgresql+DRIVER://…

    `?password_file=FILE` keeps a password out of the address. Raises WrongStore when the file cannot be read.
    On SQLite every commit is on the disk before it counts (WAL, synchronous=FULL), and a transaction begins IMMEDIATE,
    so that two writers wait for each other instead of failing half way; a connection with the execution option
    `reading=True` begins deferred and waits for nobody. `durable=False` leaves the waiting for the disk out: for tests.
    """
    address = _with_password(make_url(url))
    if address.get_backend_name() != "sqlite":
        sound = {name: value for name, value in _SOUND.items() if name not in address.query}
        return create_engine(address, pool_pre_ping=True, connect_args=sound)
    if address.database in (None, "", ":memory:"):
        engine = create_engine(address, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions by itself, too late and deferred; `_begin` does.
        if isinstance(connection, sqlite3.Connection):
            connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _with_password(address: URL) -> URL:
    file = address.query.get("password_file")
    if not isinstance(file, str):
        return address
    try:
        password = Path(file).read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise WrongStore(f"the password of the store: {file}: {problem.strerror}") from None
    return address.difference_update_query(["password_file"]).set(password=password)


def migrate(engine: Engine) -> None:
    """Bring the tables to the version of this code. Migrating twice, or by two processes at once, changes nothing.

    Raises WrongStore when a newer program made them.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        config = _config()
        _refuse_newer(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Whether the tables are of the version of this code; False on an empty database too.

    Raises WrongStore when a newer program made them.
    """
    with engine.execution_options(reading=True).connect() as connection:
        return _refuse_newer(connection) == set(ScriptDirectory.from_config(_config()).get_heads())


def _refuse_newer(connection: Connection) -> set[str]:
    """The version of the tables. Raises WrongStore when this code does not know it."""
    found = set(MigrationContext.configure(connection).get_current_heads())
    known = {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found - known:
        raise WrongStore(
            f"a newer version of Twinbell made this store ({', '.join(sorted(found - known))}): run that version "
            "on it, or name another store with --store"
        )
    return found


def verify(engine: Engine) -> None:
    """Raise StoreDamaged when the file itself is not sound: a page, a row or an index that is not as it was written."""
    if engine.dialect.name != "sqlite":
        return  # a server looks after its own files
    with engine.execution_options(reading=True).connect() as connection:
        found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if found != "ok":
        raise StoreDamaged(
            f"the store's file: {found}; restore it from a copy made before, and keep this one as evidence"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
