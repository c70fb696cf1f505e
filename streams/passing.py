"""Rows in order of when they were known → what a group goes through: their batches, and a tick at each midnight.

What a group remembers is a function of the rows that are stored, in this order. A row that comes out of it is not put
in afterwards: the memory is made again, and what it now concludes is held against what was given out.
"""

import contextlib
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import chain

import msgspec

from streams.assessments import Assessment, Level
from streams.codec import identity
from streams.engine import Engine, GroupState
from streams.observations import SECONDS_A_DAY, ObservationBatch
from streams.signals import Signal
from streams.silence import DETECTOR as SILENCE
from streams.silence import turned
from streams.situations import HORIZON_S, Book, situations


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What became known at one instant, and whether a day began with it."""

    at: int
    batches: tuple[ObservationBatch, ...]
    tick: bool


def steps(rows: Iterable[tuple[int, ObservationBatch]], after: int, until: int) -> Iterator[Step]:
    """Rows of (`after`, `until`] by instant, and a tick at each midnight UTC in between."""
    midnight = (after // SECONDS_A_DAY + 1) * SECONDS_A_DAY
    waiting: list[ObservationBatch] = []
    at = after
    for known_at, batch in rows:
        if waiting and known_at != at:
            yield Step(at=at, batches=tuple(waiting), tick=at == midnight)
            midnight += SECONDS_A_DAY * (at == midnight)
            waiting = []
        while midnight < known_at:
            yield Step(at=midnight, batches=(), tick=True)
            midnight += SECONDS_A_DAY
        at = known_at
        waiting.append(batch)
    if waiting:
        yield Step(at=at, batches=tuple(waiting), tick=at == midnight)
        midnight += SECONDS_A_DAY * (at == midnight)
    while midnight <= until:
        yield Step(at=midnight, batches=(), tick=True)
        midnight += SECONDS_A_DAY


def passed(rows: Iterable[tuple[int, ObservationBatch]], until: int) -> Iterator[ObservationBatch]:
    """The batches of stored rows up to `until`, and at each midnight a tick of every group that has had one."""
    seen: set[str] = set()
    ordered = iter(rows)
    first = next(ordered, None)
    if first is None:
        return
    for step in steps(chain((first,), ordered), first[0] - 1, until):
        for batch in step.batches:
            seen.add(batch.group)
            yield batch
        if step.tick:
            for group in sorted(seen):
                yield ObservationBatch(group=group, feed="", tick_at=step.at)


def made_again(
    engine: Engine,
    group: str,
    rows: Iterable[tuple[int, ObservationBatch]],
    until: int,
    passes_over: tuple[type[Exception], ...] = (),
) -> tuple[GroupState, list[Signal]]:
    """A group's memory at `until` out of its stored rows alone, and the signals on the way, in order.

    A batch that raises one of `passes_over` is left out.
    """
    state, signals = GroupState(), list[Signal]()
    for batch in chain(passed(rows, until), (ObservationBatch(group=group, feed="", tick_at=until),)):
        if not is_idle(engine, state, batch):
            with contextlib.suppress(*passes_over):
                signals += engine.apply(state, batch).signals
    return state, signals


def news(before: Book, signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """Of the signals of a memory that was made again, those that the memory before did not know.

    What that one had forgotten for its age is no news, nor is a silence of the past that is over.
    """
    known = before.signals.keys() | before.derived.keys()
    found = (s for s in signals if s.detector != SILENCE and s.known_at > before.now - HORIZON_S)
    return (*(signal for signal in found if signal.signal_id not in known), *turned(before, signals))


def is_idle(engine: Engine, state: GroupState, batch: ObservationBatch) -> bool:
    """Whether a batch is a tick that can change nothing."""
    return batch.tick_at is not None and not engine.is_live(state, batch.tick_at)


def given_anew(
    engine: Engine, before: GroupState, after: GroupState, at: int, waiting: Container[str]
) -> tuple[Assessment, ...]:
    """What a memory that was made again concludes at `at`, where it is not what was given out, by situation id.

    `waiting` are the situations whose newest assessment has not been given out yet. A situation of which nothing is
    left is given as void, so that whoever was told of it is told that it was none.
    """
    given = {key: revision for key, revision in before.book.published.items() if key not in waiting}
    found: dict[str, Assessment] = {}
    for situation in situations(after.book):
        key = situation.situation_id
        assessment = engine.judged(after, situation, at)
        if assessment is None:
            continue
        after.book.published[key] = assessment.revision
        if given.get(key) != assessment.revision:
            found[key] = assessment
    for situation in situations(before.book):
        key = situation.situation_id
        gone = (
            engine.judged(before, situation, at)
            if key in before.book.published and key not in after.book.published
            else None
        )
        if gone is not None and not gone.resolved:
            found[key] = _void(gone, at)
    return tuple(found[key] for key in sorted(found))


def _void(gone: Assessment, at: int) -> Assessment:
    """The assessment of a situation that the rows, in their order, do not show: it names what counts no longer."""
    return msgspec.structs.replace(
        gone,
        as_of=at,
        level=Level.NONE,
        holding=(),
        stale=(),
        stale_since=0,
        provisional=False,
        panels=(),
        resolved=True,
        void=True,
        revised_at=at,
        withdrawn=gone.holding,
        revision=identity(gone.assessment_id, "void", at, " ".join(ring.ring_id for ring in gone.rings)),
    )
