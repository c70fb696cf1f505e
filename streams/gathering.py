"""Batches of one poll → few, full batches: what goes over the wire, so that a record carries many observations.

Rows of a group stay in their order and keep their own times; only the cuts between them move, which changes no signal.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from streams.observations import HazardObservation, NoticeObservation, ObservationBatch, Run

MOST = 1_000  # observations in a record: a few hundred kilobytes


def gathered(batches: Iterable[ObservationBatch], most: int = MOST) -> Iterator[ObservationBatch]:
    """The batches of each group, joined until they hold `most` observations or more; groups in order of appearance."""
    waiting: dict[str, _Gathering] = {}
    for batch in batches:
        own = waiting.get(batch.group)
        if own is None:
            own = waiting[batch.group] = _Gathering()
        own.add(batch)
        if own.size >= most:
            yield own.batch()
            del waiting[batch.group]
    for own in waiting.values():
        yield own.batch()


def halved(batch: ObservationBatch) -> tuple[ObservationBatch, ObservationBatch]:
    """The batch in two, neither of them empty, which together are the whole. It holds two observations at least."""
    runs, notices, hazards = list(batch.runs), list(batch.notices), list(batch.hazards)
    totals: Counter[str] = Counter()
    for run in runs:
        totals[run.series.series_id] += len(run.values)
    if max(totals.values(), default=0) > 1:
        # Of each series the first rows first, whichever of its runs they are in: time goes on as it did.
        left = {series_id: (total + 1) // 2 for series_id, total in totals.items()}
        first, rest = list[Run](), list[Run]()
        for run in runs:
            taken = min(left[run.series.series_id], len(run.values))
            left[run.series.series_id] -= taken
            first += [run.part(0, taken)] if taken else []
            rest += [run.part(taken, len(run.values))] if taken < len(run.values) else []
        return (
            msgspec.structs.replace(batch, runs=first, notices=[], hazards=[]),
            msgspec.structs.replace(batch, runs=rest),
        )
    cut = (len(runs) + len(notices) + len(hazards)) // 2
    of_notices, of_hazards = max(0, cut - len(runs)), max(0, cut - len(runs) - len(notices))
    return (
        msgspec.structs.replace(batch, runs=runs[:cut], notices=notices[:of_notices], hazards=hazards[:of_hazards]),
        msgspec.structs.replace(batch, runs=runs[cut:], notices=notices[of_notices:], hazards=hazards[of_hazards:]),
    )


def size_of(batch: ObservationBatch) -> int:
    """How many observations it holds."""
    return sum(len(run.values) for run in batch.runs) + len(batch.notices) + len(batch.hazards)


class _Gathering:
    """Batches of one group on the way to being one."""

    def __init__(self) -> None:
        self.size = 0
        self._group = ""
        self._feeds: set[str] = set()
        self._parts: dict[str, list[Run]] = {}  # by series id, in order of when they were known
        self._notices: list[NoticeObservation] = []
        self._hazards: list[HazardObservation] = []

    def add(self, batch: ObservationBatch) -> None:
        """One more batch."""
        self._group = batch.group
        self._feeds.update(batch.feed.split("+"))
        self._notices += batch.notices
        self._hazards += batch.hazards
        self.size += size_of(batch)
        for run in batch.runs:
            self._parts.setdefault(run.series.series_id, []).append(run)

    def batch(self) -> ObservationBatch:
        """What was gathered, as one."""
        runs = [_joined(parts) for _, own in sorted(self._parts.items()) for parts in _ascending(own)]
        feed = "+".join(sorted(self._feeds))
        return ObservationBatch(group=self._group, feed=feed, runs=runs, notices=self._notices, hazards=self._hazards)


def _ascending(parts: list[Run]) -> Iterator[list[Run]]:
    """Runs of one series that can be one: each begins after the one before, and is of the same evidence.

    A revision begins a run of its own, and so does another file: rows stay in the order in which they were known.
    """
    chosen: list[Run] = []
    for part in parts:
        if not part.occurred_at:
            continue
        if chosen and (part.occurred_at[0] <= chosen[-1].occurred_at[-1] or part.evidence != chosen[-1].evidence):
            yield chosen
            chosen = []
        chosen.append(part)
    if chosen:
        yield chosen


def _joined(parts: list[Run]) -> Run:
    """Runs of one series out of one file, one after another."""
    if len(parts) == 1:
        return parts[0]
    names = sorted({name for part in parts for name in part.context})
    return msgspec.structs.replace(
        parts[0],
        occurred_at=[at for part in parts for at in part.occurred_at],
        known_at=[at for part in parts for at in part.known_at],
        values=[value for part in parts for value in part.values],
        rows=[row for part in parts for row in part.rows],
        provisional=[mark for part in parts for mark in part.provisional],
        context={name: [cell for part in parts for cell in _column(part, name)] for name in names},
    )


def _column(run: Run, name: str) -> list[float | None]:
    return run.context.get(name) or [None] * len(run.values)
