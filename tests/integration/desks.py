"""A price desk for the fault tests: ten metals, a quiet half year, then one after another jumps; and what must ring."""

import datetime
import math
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from services.configuration import shipped_text
from services.replay import facts_of
from services.wiring import open_store
from tests.integration.deployments import Outcome, outcome

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
        url = f"sqlite:///{folder}/embedded.db"
        (folder / "twinbell.toml").write_text(f'store = "{url}"\n{shipped_text()}{FEED}', encoding="utf-8")
        words = [sys.executable, "-W", "ignore", "-m", "services", "run", "--config", str(folder / "twinbell.toml")]
        for name in self.files:
            self.drop(folder, name)
            subprocess.run([*words, "--until-done", "--lines"], check=True, capture_output=True)
        database = open_store(url, create=False)
        try:
            return outcome(facts_of(database))
        finally:
            database.dispose()
