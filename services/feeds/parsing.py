"""Bytes → **poll**: pieces of one form become observations, in the same way for files, sources and stored evidence.

Bytes come first and are kept as they are; what is made of them has a version, so that it can be made again.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Literal, TypeAlias, TypeVar

import msgspec

from services.feeds.base import Evidence, Poll
from services.feeds.columns import ColumnReader
from services.feeds.documents import DocumentReader, ReadDocument, groups_of
from services.feeds.events import HazardReader
from services.feeds.layouts import media_type, open_rows
from services.feeds.letters import Counts, Letters
from services.feeds.manifest import FileEntry, Manifest
from services.feeds.runs import Read, runs_of
from services.feeds.templates import stem_of
from streams.codec import digest, encode
from streams.errors import BadObservation
from streams.observations import HazardObservation, NoticeObservation, ObservationBatch, Run
from streams.proximity import groups_near
from streams.reasons import Reason
from streams.reference import Reference

# failed: no row could be used; stopped: more dead letters than the manifest allows. Nothing of such a piece is used.
Outcome: TypeAlias = Literal["read", "failed", "stopped"]

T = TypeVar("T")

READERS = 1  # raised when the readers make something else of the same bytes and manifest
_DIGEST_CHARS = 16


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of one file or answer. `origin` is its path or address."""

    origin: str
    content: bytes
    fetched_at: int
    headers: tuple[tuple[str, str], ...] = ()


class FileCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one piece."""

    entry: str
    origin: str
    counts: Counts
    reasons: dict[Reason, int]
    outcome: Outcome


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces read: the poll that they make (without a cursor), and what became of each."""

    poll: Poll
    files: tuple[FileCounts, ...]


class Seen(msgspec.Struct, kw_only=True):
    """What was read already in one go: documents by identity and, where they are no act, their words; events by id."""

    documents: set[tuple[str, str]] = msgspec.field(default_factory=set)
    events: set[str] = msgspec.field(default_factory=set)


