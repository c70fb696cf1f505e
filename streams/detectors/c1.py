"""C1, notices → signal: an act on exports of a mineral, as the reader of notices has read it.

What restricts (impose, tighten) raises; what eases (suspend, relax) clears what the same state had raised on the same
group; a renewal says that the restriction lasts and wakes nobody; a plan is at most *possible*. A document of the
state's own office is *observed*, a page of the press about it *likely*. An act on ores in general is about what the
state mines; one on all dual-use items may concern each mineral of the state's list, and one that leads to none any:
*possible*.
"""

from collections.abc import Mapping
from typing import ClassVar

from streams.detectors.base import Parameters
from streams.notices.readings import ActKind, Polarity, Reading
from streams.observations import Family, NoticeObservation
from streams.reference import Reference, packaged
from streams.signals import Act, Certainty, Evidence, Hazard, Phase, Signal, signal_id_of

MAX_QUOTES = 12
_PHASES = {
    Polarity.IMPOSE: Phase.RAISED,
    Polarity.TIGHTEN: Phase.RAISED,
    Polarity.NONE: Phase.RAISED,
    Polarity.EXTEND: Phase.CONTINUING,
    Polarity.SUSPEND: Phase.CLEARED,
    Polarity.RELAX: Phase.CLEARED,
}


class C1Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Scores of C1; 1.0 is the raise threshold, and what scores no more than assess.hold_score wakes nobody."""

    acts: Mapping[ActKind, float]  # by instrument, for an act that restricts or eases
    dated: float  # how many times more an act scores that names the day of its effect: the plan has become an act
    renewed: float  # a renewal, whatever the instrument
    planned: float  # a plan, a bill, a statement

    def check(self) -> None:
        """Relations between fields."""
        missing = sorted(set(ActKind) - set(self.acts))
        if missing:
            raise ValueError(f"acts lacks a score for {', '.join(missing)}")
        if min(self.acts.values()) <= 0 or self.renewed <= 0 or self.planned <= 0:
            raise ValueError("acts, renewed and planned must be above 0")
        if self.dated < 1:
            raise ValueError("dated must be at least 1: an act with its day is no less than one without")
        if self.renewed >= 1 or self.planned >= 1:
            raise ValueError("renewed and planned must stay below 1: neither a renewal nor a plan raises anything")


class C1:
    """Export-control act: alone Observed where it is official."""

    code: ClassVar[str] = "C1"
    Parameters: ClassVar[type[C1Parameters]] = C1Parameters

    def __init__(self, reference: Reference | None = None) -> None:
        """`reference` says which group a mineral belongs to; without it the reference data that ships."""
        known = reference if reference is not None else packaged()
        self._groups = {mineral: known.group_of(mineral) for mineral in known.minerals}
        self._known = known

    def observe(self, notice: NoticeObservation, group: str, parameters: C1Parameters) -> list[Signal]:
        """The signal that this document gives for `group`: none where it is not relevant."""
        reading = notice.reading
        if not reading.is_relevant or self._is_listing(reading, group):
            return []
        phase = _PHASES[reading.polarity]
        named = reading.minerals or self._known.meant_by(reading.actor, ores=reading.general, dual_use=reading.dual_use)
        minerals = tuple(m for m in named if self._groups.get(m, group) == group)
        return [
            Signal(
                signal_id=signal_id_of(self.code, f"{notice.document_id}:{group}", phase, notice.occurred_at),
                detector=self.code,
                hazard=Hazard.RESTRICTION,
                group=group,
                subject=f"notices:{reading.actor}:{group}",  # what a later act of the same state may ease
                family=Family.NOTICES,
                phase=phase,
                occurred_at=notice.occurred_at,
                known_at=notice.known_at,
                score=_score(reading, parameters),
                claims=_claims(reading) if minerals and not reading.dual_use else Certainty.POSSIBLE,
                minerals=minerals,
                origin=reading.actor,
                act=act_of(notice),
                evidence=(evidence_of(notice),),
            )
        ]

    def _is_listing(self, reading: Reading, group: str) -> bool:
        """Whether it lists suppliers of the group, of which C2 speaks."""
        return reading.act_kind is ActKind.ENTITY_LISTING and any(
            self._groups.get(mineral) == group
            for listed in reading.entities
            for mineral in self._known.entities[listed.entity_id].mineral_ids
        )


def _score(reading: Reading, parameters: C1Parameters) -> float:
    if reading.polarity is Polarity.NONE:
        return parameters.planned
    if reading.polarity is Polarity.EXTEND:
        return parameters.renewed
    return parameters.acts[reading.act_kind] * (parameters.dated if reading.effective_on else 1.0)


def _claims(reading: Reading) -> Certainty:
    if reading.polarity is Polarity.NONE:
        return Certainty.POSSIBLE
    return Certainty.OBSERVED if reading.official else Certainty.LIKELY


def act_of(notice: NoticeObservation) -> Act:
    """The act as it goes with a signal."""
    reading = notice.reading
    quotes = dict.fromkeys(span.text for span in reading.spans)
    return Act(
        document_id=notice.document_id,
        issuer=notice.issuer,
        number=notice.number,
        title=notice.title,
        language=notice.language,
        address=notice.address,
        actor=reading.actor,
        kind=reading.act_kind,
        polarity=reading.polarity,
        published_on=reading.published_on,
        effective_on=reading.effective_on,
        end_on=reading.end_on,
        targets=reading.targets,
        hs=reading.hs,
        quotes=tuple(quotes)[:MAX_QUOTES],
    )


def evidence_of(notice: NoticeObservation) -> Evidence:
    """The stored document."""
    return Evidence(
        sha256=notice.evidence,
        row=notice.row,
        subject=notice.document_id,
        occurred_at=notice.occurred_at,
        known_at=notice.known_at,
        publisher=notice.issuer,
        publication=notice.number,
        address=notice.address,
    )
