"""The relations: one file and one line each. All are held to the conformance suite."""

from streams.relations.base import Relation
from streams.relations.concentration import Concentration, ConcentrationState
from streams.relations.floor import Floor, FloorState
from streams.relations.gap import Gap
from streams.relations.pairs import PairsState
from streams.relations.selectivity import FlowsState, Selectivity

RELATIONS: tuple[type[Relation], ...] = (Gap, Selectivity, Floor, Concentration)

RelationState = (
    PairsState | FlowsState | FloorState | ConcentrationState
)  # told apart by their tag, so that a snapshot is typed
