"""Sources whose licence lets their history be handed on → **files** that the manifest of the evaluation kit can read.

What is under way lies in NAME.part: whole windows, one a line, so that a stop in the middle costs one window. A file
takes its name only when it is whole.
"""

import csv
import gzip
import io
import os
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path

import msgspec

from services.clock import RealTime
from services.errors import SourceFailed
from services.feeds.documents import ReadDocument
from services.feeds.parsing import Parser, Piece, Seen
from services.feeds.sources.base import Asking, Source
from services.feeds.sources.marks import Mark, day_number
from services.http_client import Answer, Client
from services.reasons import Reason
from streams.observations import SECONDS_A_DAY
from streams.reference import Reference

OnDays = Callable[[int, int], None]  # days that are there, and of how many


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the history: which answers of which source it holds, and its path in the directory."""

    source: str
    entry: str  # of the source's manifest
    path: str
    is_windowed: bool = False  # documents, asked for by days


FILES = (
    Handed(source="pink_sheet", entry="monthly", path="prices/worldbank_CMO-Historical-Data-Monthly.xlsx"),
    Handed(source="ecb", entry="history", path="prices/ecb_eurofxref-hist.zip"),
    Handed(
        source="federal_register",
        entry="documents",
        path="notices/federal_register_documents.csv.gz",
        is_windowed=True,
    ),
)


class Outcome(StrEnum):
    """What became of one file."""

    FETCHED = "fetched"
    THERE = "there already"
    NOT_REACHED = "NOT REACHED"


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """One file, for people and scripts. `size` in bytes; `detail` says why it is not there, or how much is in it."""

    source: str
    path: str
    outcome: Outcome
    licence: str
    size: int = 0
    detail: str = ""


class Document(msgspec.Struct, frozen=True):
    """One document of the Federal Register, with the columns of the file in their order."""

    document_number: str
    publication_date: str
    title: str | None = None
    abstract: str | None = None
    html_url: str | None = None


class Page(msgspec.Struct, frozen=True):
    """An answer of the search; with no hits there is no list."""

    results: tuple[Document, ...] = ()


class Window(msgspec.Struct, frozen=True):
    """A line of a part file: the documents of some days, and how far the source was read with them."""

    mark: Mark
    documents: tuple[Document, ...]


class Asked(msgspec.Struct, frozen=True):
    """A source with the client that asks it, its base address, and the time."""

    source: Source
    client: Client
    base: str
    time: RealTime


class HistoryWish(msgspec.Struct, frozen=True, kw_only=True):
    """Where the files go, and from which to which ISO day documents are wanted, both included."""

    directory: Path
    first: str
    last: str


def fetch(
    handed: Handed, asked: Asked, wish: HistoryWish, known: tuple[Reference, ReadDocument], on_days: OnDays
) -> Fetched:
    """One file of the history. One that is there is left alone; a source that did not give it is told, not raised."""
    target, about = wish.directory / handed.path, asked.source.about
    fetched = Fetched(source=about.name, path=handed.path, outcome=Outcome.THERE, licence=about.licence)
    if target.is_file():
        detail = "remove it to have it fetched anew"
        return msgspec.structs.replace(fetched, size=target.stat().st_size, detail=detail)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if handed.is_windowed:
            detail = _fetch_documents(handed, asked, target, (wish.first, wish.last), on_days)
        else:
            detail = _fetch_whole(handed, asked, target, known)
    except SourceFailed as failure:
        detail = f"{failure.reason}: {failure.detail}"
        return msgspec.structs.replace(fetched, outcome=Outcome.NOT_REACHED, detail=detail)
    return msgspec.structs.replace(fetched, outcome=Outcome.FETCHED, size=target.stat().st_size, detail=detail)


def _fetch_whole(handed: Handed, asked: Asked, target: Path, known: tuple[Reference, ReadDocument]) -> str:
    """One answer as it came, once it is seen that it can be read. Raises SourceFailed, and writes nothing then."""
    now = asked.time.now_ms() // 1_000
    steps = asked.source.read(Asking(asked.client, Mark(), now, asked.base))
    (answer,) = next(step.answers for step in steps if step.entry == handed.entry)
    manifest = asked.source.manifest({})
    entry = next(entry for entry in manifest.files if entry.id == handed.entry)
    piece = Piece(origin=answer.address, content=answer.content, fetched_at=answer.fetched_at)
    (file,) = Parser(manifest, *known).parse(entry, [piece], now, Seen()).files
    if file.outcome != "read" or not file.counts.rows:
        why = ", ".join(sorted(file.reasons)) or "no row in it"
        raise asked.client.failure(Reason.ERROR_IN_ANSWER, f"what it gave cannot be read ({why})")
    _put(target, answer.content)
    return f"{file.counts.rows:,} rows"


def _fetch_documents(handed: Handed, asked: Asked, target: Path, days: tuple[str, str], on_days: OnDays) -> str:
    """The documents of ISO days, both included, window by window, from where a part file ends.

    Raises SourceFailed; the windows before it are kept in the part file.
    """
    part = _part_of(target)
    windows = _kept(part)
    now = (day_number(days[1]) + 1) * SECONDS_A_DAY - 1
    mark, of = windows[-1].mark if windows else Mark(), day_number(days[1]) - day_number(days[0]) + 1
    is_more = True
    with part.open("ab") as file:
        while is_more:
            asking = Asking(asked.client, mark, now, asked.base)
            for step in asked.source.read(asking):
                if step.entry != handed.entry or step.mark is None:
                    continue
                mark = step.mark
                windows.append(Window(mark, tuple(_documents(asking, step.answers))))
                file.write(msgspec.json.encode(windows[-1]) + b"\n")
                file.flush()
                on_days(min(of, day_number(mark.reached) - day_number(days[0]) + 1), of)
            is_more = asking.more
    newest = {document.document_number: document for window in windows for document in window.documents}
    rows = [document for document in newest.values() if days[0] <= document.publication_date <= days[1]]
    if not rows:
        raise asked.client.failure(Reason.NOT_THERE, f"it has no document from {days[0]} to {days[1]}")
    _put(target, _table(sorted(rows, key=lambda row: (row.publication_date, row.document_number))))
    part.unlink()
    return f"{len(rows):,} documents, {days[0]} to {days[1]}"


def _part_of(target: Path) -> Path:
    """Where what is under way lies."""
    return target.with_name(f"{target.name}.part")


def _kept(part: Path) -> list[Window]:
    """The whole windows of a part file; what a stop left of the next one is cut off."""
    content = part.read_bytes() if part.is_file() else b""
    windows: list[Window] = []
    whole = 0
    for line in content.splitlines(keepends=True):
        try:
            windows.append(msgspec.json.decode(line, type=Window))
        except (msgspec.DecodeError, UnicodeError):
            break
        if not line.endswith(b"\n"):
            windows.pop()
            break
        whole += len(line)
    if whole < len(content):
        os.truncate(part, whole)
    return windows


def _documents(asking: Asking, answers: Iterable[Answer]) -> Iterable[Document]:
    for answer in answers:
        try:
            yield from msgspec.json.decode(answer.content, type=Page).results
        except (msgspec.DecodeError, UnicodeError):
            raise asking.failure(Reason.ERROR_IN_ANSWER, "its documents are not of the form that was known") from None


def _table(rows: Iterable[Document]) -> bytes:
    """The rows as a gzipped CSV: the same bytes for the same rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Document.__struct_fields__)
    writer.writerows(msgspec.structs.astuple(row) for row in rows)
    return gzip.compress(text.getvalue().encode(), mtime=0)


def _put(target: Path, content: bytes) -> None:
    """The whole file under its name, or nothing."""
    made = target.with_name(f"{target.name}.new")
    made.write_bytes(content)
    os.replace(made, target)
