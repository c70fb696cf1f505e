"""`twinbell notices read`: what the reader of export-control notices finds in documents, with the words that say so."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from services.commands.options import JsonOption
from services.commands.printing import print_table
from services.errors import FeedError, NothingFound
from streams.notices.documents import Document
from streams.notices.reader import reader_over
from streams.notices.readings import Reading, Span
from streams.reference import Reference, packaged

_MAX_TITLE_CHARS = 60

app = typer.Typer(help="Read export-control notices.", no_args_is_help=True)


@app.callback()
def notices() -> None:
    """Read export-control notices."""


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the input. An empty title is normal; further fields are left alone."""

    doc_id: str
    language: str
    title: str | None = None
    text: str | None = None
    published_on: str | None = None
    address: str | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One document as read, for scripts. Minerals are named as the ledger of events names them."""

    doc_id: str
    is_relevant: bool
    act_kind: str
    polarity: str
    minerals: tuple[str, ...]
    hs: tuple[str, ...]
    published_on: str
    effective_on: str
    end_on: str
    actor_iso3: str
    targets: tuple[str, ...]
    spans: tuple[Span, ...]


@app.command()
def read(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="JSON lines with doc_id, language, title, text, published_on (and, if known, address).",
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Read documents and print for each which minerals, which act, which way, when and against whom."""
    reference = packaged()
    reader = reader_over(reference)
    rows: list[tuple[str, ...]] = []
    for document in _documents(file):
        found = _found(document, reader.read(document), reference)
        if as_json:
            sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
            continue
        said = (found.act_kind, found.polarity, ", ".join(found.minerals)) if found.is_relevant else ("-", "-", "")
        days = f"{found.effective_on or '-'} … {found.end_on}" if found.effective_on or found.end_on else ""
        rows.append((found.doc_id, *said, days, found.actor_iso3, document.title[:_MAX_TITLE_CHARS]))
    if not as_json:
        columns = ("document", "act", "polarity", "minerals", "effective … end", "by", "title")
        print_table(columns, rows, "The file holds no document.")


def ledger_names(minerals: tuple[str, ...], reference: Reference) -> tuple[str, ...]:
    """Ids of minerals under the names of the ledger: members of a group that has no id of its own under the group's."""
    names = set()
    for mineral in minerals:
        group = reference.group_of(mineral) if mineral in reference.minerals else mineral
        names.add(group if group in reference.aliases and group not in reference.minerals else mineral)
    return tuple(sorted(names))


def _documents(file: Path) -> list[Document]:
    """The documents of a file of JSON lines. Raises NothingFound or FeedError that name file, line and what to do."""
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise NothingFound(f"{file} cannot be read: {problem.strerror}; name a file of JSON lines") from None
    documents: list[Document] = []
    for number, raw in enumerate(content.splitlines(), 1):
        if not raw.strip():
            continue
        try:
            line = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"), type=_Line)
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            fields = "doc_id, language, title, text, published_on"
            raise FeedError(f"{file} line {number}: {problem}; each line is an object with {fields}") from None
        documents.append(
            Document(
                document_id=line.doc_id,
                language=line.language,
                title=line.title or "",
                text=line.text or "",
                published_on=line.published_on or "",
                address=line.address or "",
            )
        )
    return documents


def _found(document: Document, reading: Reading, reference: Reference) -> Found:
    return Found(
        doc_id=document.document_id,
        is_relevant=reading.is_relevant,
        act_kind=reading.act_kind,
        polarity=reading.polarity,
        minerals=ledger_names(reading.minerals, reference),
        hs=reading.hs,
        published_on=reading.published_on,
        effective_on=reading.effective_on,
        end_on=reading.end_on,
        actor_iso3=reading.actor,
        targets=reading.targets,
        spans=reading.spans,
    )
