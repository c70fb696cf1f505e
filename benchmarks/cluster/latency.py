"""From an observation in Kafka to the first delivery attempt of both sides, with a steady load beside it.

A probe is a notice of an export ban, official and immediate, by a state of which a mineral's supply hangs: level
warning or above, which waits for nothing. The detection worker and the dispatcher are the real ones, as they ship, in
mode actual; Slack, PagerDuty and the mail relay are receivers on this machine that note when they are spoken to. Both
sides answer after some seconds.
"""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import cycle, islice, product, zip_longest
from pathlib import Path
from statistics import quantiles

import msgspec
import sqlalchemy as sa
from kafka import KafkaProducer

from alerts.store import Store
from benchmarks.bench_pipeline import batches, daily_prices
from benchmarks.burst import ORIGINS
from benchmarks.cluster.desk import Desk
from benchmarks.cluster.ground import Ground
from benchmarks.cluster.measuring import Row
from benchmarks.cluster.sizes import Sizes
from benchmarks.cluster.twinbell import WHOLE, Deployment
from benchmarks.receivers import Receiver
from services.cluster.postgres import Postgres
from services.configuration import load, shipped_text
from services.errors import PartMissing
from services.feeder.publishing import poll_events
from services.wiring import detection_of, knowledge_of, open_store
from streams.assessments import Level
from streams.cloudevents import OBSERVATIONS, Event, Wire
from streams.engine import GroupState
from streams.notices.readings import ActKind, Polarity, Reading
from streams.observations import NoticeObservation, ObservationBatch

AIM_P50_MS, AIM_P99_MS = 100.0, 500.0
LOAD_PER_S = 1_000
IN_RECORD = 50
PARTITIONS = 4
LOUD = (Level.WARNING, Level.EMERGENCY)
_APART_S = 1.2  # between two probes: seven alerts within three seconds would be told as a storm
_OTHERS = 5  # probes of other origins between two of one
_PATIENCE_S = 30.0


def rows(ground: Ground, folder: Path, sizes: Sizes) -> list[Row]:
    """The latency of so many probes; empty, with a line that says why, where PostgreSQL is not installed."""
    took, missing, sent = list[float](), 0, 0
    try:
        with Postgres(folder) as postgres:
            for number in range(sizes.probe_runs):
                name = f"latency{number}"
                told, lost = _run(ground, folder, (name, postgres.url(name)), sizes.probes)
                took += told
                missing += lost
                sent += (len(told) + lost) // 2
    except PartMissing as absent:
        print(f"latency is not measured: {absent}")
        return []
    return _lines(took, missing, sent)


def _run(ground: Ground, folder: Path, store: tuple[str, str], probes: int) -> tuple[list[float], int]:
    """One deployment with an empty record: milliseconds to each side's first attempt, and how many never came."""
    name, url = store
    place = folder / f"{name}-receivers"
    place.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        receiver = stack.enter_context(Receiver(load(None, Path()).directory, place))
        deployment = Deployment(ground, folder, f"bench-{name}", PARTITIONS, url, _actual(receiver, place))
        programs = [deployment.start(WHOLE, process) for process in ("detect-1", "dispatch")]
        for program in programs:
            stack.callback(program.kill)
        for program in programs:
            program.wait_until_up()
        database = open_store(deployment.url, create=False)
        stack.callback(database.dispose)
        with Desk(database, receiver.directory):
            sent = _send(ground, deployment, probes)
        return _told(receiver, database, sent)


def _lines(took: list[float], missing: int, sent: int) -> list[Row]:
    p50, p99 = _quantile(took, 50), _quantile(took, 99)
    layout = f"{sent} probes beside {LOAD_PER_S:,} observations/s, both sides, {len(took)} attempts"
    common = {
        "layout": layout,
        "processes": 2,
        "min": min(took),
        "max": max(took),
        "unit": "ms",
        "same_set": not missing,
    }
    return [
        Row(
            name="Twinbell, observation in Kafka to a side's first delivery attempt, p50",
            median=p50,
            aim=f"at most {AIM_P50_MS:g} ms",
            is_met=p50 <= AIM_P50_MS,
            **common,
        ),
        Row(
            name="Twinbell, observation in Kafka to a side's first delivery attempt, p99",
            median=p99,
            aim=f"at most {AIM_P99_MS:g} ms",
            is_met=p99 <= AIM_P99_MS,
            **common,
        ),
    ]


def _quantile(took: list[float], percent: int) -> float:
    return quantiles(took, n=100, method="inclusive")[percent - 1] if len(took) > 1 else took[0]


