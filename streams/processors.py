"""Observations of one partition → signals and assessments: the groups' states, how far each has read, what is unsaved.

Pure: the worker brings records and carries out what comes back. A record that a group's state already holds is skipped,
so that what is read twice after a crash is applied once. What a group's assessments have become is given out when a
record *settles* them, the last of a poll: nobody is rung for a moment in the middle of the past.
"""

import zlib
from collections.abc import Iterable, Iterator

import msgspec

from streams.assessments import Assessment
from streams.cloudevents import StateOfGroup
from streams.engine import Engine, GroupState
from streams.observations import ObservationBatch
from streams.passing import given_anew, is_idle, made_again, news
from streams.reasons import Reason
from streams.signals import Signal


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a group between two snapshots: the engine's bytes, and the assessments not given out yet."""

    engine: bytes
    waiting: tuple[Assessment, ...]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What one record gave."""

    signals: tuple[Signal, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    counts: dict[Reason, int] = {}


class _Group:
    """One group in memory."""

    def __init__(self, state: GroupState, applied: int, waiting: Iterable[Assessment] = ()) -> None:
        self.state = state
        self.applied = applied
        self.waiting = {each.situation.situation_id: each for each in waiting}
        self.is_saved = True


class Partition:
    """The groups of one partition. `made_with`: hash of what detection knows; a state made with another is none."""

    def __init__(self, engine: Engine, made_with: str) -> None:
        self._engine = engine
        self._made_with = made_with
        self._groups: dict[str, _Group] = {}

    @property
    def groups(self) -> frozenset[str]:
        """The groups in memory."""
        return frozenset(self._groups)

    def restore(self, snapshots: Iterable[StateOfGroup]) -> None:
        """Take snapshots in. Of several of one group the one that has read farthest counts, whatever their order."""
        newest: dict[str, StateOfGroup] = {}
        for found in snapshots:
            if found.made_with != self._made_with:
                continue
            held = newest.get(found.group)
            if held is None or found.applied >= held.applied:
                newest[found.group] = found
        for group, found in newest.items():
            try:
                memory = msgspec.msgpack.decode(found.state, type=Memory)
                state = self._engine.restore(memory.engine)
            except (msgspec.DecodeError, zlib.error):
                continue  # bytes that are no memory are none: the group is made again from the archive
            self._groups[group] = _Group(state, found.applied, memory.waiting)
            self._groups[group].is_saved = False  # written anew by whoever has the partition now

    def apply(self, batch: ObservationBatch, offset: int, settles: bool) -> Given:
        """Apply the record at `offset`; one that the group's state already holds gives nothing."""
        group = self._group(batch.group)
        if offset < group.applied:
            return Given(counts={Reason.DUPLICATE: 1})
        group.applied = offset + 1
        return self._applied(group, batch, settles)

    def rebuild(self, batch: ObservationBatch) -> Given:
        """Apply one batch of the archive to a group whose snapshot is lost; nothing is given out before it settles."""
        group = self._group(batch.group)
        return Given() if is_idle(self._engine, group.state, batch) else self._applied(group, batch, settles=False)

    def remake(self, name: str, rows: Iterable[tuple[int, ObservationBatch]], until: int) -> Given:
        """Make a group's memory again from all of its stored rows, in order; how far it has read stays.

        What it now concludes waits to be given out, where it is not what was given out. A batch that breaks a detector
        is left out: it is a dead letter already. The signals are those that were not found before.
        """
        before = self._group(name)
        state, signals = made_again(self._engine, name, rows, until, passes_over=(Exception,))
        anew = given_anew(self._engine, before.state, state, until, before.waiting)
        self._groups[name] = made = _Group(state, before.applied, anew)
        made.is_saved = False
        return Given(signals=news(before.state.book, signals))

    def unsaved(self) -> Iterator[StateOfGroup]:
        """A snapshot of each group that has changed since it was last asked for, as it is when its turn comes."""
        for name, group in list(self._groups.items()):
            if group.is_saved:
                continue
            group.is_saved = True
            memory = Memory(engine=self._engine.snapshot(group.state), waiting=tuple(group.waiting.values()))
            state = msgspec.msgpack.encode(memory)
            yield StateOfGroup(group=name, made_with=self._made_with, applied=group.applied, state=state)

    def forget(self, group: str) -> None:
        """Drop a group's memory, which a defect may have left half changed; how far it has read stays."""
        found = self._group(group)
        self._groups[group] = _Group(GroupState(), found.applied)

    def touch(self) -> None:
        """Count every group as changed: its snapshot is due again."""
        for group in self._groups.values():
            group.is_saved = False

    def _group(self, name: str) -> _Group:
        found = self._groups.get(name)
        if found is None:
            found = self._groups[name] = _Group(GroupState(), 0)
        return found

    def _applied(self, group: _Group, batch: ObservationBatch, settles: bool) -> Given:
        outcome = self._engine.apply(group.state, batch)
        group.is_saved = False
        for found in outcome.assessments:
            group.waiting[found.situation.situation_id] = found
        given: tuple[Assessment, ...] = ()
        if settles:
            given = tuple(group.waiting[key] for key in sorted(group.waiting))
            group.waiting = {}
        return Given(signals=outcome.signals, assessments=given, counts=outcome.counts)
