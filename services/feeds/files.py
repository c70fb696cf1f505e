"""Files of a directory → **poll**: what a person has downloaded or bought, read as a manifest says.

A manifest is also a feed: at each poll the files that are new or changed are read. A file that is not there is a note.
The cursor says which bytes were read by which part of the manifest, so a changed file and a changed manifest read anew.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from services.errors import FeedError
from services.feeds.base import DeadLetter, Evidence, Poll
from services.feeds.columns import ColumnReader
from services.feeds.documents import DocumentReader, ReadDocument, groups_of
from services.feeds.layouts import media_type, open_rows
from services.feeds.letters import Counts, Letters
from services.feeds.manifest import FileEntry, Manifest
from services.feeds.runs import Read, runs_of
from streams.codec import digest, encode
from streams.errors import BadObservation
from streams.observations import NoticeObservation, ObservationBatch, Run
from streams.reasons import Reason
from streams.reference import Reference

# failed: no row could be used; stopped: more dead letters than the manifest allows. Nothing of such a file is used.
Outcome: TypeAlias = Literal["read", "failed", "stopped"]

_STILL_WRITTEN_S = 10
_DIGEST_CHARS = 16


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the directory that an entry of the manifest is about. `key` is its place in the cursor."""

    key: str
    origin: str  # path within the directory
    path: Path
    how: str  # hash of the part of the manifest that reads it
    content: bytes = b""

    @property
    def mark(self) -> str:
        """What the cursor keeps: which bytes were read, and how."""
        return f"{digest(self.content)[:_DIGEST_CHARS]}:{self.how}"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be read in one go: one file, or all files of an entry whose absent rows are zeros."""

    entry: FileEntry
    files: tuple[Found, ...]


class FileCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file."""

    entry: str
    origin: str
    counts: Counts
    reasons: dict[Reason, int]
    outcome: Outcome


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One task done: the poll that it makes, and what became of its files."""

    poll: Poll
    files: tuple[FileCounts, ...]


class FileFeed:
    """The files that a manifest names, under `directory`. `now` gives the time of reading, whole seconds UTC."""

    def __init__(
        self,
        manifest: Manifest,
        directory: Path,
        reference: Reference,
        now: Callable[[], int],
        read: ReadDocument,
    ) -> None:
        self.name = manifest.name
        self._manifest, self._directory, self._reference = manifest, directory, reference
        self._now, self._read = now, read
        self._refused: dict[str, tuple[str, str]] = {}  # key → mark and note of a file that could not be used
        self._shared = digest(encode((manifest.name, manifest.tables, manifest.dead_letters)))

    def poll(self, cursor: str) -> Poll:
        """Everything new since `cursor`. Bad files raise nothing: they are dead letters, and notes for the operator.

        A file that could not be used is read again when its bytes or the manifest change; until then its note stands.
        Raises FeedError when the directory is not there.
        """
        tasks, notes = self.tasks(cursor, again=False)
        polls: list[Poll] = []
        for reading in self.readings(tasks, cursor):
            polls.append(reading.poll)
            cursor = reading.poll.cursor
        return self._joined(polls, cursor, notes)

    def tasks(self, cursor: str, again: bool = True) -> tuple[list[Task], tuple[str, ...]]:
        """What there is to read that was not read before, in order of the manifest, and notes about the rest.

        A file that could not be used when it was read last is read `again`, or its note stands.
        Raises FeedError when the directory is not there.
        """
        if not self._directory.is_dir():
            raise FeedError(f"{self.name}: {self._directory} is no directory that can be read; name the right one")
        known = _marks(cursor)
        tasks: list[Task] = []
        notes: list[str] = []
        for entry in self._manifest.files:
            files: list[Found] = []
            fresh: list[Found] = []
            for file in self._files(entry, notes):
                bare = msgspec.structs.replace(file, content=b"")  # many files need not be in memory together
                files.append(bare)
                refused, note = self._refused.get(file.key, ("", ""))
                if refused == file.mark and not again:
                    notes.append(note)
                elif known.get(file.key) != file.mark:
                    fresh.append(bare)
            if entry.absent.read == "zero" and fresh:
                tasks.append(Task(entry=entry, files=tuple(files)))  # a report is complete over all its files
            else:
                tasks.extend(Task(entry=entry, files=(file,)) for file in fresh)
        return tasks, tuple(notes)

    def readings(self, tasks: Sequence[Task], cursor: str) -> Iterator[Reading]:
        """Do the tasks one after another; each poll's cursor includes those before it."""
        seen: set[tuple[str, str]] = set()
        for task in tasks:
            now = self._now()
            files = [_load(file) for file in task.files]
            figures = task.entry.document is None
            read = self._figures(task.entry, files, now) if figures else self._documents(task.entry, files, seen, now)
            good = {file.origin for file in read.files if file.outcome == "read"}
            bad = [file for file in files if file.origin not in good]
            self._refused |= {f.key: (f.mark, note) for f, note in zip(bad, read.poll.notes, strict=True)}
            marks = _marks(cursor) | {file.key: file.mark for file in files if file.origin in good}
            cursor = encode(marks).decode()
            poll = msgspec.structs.replace(read.poll, cursor=cursor)
            yield msgspec.structs.replace(read, poll=poll)

    def _files(self, entry: FileEntry, notes: list[str]) -> Iterator[Found]:
        """The files of an entry that can be read now, in order of their names."""
        paths = sorted(self._directory.glob(entry.path)) if _is_pattern(entry.path) else [self._directory / entry.path]
        how = digest(encode((self._shared, entry)))[:_DIGEST_CHARS]
        is_any = False
        for path in paths:
            origin = path.relative_to(self._directory).as_posix()
            try:
                if not path.is_file():
                    continue
                is_any = True
                problem = self._not_yet(path, entry)
                content = path.read_bytes() if not problem else b""
            except OSError as error:
                is_any = True
                problem, content = f"cannot be read: {error.strerror}", b""
            if problem:
                notes.append(f"{origin}: {problem}")
                continue
            if content[-1:] not in (b"\n", b"\r") and self._is_warm(path) and entry.layout.format in ("csv", "jsonl"):
                notes.append(f"{origin}: is still being written; it is read at the next poll")
                continue
            yield Found(key=f"{entry.id}:{origin}", origin=origin, path=path, how=how, content=content)
        if not is_any:
            notes.append(f"{entry.path}: not there ({entry.id})")

    def _not_yet(self, path: Path, entry: FileEntry) -> str:
        """Why a file must not be opened, or nothing."""
        if not path.resolve().is_relative_to(self._directory.resolve()):
            return "leads out of the directory; it is not read"
        size = path.stat().st_size
        if size > entry.layout.max_bytes:
            return f"{size:,} bytes are more than layout.max_bytes = {entry.layout.max_bytes:,}; it is not read"
        return ""

    def _is_warm(self, path: Path) -> bool:
        """Whether a file changed within the last seconds, so that its last line may not be whole."""
        return 0 <= self._now() - int(path.stat().st_mtime) < _STILL_WRITTEN_S

    def _figures(self, entry: FileEntry, files: Sequence[Found], now: int) -> Reading:
        """Read files into runs, one batch for each group."""
        reader = ColumnReader(self._manifest, entry, self._reference, now)
        reads: list[Read] = []
        for i, file in enumerate(files):
            letters = Letters(self.name, file.origin, self._manifest.dead_letters)
            counts = Counts()
            try:
                rows = open_rows(file.content, entry.layout, reader.columns)
                counts = reader.read(rows, i, _stem(file.origin), letters)
            except BadObservation as problem:
                reader.gaps.unread.add((i, None))
                letters.add(0, problem, b"")
            reads.append(Read(sha256=digest(file.content), counts=counts, letters=letters))
        runs = runs_of(entry, reader.sheets, reader.gaps, reads)
        unusable = {r.sha256 for r in reads if _outcome(r) != "read"}
        runs = [run for run in runs if run.evidence not in unusable]
        groups: dict[str, list[Run]] = {}
        for run in runs:
            groups.setdefault(run.series.group, []).append(run)
        batches = [ObservationBatch(group=g, feed=self.name, runs=groups[g]) for g in sorted(groups)]
        return self._reading(entry, [*zip(files, reads, strict=True)], batches, now)

    def _documents(self, entry: FileEntry, files: Sequence[Found], seen: set[tuple[str, str]], now: int) -> Reading:
        """Read files into notices, each in the batch of every group that it is about."""
        reader = DocumentReader(self._manifest, entry, self._read, now)
        reads: list[Read] = []
        groups: dict[str, list[NoticeObservation]] = {}
        for file in files:
            letters = Letters(self.name, file.origin, self._manifest.dead_letters)
            sha256 = digest(file.content)
            notices: list[NoticeObservation] = []
            counts = Counts()
            try:
                rows = open_rows(file.content, entry.layout, reader.columns, reader.optional)
                notices, counts = reader.read(rows, _stem(file.origin), sha256, letters, seen)
            except BadObservation as problem:
                letters.add(0, problem, b"")
            reads.append(Read(sha256=sha256, counts=counts, letters=letters))
            if _outcome(reads[-1]) != "read":
                continue
            for notice in notices:
                about = groups_of(notice.reading, self._reference)
                for group in about:
                    groups.setdefault(group, []).append(notice)
                if not about:
                    counts.documents -= 1
                    counts.not_relevant += 1
        batches = [ObservationBatch(group=g, feed=self.name, notices=groups[g]) for g in sorted(groups)]
        return self._reading(entry, [*zip(files, reads, strict=True)], batches, now)

    def _reading(
        self, entry: FileEntry, done: Sequence[tuple[Found, Read]], batches: list[ObservationBatch], now: int
    ) -> Reading:
        for _, read in done:
            read.counts.bad_rows = read.letters.bad_rows
        evidence = [
            Evidence(
                sha256=read.sha256,
                origin=file.origin,
                fetched_at=now,
                media_type=media_type(entry.layout),
                content=file.content,
            )
            for file, read in done
        ]
        counts = tuple(
            FileCounts(
                entry=entry.id,
                origin=file.origin,
                counts=read.counts,
                reasons=read.letters.by_reason,
                outcome=_outcome(read),
            )
            for file, read in done
        )
        notes = [_stop_note(c, read) for c, (_, read) in zip(counts, done, strict=True) if c.outcome != "read"]
        known = [max(run.known_at) for batch in batches for run in batch.runs]
        known += [notice.known_at for batch in batches for notice in batch.notices]
        poll = Poll(
            feed=self.name,
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

    def _joined(self, polls: Sequence[Poll], cursor: str, notes: tuple[str, ...]) -> Poll:
        """One poll of many, with the observations of each group together."""
        groups: dict[str, tuple[list[Run], list[NoticeObservation]]] = {}
        for poll in polls:
            for batch in poll.batches:
                runs, notices = groups.setdefault(batch.group, ([], []))
                runs.extend(batch.runs)
                notices.extend(batch.notices)
        letters: list[DeadLetter] = [letter for poll in polls for letter in poll.dead_letters]
        return Poll(
            feed=self.name,
            cursor=cursor or "{}",
            polled_at=self._now(),
            evidence=tuple(evidence for poll in polls for evidence in poll.evidence),
            batches=tuple(
                ObservationBatch(group=group, feed=self.name, runs=runs, notices=notices)
                for group, (runs, notices) in sorted(groups.items())
            ),
            dead_letters=tuple(letters),
            read=sum(poll.read for poll in polls),
            not_relevant=sum(poll.not_relevant for poll in polls),
            content_at=max((poll.content_at for poll in polls if poll.content_at is not None), default=None),
            notes=(*notes, *(note for poll in polls for note in poll.notes)),
        )


def _load(file: Found) -> Found:
    """The file with its bytes as they are now; one that has vanished meanwhile is empty."""
    try:
        return msgspec.structs.replace(file, content=file.path.read_bytes())
    except OSError:
        return file


def _outcome(read: Read) -> Outcome:
    letters, counts = read.letters, read.counts
    if letters.are_too_many(counts.rows):
        return "stopped"
    is_empty = letters.bad_rows > 0 and letters.bad_rows >= counts.rows - counts.left_out
    return "failed" if is_empty else "read"


def _stop_note(file: FileCounts, read: Read) -> str:
    first = read.letters.letters[0]
    where = f"row {first.row}: " if first.row else ""
    return (
        f"{file.origin}: {read.letters.bad_rows} of {file.counts.rows} rows cannot be used, so nothing of it was; "
        f"the first is {where}{first.reason}: {first.detail}"
    )


def _marks(cursor: str) -> dict[str, str]:
    """What the cursor remembers. A damaged one remembers nothing: all is read anew, and duplicates are dropped."""
    try:
        return msgspec.json.decode(cursor, type=dict[str, str]) if cursor else {}
    except msgspec.DecodeError:
        return {}


def _is_pattern(path: str) -> bool:
    return "*" in path or "?" in path


def _stem(origin: str) -> str:
    return origin.rsplit("/", 1)[-1].split(".", 1)[0]
