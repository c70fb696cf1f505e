"""The store's database: migrated to exactly the tables of the code, durable, and one writer at a time."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from alerts import tables
from services.database import is_current, migrate, open_engine
from services.errors import WrongStore
from services.tables import archive_metadata


def test_migration_makes_the_tables_of_the_code(tmp_path: Path) -> None:
    """After the migrations nothing differs from the metadata of both rooms."""
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}")
    assert not is_current(engine)
    migrate(engine)
    assert is_current(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, [tables.metadata, archive_metadata]) == []  # type: ignore[arg-type]


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    """A store that is current stays as it is, with its record."""
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}")
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(tables.heads), [{"author": "system@hub", "sequence": 1, "hash": "h"}])
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.heads)).scalar_one() == 2


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    """Neither migrated nor read: the sentence says which version is needed."""
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}")
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for attempt in (migrate, is_current):
        with pytest.raises(WrongStore, match=r"newer version of Twinbell made this store \(9999\)"):
            attempt(engine)


def test_every_table_and_index_can_be_made_on_postgresql() -> None:
    """The same tables compile for PostgreSQL, with their partial indexes."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for metadata in (tables.metadata, archive_metadata):
        for table in metadata.sorted_tables:
            assert str(CreateTable(table).compile(dialect=dialect))
            for index in table.indexes:
                assert str(CreateIndex(index).compile(dialect=dialect))


def test_sqlite_is_durable_and_checks_its_keys(tmp_path: Path) -> None:
    """WAL, synchronous=FULL, foreign keys on, patience with a busy store."""
    engine = open_engine(f"sqlite:///{tmp_path / 'deep' / 'store.db'}")
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_second_writer_waits_at_the_start_and_a_reader_does_not(tmp_path: Path) -> None:
    """A transaction takes the write lock when it begins: it never fails half way; readers see what was committed."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    first, second = open_engine(url), open_engine(url)
    migrate(first)
    with first.begin() as writer:
        writer.execute(sa.insert(tables.heads), [{"author": "a", "sequence": 1, "hash": "h"}])
        with second.execution_options(reading=True).connect() as reader:
            names = reader.execute(sa.select(tables.heads.c.author)).scalars().all()
            assert names == ["*"]
        with second.connect() as impatient:
            impatient.connection.cursor().execute("PRAGMA busy_timeout = 0")
            with pytest.raises(sa.exc.OperationalError, match="locked"):
                impatient.execute(sa.select(tables.heads))


def test_a_password_comes_from_its_file(tmp_path: Path) -> None:
    """The address names the file; what is in it stays out of the address, and a missing one is said."""
    pytest.importorskip("psycopg")
    (tmp_path / "secret").write_text("s3cret\n")
    engine = open_engine(f"postgresql+psycopg://owner@host/twinbell?password_file={tmp_path}/secret&sslmode=require")
    assert engine.url.password == "s3cret"
    assert dict(engine.url.query) == {"sslmode": "require"}
    assert "s3cret" not in str(engine.url)
    with pytest.raises(WrongStore, match=r"none: No such file"):
        open_engine(f"postgresql+psycopg://owner@host/twinbell?password_file={tmp_path}/none")
