"""Signals of one situation → its spell and its rings: when an alert begins, what wakes a person, when it is over.

The signals are folded one by one in order of (known_at, signal id). A spell opens with the first signal of its own, its
level goes up at once and down only after the dwell time, and it is over when the level has stayed below watch so long.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from streams.assessments import Level, Ring, RingCause, Situation
from streams.codec import identity
from streams.holding import Holding, Place, place_of
from streams.notices.readings import TIGHTENING
from streams.observations import SECONDS_A_DAY, Family
from streams.signals import Certainty, Direction, DueKind, Hazard, Phase, Signal
from streams.situations import AssessParameters, Fold, Held, Verdict

AFTER_ALL = "~"  # comes after every signal id, which is hexadecimal
BEFORE_ALL = ""
NO_EVIDENCE = (Phase.CLEARED, Phase.REVISED)  # says that something is over, or was not
Judge = Callable[[Place, int, str], Verdict]
"""(place, moment, id) → what held at a moment, as seen from a place; of the signals of that moment up to this id."""


class Rings:
    """Folds the signals of one situation into its spell and rings. `judge` tells what they mean at a moment."""

    def __init__(self, parameters: AssessParameters, situation: Situation, holding: Holding, judge: Judge) -> None:
        self._parameters = parameters
        self._situation = situation
        self._holding = holding
        self._judge = judge
        self._dwell_s = int(parameters.dwell_days * SECONDS_A_DAY)
        self._press_s = int(parameters.press_days * SECONDS_A_DAY)

    def level_at(self, fold: Fold, at: int, now: Level) -> Level:
        """The level at `at`: the highest within the dwell time, because it goes up at once and down only slowly."""
        return self._level_from((at, AFTER_ALL), fold, at, now)

    def _level_from(self, place: Place, fold: Fold, at: int, now: Level) -> Level:
        since = at - self._dwell_s
        ranks = [now.rank, *(rank for when, rank in fold.levels if since <= when <= at)]
        if since >= fold.started:
            ranks.append(self._judge(place, since, AFTER_ALL).level.rank)
        return list(Level)[max(ranks)]

    def step(self, fold: Fold, event: Held) -> Fold:
        """Take one signal into the fold: end the spell before it if that is over, open one, ring."""
        signal, at = event.signal, event.signal.known_at
        place = place_of(signal)
        counted = msgspec.structs.replace(fold, known_at=at, signal_id=signal.signal_id, count=fold.count + 1)
        if signal.phase is Phase.CLEARED:
            return counted
        if signal.phase is Phase.REVISED:
            return self._revised(counted, signal) if fold.started and not fold.void else counted
        previous = Level.NONE
        if fold.started:
            previous = self._level_from(place, fold, at, self._judge(place, at, BEFORE_ALL).level)
            if fold.void or fold.over or is_over(fold, previous):
                # What ended stands as ended until another opens: whoever was told that it holds has to hear of it.
                ended = msgspec.structs.replace(fold, over=True)
                fold, previous = Fold(count=fold.count) if event.primary else ended, Level.NONE
        fold = msgspec.structs.replace(fold, known_at=at, signal_id=signal.signal_id, count=fold.count + 1)
        if fold.over or (not fold.started and not event.primary):
            return fold
        verdict = self._judge(place, at, signal.signal_id)
        if not fold.started:
            first = min((h.signal.known_at for h in verdict.holding if h.primary), default=at)
            fold = msgspec.structs.replace(fold, started=at, opened_on=iso_day(first))
        level = self._level_from(place, fold, at, verdict.level)
        fold = self._rung(fold, verdict, (previous, level), signal)
        return msgspec.structs.replace(
            fold,
            reached=fold.reached or level.rank >= Level.WATCH.rank,
            levels=(*((t, r) for t, r in fold.levels if t >= at - self._dwell_s), (at, verdict.level.rank)),
            highest=max(fold.highest, verdict.score),
            minerals=tuple(sorted({*fold.minerals, *(signal.minerals if event.primary else ())})),
            signals=(*fold.signals, signal.signal_id),
        )

    def _revised(self, fold: Fold, revision: Signal) -> Fold:
        """The spell as what is left would have made it: its level at once, and void where it would not have been.

        What rang has rung. What was known before the horizon stands: it is not there to be judged anew.
        """
        place, names = place_of(revision), set(fold.signals)
        spell = [h for h in self._holding.all if h.signal.signal_id in names]
        since = {h.signal.signal_id for h in self._holding.all if fold.started <= h.signal.known_at <= place[0]} | names
        anew = any((h.signal.known_at, h.signal.subject) == (place[0], revision.subject) for h in spell)
        if not anew and not since.intersection(revision.withdraws):
            return fold
        left = [h for h in self._holding.seen_at(place) if h.signal.signal_id in names]
        judged = [self._judge(place, h.signal.known_at, AFTER_ALL) for h in left]
        least = Level.WATCH if fold.reached else Level.ADVISORY
        remembered = bool(spell) and spell[0].signal.signal_id == fold.signals[0]
        return msgspec.structs.replace(
            fold,
            levels=tuple((t, self._judge(place, t, AFTER_ALL).level.rank) for t, _ in fold.levels),
            highest=max((verdict.score for verdict in judged), default=0.0),
            families=tuple(sorted({h.signal.family for h in left} & set(fold.families))),
            minerals=tuple(sorted({m for h in left if h.primary for m in h.signal.minerals})) or fold.minerals,
            revised_at=revision.known_at,
            void=remembered and not any(verdict.level.rank >= least.rank for verdict in judged),
        )

    def _rung(self, fold: Fold, verdict: Verdict, levels: tuple[Level, Level], signal: Signal) -> Fold:
        """The fold with the ring that this signal causes, if it causes one. At watch and above only."""
        if signal.hazard is Hazard.NONE:
            return fold  # bears on what is open and wakes nobody
        previous, level = levels
        holding = [h.signal for h in verdict.holding]
        families = tuple(sorted({s.family for s in holding} - {Family.NEWS}))
        prints = {p for s in holding for p in _prints(s)}
        if level.rank < Level.WATCH.rank or signal.signal_id not in {s.signal_id for s in holding}:
            return fold
        cause = None
        rung_by: tuple[Family, ...] = (signal.family,)
        if not fold.reached:
            cause, rung_by = RingCause.OPENED, families
        elif level.rank > previous.rank:
            cause, rung_by = RingCause.LEVEL_ROSE, families
        elif _is_new_day(signal, fold):
            cause = RingCause.DAY_NEAR
        elif signal.family not in fold.families:
            cause = RingCause.FAMILY_JOINED
        elif _is_new_document(signal, fold, self._press_s):
            cause = RingCause.DOCUMENT_JOINED
        elif verdict.score >= self._parameters.ring_growth * fold.highest:
            cause = RingCause.SCORE_GREW
        if cause is None or (fold.rings and fold.rings[-1].at == signal.known_at and level is fold.rings[-1].level):
            return fold  # what becomes known at one moment rings once for each level
        ring = Ring(
            ring_id=identity("ring", self._situation.situation_id, fold.opened_on, cause, signal.signal_id),
            at=signal.known_at,
            level=level,
            families=rung_by,
            direction=direction_of(holding if rung_by == families else [signal]),
            cause=cause,
            signal_id=signal.signal_id,
        )
        return msgspec.structs.replace(
            fold,
            rings=(*fold.rings, ring),
            families=tuple(sorted({*fold.families, *families})),
            documents=tuple(sorted({*fold.documents, *prints})),
        )


def iso_day(at: int) -> str:
    """The UTC day of a time in seconds."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def direction_of(signals: Sequence[Signal]) -> Direction:
    """Which way prices or flows moved, where the signals agree."""
    seen = {s.direction for s in signals} - {Direction.NONE}
    return seen.pop() if len(seen) == 1 else Direction.NONE


