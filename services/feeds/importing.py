"""Files that a person has → archive, once: `twinbell import`. Each file is one transaction; a broken one is named."""

from collections import Counter
from collections.abc import Callable
from typing import TypeAlias

import msgspec
import sqlalchemy as sa

from services.archive import Archive
from services.feeds.files import FileFeed
from services.feeds.parsing import FileCounts, Outcome, Reading
from services.vintages import Kept
from streams.pipeline import watched
from streams.reasons import Reason
from streams.relate import Relating


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file. Figures and documents are counted together in new, revised and duplicates."""

    entry: str
    path: str
    outcome: Outcome
    rows: int
    left_out: int
    values: int
    unknown: int
    zeros: int
    documents: int
    undated: int
    not_relevant: int
    new: int
    revised: int
    duplicates: int
    bad_rows: int
    dead_letters: dict[Reason, int]
    problem: str = ""  # the first dead letter, with row and what to do


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every file that a manifest names. `checked` means that nothing was written."""

    feed: str
    checked: bool
    files: tuple[FileReport, ...]
    notes: tuple[str, ...]  # files that are not there, and those that could not be opened
    unwatched: dict[str, int] = {}  # by measure: rows that are kept and shown, and on which no detector rings

    @property
    def failed(self) -> tuple[FileReport, ...]:
        """The files of which nothing could be used."""
        return tuple(file for file in self.files if file.outcome != "read")


OnFile: TypeAlias = Callable[[int, int, FileReport], None]  # how many are done, of how many, and the last one


def import_files(feed: FileFeed, archive: Archive, database: sa.Engine, on_file: OnFile) -> ImportReport:
    """Read what is new since the last time into the store. Importing twice changes nothing.

    The states of the groups that have new rows are dropped, so that a running hub judges them anew. Of a file with
    more unusable rows than the manifest allows only its dead letters and its bytes are kept; the others are read.
    """
    cursor = archive.cursor(feed.name)
    tasks, notes = feed.tasks(cursor)
    reports: list[FileReport] = []
    unwatched: Counter[str] = Counter()
    for done, reading in enumerate(feed.readings(tasks, cursor), start=1):
        unwatched.update(_unwatched(reading, feed.relating))
        with database.begin() as connection:
            kept = archive.store(connection, reading.poll)
            archive.forget_states(connection, kept.groups)
        for report in _reports(reading, kept):
            reports.append(report)
            on_file(done, len(tasks), report)
    return ImportReport(feed=feed.name, checked=False, files=tuple(reports), notes=notes, unwatched=dict(unwatched))


def check_files(feed: FileFeed, on_file: OnFile) -> ImportReport:
    """Read everything and write nothing: what an import into an empty store would bring."""
    tasks, notes = feed.tasks("")
    reports: list[FileReport] = []
    unwatched: Counter[str] = Counter()
    for done, reading in enumerate(feed.readings(tasks, ""), start=1):
        unwatched.update(_unwatched(reading, feed.relating))
        for report in _reports(reading, None):
            reports.append(report)
            on_file(done, len(tasks), report)
    return ImportReport(feed=feed.name, checked=True, files=tuple(reports), notes=notes, unwatched=dict(unwatched))


def _unwatched(reading: Reading, relating: Relating) -> Counter[str]:
    """By measure, the rows that neither a detector nor a relation reads, without those that are for reading only."""
    found: Counter[str] = Counter()
    for run in (run for batch in reading.poll.batches for run in batch.runs):
        if not (run.series.partial or watched(run.series) or relating.reads(run.series)):
            found[run.series.measure] += len(run.rows)
    return found


def _reports(reading: Reading, kept: Kept | None) -> list[FileReport]:
    """One report for each file of a reading. New and revised rows of files read together are counted by their bytes."""
    reports: list[FileReport] = []
    for file, evidence in zip(reading.files, reading.poll.evidence, strict=True):
        first = next((x for x in reading.poll.dead_letters if x.origin == file.origin), None)
        problem = ""
        if first is not None:
            problem = (f"row {first.row}: " if first.row else "") + f"{first.reason}: {first.detail}"
        new, revised, duplicates = _tally(file, evidence.sha256, kept)
        counts = file.counts
        reports.append(
            FileReport(
                entry=file.entry,
                path=file.origin,
                outcome=file.outcome,
                rows=counts.rows,
                left_out=counts.left_out,
                values=counts.values,
                unknown=counts.unknown,
                zeros=counts.zeros,
                documents=counts.documents,
                undated=counts.undated,
                not_relevant=counts.not_relevant,
                new=new,
                revised=revised,
                duplicates=duplicates,
                bad_rows=counts.bad_rows,
                dead_letters=file.reasons,
                problem=problem,
            )
        )
    return reports


def _tally(file: FileCounts, sha256: str, kept: Kept | None) -> tuple[int, int, int]:
    """New, revised and duplicate: as stored, or as they would be in an empty store."""
    counts = file.counts
    if kept is None:
        return counts.values + counts.unknown + counts.zeros + counts.documents, 0, counts.duplicates
    tally = kept.tallies.get(sha256)
    if tally is None:
        return 0, 0, counts.duplicates
    return tally.new, tally.revised, tally.duplicates + counts.duplicates
