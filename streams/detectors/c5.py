"""C5, notices → signal: a day draws near on which a restriction takes effect, or on which it or its suspension ends.

C1 speaks when an act becomes known; this keeps its days and speaks again before they come. A later act of the same
state that moves or removes the day ends the watch and clears what was said. The first word about a day may ring, a
later one only reminds (`streams.rings`). That a restriction ends is no want of anything: it bears on what is open and
opens nothing. Everything follows from the set of acts and the time of the tick: a signal is known at the moment for
which it was due, however late the tick comes.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import ClassVar

import msgspec

from streams.detectors.base import Parameters
from streams.detectors.c1 import act_of, evidence_of
from streams.notices.readings import TIGHTENING, Polarity
from streams.observations import SECONDS_A_DAY, Family, NoticeObservation
from streams.reference import Reference, packaged
from streams.signals import Act, Certainty, Due, DueKind, Evidence, Hazard, Phase, Signal, signal_id_of

MOST_WATCHED = 48  # acts of one group; the ones whose days are over go first
MOST_SAID = 8 * MOST_WATCHED  # of an act with both days there are six signals at most
ALL = "ALL"
_EASING = (Polarity.SUSPEND, Polarity.RELAX)


class C5Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many days ahead it speaks, most first; 0 is the day itself. A score of 1.0 is the raise threshold."""

    ends_days: tuple[int, ...]
    starts_days: tuple[int, ...]
    score: float

    def check(self) -> None:
        """Relations between fields."""
        for name, days in (("ends_days", self.ends_days), ("starts_days", self.starts_days)):
            if not days or min(days) < 0 or list(days) != sorted(set(days), reverse=True):
                raise ValueError(f"{name} must be days ahead, at least one, each once, most first, none below 0")
        if self.score < 1:
            raise ValueError("score must be at least 1: a day that draws near raises")


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """One act with a day of its own, or one that may move the day of another."""

    act: Act
    known_at: int
    minerals: tuple[str, ...]
    official: bool
    evidence: Evidence


class C5State(msgspec.Struct, tag="C5", kw_only=True):
    """The acts of one group in order of (known_at, document), and the ids of what was said of their days."""

    acts: list[Watched] = []
    said: list[str] = []


class _Deadline(msgspec.Struct, frozen=True, kw_only=True):
    watched: Watched
    due: Due

    @property
    def at(self) -> int:
        """The first second of the day, UTC."""
        return _seconds(self.due.day)


class C5:
    """A day named in an act: Likely where the document is official, for what is to come may still be put off."""

    code: ClassVar[str] = "C5"
    Parameters: ClassVar[type[C5Parameters]] = C5Parameters
    State: ClassVar[type[C5State]] = C5State

    def __init__(self, reference: Reference | None = None) -> None:
        """`reference` says which group a mineral belongs to; without it the reference data that ships."""
        known = reference if reference is not None else packaged()
        self._groups = {mineral: known.group_of(mineral) for mineral in known.minerals}
        self._known = known

    def note(self, state: C5State, notice: NoticeObservation, group: str) -> None:
        """Keep the act of a document, if it is one; the same document twice is one."""
        reading = notice.reading
        known = {watched.act.document_id for watched in state.acts}
        if not reading.is_relevant or reading.polarity is Polarity.NONE or notice.document_id in known:
            return
        named = reading.minerals or self._known.meant_by(reading.actor, ores=reading.general, dual_use=reading.dual_use)
        watched = Watched(
            act=act_of(notice),
            known_at=notice.known_at,
            minerals=tuple(m for m in named if self._groups.get(m, group) == group),
            official=reading.official,
            evidence=evidence_of(notice),
        )
        state.acts = sorted([*state.acts, watched], key=lambda w: (w.known_at, w.act.document_id))

    def is_waiting(self, state: C5State, at: int) -> bool:
        """Whether a day is still to come, so that the passing of time can change something."""
        return any(deadline.at + SECONDS_A_DAY > at for watched in state.acts for deadline in _deadlines(watched))

    def due(self, state: C5State, at: int, group: str, parameters: C5Parameters) -> list[Signal]:
        """What was due up to `at` and has not been said. Forgets acts whose days are over."""
        best: dict[str, Signal] = {}
        for watched in state.acts:
            for deadline in _deadlines(watched):
                for signal in self._of(deadline, state.acts, at, group, parameters):
                    held = best.get(signal.signal_id)
                    if held is None or (signal.claims is Certainty.LIKELY and held.claims is not Certainty.LIKELY):
                        best[signal.signal_id] = signal
        fresh = [signal for key, signal in best.items() if key not in state.said]
        state.said = [*state.said, *(signal.signal_id for signal in fresh)][-MOST_SAID:]
        self._forget(state, at)
        return sorted(fresh, key=lambda signal: (signal.known_at, signal.signal_id))

    def _of(
        self, deadline: _Deadline, acts: Sequence[Watched], at: int, group: str, parameters: C5Parameters
    ) -> list[Signal]:
        """Everything that there is to say of one day up to `at`, said or not."""
        ends = deadline.due.kind is not DueKind.STARTS
        moments = [
            moment
            for ahead in (parameters.ends_days if ends else parameters.starts_days)
            if deadline.watched.known_at < (moment := deadline.at - ahead * SECONDS_A_DAY) <= at
        ]
        over = min((act.known_at for act in acts if _moves(act, deadline)), default=None)
        told = [moment for moment in moments if over is None or moment < over]
        signals = [
            _signal(deadline, group, Phase.CONTINUING if number else Phase.RAISED, moment, parameters.score)
            for number, moment in enumerate(told)
        ]
        if told and over is not None and over <= at:
            signals.append(_signal(deadline, group, Phase.CLEARED, over, 0.0))
        return signals

    def _forget(self, state: C5State, at: int) -> None:
        gone = [w for w in state.acts if all(d.at + SECONDS_A_DAY <= at for d in _deadlines(w)) and w.known_at <= at]
        kept = [w for w in state.acts if w not in gone or _is_needed(w, state.acts, at)]
        state.acts = kept[-MOST_WATCHED:]


