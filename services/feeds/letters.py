"""Unusable row → **dead letter**: what could not be used is kept with its reason and its bytes, and counted by file."""

import msgspec

from services.feeds.base import DeadLetter
from services.feeds.manifest import DeadLetterLimit
from services.feeds.templates import printable
from streams.errors import BadObservation
from streams.reasons import Reason

_MAX_CONTENT_BYTES = 4_096
_MAX_DETAIL_CHARS = 1_000
_MAX_LETTERS = 20_000  # of one file; those beyond are counted and not kept


class Counts(msgspec.Struct, kw_only=True):
    """What became of the rows of one file. `values` holds the figures that were read, `unknown` those without one."""

    rows: int = 0
    left_out: int = 0  # by `where`
    values: int = 0
    unknown: int = 0
    zeros: int = 0  # partners absent from a complete period
    totals: int = 0
    duplicates: int = 0  # within the file
    documents: int = 0  # that are an act on a mineral
    not_relevant: int = 0
    undated: int = 0
    bad_rows: int = 0
    newest: int = 0  # known_at of the newest document or event, relevant or not: the content clock


class Letters:
    """The dead letters of one file, and whether they are too many to go on."""

    def __init__(self, feed: str, origin: str, limit: DeadLetterLimit) -> None:
        self._feed, self._origin, self._limit = feed, origin, limit
        self.letters: list[DeadLetter] = []
        self.by_reason: dict[Reason, int] = {}
        self._last_row = -1
        self.bad_rows = 0

    def add(self, row: int, problem: BadObservation, content: bytes) -> None:
        """Keep what could not be used. Row 0 is the file as a whole."""
        self.by_reason[problem.reason] = self.by_reason.get(problem.reason, 0) + 1
        if len(self.letters) < _MAX_LETTERS:
            self.letters.append(
                DeadLetter(
                    feed=self._feed,
                    origin=self._origin,
                    row=row,
                    reason=problem.reason,
                    detail=printable(problem.detail)[:_MAX_DETAIL_CHARS],
                    content=content[:_MAX_CONTENT_BYTES],
                )
            )
        if row != self._last_row:
            self.bad_rows += 1
            self._last_row = row

    def are_too_many(self, rows: int) -> bool:
        """Whether more of `rows` rows are unusable than the manifest allows."""
        return self.bad_rows > self._limit.rows and self.bad_rows > rows * self._limit.percent / 100
