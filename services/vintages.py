"""Poll → **store**: evidence, vintages, notices, dead letters and the cursor, in the caller's one transaction.

A series keeps what was known when. The same value again is a duplicate, dropped; another value is a revision, kept
beside the first with the time at which it became known.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import sqlalchemy as sa

from services import seals, tables
from services.errors import FeedError
from services.feeds.base import DeadLetter, Evidence, Poll
from services.feeds.documents import UNDATED
from services.hazards import Told, keep_hazards
from streams.codec import encode, identity
from streams.observations import NoticeObservation, Run, Series
from streams.reasons import Reason

_CHUNK = 5_000
_NAMES_A_QUERY = 500


class Vintage(msgspec.Struct, frozen=True):
    """One value of one period of a series, and when it became known."""

    known_at: int
    value: float | None


class Row(msgspec.Struct, frozen=True):
    """One stored figure. Series and evidence by their keys in the store."""

    series_key: int
    occurred_at: int
    known_at: int
    value: float | None
    evidence_key: int
    row: int
    is_provisional: bool


class Tally(msgspec.Struct, kw_only=True):
    """How many figures and documents of one piece of evidence were new, revised what was known, or were known."""

    new: int = 0
    revised: int = 0
    duplicates: int = 0


class Kept(msgspec.Struct, kw_only=True):
    """What was new in a poll, and what was not."""

    rows: list[Row] = []
    notices: list[tuple[NoticeObservation, tuple[str, ...]]] = []  # each with its groups
    hazards: list[Told] = []
    series: dict[int, Series] = {}
    sha256: dict[int, str] = {}  # by evidence key
    tallies: dict[str, Tally] = {}  # by SHA-256

    @property
    def groups(self) -> set[str]:
        """The groups that have anything new."""
        found = {self.series[row.series_key].group for row in self.rows}
        return found.union(*(groups for _, groups in (*self.notices, *self.hazards)))


def decide(vintages: Sequence[Vintage], found: Vintage, read_at: int, is_fresh: bool) -> tuple[Reason, int]:
    """What a value is, given the vintages of its period in order of known_at, and when it became known.

    `is_fresh` is whether its bytes were never stored before: bytes that were are no news whatever order they come in.
    """
    if not vintages:
        return Reason.ACCEPTED, found.known_at
    latest = vintages[-1]
    if found.value is None or found.value == latest.value:
        return Reason.DUPLICATE, latest.known_at
    if not is_fresh and any(v.value == found.value for v in vintages):
        return Reason.DUPLICATE, latest.known_at
    if all(v.known_at != found.known_at for v in vintages):
        in_force = [v for v in vintages if v.known_at < found.known_at]
        if in_force and in_force[-1].value == found.value:
            return Reason.DUPLICATE, in_force[-1].known_at
        return Reason.REVISED, found.known_at
    return Reason.REVISED, max(read_at, latest.known_at + 1)


def keep(connection: sa.Connection, poll: Poll) -> Kept:
    """Store a poll. Raises FeedError when a series has another unit than the store knows."""
    kept = Kept()
    evidence = _keep_evidence(connection, poll)
    kept.tallies = {sha256: Tally() for sha256 in evidence}
    kept.sha256 = {key: sha256 for sha256, (key, _) in evidence.items()}
    runs: dict[str, list[Run]] = {}
    for batch in poll.batches:
        for run in batch.runs:
            runs.setdefault(run.series.series_id, []).append(run)
    keys, created = _keep_series(connection, [own[0].series for own in runs.values()])
    for series_id, own in runs.items():
        key = keys[series_id]
        kept.series[key] = own[0].series
        known = {} if key in created else _vintages(connection, key, own)
        _compare(kept, key, own, known, (evidence, poll.polled_at))
    for start in range(0, len(kept.rows), _CHUNK):
        rows = [msgspec.structs.asdict(row) for row in kept.rows[start : start + _CHUNK]]
        connection.execute(sa.insert(tables.observations), rows)
    amounts = seals.Amounts()
    for row in kept.rows:
        amounts[row.evidence_key] += seals.amount_of("figure", msgspec.structs.astuple(row))
    seals.add(connection, amounts)
    _keep_notices(connection, poll, evidence, kept)
    for told, is_new in keep_hazards(connection, poll, evidence):
        tally = kept.tallies[told[0].evidence]
        tally.new, tally.revised = tally.new + is_new, tally.revised + (not is_new)
        kept.hazards.append(told)
    keep_letters(connection, poll.dead_letters, poll.polled_at)
    _keep_cursor(connection, poll)
    return kept


def _compare(
    kept: Kept,
    key: int,
    runs: Sequence[Run],
    known: dict[int, list[Vintage]],
    read: tuple[Mapping[str, tuple[int, bool]], int],
) -> None:
    """Sort the rows of one series into new, revised and duplicate."""
    evidence, read_at = read
    for run in runs:
        evidence_key, is_fresh = evidence[run.evidence]
        tally = kept.tallies[run.evidence]
        columns = zip(run.occurred_at, run.known_at, run.values, run.rows, run.provisional, strict=True)
        for occurred_at, known_at, value, row, is_provisional in columns:
            vintages = known.get(occurred_at)
            if vintages is None:
                known[occurred_at] = [Vintage(known_at, value)]
                tally.new += 1
            else:
                reason, known_at = decide(vintages, Vintage(known_at, value), read_at, is_fresh)
                if reason is Reason.DUPLICATE:
                    tally.duplicates += 1
                    continue
                vintages.append(Vintage(known_at, value))
                vintages.sort(key=lambda v: v.known_at)
                tally.revised += 1
            kept.rows.append(Row(key, occurred_at, known_at, value, evidence_key, row, is_provisional))


def _vintages(connection: sa.Connection, key: int, runs: Sequence[Run]) -> dict[int, list[Vintage]]:
    """What the store knows of a series between the first and the last period of the runs."""
    table = tables.observations
    first = min(run.occurred_at[0] for run in runs if run.occurred_at)
    last = max(run.occurred_at[-1] for run in runs if run.occurred_at)
    query = (
        sa.select(table.c.occurred_at, table.c.known_at, table.c.value)
        .where(table.c.series_key == key, table.c.occurred_at.between(first, last))
        .order_by(table.c.occurred_at, table.c.known_at)
    )
    known: dict[int, list[Vintage]] = {}
    for occurred_at, known_at, value in connection.execute(query):
        known.setdefault(occurred_at, []).append(Vintage(known_at, value))
    return known


def _keep_evidence(connection: sa.Connection, poll: Poll) -> dict[str, tuple[int, bool]]:
    """The key of each piece of evidence, and whether it was never stored before."""
    table = tables.evidence
    keys: dict[str, tuple[int, bool]] = {}
    for piece in poll.evidence:
        query = sa.select(table.c.evidence_key, table.c.media_type).where(table.c.sha256 == piece.sha256)
        row = connection.execute(query).first()
        if row is None:
            columns = ("sha256", "origin", "fetched_at", "media_type", "content")
            headers = encode(piece.headers).decode()
            seal = seals.first(piece.sha256, piece.origin, piece.fetched_at, headers)
            values = {name: getattr(piece, name) for name in columns} | {"headers": headers, "seal": seal}
            key = connection.execute(sa.insert(table).values(values)).inserted_primary_key
            assert key is not None
            keys[piece.sha256] = (int(key[0]), True)
            _keep_reading(connection, keys[piece.sha256][0], piece, poll.polled_at)
            continue
        _keep_reading(connection, row.evidence_key, piece, poll.polled_at)
        keys.setdefault(piece.sha256, (row.evidence_key, False))
        if piece.media_type not in row.media_type.split("\n"):  # the same bytes, read in another way
            told = {"media_type": f"{row.media_type}\n{piece.media_type}"}
            connection.execute(sa.update(table).where(table.c.evidence_key == row.evidence_key).values(told))
    return keys


def _keep_reading(connection: sa.Connection, evidence_key: int, piece: Evidence, read_at: int) -> None:
    """Which parser read the bytes last, and in which version."""
    if not piece.parser:
        return
    table = tables.readings
    values = {"version": piece.version, "read_at": read_at}
    own = (table.c.evidence_key == evidence_key, table.c.parser == piece.parser)
    if connection.execute(sa.update(table).where(*own).values(values)).rowcount == 0:
        connection.execute(sa.insert(table).values(evidence_key=evidence_key, parser=piece.parser, **values))


def _keep_series(connection: sa.Connection, series: Sequence[Series]) -> tuple[dict[str, int], set[int]]:
    """The keys of the series, and which of them are new. What a manifest says anew of a series is written down."""
    keys, records = _known_series(connection, [s.series_id for s in series])
    fresh = [s for s in series if s.series_id not in keys]
    for one in series:
        if one.series_id in keys and records[one.series_id] != encode(one):
            _change_series(connection, keys[one.series_id], records[one.series_id], one)
    if fresh:
        connection.execute(sa.insert(tables.series), [_series_row(s) for s in fresh])
        added, _ = _known_series(connection, [s.series_id for s in fresh])
        return keys | added, set(added.values())
    return keys, set()


def _known_series(connection: sa.Connection, names: Sequence[str]) -> tuple[dict[str, int], dict[str, bytes]]:
    table = tables.series
    keys: dict[str, int] = {}
    records: dict[str, bytes] = {}
    for start in range(0, len(names), _NAMES_A_QUERY):
        wanted = names[start : start + _NAMES_A_QUERY]
        query = sa.select(table.c.series_key, table.c.series_id, table.c.record).where(table.c.series_id.in_(wanted))
        for key, series_id, record in connection.execute(query):
            keys[series_id], records[series_id] = key, record
    return keys, records


def _series_row(series: Series) -> dict[str, object]:
    return {
        "series_id": series.series_id,
        "feed": series.feed,
        "group_name": series.group,
        "is_partial": series.partial,
        "record": encode(series),
    }


def _change_series(connection: sa.Connection, key: int, record: bytes, series: Series) -> None:
    before = msgspec.json.decode(record, type=Series)
    if before.unit != series.unit:
        raise FeedError(
            f"series {series.series_id!r} is stored in {before.unit!r} and now comes in {series.unit!r}: "
            "give the file entry of the manifest another id, so that the two are kept apart"
        )
    row = _series_row(series)
    connection.execute(sa.update(tables.series).where(tables.series.c.series_key == key).values(row))


def _keep_notices(connection: sa.Connection, poll: Poll, evidence: Mapping[str, tuple[int, bool]], kept: Kept) -> None:
    """Keep each document once, by issuer and number, with all groups that it is about."""
    table = tables.notices
    found: dict[tuple[str, str], tuple[NoticeObservation, list[str]]] = {}
    for batch in poll.batches:
        for notice in batch.notices:
            found.setdefault((notice.issuer, notice.number), (notice, []))[1].append(batch.group)
    for (issuer, number), (notice, groups) in found.items():
        query = sa.select(table.c.notice_key).where(table.c.issuer == issuer, table.c.number == number)
        if connection.execute(query).first() is not None:
            kept.tallies[notice.evidence].duplicates += 1
            continue
        values = {
            "issuer": issuer,
            "number": number,
            "known_at": None if notice.known_at == UNDATED else notice.known_at,
            "evidence_key": evidence[notice.evidence][0],
            "record": encode(notice),
        }
        made = connection.execute(sa.insert(table).values(values)).inserted_primary_key
        assert made is not None
        cells = (issuer, number, values["known_at"], values["record"])
        seals.add(connection, seals.Amounts({evidence[notice.evidence][0]: seals.amount_of("document", cells)}))
        unique = sorted(set(groups))
        connection.execute(
            sa.insert(tables.notice_groups), [{"notice_key": int(made[0]), "group_name": g} for g in unique]
        )
        kept.notices.append((notice, tuple(unique)))
        kept.tallies[notice.evidence].new += 1


def keep_letters(connection: sa.Connection, letters: Iterable[DeadLetter], read_at: int) -> None:
    """Keep each dead letter once, however often its file is read."""
    table = tables.dead_letters
    found: dict[str, dict[str, object]] = {}
    for letter in letters:
        letter = _storable(letter)
        letter_id = identity(letter.feed, letter.origin, letter.row, letter.reason, letter.detail, letter.content.hex())
        found[letter_id] = {**msgspec.structs.asdict(letter), "letter_id": letter_id, "read_at": read_at}
    names = list(found)
    for start in range(0, len(names), _NAMES_A_QUERY):
        wanted = names[start : start + _NAMES_A_QUERY]
        query = sa.select(table.c.letter_id).where(table.c.letter_id.in_(wanted))
        there = set(connection.execute(query).scalars())
        rows = [found[name] for name in wanted if name not in there]
        if rows:
            connection.execute(sa.insert(table), rows)


def _storable(letter: DeadLetter) -> DeadLetter:
    """The letter in words that every database holds: none takes a NUL, or half a character, in a text."""
    feed, origin, detail = (
        text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
        for text in (letter.feed, letter.origin, letter.detail)
    )
    return msgspec.structs.replace(letter, feed=feed, origin=origin, detail=detail)


def _keep_cursor(connection: sa.Connection, poll: Poll) -> None:
    table = tables.cursors
    row = connection.execute(sa.select(table.c.content_at).where(table.c.feed == poll.feed)).first()
    known = [at for at in (poll.content_at, row.content_at if row is not None else None) if at is not None]
    values = {"cursor": poll.cursor, "polled_at": poll.polled_at, "content_at": max(known, default=None)}
    if row is None:
        connection.execute(sa.insert(table).values(feed=poll.feed, **values))
    else:
        connection.execute(sa.update(table).where(table.c.feed == poll.feed).values(values))
