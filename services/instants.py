"""Stored figures → **batches**, in order of when they were known: one for each instant and group, for every harness."""

import heapq
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import groupby
from typing import TypeAlias

import msgspec
import sqlalchemy as sa

from services import tables
from services.feeds.documents import UNDATED
from services.hazards import Told, hazards_known
from services.vintages import Kept, Row
from streams.market_moves import COMMON_MOVE, MarketMoves, is_market_price
from streams.observations import SECONDS_A_DAY, HazardObservation, NoticeObservation, ObservationBatch, Run, Series

Connect: TypeAlias = Callable[[], AbstractContextManager[sa.Connection]]
Place: TypeAlias = tuple[str, int, int]  # series id, occurred_at, known_at

_PAGE = 20_000
_MEMORY_S = 400 * SECONDS_A_DAY  # more than the newest periods that the market's memory keeps, by day or by month


def batches_of(kept: Kept, connection: sa.Connection) -> list[ObservationBatch]:
    """What was new in a poll that has been stored, as batches: one for each instant and group, in that order.

    Series that are kept for reading only and documents without a date are not among them.
    """
    batches = _new_batches(kept)
    known = [at for batch in batches for run in batch.runs if is_market_price(run.series) for at in run.known_at]
    if not known:
        return batches
    moves = Replay(lambda: nullcontext(connection)).common_moves(min(known) - 1, max(known))
    return [msgspec.structs.replace(batch, runs=[_with_moves(run, moves) for run in batch.runs]) for batch in batches]


def _with_moves(run: Run, moves: Mapping[Place, float | None]) -> Run:
    if not is_market_price(run.series):
        return run
    places = zip(run.occurred_at, run.known_at, strict=True)
    column = [moves[(run.series.series_id, occurred_at, known_at)] for occurred_at, known_at in places]
    return msgspec.structs.replace(run, context={**run.context, COMMON_MOVE: column})


def _new_batches(kept: Kept) -> list[ObservationBatch]:
    rows = sorted(kept.rows, key=lambda row: row.known_at)
    notices = sorted(kept.notices, key=lambda notice: notice[0].known_at)
    hazards = sorted(kept.hazards, key=lambda hazard: hazard[0].known_at)
    by_row = {at: list(own) for at, own in groupby(rows, key=lambda row: row.known_at)}
    by_notice = {at: list(own) for at, own in groupby(notices, key=lambda notice: notice[0].known_at)}
    by_hazard = {at: list(own) for at, own in groupby(hazards, key=lambda hazard: hazard[0].known_at)}
    by_notice.pop(UNDATED, None)
    return [
        batch
        for at in sorted(by_row.keys() | by_notice.keys() | by_hazard.keys())
        for batch in assemble(
            by_row.get(at, []), (by_notice.get(at, []), by_hazard.get(at, [])), kept.series, kept.sha256
        )
    ]


def assemble(
    rows: Iterable[Row],
    told: tuple[Iterable[tuple[NoticeObservation, tuple[str, ...]]], Iterable[Told]],
    series: Mapping[int, Series],
    sha256: Mapping[int, str],
) -> list[ObservationBatch]:
    """The batches of one instant, in order of group; runs in order of series id, notices and hazards of their ids.

    Of several runs of one series, which are of several files, the one that begins first comes first: in what order
    the files were stored says nothing. `told` is the notices and the hazards, each with its groups.
    """
    columns: dict[tuple[int, int], list[Row]] = {}
    for row in rows:
        if not series[row.series_key].partial:
            columns.setdefault((row.series_key, row.evidence_key), []).append(row)
    made = [_run(series[key], sha256[evidence_key], figures) for (key, evidence_key), figures in columns.items()]
    runs: dict[str, list[Run]] = {}
    for run in sorted(made, key=lambda run: (run.series.series_id, run.occurred_at[0], run.evidence)):
        runs.setdefault(run.series.group, []).append(run)
    documents: dict[str, list[NoticeObservation]] = {}
    for notice, groups in sorted(told[0], key=lambda found: found[0].document_id):
        for group in groups:
            documents.setdefault(group, []).append(notice)
    hazards: dict[str, list[HazardObservation]] = {}
    for hazard, groups in sorted(told[1], key=lambda found: found[0].event_id):
        for group in groups:
            hazards.setdefault(group, []).append(hazard)
    found: list[ObservationBatch] = []
    for group in sorted(runs.keys() | documents.keys() | hazards.keys()):
        own_runs, own_notices, own_hazards = runs.get(group, []), documents.get(group, []), hazards.get(group, [])
        feeds = {run.series.feed for run in own_runs}
        feeds |= {notice.feed for notice in own_notices} | {hazard.feed for hazard in own_hazards}
        feed = "+".join(sorted(feeds))
        found.append(ObservationBatch(group=group, feed=feed, runs=own_runs, notices=own_notices, hazards=own_hazards))
    return found