def _prints(signal: Signal) -> set[str]:
    """What makes two documents one act: the day of publication, or kind and effective date."""
    if signal.act is None:
        return set()
    act = signal.act
    return {f"published {act.published_on}"} | ({f"{act.kind} {act.effective_on}"} if act.effective_on else set())


def _is_new_document(signal: Signal, fold: Fold, press_s: int) -> bool:
    """Whether this is another act: not one more page about an act that the spell has rung for.

    The press writes about one act for weeks, and under other dates: its pages ring when no act has for so long.
    """
    if signal.act is None or signal.phase is not Phase.RAISED or signal.act.polarity not in TIGHTENING:
        return False
    if _prints(signal) & set(fold.documents):
        return False
    if signal.claims is Certainty.LIKELY:
        rung = [ring.at for ring in fold.rings if Family.NOTICES in ring.families]
        return all(signal.known_at - at >= press_s for at in rung)
    return signal.claims is Certainty.OBSERVED


def _is_new_day(signal: Signal, fold: Fold) -> bool:
    """Whether this is the first word about a day: a reminder is a mere repeat, and so is the day on which an act takes
    effect that this spell has rung for, since that ring told it."""
    if signal.due is None or signal.phase is not Phase.RAISED:
        return False
    return signal.due.kind is not DueKind.STARTS or not _prints(signal) & set(fold.documents)


def is_over(fold: Fold, level: Level) -> bool:
    """Whether a spell has ended at this level, dwell time included: below watch, or advisory if it never rang."""
    return level.rank < (Level.WATCH.rank if fold.reached else Level.ADVISORY.rank)


def is_after(fold: Fold, event: Held) -> bool:
    """Whether the event comes after everything that the fold has seen."""
    return (event.signal.known_at, event.signal.signal_id) > (fold.known_at, fold.signal_id)
