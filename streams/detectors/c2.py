"""C2, notices → signal: a state puts a supplier of a mineral on a list of persons, or takes it off.

The document names no mineral: the reader has found the firm, and `entities.csv` leads to what it supplies and from
where. The situation is that of the firm's country, whoever lists it: it is that supply which may fail.
"""

from typing import ClassVar

import msgspec

from streams.detectors.base import Parameters
from streams.detectors.c1 import act_of, evidence_of
from streams.notices.readings import ActKind, Listed, Polarity
from streams.observations import Family, NoticeObservation
from streams.reference import Reference, packaged
from streams.signals import Certainty, Hazard, Phase, Signal, signal_id_of

_PHASES = {Polarity.IMPOSE: Phase.RAISED, Polarity.RELAX: Phase.CLEARED, Polarity.NONE: Phase.RAISED}


class C2Parameters(Parameters, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Scores of C2; 1.0 is the raise threshold."""

    listed: float
    unclear: float  # the document names a list and the firm, and does not say plainly what is done

    def check(self) -> None:
        """Relations between fields."""
        if self.listed < 1:
            raise ValueError("listed must be at least 1: a listing raises")
        if not 0 < self.unclear < 1:
            raise ValueError("unclear must lie between 0 and 1: what is not plain raises nothing")


class C2:
    """Entity listing: alone Observed where it is official."""

    code: ClassVar[str] = "C2"
    Parameters: ClassVar[type[C2Parameters]] = C2Parameters

    def __init__(self, reference: Reference | None = None) -> None:
        """`reference` says what a firm supplies; without it the reference data that ships."""
        self._known = reference if reference is not None else packaged()

    def observe(self, notice: NoticeObservation, group: str, parameters: C2Parameters) -> list[Signal]:
        """One signal for each supplier of the group that the document lists, in its order."""
        found = []
        for listed in notice.reading.entities:
            minerals = tuple(
                mineral
                for mineral in self._known.entities[listed.entity_id].mineral_ids
                if self._known.group_of(mineral) == group
            )
            if minerals:
                found.append(self._signal(notice, group, listed, minerals, parameters))
        return found

    def _signal(
        self,
        notice: NoticeObservation,
        group: str,
        listed: Listed,
        minerals: tuple[str, ...],
        parameters: C2Parameters,
    ) -> Signal:
        entity, phase = self._known.entities[listed.entity_id], _PHASES[listed.polarity]
        plain = listed.polarity is not Polarity.NONE
        certain = Certainty.OBSERVED if notice.reading.official else Certainty.LIKELY
        return Signal(
            signal_id=signal_id_of(
                self.code, f"{notice.document_id}:{listed.entity_id}:{group}", phase, notice.occurred_at
            ),
            detector=self.code,
            hazard=Hazard.RESTRICTION,
            group=group,
            subject=f"listing:{notice.reading.actor}:{listed.entity_id}:{group}",  # what a removal may clear
            family=Family.NOTICES,
            phase=phase,
            occurred_at=notice.occurred_at,
            known_at=notice.known_at,
            score=parameters.listed if plain else parameters.unclear,
            claims=certain if plain else Certainty.POSSIBLE,
            minerals=minerals,
            origin=entity.country_iso3,
            act=msgspec.structs.replace(
                act_of(notice), kind=ActKind.ENTITY_LISTING, polarity=listed.polarity, entity=listed.entity_id
            ),
            evidence=(evidence_of(notice),),
        )