def _run(series: Series, sha256: str, rows: list[Row]) -> Run:
    rows.sort(key=lambda row: row.occurred_at)
    return Run(
        series=series,
        evidence=sha256,
        occurred_at=[row.occurred_at for row in rows],
        known_at=[row.known_at for row in rows],
        values=[row.value for row in rows],
        rows=[row.row for row in rows],
        provisional=[row.is_provisional for row in rows],
    )


class _Part(msgspec.Struct, frozen=True):
    """The figures, the documents or the hazards of one instant."""

    known_at: int
    rows: list[Row] = []
    notices: list[tuple[NoticeObservation, tuple[str, ...]]] = []
    hazards: list[Told] = []


class Replay:
    """Streams what the store knows in order of known_at, a page at a time: no transaction stays open between pages.

    Each run of market prices carries what all prices did together, as known at its instant (`streams.market_moves`).
    """

    def __init__(self, connect: Connect, page: int = _PAGE) -> None:
        self._connect, self._page = connect, page
        self._series: dict[int, Series] = {}
        self._sha256: dict[int, str] = {}

    def batches(self, after: int, until: int, group: str = "") -> Iterator[tuple[int, ObservationBatch]]:
        """The batches with after < known_at <= until, each with its instant; of one group, or of all."""
        moves = self._moves_before(after)
        keys = self._keys(lambda series: series.group == group or is_market_price(series)) if group else None
        for at, batches in self._instants(after, until, keys):
            for batch in moves.attach(batches):
                if group in ("", batch.group):
                    yield at, batch

    def common_moves(self, after: int, until: int, without: Container[Place] = ()) -> dict[Place, float | None]:
        """What all prices did together for each figure of a market price with after < known_at <= until.

        `without` are figures that are taken as not stored.
        """
        moves = self._moves_before(after)
        found: dict[Place, float | None] = {}
        stored = self._rows(after, until, self._keys(is_market_price))
        known = (row for row in stored if self._place(row) not in without)
        for _, rows in groupby(known, key=lambda row: row.known_at):
            for batch in moves.attach(assemble(rows, ((), ()), self._series, self._sha256)):
                for run in batch.runs:
                    places = zip(run.occurred_at, run.known_at, run.context[COMMON_MOVE], strict=True)
                    found.update(((run.series.series_id, o, k), move) for o, k, move in places)
        return found

    def _place(self, row: Row) -> Place:
        return self._series[row.series_key].series_id, row.occurred_at, row.known_at

    def _moves_before(self, at: int) -> MarketMoves:
        """What is remembered of the market at a time, as if everything before had been replayed."""
        moves, table = MarketMoves(), tables.observations
        keys = self._keys(is_market_price)
        start = at - _MEMORY_S
        for key in keys:
            newest = (
                sa.select(table.c.occurred_at, table.c.value)
                .where(table.c.series_key == key, table.c.known_at <= start, table.c.value > 0)
                .order_by(table.c.occurred_at.desc(), table.c.known_at)
                .limit(1)
            )
            with self._connect() as connection:
                row = connection.execute(newest).first()
            if row is not None:
                moves.prime(self._series[key], row.occurred_at, row.value)
        for _, rows in groupby(self._rows(start, at, keys), key=lambda row: row.known_at):
            moves.attach(assemble(rows, ((), ()), self._series, self._sha256))
        return moves

    def _keys(self, chosen: Callable[[Series], bool]) -> list[int]:
        """The keys of the series that are chosen."""
        with self._connect() as connection:
            self._learn(connection, ())
        return sorted(key for key, series in self._series.items() if chosen(series))

    def _instants(
        self, after: int, until: int, keys: Sequence[int] | None
    ) -> Iterator[tuple[int, list[ObservationBatch]]]:
        """The batches of each instant, of all series or of these."""
        rows = groupby(self._rows(after, until, keys), key=lambda row: row.known_at)
        notices = groupby(self._notices(after, until), key=lambda found: found[0].known_at)
        with self._connect() as connection:
            told = list(hazards_known(connection, after, until))  # events near a mine, plant or port are few
        hazards = groupby(told, key=lambda found: found[0].known_at)
        parts = heapq.merge(
            (_Part(at, rows=list(own)) for at, own in rows),
            (_Part(at, notices=list(own)) for at, own in notices),
            (_Part(at, hazards=list(own)) for at, own in hazards),
            key=lambda part: part.known_at,
        )
        for at, same in groupby(parts, key=lambda part: part.known_at):
            own = list(same)
            figures = [row for part in own for row in part.rows]
            documents = [found for part in own for found in part.notices]
            events = [found for part in own for found in part.hazards]
            yield at, assemble(figures, (documents, events), self._series, self._sha256)

    def _rows(self, after: int, until: int, keys: Sequence[int] | None = None) -> Iterator[Row]:
        """The figures of the span (of these series, or of all), page by page; an instant is never cut."""
        table = tables.observations
        size = self._page
        columns = [table.c[name] for name in Row.__struct_fields__]
        while True:
            query = (
                sa.select(*columns)
                .where(table.c.known_at > after, table.c.known_at <= until)
                .order_by(table.c.known_at)
                .limit(size)
            )
            if keys is not None:
                query = query.where(table.c.series_key.in_(keys))
            with self._connect() as connection:
                page = [Row(*found) for found in connection.execute(query)]
                self._learn(connection, page)
            is_last = len(page) < size
            if not is_last:
                newest = page[-1].known_at
                if page[0].known_at == newest:
                    size *= 2  # one instant fills the page
                    continue
                page = [row for row in page if row.known_at < newest]
            yield from page
            if is_last:
                return
            after, size = page[-1].known_at, self._page

    def _learn(self, connection: sa.Connection, page: Sequence[Row]) -> None:
        """Fetch the series and hashes that a page needs and that are not yet known."""
        if not self._series or {row.series_key for row in page} - self._series.keys():
            table = tables.series
            for key, record in connection.execute(sa.select(table.c.series_key, table.c.record)):
                self._series[key] = msgspec.json.decode(record, type=Series)
        if {row.evidence_key for row in page} - self._sha256.keys():
            shelf = tables.evidence
            for key, sha256 in connection.execute(sa.select(shelf.c.evidence_key, shelf.c.sha256)):
                self._sha256[key] = sha256

    def _notices(self, after: int, until: int) -> Iterator[tuple[NoticeObservation, tuple[str, ...]]]:
        """All documents of the span with their groups."""
        table, groups = tables.notices, tables.notice_groups
        query = (
            sa.select(table.c.notice_key, table.c.record, groups.c.group_name)
            .join(groups, groups.c.notice_key == table.c.notice_key)
            .where(table.c.known_at > after, table.c.known_at <= until)
            .order_by(table.c.known_at, table.c.notice_key, groups.c.group_name)
        )
        with self._connect() as connection:
            found = connection.execute(query).all()  # acts on minerals are few
        for _, own in groupby(found, key=lambda row: row.notice_key):
            several = list(own)
            notice = msgspec.json.decode(several[0].record, type=NoticeObservation)
            yield notice, tuple(row.group_name for row in several)
