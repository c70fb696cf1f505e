"""What a harness tells those who watch it: rows applied, signals found, entries of the record, the clock moved.

Screen, metrics and log are witnesses: they see the same moments and change nothing.
"""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from alerts.facts import Fact
from services.feeds.base import DeadLetter
from streams.observations import Family
from streams.reasons import Reason
from streams.signals import Signal


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one group were applied. `at` is the store's time, `known_at` when the newest of them became known."""

    at: int
    feed: str
    group: str
    family: Family
    publisher: str
    rows: int
    known_at: int
    titles: tuple[str, ...] = ()  # of notices


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A row could not be used; its bytes are kept."""

    at: int
    letter: DeadLetter


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A source could not be read at all, or told the operator something."""

    at: int
    feed: str
    note: str


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """A message to one of the operators could not be sent; `is_lost`: it is not tried again."""

    at: int
    participant: str
    channel: str
    person: str
    reason: str
    detail: str
    is_lost: bool


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A detector found a subject abnormal."""

    at: int
    signal: Signal


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Series of one source fell silent, or are heard again: what they are about is unknown meanwhile, not calm."""

    at: int
    source: str
    is_over: bool
    since: int  # when the first of them was last heard; 0 when it is over
    series: tuple[str, ...]


class Sifted(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one group that were not simply new, and signals that a revision touched: how many of each reason."""

    at: int
    feed: str
    group: str
    counts: dict[Reason, int]


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the record, by this process or by a command in another terminal."""

    fact: Fact


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in one line for each language, for those on duty: whether it is quiet, what could not be reached."""

    at: int
    lines: tuple[str, ...]


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """The clock was set on: `rate` store seconds pass in a real second, 0 while days are jumped."""

    at: int
    rate: int


Moment: TypeAlias = Read | Rejected | Unread | Untold | Found | Silence | Sifted | Recorded | Said | Moved
Witness: TypeAlias = Callable[[Moment], None]