class Parser:
    """Makes observations of bytes, by the entries of one manifest."""

    def __init__(self, manifest: Manifest, reference: Reference, read: ReadDocument) -> None:
        self.manifest = manifest
        self._reference, self._read = reference, read
        self._shared = digest(encode((READERS, manifest.name, manifest.tables, manifest.dead_letters)))

    def version(self, entry: FileEntry) -> str:
        """Which version reads an entry: the same one makes the same of the same bytes."""
        return digest(encode((self._shared, entry)))[:_DIGEST_CHARS]

    def parse(self, entry: FileEntry, pieces: Sequence[Piece], now: int, seen: Seen) -> Reading:
        """Read pieces as an entry says, those of one form together: absent rows are judged over all of them."""
        if entry.document is not None:
            return self._documents(entry, pieces, now, seen)
        if entry.hazard is not None:
            return self._hazards(entry, pieces, now, seen)
        return self._figures(entry, pieces, now)

    def _figures(self, entry: FileEntry, pieces: Sequence[Piece], now: int) -> Reading:
        """Read pieces into runs, one batch for each group."""
        reader = ColumnReader(self.manifest, entry, self._reference, now)
        reads: list[Read] = []
        for i, piece in enumerate(pieces):
            letters = Letters(self.manifest.name, piece.origin, self.manifest.dead_letters)
            counts = Counts()
            try:
                rows = open_rows(piece.content, entry.layout, reader.columns)
                counts = reader.read(rows, i, stem_of(piece.origin), letters)
            except BadObservation as problem:
                reader.gaps.unread.add((i, None))
                letters.add(0, problem, piece.content)
            reads.append(Read(sha256=digest(piece.content), counts=counts, letters=letters))
        runs = runs_of(entry, reader.sheets, reader.gaps, reads, now)
        unusable = {r.sha256 for r in reads if _outcome(r) != "read"}
        groups: dict[str, list[Run]] = {}
        for run in runs:
            if run.evidence not in unusable:
                groups.setdefault(run.series.group, []).append(run)
        batches = [ObservationBatch(group=g, feed=self.manifest.name, runs=groups[g]) for g in sorted(groups)]
        return self._reading(entry, [*zip(pieces, reads, strict=True)], batches, now)

    def _documents(self, entry: FileEntry, pieces: Sequence[Piece], now: int, seen: Seen) -> Reading:
        """Read pieces into notices, each in the batch of every group that it is about."""
        reader = DocumentReader(self.manifest, entry, self._read, now)

        def read(piece: Piece, sha256: str, letters: Letters) -> tuple[list[NoticeObservation], Counts]:
            rows = open_rows(piece.content, entry.layout, reader.columns, reader.optional)
            return reader.read(rows, piece.origin, sha256, letters, seen.documents)

        done, groups = self._grouped(pieces, read, lambda notice: groups_of(notice.reading, self._reference))
        batches = [ObservationBatch(group=g, feed=self.manifest.name, notices=groups[g]) for g in sorted(groups)]
        return self._reading(entry, done, batches, now)

    def _hazards(self, entry: FileEntry, pieces: Sequence[Piece], now: int, seen: Seen) -> Reading:
        """Read pieces into hazards, each in the batch of every group that has a place near it."""
        reader = HazardReader(self.manifest, entry, now)

        def read(piece: Piece, sha256: str, letters: Letters) -> tuple[list[HazardObservation], Counts]:
            rows = open_rows(piece.content, entry.layout, reader.columns, reader.optional)
            return reader.read(rows, sha256, letters, seen.events)

        done, groups = self._grouped(pieces, read, lambda it: groups_near(self._reference, (it.lat, it.lon)))
        batches = [ObservationBatch(group=g, feed=self.manifest.name, hazards=groups[g]) for g in sorted(groups)]
        return self._reading(entry, done, batches, now)

    def _grouped(
        self,
        pieces: Sequence[Piece],
        read: Callable[[Piece, str, Letters], tuple[list[T], Counts]],
        groups_of_one: Callable[[T], Collection[str]],
    ) -> tuple[list[tuple[Piece, Read]], dict[str, list[T]]]:
        """What became of each piece, and what was read by group; what no group is about is counted as not relevant."""
        done: list[tuple[Piece, Read]] = []
        groups: dict[str, list[T]] = {}
        for piece in pieces:
            letters = Letters(self.manifest.name, piece.origin, self.manifest.dead_letters)
            sha256, counts = digest(piece.content), Counts()
            found: list[T] = []
            try:
                found, counts = read(piece, sha256, letters)
            except BadObservation as problem:
                letters.add(0, problem, piece.content)
            done.append((piece, Read(sha256=sha256, counts=counts, letters=letters)))
            if _outcome(done[-1][1]) != "read":
                continue
            for one in found:
                about = groups_of_one(one)
                for group in about:
                    groups.setdefault(group, []).append(one)
                if not about:
                    counts.documents -= 1
                    counts.not_relevant += 1
        return done, groups

    def _reading(
        self, entry: FileEntry, done: Sequence[tuple[Piece, Read]], batches: list[ObservationBatch], now: int
    ) -> Reading:
        for _, read in done:
            read.counts.bad_rows = read.letters.bad_rows
        evidence = [
            Evidence(
                sha256=read.sha256,
                origin=piece.origin,
                fetched_at=piece.fetched_at,
                media_type=media_type(entry.layout),
                content=piece.content,
                headers=piece.headers,
                parser=f"{self.manifest.name}/{entry.id}",
                version=self.version(entry),
            )
            for piece, read in done
        ]
        counts = tuple(
            FileCounts(
                entry=entry.id,
                origin=piece.origin,
                counts=read.counts,
                reasons=read.letters.by_reason,
                outcome=_outcome(read),
            )
            for piece, read in done
        )
        notes = [_stop_note(c, read) for c, (_, read) in zip(counts, done, strict=True) if c.outcome != "read"]
        known = [max(run.known_at) for batch in batches for run in batch.runs]
        known += [notice.known_at for batch in batches for notice in batch.notices]
        known += [hazard.known_at for batch in batches for hazard in batch.hazards]
        known += [read.counts.newest for _, read in done if read.counts.newest]
        poll = Poll(
            feed=self.manifest.name,
            cursor="",
            polled_at=now,
            evidence=tuple(evidence),
            batches=tuple(batches),
            dead_letters=tuple(letter for _, read in done for letter in read.letters.letters),
            read=sum(c.counts.rows for c in counts),
            not_relevant=sum(c.counts.not_relevant for c in counts),
            content_at=max(known, default=None),
            notes=tuple(notes),
        )
        return Reading(poll=poll, files=counts)


def joined(polls: Sequence[Poll], feed: str, cursor: str, now: int) -> Poll:
    """One poll of many, with the observations of each group together."""
    groups: dict[str, ObservationBatch] = {}
    for poll in polls:
        for batch in poll.batches:
            known = groups.setdefault(batch.group, ObservationBatch(group=batch.group, feed=feed))
            known.runs.extend(batch.runs)
            known.notices.extend(batch.notices)
            known.hazards.extend(batch.hazards)
    return Poll(
        feed=feed,
        cursor=cursor,
        polled_at=now,
        evidence=tuple(evidence for poll in polls for evidence in poll.evidence),
        batches=tuple(batch for _, batch in sorted(groups.items())),
        dead_letters=tuple(letter for poll in polls for letter in poll.dead_letters),
        read=sum(poll.read for poll in polls),
        not_relevant=sum(poll.not_relevant for poll in polls),
        content_at=max((poll.content_at for poll in polls if poll.content_at is not None), default=None),
        notes=tuple(note for poll in polls for note in poll.notes),
    )


def _outcome(read: Read) -> Outcome:
    letters, counts = read.letters, read.counts
    if letters.are_too_many(counts.rows):
        return "stopped"
    is_empty = letters.bad_rows > 0 and letters.bad_rows >= counts.rows - counts.left_out
    return "failed" if is_empty else "read"


def _stop_note(file: FileCounts, read: Read) -> str:
    first = read.letters.letters[0]
    if not first.row:
        return f"{file.origin}: nothing of it could be used: {first.reason}: {first.detail}"
    return (
        f"{file.origin}: {read.letters.bad_rows} of {file.counts.rows} rows cannot be used, so nothing of it was; "
        f"the first is row {first.row}: {first.reason}: {first.detail}"
    )
