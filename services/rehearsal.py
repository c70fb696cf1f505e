"""A first message written for nobody: what is loaded and read for it then waits in memory for the first alert."""

from msgspec.structs import replace

from alerts.channels import CHANNELS
from alerts.deliveries import Purpose
from alerts.plots import Curve
from alerts.render import compose
from services.settings import Configuration
from services.trial_message import folded, test_delivery
from services.wiring import Knowledge, detection_of, surroundings_of
from streams.canary import canary_batch
from streams.engine import GroupState


def rehearse(configuration: Configuration, known: Knowledge, at: int) -> None:
    """Write a ring about a canary to one person of each side, as every channel would, picture and all; send nothing."""
    batch = canary_batch(at)
    (run,) = batch.runs
    curve = Curve(
        series=run.series,
        occurred_at=tuple(run.occurred_at),
        values=tuple(run.values),
        provisional=tuple(run.provisional),
        known_at=at,
    )
    surroundings = surroundings_of(configuration, known.reference)
    for found in detection_of(configuration, known).apply(GroupState(), batch).assessments:
        state = folded(found, found.assessment_id, found.opened_on, at)
        for side in configuration.directory.participants:
            for kind in CHANNELS:
                tried = test_delivery(state, side, side.people[0], kind.name, at)
                ring = replace(tried, purpose=Purpose.RING, level=state.level)
                kind.rendering(compose(state, ring, surroundings, curve=curve if kind.pictured else None))
