"""How commands print: JSON for scripts, tables for people; nothing from a feed reaches the terminal unescaped."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.errors import NothingFound
from services.terminal import plain


def print_json(value: object) -> None:
    """Any record, or list of records, as indented JSON."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def write_bytes(out: Path, content: bytes) -> None:
    """Bytes into a file, as they are. Raises NothingFound when it cannot be written."""
    try:
        out.write_bytes(content)
    except OSError as problem:
        raise NothingFound(f"{out} cannot be written: {problem.strerror}; name another file") from None


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    """Rows under their headings, or the sentence `empty` when there are none."""
    if not rows:
        print(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    _console().print(table)


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """A label and its text on each line."""
    width = max((len(label) for label, _ in pairs), default=0)
    for label, text in pairs:
        print(f"{label.ljust(width)}  {plain(text)}")


def print_record(record: msgspec.Struct) -> None:
    """Each field of a record on a line of its own."""
    fields = msgspec.structs.asdict(record).items()
    print_pairs([(name, ", ".join(value) if isinstance(value, tuple) else str(value)) for name, value in fields])


def _console() -> Console:
    """A terminal's own width; wide lines in a pipe, so that nothing is folded there."""
    return Console(width=None if sys.stdout.isatty() else 200, highlight=False)
