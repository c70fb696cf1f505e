"""A first message written for nobody: what is loaded and read for it then waits in memory for the first alert."""

from contextlib import suppress

import httpx
from msgspec.structs import replace

from alerts.channels import CHANNELS
from alerts.deliveries import Purpose
from alerts.errors import SendFailure
from alerts.plots import Curve
from alerts.render import compose
from services.settings import Configuration
from services.trial_message import folded, test_delivery
from services.wiring import Knowledge, detection_of, surroundings_of
from streams.canary import canary_batch
from streams.engine import GroupState


def rehearse(configuration: Configuration, known: Knowledge, at: int) -> None:
    """Write a ring about a canary to one person of each side, as every channel would, picture and all; send nothing.

    Whom a channel cannot reach it need not write to, here as for an alert.
    """
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
    httpx.Client(trust_env=False).close()  # it loads the half of itself with the first
    for found in detection_of(configuration, known).apply(GroupState(), batch).assessments:
        state = folded(found, found.assessment_id, found.opened_on, at)
        readers = [(side, person) for side in configuration.directory.participants for person in side.people[:1]]
        for side, person in readers:
            for kind in CHANNELS:
                tried = test_delivery(state, side, person, kind.name, at)
                ring = replace(tried, purpose=Purpose.RING, level=state.level)
                with suppress(SendFailure):
                    kind.rendering(compose(state, ring, surroundings, curve=curve if kind.pictured else None))
