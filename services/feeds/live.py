"""Source → **poll**: a live source as a feed. Bytes are kept first; the mark moves only past what could be read."""

from collections.abc import Callable, Sequence

import msgspec

from services.errors import SourceFailed
from services.feeds.base import Poll
from services.feeds.documents import ReadDocument
from services.feeds.parsing import Parser, Piece, Reading, Seen, joined
from services.feeds.sources.base import Asking, Source, Step
from services.feeds.sources.marks import Known, Mark, cursor_of, mark_key, mark_of, seen_with
from services.http_client import Answer, Client, Standing
from services.reasons import Reason
from streams.codec import digest
from streams.reference import Reference

_HASH_CHARS = 16


class LiveFeed:
    """One source, asked through one client. `now` gives the time of reading, whole seconds UTC."""

    def __init__(
        self,
        source: Source,
        client: Client,
        base: str,
        known: tuple[Reference, ReadDocument],
        now: Callable[[], int],
    ) -> None:
        self.name = source.about.name
        self.source = source
        self._client, self._base, self._now = client, base, now
        self._reference, self._read = known

    @property
    def standing(self) -> Standing:
        """How the source and we get along, to be kept until the next start."""
        return self._client.standing

    @property
    def waiting(self) -> str:
        """What the source is waited for; empty while it is not."""
        return self._client.waiting

    def poll(self, cursor: str) -> Poll:
        """Everything new since `cursor`. What cannot be read is a dead letter, and the mark stays before it.

        Raises SourceFailed when nothing at all could be fetched; what was fetched before a failure is given, with
        the failure as the last note.
        """
        asking = Asking(self._client, mark_of(cursor), self._now(), self._base)
        polls: list[Poll] = []
        mark, seen, done, unread = asking.mark, Seen(), (0, 0), ""
        why: tuple[str, ...] = ()
        try:
            for step in self.source.read(asking):
                mark = msgspec.structs.replace(mark, names=step.mark.names if step.mark else mark.names)
                reading, fresh = self._step(step, mark, asking.now, seen)
                polls += [reading.poll] if reading else []
                if reading and any(file.outcome != "read" for file in reading.files):
                    unread = Reason.UNUSABLE
                    break
                mark = seen_with(msgspec.structs.replace(step.mark or mark, seen=mark.seen), fresh)
                done = step.done
        except SourceFailed as failure:
            if not polls:
                raise
            unread = failure.reason
            why = (str(failure),)
        poll = joined(polls, self.name, cursor_of(mark), asking.now)
        notes, more = (*asking.notes, *poll.notes, *why), asking.more and not unread
        return msgspec.structs.replace(poll, notes=notes, unread=unread, more=more, done=done)

    def _step(self, step: Step, mark: Mark, now: int, seen: Seen) -> tuple[Reading | None, dict[str, Known]]:
        """Read the answers of a step that are not those of the last time; and what they are known by from now on."""
        fresh: dict[str, Known] = {}
        pieces: list[Piece] = []
        for answer in step.answers:
            known = _known(answer)
            before = mark.seen.get(mark_key(answer.asked))
            if answer.is_unchanged or (before is not None and before.sha256 == known.sha256):
                continue
            fresh[mark_key(answer.asked)] = known
            pieces.append(
                Piece(
                    origin=answer.address,
                    content=answer.content,
                    fetched_at=answer.fetched_at,
                    headers=answer.headers,
                )
            )
        if not pieces:
            return None, fresh
        manifest = self.source.manifest(mark.names)
        entry = next(entry for entry in manifest.files if entry.id == step.entry)
        return Parser(manifest, self._reference, self._read).parse(entry, _distinct(pieces), now, seen), fresh


def _known(answer: Answer) -> Known:
    return Known(
        digest(answer.content)[:_HASH_CHARS], etag=answer.header("etag"), modified=answer.header("last-modified")
    )


def _distinct(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces of different bytes: two addresses that answer alike say it once."""
    return list({piece.content: piece for piece in reversed(pieces)}.values())[::-1]
