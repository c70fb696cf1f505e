"""A price desk for the fault tests: ten metals, a quiet half year, then one after another jumps; and what must ring."""

import datetime
import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

from alerts.deliveries import DeliveryState
from alerts.store import Store
from services.clock import SystemClock
from services.configuration import load, shipped_text
from services.feeder.barrier import Barrier
from services.replay import facts_of
from services.sources import feeds_of
from services.wiring import archive_of, hub_of, knowledge_in_force, open_store
from streams.topics import TopicName
from tests.integration.deployments import Deployment, Deployments, Outcome, outcome
from tests.integration.waiting import PATIENCE_S

PROCESSES = ("detect-1", "detect-2", "dispatch", "feed")
METALS = ("antimony", "tungsten", "cobalt", "nickel", "tin", "zinc", "lead", "copper", "lithium", "magnesium")
FIRST = datetime.date(2024, 1, 1)
QUIET_DAYS = 200
JUMP = 1.7
MANIFEST = """
name = "desk"

[[files]]
id = "prices"
path = "prices-*.csv"
family = "prices"
publisher = "A price desk"
publication = "Spot prices"
cadence = "daily"
market = "spot"
dates = { column = "day" }
"""
_VALUE = """
[[files.values]]
column = "{metal}"
measure = "price"
unit = "USD/t"
minerals = ["{metal}"]
"""
FEED = """
[[feeds]]
manifest = "desk.toml"
directory = "incoming"
every = "1s"

[timers]
group_wait_s = {}
group_interval_s = {}
throttles = []
send_backoff_s = [1]
"""


