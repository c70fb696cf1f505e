"""One store → **another**: the whole record carried between SQLite and PostgreSQL, in one transaction, and proved.

Carried is what nobody could make again: the facts with their chain, the archive with its seals, the clocks. What is
made from them is not: the memory of detection is made again from the archive by the harness that runs next, events for
a broker and how far its topics were read belong to that broker alone.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import msgspec
import sqlalchemy as sa

from alerts.store import Store
from alerts.tables import heads, metadata
from services import tables
from services.addresses import shown_store
from services.errors import WrongStore
from services.holding import held
from services.seals import amount_of
from services.tables import archive_metadata
from services.wiring import archive_of, open_store

REMADE = (tables.group_states, tables.outgoing, tables.consumed)
CARRIED = tuple(table for table in (*archive_metadata.sorted_tables, *metadata.sorted_tables) if table not in REMADE)
_AT_ONCE = 2_000
_FILES_AT_ONCE = 10  # rows with the bytes of whole files
_LOCK = 7_246_872  # a number of ours among the locks of a PostgreSQL database
Told = Callable[[int, int], None]
"""(rows that are done, of how many)"""


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What was carried: rows by table, and what `store verify` found at the target."""

    source: str
    target: str
    rows: dict[str, int]
    facts: int
    evidence: int


class _Sum(msgspec.Struct):
    """Rows of one table, whatever their order: how many, and the sum of their hashes."""

    rows: int = 0
    amount: int = 0

    def add(self, table: sa.Table, row: sa.Row[tuple[object, ...]]) -> None:
        self.rows += 1
        self.amount += amount_of(str(table.name), row)


def copy_store(source_url: str, target_url: str, told: Told) -> Copied:
    """Carry the record. The target is left as it was unless all of it arrived.

    Raises WrongStore when the target is not empty, the source is in use or both are of one kind, StoreDamaged when the
    source does not verify.
    """
    if _kind(source_url) == _kind(target_url):
        raise WrongStore(
            f"both stores are {_kind(source_url)}: copy a file with `sqlite3 FILE '.backup COPY'`, a PostgreSQL "
            "database with pg_dump"
        )
    with ExitStack() as stack:
        for url in (source_url, target_url):
            stack.enter_context(held(url))
        source = open_store(source_url, create=False)
        stack.callback(source.dispose)
        _refuse_used(source)
        verified(source)
        target = open_store(target_url, create=True)
        stack.callback(target.dispose)
        rows = _carried(source, target, told)
        facts, evidence = verified(target)
    return Copied(
        source=shown_store(source_url), target=shown_store(target_url), rows=rows, facts=facts, evidence=evidence
    )


def verified(database: sa.Engine) -> tuple[int, int]:
    """How many facts and files a store holds, each as it was written. Raises StoreDamaged."""
    return Store(database).verify(), archive_of(database).verify()


def _carried(source: sa.Engine, target: sa.Engine, told: Told) -> dict[str, int]:
    with _snapshot(source) as reading, target.begin() as writing:
        _lock(writing)
        _refuse_filled(writing)
        of = sum(reading.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in CARRIED)
        sums = {table.name: _Sum() for table in CARRIED}
        done = 0
        for table in CARRIED:
            for part in _parts(reading, table):
                _insert(writing, table, part)
                for row in part:
                    sums[table.name].add(table, row)
                done += len(part)
                told(done, of)
            _go_on_counting(writing, table)
        for table in CARRIED:
            arrived = _Sum()
            for part in _parts(writing, table):
                for row in part:
                    arrived.add(table, row)
            if arrived != sums[table.name]:
                raise WrongStore(
                    f"table {table.name}: {arrived.rows} rows arrived that are not the {sums[table.name].rows} that "
                    "were read; nothing was kept at the target, the source is as it was"
                )
        return {name: found.rows for name, found in sums.items()}


def _snapshot(source: sa.Engine) -> sa.Connection:
    """One view of the source for all of its tables, whoever writes meanwhile."""
    if source.dialect.name == "postgresql":
        return source.execution_options(isolation_level="REPEATABLE READ").connect()
    return source.execution_options(reading=True).connect()


def _parts(connection: sa.Connection, table: sa.Table) -> Iterator[list[sa.Row[tuple[object, ...]]]]:
    """The rows of a table, not all in memory at once."""
    size = _FILES_AT_ONCE if table is tables.evidence else _AT_ONCE
    found = connection.execution_options(yield_per=size).execute(sa.select(table))
    for part in found.partitions():
        yield list(part)


def _insert(connection: sa.Connection, table: sa.Table, rows: list[sa.Row[tuple[object, ...]]]) -> None:
    try:
        connection.execute(sa.insert(table), [dict(row._mapping) for row in rows])
    except sa.exc.DataError as problem:
        raise WrongStore(f"table {table.name}: the target does not take a row of it: {problem.orig}") from None


def _go_on_counting(connection: sa.Connection, table: sa.Table) -> None:
    """The next row of a table that numbers its rows itself comes after those carried. SQLite does so by itself."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    last = connection.execute(sa.select(sa.func.max(column))).scalar()
    name = connection.execute(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))).scalar()
    if last is not None and name is not None:
        connection.execute(sa.select(sa.func.setval(name, last)))


def _lock(connection: sa.Connection) -> None:
    """Of two copies to one target the second waits, and then finds it filled."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _refuse_filled(connection: sa.Connection) -> None:
    connection.execute(sa.delete(heads).where(heads.c.sequence == 0))  # of a record in which nothing stands yet
    for table in (*CARRIED, *REMADE):
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None:
            raise WrongStore(
                f"the target is not empty (table {table.name}): name a new file or database; whether what is there "
                "is whole, `twinbell store verify --store TARGET` says"
            )


def _refuse_used(source: sa.Engine) -> None:
    """What was written after the copy would be lost with the source. A run on SQLite holds the file (see `held`)."""
    if source.dialect.name != "postgresql":
        return
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    with source.connect() as connection:
        others = connection.exec_driver_sql(query).scalar_one()
    if others:
        raise WrongStore(
            f"{others} others work on the source: stop `twinbell feed`, `detect` and `dispatch` first, and copy then"
        )


def _kind(url: str) -> str:
    return sa.make_url(url).get_backend_name()
