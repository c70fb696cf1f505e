"""Signals of X1 and clocks of feeds → **spells**: what has fallen silent or is heard again, kept until it was told.

A spell is told once and its end once, whatever is read twice, restarted or delivered again: each change is written in
the transaction of whoever noticed it, and told from what is written (`services.dispatcher.operators`).
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec
import sqlalchemy as sa

from services import tables
from services.feed_clocks import FeedClocks
from streams.observations import SECONDS_A_DAY
from streams.signals import Phase, Signal
from streams.silence import DETECTOR

LONG_AGO_S = 400 * SECONDS_A_DAY  # what was silent for so long when it was first read is history, not news
_LOOK_S = 60


class Spell(msgspec.Struct, frozen=True, kw_only=True):
    """One series, or a source as a whole (then both have its name). `told` names the message; empty: not told."""

    subject: str
    source: str
    since: int
    noticed_at: int
    heard_at: int | None
    told: str


def notice(connection: sa.Connection, signals: Iterable[Signal], at: int) -> None:
    """Keep what signals of X1 say, in the caller's transaction; those that were kept before change nothing."""
    for signal in signals:
        if signal.detector != DETECTOR:
            continue
        subject = signal.subject
        if signal.phase is Phase.RAISED:
            _silent(connection, (subject, subject.partition("/")[0]), signal.occurred_at, at)
        elif signal.phase is Phase.CLEARED:
            _heard(connection, subject, signal.occurred_at, at)
        elif signal.phase is Phase.REVISED:
            _heard(connection, subject, at, at)


class Standstill:
    """A duty: sources whose content no detector counts in series are held against what they promise of themselves."""

    def __init__(self, database: sa.Engine, clocks: FeedClocks, promised_days: Mapping[str, int]) -> None:
        self._database, self._clocks, self._promised_days = database, clocks, promised_days
        self._looked_at: int | None = None

    def __call__(self, now: int) -> None:
        """Once a minute, look at the content clocks."""
        if self._looked_at is not None and 0 <= now - self._looked_at < _LOOK_S:
            return
        self._looked_at = now
        clocks = self._clocks.all()
        changes: list[Callable[[sa.Connection], None]] = []
        with self._database.begin() as connection:
            standing = {spell.subject: spell for spell in spells(connection)}
        for name, days in self._promised_days.items():
            content_at = clocks[name].content_at if name in clocks else None
            if content_at is None:
                continue
            is_still = now - content_at > days * SECONDS_A_DAY
            spell = standing.get(name)
            is_said = spell is not None and spell.heard_at is None
            if is_still and not is_said:
                changes.append(lambda c, name=name, since=content_at: _silent(c, (name, name), since, now))  # type: ignore[misc]
            elif is_said and not is_still:
                changes.append(lambda c, name=name, until=content_at: _heard(c, name, until, now))  # type: ignore[misc]
        if changes:
            with self._database.begin() as connection:
                for change in changes:
                    change(connection)


def spells(connection: sa.Connection) -> list[Spell]:
    """Every spell that is kept, by subject."""
    table = tables.silences
    rows = connection.execute(sa.select(table).order_by(table.c.subject)).mappings()
    return [Spell(**row) for row in rows]


def tell(connection: sa.Connection, subjects: Iterable[str], told: str) -> None:
    """Keep in which message these were told; empty: nothing of them is left to be told."""
    table = tables.silences
    connection.execute(sa.update(table).where(table.c.subject.in_(list(subjects))).values(told=told))


def _silent(connection: sa.Connection, named: tuple[str, str], since: int, at: int) -> None:
    """`named`: the subject and its source."""
    table, (subject, source) = tables.silences, named
    row = connection.execute(sa.select(table).where(table.c.subject == subject)).mappings().first()
    if row is None:
        if at - since <= LONG_AGO_S:
            values = {"subject": subject, "source": source, "since": since, "noticed_at": at, "told": ""}
            connection.execute(sa.insert(table).values(heard_at=None, **values))
    elif row["heard_at"] is not None and since > row["since"]:
        values = {"since": since, "noticed_at": at, "heard_at": None}
        connection.execute(sa.update(table).where(table.c.subject == subject).values(values))


def _heard(connection: sa.Connection, subject: str, until: int, at: int) -> None:
    table = tables.silences
    here = (table.c.subject == subject, table.c.heard_at.is_(None), table.c.since < until)
    connection.execute(sa.update(table).where(*here).values(heard_at=at))
