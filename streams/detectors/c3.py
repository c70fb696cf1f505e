"""C3, acts in force, flows and prices → signal: licences are required, and few are given.

A flow falls 45 to 120 days after a restriction took effect, while the price abroad stands above that at home: what was
announced as a licence works as a ban. The act itself has faded as an alert by then; it is a condition of the group.
"""

from collections.abc import Sequence
from typing import ClassVar

from streams.conditions import Condition, day_number, in_force
from streams.detectors.base import Known, Parameters
from streams.detectors.patterns import Heard, month_of_fall
from streams.signals import Certainty, Hazard, Phase, Signal, signal_id_of

_FLOW_ROWS, _PRICE_ROWS = 3, 2


class C3Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of C3, in days between the effect of the act and the month of the fall."""

    earliest_days: int
    latest_days: int

    def check(self) -> None:
        """Relations between fields."""
        if not 0 <= self.earliest_days < self.latest_days:
            raise ValueError("earliest_days must not be below 0, and below latest_days")


class C3:
    """Licence slow-down, a restriction in fact: alone Likely."""

    code: ClassVar[str] = "C3"
    Parameters: ClassVar[type[C3Parameters]] = C3Parameters

    def derive(self, known: Known, parameters: C3Parameters) -> list[Signal]:
        """One signal for each month of a fall that fits, and one when the fall or the gap is over."""
        heard = Heard(known.signals)
        found = [signal for said in heard.falls() for signal in self._of_flow(said, heard, known.acts, parameters)]
        return sorted(found, key=lambda signal: signal.signal_id)

    def _of_flow(
        self, said: Sequence[Signal], heard: Heard, acts: Sequence[Signal], parameters: C3Parameters
    ) -> list[Signal]:
        found: list[Signal] = []
        gaps = heard.gaps_said(said[0].origin)
        for place, fall in enumerate(said):
            if fall.phase is Phase.CLEARED:
                if found and found[-1].phase is not Phase.CLEARED:
                    found.append(self._cleared(found[-1], fall))
                continue
            ends = heard.ends(said, place)
            moments = {fall.known_at, *(s.known_at for s in (*gaps, *acts))}
            for at in sorted(moment for moment in moments if fall.known_at <= moment < ends):
                gap = heard.open_gap(fall.origin, at)
                act = self._act(acts, fall, at, parameters) if gap is not None else None
                if gap is not None and act is not None:
                    found.append(self._signal(fall, gap, act, at, acts))
                    break
        if found and found[-1].phase is not Phase.CLEARED:
            closed = [s for s in gaps if s.phase is Phase.CLEARED and s.known_at > found[-1].known_at]
            end = next((s for s in closed if heard.open_gap(s.origin, s.known_at) is None), None)
            if end is not None:
                found.append(self._cleared(found[-1], end))
        return found

    @staticmethod
    def _act(acts: Sequence[Signal], fall: Signal, at: int, parameters: C3Parameters) -> Condition | None:
        """The restriction after whose effect the month of the fall lies as it does after an act that slows licences."""
        first, last = month_of_fall(fall)
        for condition in in_force(acts, fall.origin, last, fall.destination, known_by=at):
            about = not condition.minerals or not fall.minerals or set(condition.minerals) & set(fall.minerals)
            since = day_number(last) - condition.days_at(last)
            early = day_number(last) < since + parameters.earliest_days
            late = day_number(first) > since + parameters.latest_days
            if about and not early and not late:
                return condition
        return None

    def _signal(self, fall: Signal, gap: Signal, act: Condition, at: int, acts: Sequence[Signal]) -> Signal:
        subject = f"licences:{fall.detector}:{fall.subject}"
        document = next(signal for signal in acts if signal.signal_id == act.signal_id)
        return Signal(
            signal_id=signal_id_of(self.code, f"{subject}:{fall.signal_id}", fall.phase, fall.occurred_at),
            detector=self.code,
            hazard=Hazard.RESTRICTION,
            group=fall.group,
            subject=subject,
            family=fall.family,
            phase=fall.phase,
            occurred_at=fall.occurred_at,
            known_at=at,
            score=min(fall.score, gap.score),
            claims=Certainty.LIKELY,
            minerals=fall.minerals,
            origin=fall.origin,
            destination=fall.destination,
            direction=fall.direction,
            observed=fall.observed,
            expected=fall.expected,
            unit=fall.unit,
            window=fall.window,
            provisional=fall.provisional or gap.provisional,
            evidence=(*fall.evidence[-_FLOW_ROWS:], *gap.evidence[-_PRICE_ROWS:], *document.evidence),
            rests_on=(fall.signal_id, gap.signal_id, act.signal_id),
            thresholds=fall.thresholds,
        )

    def _cleared(self, last: Signal, end: Signal) -> Signal:
        occurred_at = max(end.occurred_at, last.occurred_at)
        return Signal(
            signal_id=signal_id_of(self.code, f"{last.subject}:{last.signal_id}", Phase.CLEARED, occurred_at),
            detector=self.code,
            hazard=Hazard.RESTRICTION,
            group=last.group,
            subject=last.subject,
            family=last.family,
            phase=Phase.CLEARED,
            occurred_at=occurred_at,
            known_at=max(end.known_at, last.known_at),
            score=0.0,
            claims=Certainty.LIKELY,
            minerals=last.minerals,
            origin=last.origin,
            destination=last.destination,
            evidence=end.evidence,
            rests_on=(last.signal_id, end.signal_id),
            thresholds=last.thresholds,
        )
