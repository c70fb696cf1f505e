"""Assessment → **panel**: what a person weighs before saying what a restriction is meant to do, one row for each point.

Six points, each with what stands behind it, whether that speaks for it or against it or is not known, and a weight.
Nothing is added up and no word is written: the alert says *supply restriction* until a person has released another.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from streams.assessments import Assessment, Figure, Impact, Indication, Panel, PanelItem, PanelRow
from streams.codec import identity
from streams.conditions import EVERYBODY, Condition, in_force
from streams.detectors.c4 import C4Parameters
from streams.detectors.patterns import Heard
from streams.observations import SECONDS_A_DAY
from streams.relations.gap import Gap
from streams.signals import Comparison, Hazard, Phase, Signal
from streams.situations import Book, is_stale

_AHEAD_S = 180 * SECONDS_A_DAY  # an act that was announced counts before the day of its effect


class Panels:
    """Adds the panels to the assessments of restrictions, one for each participant that is not the exporter."""

    def __init__(self, parameters: C4Parameters, dominant_percent: float, participants: Sequence[str]) -> None:
        """`dominant_percent`: an exporter above this share of a stage dominates it."""
        self._parameters = parameters
        self._dominant_percent = dominant_percent
        self._participants = tuple(participants)

    def added(self, book: Book, assessment: Assessment) -> Assessment:
        """The assessment with its panels; one that has ended, or of another hazard, as it is.

        A change of what speaks for or against is a change that a reader sees: the revision says so.
        """
        situation = assessment.situation
        if situation.hazard is not Hazard.RESTRICTION or not situation.origin or assessment.resolved:
            return assessment
        sides = [p for p in self._participants if p != situation.origin]
        panels = tuple(self._panel(book, assessment, participant) for participant in sides)
        said = [f"{p.participant} {r.item} {r.indication} {_month(r)}" for p in panels for r in p.rows]
        return replace(assessment, panels=panels, revision=identity(assessment.revision, *said))

    def _panel(self, book: Book, assessment: Assessment, participant: str) -> Panel:
        impact = next((i for i in assessment.impacts if i.participant == participant), None)
        return Panel(
            participant=participant,
            rows=(
                self._dominance(impact),
                self._selectivity(book, assessment, participant),
                self._act(book, assessment, participant),
                self._gap(book, assessment),
                self._row(PanelItem.DISPUTE, Indication.UNKNOWN),
                self._natural_cause(book, assessment),
            ),
        )

    def _row(self, item: PanelItem, indication: Indication) -> PanelRow:
        return PanelRow(item=item, indication=indication, weight=getattr(self._parameters.weights, item.value))

    def _dominance(self, impact: Impact | None) -> PanelRow:
        share = impact.world_share if impact is not None else Figure(value=None, unit="percent")
        indication = Indication.UNKNOWN
        if share.value is not None:
            indication = Indication.FOR if share.value >= self._dominant_percent else Indication.AGAINST
        return replace(self._row(PanelItem.DOMINANCE, indication), share=share)

    def _selectivity(self, book: Book, assessment: Assessment, participant: str) -> PanelRow:
        since = assessment.as_of - int(self._parameters.recent_days * SECONDS_A_DAY)
        own = [
            comparison
            for comparisons in book.comparisons.values()
            for comparison in comparisons
            if comparison.origin == assessment.situation.origin
            and comparison.destination == participant
            and since <= comparison.occurred_at
            and comparison.known_at <= assessment.as_of
            and set(comparison.minerals) & set(assessment.minerals or comparison.minerals)
        ]
        if not own:
            return self._row(PanelItem.SELECTIVITY, Indication.UNKNOWN)
        comparison = max(own, key=lambda c: (c.occurred_at, -(c.p_value if c.p_value is not None else 1.0), c.subject))
        score = self._parameters.score(comparison)
        indication = Indication.UNKNOWN
        if score is not None:
            indication = Indication.FOR if score >= 1.0 else Indication.AGAINST
        return replace(
            self._row(PanelItem.SELECTIVITY, indication), comparison=comparison, evidence=comparison.evidence
        )

    def _act(self, book: Book, assessment: Assessment, participant: str) -> PanelRow:
        origin, at = assessment.situation.origin, assessment.as_of
        standing = in_force(book.acts, origin, at, participant)
        standing = standing or in_force(book.acts, origin, at + _AHEAD_S, participant, known_by=at)
        if not standing:
            return self._row(PanelItem.ACT, Indication.UNKNOWN)
        condition = max(standing, key=lambda c: (_is_aimed(c, participant), c.since, c.signal_id))
        row = self._row(PanelItem.ACT, Indication.FOR)
        aimed = _is_aimed(condition, participant)
        return replace(row, act=condition.act, since=condition.since, is_aimed=aimed, evidence=condition.evidence)

    def _gap(self, book: Book, assessment: Assessment) -> PanelRow:
        origin, at = assessment.situation.origin, assessment.as_of
        gap = Heard(book.signals.values()).open_gap(origin, at)
        if gap is not None:
            return replace(self._row(PanelItem.GAP, Indication.FOR), signal=gap, evidence=gap.evidence)
        measured = [clock for name, clock in book.clocks.items() if name.startswith(f"{Gap.code}:")]
        is_known = any(not is_stale(clock, at) for clock in measured)
        return self._row(PanelItem.GAP, Indication.AGAINST if is_known else Indication.UNKNOWN)

    def _natural_cause(self, book: Book, assessment: Assessment) -> PanelRow:
        origin, since = assessment.situation.origin, assessment.as_of - int(self._parameters.gap_days * SECONDS_A_DAY)
        strikes = [s for s in book.signals.values() if s.strike is not None and s.origin == origin]
        cleared = {(s.detector, s.subject) for s in book.signals.values() if s.phase is Phase.CLEARED}
        recent = [s for s in strikes if s.known_at >= since and (s.detector, s.subject) not in cleared]
        if recent:
            newest: Signal = max(recent, key=lambda s: (s.score, s.known_at, s.signal_id))
            return replace(
                self._row(PanelItem.NO_NATURAL_CAUSE, Indication.AGAINST), signal=newest, evidence=newest.evidence
            )
        is_heard = book.hazards_heard >= since
        return self._row(PanelItem.NO_NATURAL_CAUSE, Indication.FOR if is_heard else Indication.UNKNOWN)


def _is_aimed(condition: Condition, participant: str) -> bool:
    """Whether an act names the participant, and not everybody."""
    return participant in condition.targets and not set(condition.targets) & set(EVERYBODY)


def _month(row: PanelRow) -> int:
    """What distinguishes two comparisons that speak alike: the month that they are about."""
    comparison: Comparison | None = row.comparison
    return comparison.occurred_at if comparison is not None else 0
