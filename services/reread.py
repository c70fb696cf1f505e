"""Packed bytes → what they say, **read again** by the packed manifests: figures, readings of documents, hazards.

It is the same parser that read them the first time: a figure of a pack need not be believed, it is in its bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from services.feeds.manifest import FileEntry, Manifest
from services.feeds.parsing import Parser, Piece, Seen
from services.packs import PackedBatch, PackedEvidence
from services.sources import reader_of
from streams.codec import encode
from streams.observations import HazardObservation, NoticeObservation, ObservationBatch
from streams.reference import Reference

EXPANDED = 200_000_000  # bytes that one packed file may expand to

Figure = tuple[str, int, int, float | None]
"""Series, period, row and value."""


def reread(
    pieces: Sequence[tuple[PackedEvidence, bytes]], manifests: Mapping[str, Manifest], reference: Reference
) -> dict[str, set[Figure | bytes]]:
    """By SHA-256 everything that the bytes say: figures, and documents and hazards as canonical bytes without a time.

    Bytes whose manifest is not there, or that it cannot read, are left out.
    """
    said: dict[str, set[Figure | bytes]] = {}
    by_parser: dict[str, list[tuple[PackedEvidence, bytes]]] = {}
    for told, content in pieces:
        for name in filter(None, told.parser.split(", ")):
            by_parser.setdefault(name, []).append((told, content))
    read = reader_of(reference)
    for name, own in sorted(by_parser.items()):
        feed, _, entry_id = name.partition("/")
        manifest = manifests.get(feed)
        entry = next((each for each in manifest.files if each.id == entry_id), None) if manifest else None
        if manifest is None or entry is None:
            continue
        parser = Parser(manifest, reference, read)
        found = [
            Piece(origin=told.origin, content=content, fetched_at=told.fetched_at, headers=told.headers)
            for told, content in own
        ]
        now = max(piece.fetched_at for piece in found)
        for batch in parser.parse(_bounded(entry), found, now, Seen()).poll.batches:
            _take(batch, said)
    return said


def follow(batches: Iterable[PackedBatch], said: Mapping[str, set[Figure | bytes]]) -> set[str]:
    """The SHA-256 of the files of which every packed observation is what their bytes say."""
    held: dict[str, bool] = {}
    for batch in batches:
        for run in batch.runs:
            own = said.get(run.evidence, set())
            columns = zip(run.occurred_at, run.rows, run.values, strict=True)
            fits = all((run.series, at, row, value) in own for at, row, value in columns)
            held[run.evidence] = held.get(run.evidence, True) and fits
        for sha256, told in _told(batch.notices, batch.hazards):
            held[sha256] = held.get(sha256, True) and told in said.get(sha256, set())
    return {sha256 for sha256, fits in held.items() if fits}


def _take(batch: ObservationBatch, said: dict[str, set[Figure | bytes]]) -> None:
    for run in batch.runs:
        columns = zip(run.occurred_at, run.rows, run.values, strict=True)
        said.setdefault(run.evidence, set()).update((run.series.series_id, *column) for column in columns)
    for sha256, told in _told(batch.notices, batch.hazards):
        said.setdefault(sha256, set()).add(told)


def _told(notices: Iterable[NoticeObservation], hazards: Iterable[HazardObservation]) -> Iterator[tuple[str, bytes]]:
    """Documents and events by their file, without when they were known: that hangs on when the bytes came."""
    for notice in notices:
        yield notice.evidence, encode(msgspec.structs.replace(notice, known_at=0))
    for hazard in hazards:
        yield hazard.evidence, encode(msgspec.structs.replace(hazard, known_at=0))


def _bounded(entry: FileEntry) -> FileEntry:
    layout = msgspec.structs.replace(entry.layout, max_bytes=min(entry.layout.max_bytes, EXPANDED))
    return msgspec.structs.replace(entry, layout=layout)
