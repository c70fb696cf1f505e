"""What detection answers to episodes, made and random figures: a hash a line, in a process of its own for each build.

`python -m tests.compiled.answers`; the first line says which build it is.
"""

import hashlib
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks.bench_pipeline import daily_counts, daily_prices, monthly_flows
from benchmarks.cluster.ewma import Ewma, EwmaParameters, EwmaState
from services.configuration import load
from services.episodes import shipped
from services.sources import read_episode
from services.wiring import detection_of, knowledge_of
from streams import baselines
from streams.codec import encode
from streams.engine import Engine, GroupState
from streams.observations import SECONDS_A_DAY, Cadence, Measure, ObservationBatch, Run
from streams.processors import Partition
from tests.publications import random_feed

SEEDS = range(4)
SERIES = 3
CUTS = (5, 1_000)
TICK_S = 60 * SECONDS_A_DAY


def answers() -> Iterator[str]:
    """Name and hash of each case."""
    yield f"build {baselines.__file__.rpartition('.')[2]}"
    configuration = load(None, Path())
    known = knowledge_of(configuration)
    engine = detection_of(configuration, known)
    for episode in shipped():
        polled = read_episode(episode, known.reference, lambda _: "").batches
        yield f"episode {episode.id} {_digest(_given(engine, sorted(polled, key=_known)))}"
    for seed in SEEDS:
        batches = [batch for each in random_feed(seed) for batch in each.batches]
        yield f"random {seed} {_digest(_given(engine, sorted(batches, key=_known)))}"
    runs = [broken(run, number) for number, run in enumerate(_made())]
    for cut in CUTS:
        batches = [_batch(run.part(at, at + cut)) for run in runs for at in range(0, len(run.values), cut)]
        yield f"made, {cut} a run {_digest(_given(engine, batches))}"
    yield f"many rows {_digest(_partition(engine, [_batch(run) for run in runs]))}"
    yield f"the bare job {_digest(_bare(runs))}"


def broken(run: Run, seed: int) -> Run:
    """The run with what publishers get wrong: gaps, nothing, infinities, leaps, stretches that stand still."""
    chance = random.Random(seed)
    values = list(run.values)
    for wrong in (None, math.nan, math.inf, 0.0, -1.0, 1e300, 5e-324):
        for _ in range(3):
            values[chance.randrange(len(values))] = wrong
    still = chance.randrange(len(values) // 2)
    values[still : still + 20] = [values[still]] * 20
    for _ in range(5):
        at = chance.randrange(len(values))
        values[at:] = [None if value is None else value * chance.choice((0.4, 0.8, 1.3, 2.5)) for value in values[at:]]
    return msgspec.structs.replace(run, values=values)


def _made() -> Iterator[Run]:
    yield from (*daily_prices(SERIES), *daily_counts(SERIES), *monthly_flows(SERIES))
    for name, measure in (("index", Measure.INDEX), ("price", Measure.PRICE)):
        for run in daily_prices(2):  # the same as months, and without what all prices did
            about = {"series_id": f"{run.series.series_id}:{name}", "measure": measure, "cadence": Cadence.MONTHLY}
            series = msgspec.structs.replace(run.series, **about)
            context = {} if name == "index" else run.context
            yield msgspec.structs.replace(run, series=series, context=context)


def _batch(run: Run) -> ObservationBatch:
    return ObservationBatch(group=run.series.group, feed="made", runs=[run])


def _known(batch: ObservationBatch) -> int:
    told = [run.known_at[-1] for run in batch.runs] + [each.known_at for each in (*batch.notices, *batch.hazards)]
    return max(told)


def _given(engine: Engine, batches: Iterable[ObservationBatch]) -> Iterator[bytes]:
    """Signals, assessments and in the end the states, with a tick now and then."""
    states: dict[str, GroupState] = {}
    ticked = 0
    for batch in batches:
        outcome = engine.apply(states.setdefault(batch.group, GroupState()), batch)
        yield from map(encode, (*outcome.signals, *outcome.assessments))
        if _known(batch) > ticked + TICK_S:
            ticked = _known(batch)
            for group in sorted(states):
                tick = ObservationBatch(group=group, feed="made", tick_at=ticked)
                outcome = engine.apply(states[group], tick)
                yield from map(encode, (*outcome.signals, *outcome.assessments))
    for group in sorted(states):
        yield engine.snapshot(states[group])


def _partition(engine: Engine, batches: Sequence[ObservationBatch]) -> Iterator[bytes]:
    """The same by what the worker holds."""
    partition = Partition(engine, "made")
    for offset, batch in enumerate(batches):
        given = partition.apply(batch, offset, True)
        yield from map(encode, (*given.signals, *given.assessments))
    yield from (encode(state) for state in partition.unsaved())


def _bare(runs: Sequence[Run]) -> Iterator[bytes]:
    for run in runs:
        state, job = EwmaState(), Ewma()
        yield from map(encode, job.observe(state, run, EwmaParameters(alpha=0.05, warm_up=30, limit=6.0)))
        yield encode(state)


def _digest(pieces: Iterable[bytes]) -> str:
    found, count = hashlib.sha256(), 0
    for piece in pieces:
        found.update(piece)
        count += 1
    return f"{count} {found.hexdigest()}"


if __name__ == "__main__":
    print(*answers(), sep="\n")