def _actual(receiver: Receiver, folder: Path) -> str:
    """The shipped configuration in mode actual, its channels at the receivers, its keys beside them."""
    settings = receiver.settings
    lines = ["[channels]"]
    for name in settings.__struct_fields__:
        value = getattr(settings, name)
        if value != getattr(type(settings)(), name):
            lines.append(f"{name} = {msgspec.json.encode(value).decode()}")
    text = (
        shipped_text()
        .replace('mode = "exercise"', 'mode = "actual"')
        .replace("[log]", "\n".join([*lines, "", "[log]"]))
    )
    for iso3 in ("USA", "JPN"):
        text = text.replace(f"C0{iso3}00BELL", f"C{iso3}LOCAL")
    secrets = folder.parent / f"bench-{folder.name.removesuffix('-receivers')}" / "secrets"
    secrets.mkdir(parents=True, exist_ok=True)
    for side in load(None, Path()).directory.participants:
        for person in side.people:
            if person.pagerduty_key_file:
                (secrets / Path(person.pagerduty_key_file).name).write_text("0" * 32)
    return text


def _send(ground: Ground, deployment: Deployment, probes: int) -> dict[tuple[str, str], float]:
    """The probes, with the steady load beside them: (group, origin) → when the broker had it, seconds since 1970."""
    wire = Wire(OBSERVATIONS, "/twinbell/bench/feed")
    beside = cycle([wire.event(each.group, each, 0) for each in batches(daily_prices(40), IN_RECORD)])
    producer = KafkaProducer(bootstrap_servers=ground.bootstrap, linger_ms=5, acks="all")
    sent: dict[tuple[str, str], float] = {}
    chosen = list(_situations(probes))
    with closing(producer):
        began = time.monotonic()
        records = 0
        while len(sent) < len(chosen):
            now = time.monotonic() - began
            while records * IN_RECORD < now * LOAD_PER_S:
                _put(producer, deployment.observations, next(beside))
                records += 1
            if now > (len(sent) + 2) * _APART_S:
                group, minerals, origin = chosen[len(sent)]
                at = int(time.time())
                events = poll_events(wire, [_probe(group, minerals, origin, at)], at)
                first, *_ = [_put(producer, deployment.observations, event) for event in events]
                sent[group, origin] = first.get(10).timestamp / 1_000
            time.sleep(0.005)
    return sent


def _put(producer: KafkaProducer, topic: str, event: Event):
    return producer.send(topic, value=event.value, key=event.key, headers=list(event.headers))


def _told(receiver: Receiver, database: sa.Engine, sent: dict[tuple[str, str], float]) -> tuple[list[float], int]:
    """Milliseconds to each side's first attempt for each probe, and how many never came."""
    sides = [side.iso3 for side in receiver.directory.participants]
    until = time.monotonic() + _PATIENCE_S
    first: dict[tuple[str, str], float] = {}
    ids: dict[str, tuple[str, str]] = {}
    while time.monotonic() < until and len(first) < len(sent) * len(sides):
        time.sleep(0.5)
        alerts = Store(database).open_alerts()
        ids = {each.alert_id: (each.assessment.situation.group, each.assessment.situation.origin) for each in alerts}
        shift = time.time() - time.perf_counter()
        first = {}
        for arrival in receiver.arrivals():
            for alert in arrival.alerts:
                if ids.get(alert) in sent:
                    first.setdefault((arrival.side, alert), arrival.at + shift)
    took = [(at - sent[ids[alert]]) * 1_000 for (_, alert), at in first.items()]
    return took, len(sent) * len(sides) - len(took)


def _situations(count: int) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """At most so many (group, its minerals, origin) whose ban alone is a warning at least, one origin after another."""
    configuration = load(None, Path())
    known = knowledge_of(configuration)
    engine = detection_of(configuration, known)
    groups = sorted({known.reference.group_of(mineral) for mineral in known.reference.minerals})
    now = int(time.time())
    loud: dict[str, list[str]] = {origin: [] for origin in ORIGINS}
    for origin, group in product(ORIGINS, groups):
        given = engine.apply(GroupState(), _probe(group, known.reference.members(group), origin, now))
        if any(each.level in LOUD for each in given.assessments):
            loud[origin].append(group)
    in_turn = (pair for each in zip_longest(*(product(own, [origin]) for origin, own in loud.items())) for pair in each)
    lately: deque[str] = deque(maxlen=_OTHERS)
    for group, origin in islice(filter(None, in_turn), count):
        if origin in lately:
            return  # alerts of one origin are one group, which is told anew after its interval only
        lately.append(origin)
        yield group, known.reference.members(group), origin


def _probe(group: str, minerals: tuple[str, ...], origin: str, at: int) -> ObservationBatch:
    day = time.strftime("%Y-%m-%d", time.gmtime(at))
    reading = Reading(
        is_relevant=True,
        act_kind=ActKind.EXPORT_BAN,
        polarity=Polarity.IMPOSE,
        minerals=minerals,
        actor=origin,
        targets=("ALL",),
        published_on=day,
        effective_on=day,
        official=True,
    )
    notice = NoticeObservation(
        document_id=f"bench:{origin}:{group}",
        feed="bench",
        issuer="bench",
        number=f"{origin} {group}",
        language="en",
        title=f"Export ban on {group}",
        address="",
        occurred_at=at,
        known_at=at,
        evidence="0" * 64,
        row=1,
        reading=reading,
    )
    return ObservationBatch(group=group, feed="bench", notices=[notice])
