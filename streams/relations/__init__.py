"""The relations: one file and one line each. All are held to the conformance suite."""

from streams.relations.base import Relation
from streams.relations.concentration import Concentration, ConcentrationState
from streams.relations.floor import Floor, FloorState
from streams.relations.gap import Gap
from streams.relations.mirror import Mirror
from streams.relations.pairs import PairsState
from streams.relations.selectivity import FlowsState, Selectivity
from streams.relations.surge import Surge, SurgeState
from streams.relations.worth import Worth

RELATIONS: tuple[type[Relation], ...] = (Gap, Selectivity, Floor, Concentration, Mirror, Worth, Surge)

RelationState = (
    PairsState | FlowsState | FloorState | ConcentrationState | SurgeState
)  # told apart by their tag, so that a snapshot is typed