class Desk:
    """The files that a desk drops, one after another; the same for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        chance = random.Random(seed)
        prices = dict.fromkeys(METALS, 10000.0)
        days = [FIRST + datetime.timedelta(days=at) for at in range(QUIET_DAYS + 2 * len(METALS))]
        rows: list[str] = []
        for at, day in enumerate(days):
            for number, metal in enumerate(METALS):
                jumps = at == QUIET_DAYS + 2 * number
                prices[metal] *= math.exp(chance.gauss(0, 0.004)) * (JUMP if jumps else 1)
            rows.append(f"{day}," + ",".join(f"{prices[metal]:.0f}" for metal in METALS))
        head = "day," + ",".join(METALS)
        cuts = [0, QUIET_DAYS, *range(QUIET_DAYS + 2, len(rows) + 1, 2)]
        self.files = {
            f"prices-{number:02}.csv": "\n".join([head, *rows[start:end]]) + "\n"
            for number, (start, end) in enumerate(pairwise(cuts))
        }
        self.rows = len(rows) * len(METALS)

    def furnish(self, folder: Path) -> None:
        """A manifest and an empty directory for the files."""
        values = "".join(_VALUE.format(metal=metal) for metal in METALS)
        (folder / "desk.toml").write_text(MANIFEST + values, encoding="utf-8")
        (folder / "incoming").mkdir(exist_ok=True)

    def deployed(self, deployments: Deployments) -> Deployment:
        """A deployment with this desk as its feed, in which the quiet half year is worked through."""
        made = deployments.make(partitions=4)
        self.deploy(made)
        dropped(made, self, list(self.files)[:1])
        taken_in(made)
        return made

    def deploy(self, deployment: Deployment) -> None:
        """Make this desk the feed of a deployment, and start all of PROCESSES.

        A worker that makes its memory out of the archive judges all of it at once: first both have theirs, empty.
        """
        deployment.configure(FEED)
        self.furnish(deployment.folder)
        for name in PROCESSES[:2]:
            deployment.start(name)
        both_work(deployment)
        for name in PROCESSES[2:]:
            deployment.start(name)

    def drop(self, folder: Path, name: str) -> None:
        """Put one file there, whole at once."""
        part = folder / f"{name}.part"
        part.write_text(self.files[name], encoding="utf-8")
        part.rename(folder / "incoming" / name)

    def rows_until(self, name: str) -> int:
        """How many figures all files up to this one hold."""
        return sum((text.count("\n") - 1) * len(METALS) for other, text in self.files.items() if other <= name)

    def expected(self, folder: Path) -> Outcome:
        """What the embedded harness makes of the same files, dropped one after another."""
        folder.mkdir(parents=True)
        self.furnish(folder)
        url, file = f"sqlite:///{folder}/embedded.db", folder / "twinbell.toml"
        file.write_text(f'store = "{url}"\n{shipped_text()}{FEED}', encoding="utf-8")
        configuration, clock = load(file, folder), SystemClock()
        known = knowledge_in_force(configuration)
        database = open_store(url, create=True, durable=False)
        try:
            hub = hub_of(configuration, known, database, folder / "outbox")
            feed, _ = feeds_of(configuration, known.reference, clock.now)[0]
            for name in self.files:
                self.drop(folder, name)
                hub.take(clock.now(), feed.poll(archive_of(database).cursor(feed.name)))
            return outcome(facts_of(database))
        finally:
            database.dispose()


def dropped(deployment: Deployment, desk: Desk, names: Iterable[str]) -> None:
    """Drop files one after another, each when the one before is in the archive: the same polls in every run."""
    for name in names:
        desk.drop(deployment.folder, name)
        kept(deployment, desk, name)


def both_work(deployment: Deployment) -> None:
    """Wait until both workers have their memory."""
    deployment.until(lambda: all(deployment.is_ready(worker) for worker in PROCESSES[:2]), "both workers work")


def kept(deployment: Deployment, desk: Desk, name: str) -> None:
    """Wait until every row up to this file is in the archive."""
    deployment.until(lambda: deployment.rows() == desk.rows_until(name), f"{name} is in the archive")


def worked_through(deployment: Deployment, desk: Desk) -> None:
    """Wait until every row is in the archive, published, detected and taken in, and nothing is due any more."""
    kept(deployment, desk, max(desk.files))
    taken_in(deployment)
    deployment.until(lambda: not deployment.unsent(), "everything is sent")
    deployment.until(lambda: not deployment.unreached(), "both sides have heard of every alert")


def differing(expected: Mapping[str, object], found: Mapping[str, object], deployment: Deployment) -> str:
    """What is missing, and what stands there otherwise."""
    lines = [
        f"{key}: expected {expected.get(key)}, found {found.get(key)}"
        for key in {*expected, *found}
        if expected.get(key) != found.get(key)
    ]
    given = Counter(each.key for each in deployment.lying(TopicName.ASSESSMENTS))
    letters = [f"{each.origin} {each.row} {each.detail}" for each in deployment.dead_letters()]
    return "\n".join([*lines, f"given: {given}", f"dead letters: {letters}"])


def taken_in(deployment: Deployment) -> None:
    """Wait until what is in the archive is published, detected and taken into the record."""
    deployment.until(lambda: deployment.waiting() == 0, "everything is published")
    barrier = Barrier(deployment.broker, deployment.database, SystemClock(), PATIENCE_S)
    barrier.wait()
    barrier.close()


def nothing_is_lost(deployment: Deployment, desk: Desk, expected: Outcome) -> None:
    """What was sent, counted against what was rung on both sides: the alerts and rings of the embedded harness.

    Every metal that jumped has its alert, under the same id and with the same rings, and each side has heard of it; the
    record is sound, and every message of it lies in the outbox.
    """
    assert deployment.rows() == desk.rows
    found = deployment.outcome()
    assert found.alerts == expected.alerts, differing(expected.alerts, found.alerts, deployment)
    assert found.revisions == expected.revisions, differing(expected.revisions, found.revisions, deployment)
    store = Store(deployment.database)
    store.verify()
    alerts = store.alerts()
    assert len(alerts) == len(METALS)
    reached = {(alert.alert_id, side) for alert in alerts for side, track in alert.tracks.items() if track.reached_at}
    assert reached == {(alert.alert_id, side) for alert in alerts for side in ("USA", "JPN")}
    for alert in alerts:
        for each in alert.deliveries.values():
            if each.state in (DeliveryState.SENT, DeliveryState.DELIVERED) and not each.bundle:
                assert (deployment.outbox / each.receipt).stat().st_size > 0
