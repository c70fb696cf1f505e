"""Many rows in one statement: SQLAlchemy Core's statements, handed to the driver without its work for each row."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Insert, Table, Update, bindparam, insert, update
from sqlalchemy.sql.compiler import SQLCompiler

Cell = str | int | bool | bytes | None
Row = tuple[Cell, ...]
"""The cells of one row, in the order of the table's columns. Each is what the driver takes as it is."""

_FEW: Final = 100
"""Up to so many rows SQLAlchemy's cached way is the faster one: the other has to compile its statement anew."""


class Written(NamedTuple):
    """The statements of one table, made once, and the names of their parameters in the order of the columns."""

    insert: Insert
    update: Update
    names: tuple[str, ...]
    names_in_update: tuple[str, ...]


def written(table: Table) -> Written:
    """The statements that write whole rows: new ones, and over those with the same primary key."""
    keys = {column.name for column in table.primary_key}
    over = update(table)
    for key in sorted(keys):
        over = over.where(table.c[key] == bindparam(f"at_{key}"))
    names = tuple(column.name for column in table.columns)
    return Written(insert(table), over, names, tuple(f"at_{name}" if name in keys else name for name in names))


def insert_rows(connection: Connection, statements: Written, rows: Sequence[Row]) -> None:
    """Insert whole rows."""
    if rows:
        _execute(connection, statements.insert, statements.names, rows)


def update_rows(connection: Connection, statements: Written, rows: Sequence[Row]) -> None:
    """Write whole rows over those with the same primary key."""
    if rows:
        _execute(connection, statements.update, statements.names_in_update, rows)


def _execute(connection: Connection, statement: Insert | Update, names: Sequence[str], rows: Sequence[Row]) -> None:
    if len(rows) <= _FEW:
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])
        return
    columns = [name for name in names if not name.startswith("at_")]
    compiled: Any = statement.compile(dialect=connection.dialect, column_keys=columns)
    if not isinstance(compiled, SQLCompiler) or not compiled.positional or compiled.positiontup is None:
        connection.exec_driver_sql(str(compiled), [dict(zip(names, row, strict=True)) for row in rows])
        return
    order = [names.index(name) for name in compiled.positiontup]
    in_order = order == list(range(len(names)))
    connection.exec_driver_sql(
        str(compiled), list(rows) if in_order else [tuple(row[at] for at in order) for row in rows]
    )
