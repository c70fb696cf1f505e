"""Files of a directory → **poll**: what a person has downloaded or bought, read as a manifest says.

A manifest is also a feed: at each poll the files that are new or changed are read. A file that is not there is a note.
The cursor says which bytes were read by which part of the manifest, so a changed file and a changed manifest read anew.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from services.errors import FeedError
from services.feeds.base import Poll
from services.feeds.documents import ReadDocument
from services.feeds.manifest import FileEntry, Manifest
from services.feeds.parsing import Parser, Piece, Reading, Seen, joined
from streams.codec import digest, encode
from streams.reference import Reference
from streams.relate import Relating

_STILL_WRITTEN_S = 10
_DIGEST_CHARS = 16


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the directory that an entry of the manifest is about. `key` is its place in the cursor."""

    key: str
    origin: str  # path within the directory
    path: Path
    how: str  # version of the parser that reads it
    content: bytes = b""

    @property
    def mark(self) -> str:
        """What the cursor keeps: which bytes were read, and how."""
        return f"{digest(self.content)[:_DIGEST_CHARS]}:{self.how}"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be read in one go: one file, or all files of an entry whose absent rows are zeros."""

    entry: FileEntry
    files: tuple[Found, ...]


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
        self.relating = Relating(reference)
        self._manifest, self._directory = manifest, directory
        self.parser, self._now = Parser(manifest, reference, read), now
        self._refused: dict[str, tuple[str, str]] = {}  # key → mark and note of a file that could not be used

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
        poll = joined(polls, self.name, cursor or "{}", self._now())
        return msgspec.structs.replace(poll, notes=(*notes, *poll.notes))

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
        seen = Seen()
        for task in tasks:
            now = self._now()
            files = [_load(file) for file in task.files]
            pieces = [Piece(origin=file.origin, content=file.content, fetched_at=now) for file in files]
            read = self.parser.parse(task.entry, pieces, now, seen)
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
        how = self.parser.version(entry)
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
                notes.append(
                    f"{origin}: changed a moment ago and ends in mid-line: perhaps not whole yet; read next time"
                )
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


def _load(file: Found) -> Found:
    """The file with its bytes as they are now; one that has vanished meanwhile is empty."""
    try:
        return msgspec.structs.replace(file, content=file.path.read_bytes())
    except OSError:
        return file


def _marks(cursor: str) -> dict[str, str]:
    """What the cursor remembers. A damaged one remembers nothing: all is read anew, and duplicates are dropped."""
    try:
        return msgspec.json.decode(cursor, type=dict[str, str]) if cursor else {}
    except msgspec.DecodeError:
        return {}


def _is_pattern(path: str) -> bool:
    return "*" in path or "?" in path
