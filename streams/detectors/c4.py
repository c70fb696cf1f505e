"""C4, flows by destination and acts → signal: exports to one participant fell, and to the others they did not.

The comparison of destinations is that of `streams.relations.selectivity`. It counts where a fall or a stop of that flow
was found, or a restriction is in force against that participant: lots to small buyers are selective all the time. What
it means is for a person to say: alone it is no more than *possible*.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import log
from typing import ClassVar

from streams.conditions import in_force
from streams.detectors.base import Known, Parameters
from streams.detectors.findings import SCORE_LIMIT
from streams.detectors.patterns import LASTS_S, Heard
from streams.observations import Family
from streams.signals import Certainty, Comparison, Direction, Hazard, Phase, Signal, signal_id_of


class PanelWeights(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much each row of the panel weighs for the person who reads it; nothing is computed from their sum."""

    dominance: float
    selectivity: float
    act: float
    gap: float
    dispute: float
    no_natural_cause: float

    def check(self) -> None:
        """Every row weighs something."""
        if min(self.dominance, self.selectivity, self.act, self.gap, self.dispute, self.no_natural_cause) <= 0:
            raise ValueError("weights must all be above 0")


class C4Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of C4."""

    p_value: float  # at most: the part of the placebos that fell as far
    fall: float  # by so much more than the others, as a part of what it would have been with them
    recent_days: float  # the panel shows a comparison that is no older
    gap_days: float  # and a hazard feed counts as heard that spoke within so many days
    weights: PanelWeights

    def check(self) -> None:
        """Relations between fields."""
        if not 0 < self.p_value < 0.5:
            raise ValueError("p_value must lie between 0 and 0.5")
        if not 0 < self.fall < 1:
            raise ValueError("fall must lie between 0 and 1")
        if min(self.recent_days, self.gap_days) <= 0:
            raise ValueError("recent_days and gap_days must be above 0")
        self.weights.check()

    def score(self, comparison: Comparison) -> float | None:
        """How selective it is, 1.0 where it raises; None where there are too few placebos to say."""
        if comparison.p_value is None or comparison.value <= 0:
            return None
        size = log(comparison.value) / log(1.0 - self.fall)
        return min(log(comparison.p_value) / log(self.p_value), max(size, 0.0))


class C4:
    """Selective restriction: alone Possible; a person decides what it is."""

    code: ClassVar[str] = "C4"
    Parameters: ClassVar[type[C4Parameters]] = C4Parameters

    def derive(self, known: Known, parameters: C4Parameters) -> list[Signal]:
        """One signal for each month in which a flow was selective and something else says so, and one at the end."""
        flows: dict[str, list[Comparison]] = {}
        for comparison in known.comparisons:
            flows.setdefault(comparison.subject, []).append(comparison)
        heard = Heard(known.signals)
        found: list[Signal] = []
        for _, comparisons in sorted(flows.items()):
            ordered = sorted(comparisons, key=lambda c: c.occurred_at)
            found += self._of_flow(ordered, heard, known, parameters)
        return sorted(found, key=lambda signal: signal.signal_id)

    def _of_flow(
        self, comparisons: Sequence[Comparison], heard: Heard, known: Known, parameters: C4Parameters
    ) -> list[Signal]:
        found: list[Signal] = []
        for comparison, following in pairwise([*comparisons, None]):
            if comparison is None:
                break
            score = parameters.score(comparison)
            is_open = bool(found) and found[-1].phase is not Phase.CLEARED
            if score is None or score < 1.0:
                if is_open and score is not None:
                    found.append(_signal(comparison, Phase.CLEARED, comparison.known_at, 0.0, found[-1]))
                continue
            ends = comparison.known_at + LASTS_S if following is None else following.known_at
            support = _support(comparison, ends, heard, known)
            if support is not None:
                phase = Phase.CONTINUING if is_open else Phase.RAISED
                at = max(comparison.known_at, support.known_at)
                found.append(_signal(comparison, phase, at, score, support))
        return found


def _support(comparison: Comparison, ends: int, heard: Heard, known: Known) -> Signal | None:
    """The first that says so too while the comparison is the newest: the flow fell, or an act is in force on it."""
    said = [s.known_at for s in (*known.signals, *known.acts)]
    for at in sorted({comparison.known_at, *(m for m in said if comparison.known_at < m < ends)}):
        fallen = heard.falls_of(comparison.flow, at)
        if fallen:
            return fallen[0]
        standing = in_force(known.acts, comparison.origin, at, comparison.destination)
        hit = [c for c in standing if not c.minerals or set(c.minerals) & set(comparison.minerals)]
        if hit:
            return next(act for act in known.acts if act.signal_id == hit[-1].signal_id)
    return None


def _signal(comparison: Comparison, phase: Phase, at: int, score: float, support: Signal) -> Signal:
    return Signal(
        signal_id=signal_id_of(C4.code, f"{comparison.subject}:{support.signal_id}", phase, comparison.occurred_at),
        detector=C4.code,
        hazard=Hazard.RESTRICTION,
        group=support.group,
        subject=comparison.subject,
        family=Family.CUSTOMS,
        phase=phase,
        occurred_at=comparison.occurred_at,
        known_at=at,
        score=round(min(score, SCORE_LIMIT), 4),
        claims=Certainty.POSSIBLE,
        minerals=comparison.minerals,
        origin=comparison.origin,
        destination=comparison.destination,
        direction=Direction.DOWN,
        provisional=comparison.provisional,
        comparison=comparison,
        evidence=comparison.evidence,
        rests_on=(support.signal_id,),
        thresholds=support.thresholds,
    )
