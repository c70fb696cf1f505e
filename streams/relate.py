"""Observation → **derived observation** → signal: what follows from several series of one group taken together.

Rows wait until their instant is over, since figures that belong together become known together and a batch may be cut
anywhere: an instant is over when a later row or a tick of the group comes.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import msgspec

from streams.observations import Run, Series
from streams.reference import Reference
from streams.relations import RELATIONS, RelationState
from streams.relations.base import Relation


class RelateState(msgspec.Struct, kw_only=True):
    """What is remembered of one group: rows of the instant that is not over, and the state of each set by relation."""

    over: int = 0  # instants up to this time are over
    waiting: list[Run] = []
    sets: dict[str, dict[str, RelationState]] = {}  # relation code → set → state


class Relating:
    """All registered relations with one set of reference data."""

    def __init__(self, reference: Reference) -> None:
        self._relations: dict[str, Relation] = {kind.code: kind(reference) for kind in RELATIONS}
        self._sets: dict[str, tuple[tuple[str, str], ...]] = {}  # by series id, which stands for one series for ever

    def reads(self, series: Series) -> bool:
        """Whether a relation reads this series."""
        return bool(self._sets_of(series))

    def concerns(self, state: RelateState, runs: Iterable[Run]) -> bool:
        """Whether a relation reads any of these rows, or waits for the time that they bring."""
        return bool(state.waiting) or any(map(self._sets_of, [run.series for run in runs]))

    def relate(self, state: RelateState, runs: Sequence[Run], now: int | None) -> list[Run]:
        """Take new rows of the group and return the derived runs of the instants that are over.

        `now` is the newest time of the batch, of rows and documents of any kind, and None without one; a tick is passed
        as the second after it, because what is known at the tick has been delivered.
        """
        own = [run for run in runs if self._sets_of(run.series)]
        if now is None or not (own or state.waiting):
            return []
        state.over = max(state.over, now - 1)
        split = [_split(run, state.over) for run in (*state.waiting, *own)]
        state.waiting = [waiting for _, waiting in split if waiting.values]
        return self._derived(state, [ready for ready, _ in split if ready.values])

    def kin(self, code: str, own: Sequence[Series], among: Sequence[Series]) -> list[Series]:
        """The series that a relation takes together with one of `own`."""
        names = {place for series in own for place in self._sets_of(series) if place[0] == code}
        return [series for series in among if names.intersection(self._sets_of(series))]

    def kindred(self, own: Series, among: Iterable[Series]) -> list[Series]:
        """The series that any relation takes together with this one, itself among them."""
        names = set(self._sets_of(own))
        return [one for one in among if one.series_id == own.series_id or names.intersection(self._sets_of(one))]

    def _derived(self, state: RelateState, runs: Iterable[Run]) -> list[Run]:
        members: dict[tuple[str, str], list[Run]] = {}
        for run in runs:
            for place in self._sets_of(run.series):
                members.setdefault(place, []).append(run)
        found: list[Run] = []
        for code, name in sorted(members):
            states = state.sets.setdefault(code, {})
            held = states.get(name)
            if held is None:
                held = states[name] = self._relations[code].State()
            found += self._relations[code].relate(held, sorted(members[code, name], key=_series_id))
        return found

    def _sets_of(self, series: Series) -> tuple[tuple[str, str], ...]:
        """The sets that a series is part of, each as relation and name."""
        found = self._sets.get(series.series_id)
        if found is None:
            own = ((code, relation.sets(series)) for code, relation in self._relations.items())
            found = self._sets[series.series_id] = tuple((code, name) for code, names in own for name in names)
        return found


def _split(run: Run, over: int) -> tuple[Run, Run]:
    """The rows known up to `over`, and those after."""
    known_at = run.known_at
    place = bisect_right(known_at, over)
    if max(known_at[:place], default=over) <= over and min(known_at[place:], default=over + 1) > over:
        return run.part(0, place), run.part(place, len(known_at))
    ready = [index for index, at in enumerate(known_at) if at <= over]
    return run.chosen(ready), run.chosen([index for index, at in enumerate(known_at) if at > over])


def _series_id(run: Run) -> str:
    return run.series.series_id
