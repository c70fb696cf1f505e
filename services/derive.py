"""Rows → signals and assessments once more: what a recorded assessment has to follow from, to the byte.

An assessment is a function of the rows known at its time. The rows of one group go through the engine as the hub lets
them, a tick at each midnight; at each wanted time it is asked what they mean, before and after a tick of that moment,
since the record does not say by which of the two it was made.
"""

from collections.abc import Collection, Iterable

import msgspec

from streams.assessments import Assessment, Situation
from streams.codec import encode
from streams.engine import Engine, GroupState
from streams.observations import ObservationBatch
from streams.passing import steps
from streams.signals import Signal


class Derived(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the rows: every signal as canonical bytes in its order, and by time each assessment that may be."""

    signals: tuple[bytes, ...]
    assessments: dict[int, frozenset[bytes]]


def derive(
    batches: Iterable[tuple[int, ObservationBatch]], engine: Engine, situation: Situation, wanted: Collection[int]
) -> Derived:
    """Run the batches of one group, in order of when they were known, and judge the situation at the wanted times."""
    rows = list(batches)
    state, found = GroupState(), dict[int, set[bytes]]()
    signals: list[Signal] = []
    times = sorted(wanted)
    if rows:
        first, last = rows[0][0], max([rows[-1][0], *times])
        for step in steps(iter(rows), first - 1, last):
            while times and times[0] < step.at:
                _judge(engine, state, situation, times.pop(0), found)
            for batch in step.batches:
                outcome = engine.apply(state, batch)
                signals += outcome.signals
                _note(found, step.at, situation, outcome.assessments)
            if step.at in wanted:
                _judge(engine, state, situation, step.at, found)
            if step.tick and engine.is_live(state, step.at):
                outcome = engine.apply(state, ObservationBatch(group=situation.group, feed="", tick_at=step.at))
                signals += outcome.signals
                _note(found, step.at, situation, outcome.assessments)
    for at in times:
        _judge(engine, state, situation, at, found)
    return Derived(
        signals=tuple(encode(signal) for signal in signals),
        assessments={at: frozenset(made) for at, made in found.items()},
    )


def _note(found: dict[int, set[bytes]], at: int, situation: Situation, assessments: Iterable[Assessment]) -> None:
    for assessment in assessments:
        if assessment.situation == situation:
            found.setdefault(at, set()).add(encode(assessment))


def _judge(engine: Engine, state: GroupState, situation: Situation, at: int, found: dict[int, set[bytes]]) -> None:
    """What the rows so far mean at `at`, and what they mean after a tick, on a state that is thrown away."""
    plain = engine.judged(state, situation, at)
    if plain is not None:
        found.setdefault(at, set()).add(encode(plain))
    ticked = engine.restore(engine.snapshot(state))
    ticked.book.published.clear()  # a tick gives out what has changed only, and here everything is asked for
    outcome = engine.apply(ticked, ObservationBatch(group=situation.group, feed="", tick_at=at))
    _note(found, at, situation, outcome.assessments)
