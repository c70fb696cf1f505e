"""Rows of files → **notices**: each document is put before the reader; those that are an act on a mineral are kept."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from services.clock import iso_day
from services.feeds.letters import Counts, Letters
from services.feeds.manifest import DocumentColumns, FileEntry, Manifest
from services.feeds.markup import text_of
from services.feeds.periods import PeriodReader, known_after, known_at_of
from services.feeds.readers import Rows
from services.feeds.templates import FastTemplate, Place, Tables, columns_of, one_line, printable, stem_of
from services.feeds.where import Conditions, each_row
from streams.codec import digest
from streams.errors import BadObservation
from streams.notices.documents import Document
from streams.notices.readings import Reading
from streams.observations import NoticeObservation
from streams.reasons import Reason
from streams.reference import Reference

ReadDocument: TypeAlias = Callable[[Document], Reading]

UNDATED = 0  # known_at of a document without a date: it is kept, and never replayed
NO_MINERAL_NAMED = "all_minerals"  # the group of an act that names no mineral, and no table leads to one
_MAX_NUMBER_CHARS = 300
_ACT = ""  # in the place of the words of a document that is an act already


class DocumentReader:
    """Reads the documents of one file entry. Nothing raised for a bad row: it is a letter."""

    def __init__(self, manifest: Manifest, entry: FileEntry, read: ReadDocument, now: int) -> None:
        assert entry.document is not None
        self._manifest, self._entry, self._read, self._now = manifest, entry, read, now
        self._document: DocumentColumns = entry.document
        self._periods = PeriodReader(entry.dates, now)
        self._missing = frozenset(mark.strip() for mark in entry.missing)
        texts = [x for x in msgspec.structs.astuple(entry.document) if isinstance(x, str)]
        columns = columns_of(entry.dates.column) if "{" in entry.dates.column else [entry.dates.column]
        columns += [condition.column for condition in entry.where]
        columns += [column for text in texts for column in columns_of(text)]
        columns += [entry.known.column] if entry.known.column else []
        self.columns = list(dict.fromkeys(columns))
        needed = [entry.dates.column] if entry.known.undated == "unknown" else []
        needed += [self._document.issuer, self._document.or_number or self._document.number]
        identity = {column for text in needed for column in (columns_of(text) if "{" in text else [text])}
        self.optional = set(self.columns) - identity

    def read(
        self, rows: Rows, origin: str, sha256: str, letters: Letters, seen: set[tuple[str, str]]
    ) -> tuple[list[NoticeObservation], Counts]:
        """The acts on minerals in one file. `seen` holds the documents that were read already.

        Acts by identity alone, others with their words: what is no act by its title may be one by its text.
        """
        counts = Counts()
        fields = self._templates(Place(stem=stem_of(origin), origin=origin))
        conditions = Conditions(self._entry.where, {column: i for i, column in enumerate(self.columns)})
        notices: list[NoticeObservation] = []

        def take(number: int, cells: Sequence[str]) -> None:
            filled = {name: template.fill(cells) for name, template in fields.items()}
            notice = self._notice(filled, sha256, number, seen)
            if notice is None:
                counts.duplicates += 1
                return
            counts.newest = max(counts.newest, notice.known_at)
            if not notice.reading.matters:
                counts.not_relevant += 1
            else:
                notices.append(notice)
                counts.undated += notice.known_at == UNDATED

        each_row(rows, conditions, (counts, letters), take)
        counts.documents = len(notices)
        return notices, counts

    def _templates(self, place: Place) -> dict[str, FastTemplate]:
        tables = Tables(self._manifest)
        date, known = self._entry.dates.column, self._entry.known.column
        texts = {**msgspec.structs.asdict(self._document), "date": date if "{" in date else "{" + date + "}"}
        texts |= {"known": f"{{{known}}}" if known else ""}
        return {name: FastTemplate(str(text), self.columns, tables, place) for name, text in texts.items()}

    def _notice(
        self, filled: dict[str, str], sha256: str, row: int, seen: set[tuple[str, str]]
    ) -> NoticeObservation | None:
        """The document as read; None when it was read already. Raises BadObservation."""
        issuer, number = one_line(filled["issuer"]), one_line(filled["number"] or filled["or_number"])
        if not issuer or not number or len(number) > _MAX_NUMBER_CHARS:
            raise BadObservation(Reason.ROW_MALFORMED, "a document without issuer and number has no identity")
        occurred_at, known_at = self._times(filled["date"].strip(), filled["known"].strip())
        title = one_line(filled["title"])
        text = filled["text"]
        document = Document(
            document_id=f"{issuer}:{number}",
            language=one_line(filled["language"])[:20],
            title=title,
            text=printable(text_of(text) if self._document.is_markup else text),
            published_on=iso_day(occurred_at) if known_at != UNDATED else "",
            address=one_line(filled["address"]),
            issuer=one_line(filled["state"]),
        )
        said = digest(f"{title}\0{document.text}".encode("utf-8", "surrogatepass"))
        if seen & {(document.document_id, _ACT), (document.document_id, said)}:
            return None
        try:
            reading = self._read(document)
        except Exception as error:  # one document that the rules cannot take must not stop the others
            detail = f"the reader failed on {document.document_id!r}: {type(error).__name__}: {error}"
            raise BadObservation(Reason.ROW_MALFORMED, detail) from error
        seen.add((document.document_id, _ACT if reading.matters else said))
        return NoticeObservation(
            document_id=document.document_id,
            feed=self._manifest.name,
            issuer=issuer,
            number=number,
            language=document.language,
            title=title,
            address=document.address,
            occurred_at=occurred_at,
            known_at=known_at,
            evidence=sha256,
            row=row,
            reading=reading,
        )

    def _times(self, date: str, known: str) -> tuple[int, int]:
        """What a document is about and when it was known; it was never known before it was about something."""
        if date in self._missing:
            return (UNDATED, UNDATED) if self._entry.known.undated == "unknown" else (self._now, self._now)
        span = self._periods.read(date)
        known_at = known_at_of(known) if known else known_after(span.last_day_at, self._entry.known.days_after)
        known_at = min(known_at, self._now)
        return min(span.starts_at, known_at), known_at


def groups_of(reading: Reading, reference: Reference) -> Sequence[str]:
    """The supply groups that an act is about, in order of their names.

    An act that names none is about what tables lead to (`Reference.meant_by`), a listing about what the firms supply.
    None where it names only minerals that the reference data do not hold: those are not watched.
    """
    listed = {m for one in reading.entities for m in reference.entities[one.entity_id].mineral_ids}
    if listed and not reading.is_relevant:
        return sorted({reference.group_of(mineral) for mineral in listed})
    if not reading.minerals:
        meant = reference.meant_by(reading.actor, ores=reading.general, dual_use=reading.dual_use)
        return sorted({reference.group_of(mineral) for mineral in meant}) or (NO_MINERAL_NAMED,)
    known = listed | {mineral for name in reading.minerals for mineral in reference.mineral_ids(name)}
    return sorted({reference.group_of(mineral) for mineral in known})
