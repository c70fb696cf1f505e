"""Observation → signal (X2): what was said of a series against what its revised figures say: keep, weaken, withdraw.

Detectors are run again from the first row that changed. What they say anew is compared period by period with what was
said: a signal whose anomaly is still there about as strong is kept as it is; one that is weaker is taken back and said
anew; one whose anomaly is gone is taken back. What stands and was not said, or is stronger, is said now. Everything
becomes known with the revision, never before.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from streams.baselines import is_number
from streams.detectors.findings import evidence_of
from streams.observations import Series
from streams.reasons import Reason
from streams.recent import Recent, Rows, Said, Touched, place_of
from streams.signals import Certainty, Hazard, Phase, Signal, revision_id_of, signal_id_of

DETECTOR: Final = "X2"
SAME: Final = 0.9  # of a score: within a tenth a reader would call it the same finding
_EVIDENCE: Final = 7  # of the rows that changed, the newest


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a revision does: signals to give out, what has been said since, and how many by reason."""

    signals: list[Signal]
    said: list[Said]
    counts: dict[Reason, int]
    vintage: int


def said_of(signal: Signal, vintage: int = 0) -> Said:
    """What is remembered of a signal."""
    return Said(
        signal.detector, signal.phase, signal.occurred_at, vintage, signal.hazard, signal.direction, signal.score
    )


def judged(series: Series, recent: Recent, rows: Rows, again: Sequence[Signal], touched: Touched) -> Verdict:
    """Compare what was said, from the first row that changed on, with what is said `again` of all rows within reach."""
    said = recent.said
    since = rows.occurred_at[touched.indexes[0]]
    vintage = max(touched.known_at, recent.vintage + 1)
    before = [one for one in said if one.occurred_at < since]
    old = [one for one in said if one.occurred_at >= since]
    signals: list[Signal] = []
    stands: list[Said] = list(before)
    withdrawn: list[Said] = []
    counts: dict[Reason, int] = {}
    for detector in sorted({one.detector for one in old} | {signal.detector for signal in again}):
        earlier = [one for one in before if one.detector == detector]
        own = [one for one in old if one.detector == detector]
        new = [signal for signal in again if signal.detector == detector and signal.occurred_at >= touched.floor]
        truth = [*(one for one in earlier if one.occurred_at < touched.floor), *map(said_of, new)]
        kept: list[Said] = []
        for one in own:
            reason = _compared(one, _standing(truth, one.occurred_at))
            counts[reason] = counts.get(reason, 0) + 1
            (kept if reason is Reason.KEPT else withdrawn).append(one)
        for signal, one in _said_now(
            [*earlier, *kept], (s for s in new if s.occurred_at >= since), touched.known_at, vintage
        ):
            counts[Reason.SAID_ANEW] = counts.get(Reason.SAID_ANEW, 0) + 1
            signals.append(signal)
            kept.append(one)
        stands += kept
    hazards = {one.hazard for one in withdrawn} | {signal.hazard for signal in signals}
    signals += [_revision(series, rows, hazard, withdrawn, touched, vintage) for hazard in sorted(hazards)]
    return Verdict(signals=signals, said=sorted(stands, key=place_of), counts=counts, vintage=vintage)


def _standing(said: Iterable[Said], at: int) -> Said | None:
    """What stands of one detector at a period: the last thing said by then, unless that it is over."""
    last = max((one for one in said if one.occurred_at <= at), key=place_of, default=None)
    return None if last is None or last.phase is Phase.CLEARED else last


def _compared(one: Said, now: Said | None) -> Reason:
    """What becomes of a signal, given what stands at its period by the figures as they are now."""
    if one.phase is Phase.CLEARED:
        return Reason.KEPT if now is None else Reason.WITHDRAWN
    if now is None or now.direction is not one.direction:
        return Reason.WITHDRAWN
    return Reason.KEPT if now.score >= SAME * one.score else Reason.WEAKENED


def _said_now(
    stands: Sequence[Said], new: Iterable[Signal], known_at: int, vintage: int
) -> Iterator[tuple[Signal, Said]]:
    """The new signals that what stands does not say already, as they became known with the revision."""
    standing = list(stands)
    for signal in sorted(new, key=lambda each: each.occurred_at):
        if signal.phase is Phase.CLEARED:
            # What is said now ends only by what is said now: an end that was known before it ended something else.
            now = _standing(standing, signal.occurred_at - 1)
            ended = _standing(standing, signal.occurred_at) is None
            is_said = now is None or (ended and now.vintage != vintage)
        else:
            now = _standing(standing, signal.occurred_at)
            is_said = now is not None and now.direction is signal.direction and now.score >= SAME * signal.score
        if is_said:
            continue
        named = signal_id_of(signal.detector, signal.subject, signal.phase, signal.occurred_at, vintage)
        one = said_of(signal, vintage)
        standing.append(one)
        yield msgspec.structs.replace(signal, signal_id=named, known_at=known_at), one


def _revision(
    series: Series, rows: Rows, hazard: Hazard, withdrawn: Iterable[Said], touched: Touched, vintage: int
) -> Signal:
    """The signal that says that the source has revised, and what of this hazard counts no longer."""
    ids = tuple(
        signal_id_of(one.detector, series.series_id, one.phase, one.occurred_at, one.vintage)
        for one in sorted(withdrawn, key=place_of)
        if one.hazard is hazard
    )
    newest = touched.indexes[-1]
    return Signal(
        signal_id=revision_id_of(series.series_id, hazard, vintage, ids),
        detector=DETECTOR,
        hazard=hazard,
        group=series.group,
        subject=series.series_id,
        family=series.family,
        phase=Phase.REVISED,
        occurred_at=rows.occurred_at[newest],
        known_at=touched.known_at,
        score=0.0,
        claims=Certainty.UNKNOWN,
        minerals=series.minerals,
        origin=series.origin,
        destination=series.destination,
        route=series.route,
        observed=_number(rows.values[newest]),
        unit=series.unit,
        provisional=rows.provisional[newest],
        evidence=tuple(
            evidence_of(part, figure.sha256, figure.row, (figure.occurred_at, figure.known_at, _number(figure.value)))
            for index in touched.indexes[-_EVIDENCE:]
            for part, figure in rows.figures(series, index)
        ),
        withdraws=ids,
    )


def _number(value: float | None) -> float | None:
    return value if value is not None and is_number(value) else None
