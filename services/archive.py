"""Poll → **archive** → batches: what was read and when it was known, in SQL; the one source of every replay."""

from collections.abc import Iterable, Iterator

import msgspec
import sqlalchemy as sa

from alerts.errors import StoreDamaged
from services import seals, tables
from services.arrival import Arrived, arrived
from services.errors import NothingFound
from services.feeds.base import DeadLetter, Evidence, Poll
from services.feeds.layouts import row_text
from services.instants import Replay, batches_of
from services.vintages import Kept, keep
from streams.codec import digest
from streams.observations import NoticeObservation, ObservationBatch, Run, Series
from streams.reasons import Reason
from streams.relate import Relating

_SHORTEST_PREFIX = 6


class StoredFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One vintage of one period: the value, when it was known, and where it stands."""

    occurred_at: int
    known_at: int
    value: float | None
    evidence: str
    row: int
    provisional: bool


class Archive:
    """Everything that was read. Safe to use from several threads: it holds an engine and no state."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, connection: sa.Connection, poll: Poll) -> list[ObservationBatch]:
        """Store a poll in the caller's transaction and return what is new, duplicates dropped.

        One batch for each instant and group, in order of known_at, then group: exactly what `batches` would give.
        """
        return batches_of(keep(connection, poll), connection)

    def take(self, connection: sa.Connection, poll: Poll, at: int, relating: Relating) -> Arrived:
        """Store a poll in the caller's transaction at `at`; what is new, and which groups have to be made again."""
        return arrived(connection, keep(connection, poll), at, relating)

    def store(self, connection: sa.Connection, poll: Poll) -> Kept:
        """Store a poll in the caller's transaction and return what was new, revised and duplicate."""
        return keep(connection, poll)

    def batches(self, after: int, until: int, group: str = "") -> Iterator[tuple[int, ObservationBatch]]:
        """One group or all, after < known_at <= until, in order of known_at, then group, each with its instant."""
        return Replay(self._engine.connect).batches(after, until, group)

    def is_empty(self) -> bool:
        """Whether nothing was ever read into it."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(tables.evidence.c.evidence_key).limit(1)).first() is None

    def span(self) -> tuple[int, int] | None:
        """The first and the last instant at which a figure, a document or a hazard became known; None of nothing."""
        known = (tables.observations.c.known_at, tables.notices.c.known_at, tables.hazards.c.known_at)
        with self._engine.connect() as connection:
            found = [connection.execute(sa.select(sa.func.min(each), sa.func.max(each))).one() for each in known]
        ends = [(first, last) for first, last in found if first is not None]
        return (min(first for first, _ in ends), max(last for _, last in ends)) if ends else None

    def groups(self) -> tuple[str, ...]:
        """The groups that have any series for detection, notice or hazard."""
        watched = sa.select(tables.series.c.group_name).where(~tables.series.c.is_partial)
        told = (tables.notice_groups, tables.hazard_groups)
        with self._engine.connect() as connection:
            found = set(connection.execute(watched.distinct()).scalars())
            for table in told:
                found |= set(connection.execute(sa.select(table.c.group_name).distinct()).scalars())
        return tuple(sorted(found))

    def series(self, group: str = "") -> tuple[Series, ...]:
        """All series, or those of one group, in order of their ids."""
        query = sa.select(tables.series.c.record).order_by(tables.series.c.series_id)
        if group:
            query = query.where(tables.series.c.group_name == group)
        with self._engine.connect() as connection:
            records = connection.execute(query).scalars()
            return tuple(msgspec.json.decode(record, type=Series) for record in records)

    def as_known_at(self, series_id: str, at: int, since: int | None = None) -> Run:
        """The series as it was known at `at`: for each period its newest vintage. Raises NothingFound.

        With `since` the periods from there on only. `evidence` is empty where the rows come from several files;
        `vintages` says which from which.
        """
        series, figures = self._figures(series_id, since=since)
        newest = {figure.occurred_at: figure for figure in figures if figure.known_at <= at}
        own = list(newest.values())
        sources = {figure.evidence for figure in own}
        return Run(
            series=series,
            evidence=sources.pop() if len(sources) == 1 else "",
            occurred_at=[figure.occurred_at for figure in own],
            known_at=[figure.known_at for figure in own],
            values=[figure.value for figure in own],
            rows=[figure.row for figure in own],
            provisional=[figure.provisional for figure in own],
        )

    def vintages(self, series_id: str, occurred_at: int) -> tuple[StoredFigure, ...]:
        """Every value that one period had, in order of when it became known. Raises NothingFound."""
        return tuple(self._figures(series_id, occurred_at=occurred_at)[1])

    def notices(self) -> tuple[NoticeObservation, ...]:
        """All documents that are an act on a mineral, the undated ones first."""
        table = tables.notices
        query = sa.select(table.c.record).order_by(sa.func.coalesce(table.c.known_at, 0), table.c.notice_key)
        with self._engine.connect() as connection:
            records = connection.execute(query).scalars().all()
        return tuple(msgspec.json.decode(record, type=NoticeObservation) for record in records)

    def hashes(self) -> tuple[str, ...]:
        """The SHA-256 of everything that was read, in order."""
        with self._engine.connect() as connection:
            query = sa.select(tables.evidence.c.sha256).order_by(tables.evidence.c.sha256)
            return tuple(connection.execute(query).scalars())

    def evidence(self, sha256: str) -> Evidence:
        """The bytes as read, by their hash or its beginning. Raises NothingFound."""
        shelf = tables.evidence
        wanted = sha256.strip().lower()
        is_hash = len(wanted) >= _SHORTEST_PREFIX and set(wanted) <= set("0123456789abcdef")
        query = sa.select(shelf).where(shelf.c.sha256.startswith(wanted)).limit(2)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all() if is_hash else []
            read = sa.select(tables.readings.c.parser, tables.readings.c.version)
            read = (
                read.where(tables.readings.c.evidence_key == rows[0].evidence_key) if rows else read.where(sa.false())
            )
            parsers = connection.execute(read.order_by(tables.readings.c.parser)).all()
        if len(rows) != 1:
            problem = "no evidence begins" if not rows else "more than one piece of evidence begins"
            raise NothingFound(f"{problem} with {sha256[:70]!r}; the hash stands beside each figure of an alert")
        found = rows[0]
        return Evidence(
            sha256=found.sha256,
            origin=found.origin,
            fetched_at=found.fetched_at,
            media_type=found.media_type,
            content=found.content,
            headers=msgspec.json.decode(found.headers, type=tuple[tuple[str, str], ...]),
            parser=", ".join(row.parser for row in parsers),
            version=", ".join(row.version for row in parsers),
        )

    def row_text(self, sha256: str, row: int) -> str:
        """The header and one row as they stand in the stored bytes. Row 0 is the file as a whole.

        Bytes that were read in several ways (two sheets of a workbook) give one text for each.
        """
        evidence = self.evidence(sha256)
        texts = [row_text(evidence.content, media, row) for media in evidence.media_type.split("\n")]
        return "\n\n".join(dict.fromkeys(text for text in texts if text))

    def verify(self) -> int:
        """The number of files, when each still has the bytes that were read, and all that was read of it is there.

        Raises StoreDamaged naming the first that is not.
        """
        shelf = tables.evidence
        with self._engine.connect() as connection:
            keys = connection.execute(sa.select(shelf.c.evidence_key).order_by(shelf.c.evidence_key)).scalars().all()
            for key in keys:  # one at a time: all of them need not fit into memory
                query = sa.select(shelf.c.sha256, shelf.c.origin, shelf.c.content).where(shelf.c.evidence_key == key)
                found = connection.execute(query).one()
                if not isinstance(found.content, bytes) or digest(found.content) != found.sha256:
                    raise StoreDamaged(
                        f"evidence {found.sha256[:16]} ({found.origin!r}): its bytes are not those that were read; "
                        "restore the store from a copy made before, and keep this one as evidence"
                    )
            seals.verify(connection)
        return len(keys)

    def cursor(self, feed: str) -> str:
        """Where a feed was read up to; empty before the first time."""
        table = tables.cursors
        with self._engine.connect() as connection:
            return connection.execute(sa.select(table.c.cursor).where(table.c.feed == feed)).scalar() or ""

    def content_at(self, feed: str) -> int | None:
        """The newest known_at that a feed brought; None before it brought any."""
        table = tables.cursors
        with self._engine.connect() as connection:
            return connection.execute(sa.select(table.c.content_at).where(table.c.feed == feed)).scalar()

    def state(self, group: str) -> bytes | None:
        """The engine's state of a group as it was saved last."""
        table = tables.group_states
        with self._engine.connect() as connection:
            return connection.execute(sa.select(table.c.state).where(table.c.group_name == group)).scalar()

    def save_state(self, connection: sa.Connection, group: str, state: bytes) -> None:
        """Save the engine's state of a group in the caller's transaction."""
        table = tables.group_states
        changed = connection.execute(sa.update(table).where(table.c.group_name == group).values(state=state))
        if changed.rowcount == 0:
            connection.execute(sa.insert(table).values(group_name=group, state=state))

    def forget_states(self, connection: sa.Connection, groups: Iterable[str]) -> None:
        """Drop the saved states of groups whose past has changed: the harness makes them again from what is stored."""
        names = sorted(groups)
        if names:
            table = tables.group_states
            connection.execute(sa.delete(table).where(table.c.group_name.in_(names)))

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Everything that could not be used, by file and row."""
        table = tables.dead_letters
        columns = [table.c[name] for name in DeadLetter.__struct_fields__]
        query = sa.select(*columns).order_by(table.c.feed, table.c.origin, table.c.row, table.c.letter_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(DeadLetter(**{**row, "reason": Reason(row["reason"])}) for row in rows)

    def _figures(
        self, series_id: str, occurred_at: int | None = None, since: int | None = None
    ) -> tuple[Series, list[StoredFigure]]:
        """The series and its vintages in order of period and known_at."""
        table, shelf = tables.observations, tables.evidence
        with self._engine.connect() as connection:
            query = sa.select(tables.series.c.series_key, tables.series.c.record)
            found = connection.execute(query.where(tables.series.c.series_id == series_id)).first()
            if found is None:
                raise NothingFound(f"no series is called {series_id[:120]!r}")
            wanted = sa.select(table, shelf.c.sha256).join(shelf, shelf.c.evidence_key == table.c.evidence_key)
            wanted = wanted.where(table.c.series_key == found.series_key)
            if occurred_at is not None:
                wanted = wanted.where(table.c.occurred_at == occurred_at)
            if since is not None:
                wanted = wanted.where(table.c.occurred_at >= since)
            rows = connection.execute(wanted.order_by(table.c.occurred_at, table.c.known_at)).all()
        figures = [
            StoredFigure(
                occurred_at=row.occurred_at,
                known_at=row.known_at,
                value=row.value,
                evidence=row.sha256,
                row=row.row,
                provisional=row.is_provisional,
            )
            for row in rows
        ]
        return msgspec.json.decode(found.record, type=Series), figures
