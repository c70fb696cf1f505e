"""Archive → what would have rung **earlier**: the same history of one group through detection, under lower thresholds.

Nothing is guessed: every row that was known by the alert's first ring goes through the whole engine again, once for
each factor, the thresholds in force (factor 1) among them: that shows whether the store still gives the ring itself.
"""

from collections.abc import Sequence

import msgspec

from alerts.rendering.chain import Sooner
from alerts.states import AlertState
from services.archive import Archive
from services.backtest import play
from streams.assessments import Assessment, Ring
from streams.engine import Engine
from streams.lowering import lowered
from streams.observations import ObservationBatch
from streams.reference import Reference
from streams.thresholds import Thresholds

FACTORS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What judges: thresholds, reference data, ISO codes of the participants."""

    thresholds: Thresholds
    reference: Reference
    participants: tuple[str, ...]


def sooner(archive: Archive, state: AlertState, known: Known) -> tuple[Sooner, ...]:
    """For each factor the first ring of the spell that the alert's first ring belongs to; nothing before it rang."""
    if not state.rings:
        return ()
    first = state.rings[0].at
    group = state.assessment.situation.group
    batches = list(archive.batches(0, first, group))
    batches.append(
        (first, ObservationBatch(group=group, feed="tick", tick_at=first))
    )  # a day that draws near is no row
    return tuple(_sooner(batches, state, known, factor) for factor in FACTORS)


def _sooner(batches: Sequence[tuple[int, ObservationBatch]], state: AlertState, known: Known, factor: float) -> Sooner:
    thresholds = known.thresholds if factor == 1.0 else lowered(known.thresholds, factor)
    engine = Engine(thresholds, known.reference, known.participants)
    situation_id, first = state.situation_id, state.rings[0].at
    spells = [a for a in play(iter(batches), engine, lambda at: None) if a.situation.situation_id == situation_id]
    rings = sorted((ring.at, ring.ring_id) for spell in spells for ring in spell.rings)
    found = _first_ring(spells, first)
    if found is None:
        return Sooner(factor=factor, rings=len(rings))
    spell, ring = found
    signal = next((s for s in spell.signals if s.signal_id == ring.signal_id), None)
    return Sooner(factor=factor, rings=len(rings), ring=ring, signal=signal)


def _first_ring(spells: Sequence[Assessment], at: int) -> tuple[Assessment, Ring] | None:
    """The first ring of the spell that lasts at that moment: of spells that end before it nothing led to this alert."""
    lasting = [spell for spell in spells if spell.rings and not (spell.resolved and spell.as_of < at)]
    return max(((spell, spell.rings[0]) for spell in lasting), key=lambda each: each[1].at, default=None)
