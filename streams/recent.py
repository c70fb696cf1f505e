"""Observation → signal: the newest rows of a series and the detectors' states before them, for what a source revises.

Rows lie in columns in order of their period, packed into bytes: most are dropped without having been looked at again.
A snapshot of the states is taken whenever so many rows have come as a revision may reach back, and two are kept: at
least that many rows can be run again at any time, no row is run twice while nothing is revised, and memory is bounded.
What may be revised depends on the newest rows alone and not on where the snapshots lie, so that cutting a run anywhere
changes nothing.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from math import inf
from types import MappingProxyType
from typing import Final

import msgspec

from streams.baselines import is_number
from streams.observations import Family, Run, Series
from streams.reasons import Reason
from streams.relations.base import Figure, figures_of, run_of
from streams.relations.pairs import WAITING_ROWS
from streams.signals import Direction, Hazard, Phase

REACH: Final[Mapping[Family, int]] = MappingProxyType(
    {
        Family.PRICES: 20,  # a misprint is mended within days, a monthly mean within a year and a half
        Family.CUSTOMS: 13,  # months: customs offices revise the year before with the first month of the next
        Family.CHOKEPOINT_TRANSITS: 64,  # days: the newest sixty are provisional
        Family.PORT_CALLS: 64,  # the same source, the same habit
        Family.NOTICES: 1,  # a document is no series
        Family.HAZARD_FEED: 1,  # nor is an event
        Family.NEWS: 7,  # articles are found days later: a count of last week is still being made
    }
)
"""Rows that a revision may reach back, by family."""
MOST_REACHES: Final = 4  # a longer run is cut, and only the end of it kept


class Said(msgspec.Struct, frozen=True, array_like=True):
    """One signal given on the rows that are kept, in order: enough for its id and to compare. `vintage` is that of
    `signal_id_of`."""

    detector: str
    phase: Phase
    occurred_at: int
    vintage: int
    hazard: Hazard
    direction: Direction
    score: float


def place_of(said: Said) -> tuple[int, int, str]:
    """The order in which what was said is gone through: by period, of one period the newest vintage last."""
    return said.occurred_at, said.vintage, said.detector


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """Rows as they are kept: in columns as in a `Run`, with the evidence of each, or one that all were read from."""

    evidence: list[str]
    occurred_at: list[int]
    known_at: list[int]
    values: list[float | None]
    rows: list[int]
    provisional: list[bool]
    context: dict[str, list[float | None]] = {}
    legs: list[tuple[Figure, ...]] = []  # of a derived series, row by row


_PACK: Final = msgspec.msgpack.Encoder()
_UNPACK: Final = msgspec.msgpack.Decoder(Packed)


class Rows(msgspec.Struct, kw_only=True):
    """Kept rows, unpacked: columns of one length, each row with the evidence that it was read from."""

    occurred_at: list[int] = []
    known_at: list[int] = []
    values: list[float | None] = []
    rows: list[int] = []
    provisional: list[bool] = []
    evidence: list[str] = []
    context: dict[str, list[float | None]] = {}
    legs: list[tuple[Figure, ...]] = []
    parts: tuple[Series, ...] = ()  # the series of the legs

    def __len__(self) -> int:
        return len(self.occurred_at)

    def extend(self, packed: Packed) -> None:
        """Append rows."""
        count = len(packed.values)
        for name in packed.context:
            if name not in self.context:
                self.context[name] = [None] * len(self.occurred_at)
        for name, column in self.context.items():
            column += packed.context.get(name) or [None] * count
        self.occurred_at += packed.occurred_at
        self.known_at += packed.known_at
        self.values += packed.values
        self.rows += packed.rows
        self.provisional += packed.provisional
        self.evidence += packed.evidence * count if len(packed.evidence) == 1 else packed.evidence
        self.legs += packed.legs

    def packed(self, start: int, end: int) -> list[bytes]:
        """Rows start..end in one piece; none where there are none."""
        if start >= end:
            return []
        evidence = self.evidence[start:end]
        packed = Packed(
            evidence if len(set(evidence)) > 1 else evidence[:1],
            self.occurred_at[start:end],
            self.known_at[start:end],
            self.values[start:end],
            self.rows[start:end],
            self.provisional[start:end],
            {name: column[start:end] for name, column in self.context.items()},
            self.legs[start:end],
        )
        return [_PACK.encode(packed)]

    def put(self, index: int, run: Run, at: int, is_new: bool) -> None:
        """Put row `at` of a run at `index`, in the place of the row there unless it is new.

        What every group needs was known at that time already: a revision that does not bring it leaves it as it was.
        """
        place = slice(index, index if is_new else index + 1)
        for name, column in self.context.items():
            given = run.context[name][at] if name in run.context else None
            column[place] = [given] if given is not None or is_new else column[place]
        self.occurred_at[place] = [run.occurred_at[at]]
        self.known_at[place] = [run.known_at[at]]
        self.values[place] = [run.values[at]]
        self.rows[place] = [run.rows[at]]
        self.provisional[place] = [run.provisional[at]]
        self.evidence[place] = [run.evidence]
        if run.legs:
            self.legs[place] = [tuple(next(figures_of(leg.part(at, at + 1))) for leg in run.legs)]

    def runs(self, series: Series, start: int, end: int) -> Iterator[Run]:
        """Rows start..end as runs of one evidence each."""
        while start < end:
            stop, bytes_read = start + 1, self._bytes(start)
            while stop < end and self._bytes(stop) == bytes_read:
                stop += 1
            yield Run(
                series=series,
                evidence=self.evidence[start],
                occurred_at=self.occurred_at[start:stop],
                known_at=self.known_at[start:stop],
                values=self.values[start:stop],
                rows=self.rows[start:stop],
                provisional=self.provisional[start:stop],
                context={name: column[start:stop] for name, column in self.context.items()},
                legs=tuple(
                    run_of(part, [figures[number] for figures in self.legs[start:stop]])
                    for number, part in enumerate(self.parts)
                ),
            )
            start = stop

    def figures(self, series: Series, index: int) -> Iterator[tuple[Series, Figure]]:
        """What a row rests on: itself, or the figures that it was derived from, each with its series."""
        if self.parts:
            yield from zip(self.parts, self.legs[index], strict=True)
            return
        value = self.values[index]
        yield (
            series,
            Figure(
                self.evidence[index],
                self.rows[index],
                self.occurred_at[index],
                self.known_at[index],
                value,
                self.provisional[index],
            ),
        )

    def _bytes(self, index: int) -> tuple[str, ...]:
        """The hashes of what a row was read from."""
        return tuple(figure.sha256 for figure in self.legs[index]) if self.parts else (self.evidence[index],)


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """What older rows of a run did: how many by reason, and which rows changed."""

    counts: dict[Reason, int]
    indexes: tuple[int, ...] = ()  # of the rows that changed
    floor: float = -inf  # the oldest period that might have changed
    known_at: int = 0  # when the change became known: never before what was known already


class Recent(msgspec.Struct, kw_only=True):
    """What is kept of one series. `older` is the state before the rows `before` (empty: the series began), `newer` the
    state before the rows `after`; states are bytes, made by the caller."""

    before: list[bytes] = []
    after: list[bytes] = []
    mark: int = 0  # how many rows are in `before`
    count: int = 0  # how many are in `after`
    parts: tuple[Series, ...] = ()  # of a derived series, those of its legs
    older: bytes = b""
    newer: bytes = b""
    said: list[Said] = []
    vintage: int = 0  # of the last revision: each has one of its own

    @property
    def rows(self) -> Rows:
        """All rows, unpacked: a copy, kept by `keep`."""
        rows = Rows(parts=self.parts)
        for packed in (*self.before, *self.after):
            rows.extend(_UNPACK.decode(packed))
        return rows

    def keep(self, rows: Rows) -> None:
        """Keep what was made of the rows."""
        self.before, self.after = rows.packed(0, self.mark), rows.packed(self.mark, len(rows))
        self.count = len(rows) - self.mark

    def extend(self, run: Run) -> None:
        """Append the rows of a run."""
        legs: list[tuple[Figure, ...]] = []
        if run.legs:
            self.parts = tuple(leg.series for leg in run.legs)
            legs = list(zip(*(figures_of(leg) for leg in run.legs), strict=True))
        packed = Packed(
            [run.evidence],
            run.occurred_at,
            run.known_at,
            run.values,
            run.rows,
            run.provisional,
            run.context,
            legs,
        )
        self.after.append(_PACK.encode(packed))
        self.count += len(run.values)

    def heard(self, said: Iterable[Said]) -> None:
        """Remember what was said of the newest rows."""
        self.said = sorted([*self.said, *said], key=place_of)

    def turn(self, states: bytes) -> None:
        """A snapshot before the rows that come next; what lies before the one before it is forgotten."""
        self.before, self.mark, self.older = self.after, self.count, self.newer
        self.after, self.count, self.newer = [], 0, states
        if self.said:
            self._forget(_UNPACK.decode(self.before[0]).occurred_at[0])

    def restart(self, states: bytes) -> None:
        """A snapshot before the rows that come next, which are enough by themselves."""
        self.before, self.after, self.mark, self.count = [], [], 0, 0
        self.older, self.newer = states, states
        self._forget(inf)

    def take(self, rows: Rows, run: Run, reach: int) -> Touched:
        """Put the rows of `run` that are not newer than the newest kept one into their places among `rows`, each by its
        reason."""
        touched: list[int] = []
        counts: dict[Reason, int] = {}
        floor = self._floor(rows, reach)
        for at, occurred_at in enumerate(run.occurred_at):
            index = bisect_left(rows.occurred_at, occurred_at)
            is_new = rows.occurred_at[index] != occurred_at
            reason = _reason(rows, index, (run, at), is_new=is_new, floor=floor)
            counts[reason] = counts.get(reason, 0) + 1
            if reason not in (Reason.REVISED, Reason.LATE):
                continue
            rows.put(index, run, at, is_new)
            if is_new:
                touched = [other + (other >= index) for other in touched]
                self.mark += self.mark > 0 and index <= self.mark
            touched.append(index)
        if not touched:
            return Touched(counts=counts)
        return Touched(counts=counts, indexes=tuple(sorted(set(touched))), floor=floor, known_at=max(rows.known_at))

    def _floor(self, rows: Rows, reach: int) -> float:
        """The oldest period that may still change."""
        if len(rows) > reach:
            return rows.occurred_at[-reach]
        return rows.occurred_at[0] if self.older else -inf

    def _forget(self, first: float) -> None:
        """Of what was said before the period `first` only each detector's last word is remembered."""
        if not self.said:
            return
        last = {said.detector: said for said in self.said if said.occurred_at < first}
        self.said = [said for said in self.said if said.occurred_at >= first or said is last[said.detector]]


def changed(series: Series, rows: Rows, touched: Touched) -> list[Run]:
    """The newest of the rows that changed, as they became known with the change, for what is derived from them."""
    first = len(rows) - WAITING_ROWS
    found = [run for index in touched.indexes if index >= first for run in rows.runs(series, index, index + 1)]
    return [msgspec.structs.replace(run, known_at=[touched.known_at]) for run in found]


def _reason(rows: Rows, index: int, row: tuple[Run, int], *, is_new: bool, floor: float) -> Reason:
    """What becomes of a `row` that would lie at `index`."""
    run, at = row
    if run.occurred_at[at] < floor:
        return Reason.BEYOND_REACH
    if is_new:
        return Reason.LATE
    value, known = run.values[at], rows.values[index]
    if value is None or not is_number(value) or value == known:
        return Reason.DUPLICATE
    return Reason.REVISED if run.known_at[at] > rows.known_at[index] else Reason.OUTDATED
