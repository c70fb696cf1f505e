"""A deployment on feeds of its own, for tests: a configuration, a manifest and a directory to drop files into."""

import datetime
import math
import random
from collections.abc import Callable
from pathlib import Path

from alerts.deliveries import Mode
from services.configuration import load, shipped_text
from services.database import migrate, open_engine
from services.embedded import Hub
from services.following import Followed, Follower
from services.settings import Configuration
from services.sources import feeds_of
from services.wiring import Deployment, Knowledge, archive_of, claim, hub_of, knowledge_of, operators_of
from tests.fakes.clock import FakeTime

MANIFEST = """
name = "desk"
[[files]]
id = "antimony"
path = "antimony*.csv"
family = "prices"
publisher = "Our price desk"
publication = "Antimony metal, spot"
cadence = "daily"
minerals = ["antimony"]
market = "spot"
dates = { column = "day" }
[[files.values]]
column = "price"
measure = "price"
unit = "USD/t"
"""
FEEDS = """
[[feeds]]
manifest = "desk.toml"
directory = "drop"
every = "15m"
"""
TODAY = datetime.date(2026, 10, 1)


def prices(last: datetime.date, days: int, jump: float = 1.0, jumped: int = 0) -> str:
    """A quiet price on each day up to `last`; its newest `jumped` days are `jump` times as high."""
    chance = random.Random(7)
    level, lines = 11_000.0, ["day,price"]
    for back in range(days - 1, -1, -1):
        level *= math.exp(chance.gauss(0.0, 0.004))
        shown = level * (jump if back < jumped else 1.0)
        lines.append(f"{last - datetime.timedelta(days=back)},{shown:.0f}")
    return "\n".join(lines) + "\n"


class Deployed:
    """A site on a real time that tests move; each `hub` is a process that begins."""

    def __init__(self, directory: Path, text: str = "", now: datetime.date = TODAY) -> None:
        self.directory = directory
        self.drop = directory / "drop"
        self.drop.mkdir()
        (directory / "desk.toml").write_text(MANIFEST, encoding="utf-8")
        self.file = directory / "twinbell.toml"
        self.write(text or shipped_text())
        self.real = FakeTime(int(datetime.datetime.combine(now, datetime.time(12), datetime.UTC).timestamp()))
        self.url = f"sqlite:///{directory}/site.db"
        self.database = open_engine(self.url, durable=False)
        migrate(self.database)
        claim(self.database, Deployment(episode="", configuration=str(self.file)))
        self.archive = archive_of(self.database)

    def write(self, text: str) -> None:
        """Another configuration, on the same feeds."""
        self.file.write_text(text + FEEDS, encoding="utf-8")

    def configuration(self) -> Configuration:
        """The file as it is now."""
        return load(self.file, self.directory)

    def known(self) -> Knowledge:
        """What the file leads to."""
        return knowledge_of(self.configuration())

    def hub(self) -> Hub:
        """A process that begins."""
        configuration = self.configuration()
        outbox = None if configuration.mode is Mode.ACTUAL else self.directory / "outbox"
        operators = operators_of(configuration, self.known(), self.database, outbox)
        return hub_of(configuration, self.known(), self.database, outbox, operators)

    def follow(self, hub: Hub, turns: int, between: Callable[[int], None] = lambda turn: None) -> None:
        """So many turns of the follower's loop; `between` happens after each."""
        configuration = self.configuration()
        feeds = [
            Followed(feed=feed, every_s=every_s, cursor=lambda name=feed.name: self.archive.cursor(name))
            for feed, every_s in feeds_of(configuration, self.known().reference, self.real.now)
        ]
        left = iter(range(turns))

        def over() -> bool:
            turn = next(left)
            between(turn)
            return turn == turns - 1

        Follower(hub, feeds, self.real, self.real).run(over)