def _deadlines(watched: Watched) -> list[_Deadline]:
    """The days of one act worth a word: a restriction takes effect or ends, or what eased it for a time ends."""
    act = watched.act
    found: list[_Deadline] = []
    if act.polarity in TIGHTENING and act.effective_on:
        found.append(_Deadline(watched=watched, due=Due(DueKind.STARTS, act.effective_on)))
    if act.end_on:
        kind = DueKind.ENDS if act.polarity in TIGHTENING else DueKind.EASING_ENDS
        found.append(_Deadline(watched=watched, due=Due(kind, act.end_on)))
    return found


def _moves(later: Watched, deadline: _Deadline) -> bool:
    """Whether a later act of the same state makes the day another one, or none."""
    act, first = later.act, deadline.watched
    if later.known_at <= first.known_at or act.actor != first.act.actor or not _meets(act.targets, first.act.targets):
        return False
    if deadline.due.kind is DueKind.STARTS:
        return act.polarity in _EASING
    beyond = not act.end_on or act.end_on > deadline.due.day
    if deadline.due.kind is DueKind.EASING_ENDS:
        return act.polarity in _EASING and beyond
    return act.polarity is Polarity.RELAX or (act.polarity is Polarity.EXTEND and beyond)


def _meets(one: Sequence[str], other: Sequence[str]) -> bool:
    return not one or not other or ALL in one or ALL in other or bool(set(one) & set(other))


def _is_needed(watched: Watched, acts: Sequence[Watched], at: int) -> bool:
    """Whether an act without a day of its own to come still moves the day of another."""
    pending = (d for other in acts for d in _deadlines(other) if d.at + SECONDS_A_DAY > at)
    return any(_moves(watched, deadline) for deadline in pending)


def _signal(deadline: _Deadline, group: str, phase: Phase, moment: int, score: float) -> Signal:
    watched, due = deadline.watched, deadline.due
    actor = watched.act.actor
    subject = f"deadline:{actor}:{group}:{due.kind}:{due.day}"
    return Signal(
        signal_id=signal_id_of(C5.code, subject, phase, moment),
        detector=C5.code,
        hazard=Hazard.NONE if due.kind is DueKind.ENDS else Hazard.RESTRICTION,
        group=group,
        subject=subject,
        family=Family.NOTICES,
        phase=phase,
        occurred_at=moment,
        known_at=moment,
        score=score,
        claims=Certainty.LIKELY if watched.official else Certainty.POSSIBLE,
        minerals=watched.minerals,
        origin=actor,
        act=watched.act,
        due=due,
        evidence=(watched.evidence,),
    )


def _seconds(day: str) -> int:
    """The first second of an ISO day, UTC; the reader gives only days that there are."""
    return int(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).timestamp())
