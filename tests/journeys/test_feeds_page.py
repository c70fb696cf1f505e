"""The page "Live sources": its example of a source works as it stands, its configuration loads, its table is whole."""

import json
import re
import shutil
import subprocess
import types
from pathlib import Path

import msgspec

from services.configuration import load, shipped_text
from services.feeds.live import LiveFeed
from services.feeds.sources import SOURCES
from services.http_client import Access, Client
from tests.fakes.clock import FakeTime
from tests.fakes.loopback import Answer, Loopback, Request
from tests.fakes.web import Web, always
from tests.feeding import NOW, REFERENCE, read_title, runs_of
from tests.journeys.blocks import blocks
from tests.processes import CALL, ROOT, environment

PAGE = "docs/manual/feeds.md"


def test_the_example_is_a_source() -> None:
    """The page's file, as it stands, brings prices with their evidence, and nothing new the second time."""
    (_, text), _ = blocks(PAGE, "python")
    module = types.ModuleType("desk")
    exec(compile(text, PAGE, "exec"), module.__dict__)
    kind = module.__dict__["Desk"]
    time = FakeTime(NOW)
    days = [{"day": "2026-09-17", "usd_per_t": 11_200}, {"day": "2026-09-18", "usd_per_t": None}]
    web = Web(always(msgspec.json.encode({"prices": days})), time)
    client = Client(Access(source="desk", places=kind.about.places, agent="test"), web, time)
    feed = LiveFeed(kind(REFERENCE, ""), client, kind.about.places[0], (REFERENCE, read_title), time.now)
    poll = feed.poll("")
    assert runs_of(poll)["price:antimony:spot"].values == [11_200.0, None]
    assert feed.poll(poll.cursor).evidence == ()


class Desk(Loopback):
    """The desk's service."""

    def answer(self, request: Request) -> Answer:
        """Two days, one without a price."""
        assert request.path == "/antimony.json"
        return Answer(200, b'{"prices": [{"day": "2026-01-08", "usd_per_t": 11200}, {"day": "2026-01-09"}]}')


def test_the_example_typed_in_is_asked_by_the_command(tmp_path: Path) -> None:
    """Its file and its lines as the page has them, in a copy of the checkout: `feeds poll` keeps what the desk says."""
    shutil.copytree(ROOT / "services", tmp_path / "services", ignore=shutil.ignore_patterns("__pycache__"))
    for room in ("alerts", "streams", "benchmarks"):
        (tmp_path / room).symlink_to(ROOT / room)
    (_, file), (_, lines) = blocks(PAGE, "python")
    sources = tmp_path / "services/feeds/sources"
    (sources / "desk.py").write_text(file, encoding="utf-8")
    listed = (sources / "__init__.py").read_text(encoding="utf-8")
    (sources / "__init__.py").write_text(listed + lines, encoding="utf-8")
    with Desk() as desk:
        entry = f'\n[[sources]]\nname = "desk"\nbase = "{desk.base}"\n'
        (tmp_path / "twinbell.toml").write_text(shipped_text() + entry, encoding="utf-8")
        words = ("feeds", "poll", "desk", "--config", "twinbell.toml", "--json")
        asked = subprocess.run(
            [*CALL, *words],
            cwd=tmp_path,
            env={**environment(), "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert asked.returncode == 0, asked.stderr
    brought = json.loads(asked.stdout)
    assert (brought["read"], brought["new"], brought["unusable"]) == (2, 2, 0)


def test_the_example_of_a_configuration_loads(tmp_path: Path) -> None:
    """Taken as it stands into a configuration it is one."""
    ((_, text),) = list(blocks(PAGE, "toml"))
    file = tmp_path / "twinbell.toml"
    file.write_text(shipped_text() + text, encoding="utf-8")
    settings = load(file, tmp_path).settings
    assert (settings.sources[0].name, settings.fetching.contact) == ("comtrade", "supply-desk@example.org")


def test_every_source_stands_in_the_table_with_its_licence() -> None:
    """One row a source, and no row without one."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", text, re.MULTILINE))
    assert set(rows) == {kind.about.name for kind in SOURCES}
    for kind in SOURCES:
        assert rows[kind.about.name] in kind.about.licence
