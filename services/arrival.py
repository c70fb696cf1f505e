"""Poll → archive → what may be applied as it comes, and which groups' memory has to be made again.

What a group remembers is a function of the rows stored, in order of when they were known. A row that comes after
something that had to see it first is *out of order*: it is kept, and its group is made again from the archive.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext

import msgspec
import sqlalchemy as sa

from services import tables
from services.instants import Replay, batches_of
from services.vintages import Kept
from streams.market_moves import is_market_price
from streams.observations import SECONDS_A_DAY, ObservationBatch, Series
from streams.relate import Relating


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """What was new in a poll: batches in order of known_at, then group; those of groups in `late` are not applied."""

    batches: list[ObservationBatch]
    late: frozenset[str]  # groups that are made again, whether or not the poll brought anything of their own

    @property
    def timely(self) -> list[ObservationBatch]:
        """What is applied as it comes."""
        return [batch for batch in self.batches if batch.group not in self.late]


def arrived(connection: sa.Connection, kept: Kept, at: int, relating: Relating) -> Arrived:
    """What a poll that has been stored in this transaction at `at` brought, and what came out of order."""
    batches = batches_of(kept, connection)
    midnight = at - at % SECONDS_A_DAY
    late = {batch.group for batch in batches if any(notice.known_at <= midnight for notice in batch.notices)}
    news = _News(connection, batches)
    late |= news.behind_their_own(relating)
    late |= news.behind_the_market()
    return Arrived(batches=batches, late=frozenset(late))


class _News:
    """The new figures of a poll among those that the store had."""

    def __init__(self, connection: sa.Connection, batches: Iterable[ObservationBatch]) -> None:
        self._connection = connection
        runs = [run for batch in batches for run in batch.runs]
        self._groups = sorted({run.series.group for run in runs})
        self._known: dict[str, list[int]] = {}  # by series id, of the new rows
        for run in runs:
            self._known.setdefault(run.series.series_id, []).extend(run.known_at)
        self._series = {run.series.series_id: run.series for run in runs}
        self._new = {
            (run.series.series_id, occurred_at, known_at)
            for run in runs
            for occurred_at, known_at in zip(run.occurred_at, run.known_at, strict=True)
        }

    def behind_their_own(self, relating: Relating) -> set[str]:
        """The groups of figures that were known no later than one, stored before, that is judged together with them.

        That is one of the same series, or of one that a relation takes together with it.
        """
        late: set[str] = set()
        for group in self._groups:
            stored = _stored(self._connection, tables.series.c.group_name == group)
            own = [series for series in self._series.values() if series.group == group]
            kin = {one.series_id: relating.kindred(one, stored.values()) for one in own}
            newest = self._newest_before({s.series_id for among in kin.values() for s in among}, stored, own)
            for one in own:
                first = min(self._known[one.series_id])
                if any(newest.get(other.series_id, first - 1) >= first for other in kin[one.series_id]):
                    late.add(group)
        return late

    def behind_the_market(self) -> set[str]:
        """The groups with prices, stored before, beside which these now put another common move."""
        prices = [series for series in self._series.values() if is_market_price(series)]
        if not prices:
            return set()
        stored = {key: one for key, one in _stored(self._connection).items() if is_market_price(one)}
        first = min(min(self._known[series.series_id]) for series in prices)
        newest = self._newest_before({one.series_id for one in stored.values()}, stored, prices)
        last = max(newest.values(), default=first - 1)
        if last < first:
            return set()
        replay = Replay(lambda: nullcontext(self._connection))
        after = replay.common_moves(first - 1, last)
        before = replay.common_moves(first - 1, last, without=self._new)
        group_of = {one.series_id: one.group for one in stored.values()}
        return {group_of[place[0]] for place, move in before.items() if after[place] != move}

    def _newest_before(self, names: set[str], stored: Mapping[int, Series], own: Sequence[Series]) -> dict[str, int]:
        """When the newest row of each of these series was known that is not new, where not before the first new one."""
        first = min(min(self._known[series.series_id]) for series in own)
        keys = [key for key, one in stored.items() if one.series_id in names]
        table = tables.observations
        after = (table.c.series_key.in_(keys), table.c.known_at >= first)
        count = sa.select(sa.func.count()).select_from(table).where(*after)
        new = sum(len(self._known.get(name, ())) for name in names)
        if (self._connection.execute(count).scalar() or 0) <= new:
            return {}
        query = sa.select(table.c.series_key, table.c.occurred_at, table.c.known_at).where(*after)
        newest: Counter[str] = Counter()
        for key, occurred_at, known_at in self._connection.execute(query):
            name = stored[key].series_id
            if (name, occurred_at, known_at) not in self._new:
                newest[name] = max(newest[name], known_at)
        return dict(newest)


def _stored(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> dict[int, Series]:
    """Series of the store that are read by detectors, by their keys."""
    table = tables.series
    query = sa.select(table.c.series_key, table.c.record).where(~table.c.is_partial, *where)
    return {key: msgspec.json.decode(record, type=Series) for key, record in connection.execute(query)}
