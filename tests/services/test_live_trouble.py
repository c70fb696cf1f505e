"""Promise: what a source takes back is taken back, what moves is said, and a kill in the middle rings nobody twice."""

import random
from collections import Counter
from pathlib import Path

from alerts.deliveries import DeliveryState
from alerts.facts import Assessed, Rung
from alerts.lifecycle import JointState
from alerts.store import Store
from services.database import open_engine
from services.feed_clocks import Freshness
from services.moments import Found, Rejected
from services.replay import facts_of
from tests.fakes.loopback import Answer, Request
from tests.fakes.sources.gdacs import GdacsPlayer
from tests.fakes.sources.pink_sheet import FILE, NAMES, ROWS, workbook
from tests.fakes.sources.portwatch import PortWatchPlayer
from tests.fakes.sources.server import SourcesServer
from tests.live_site import Site, days, happens
from tests.processes import Running, called

DAY_MS = 86_400_000
COPPER = "pink_sheet/monthly:price:copper:world_bank_monthly"
CLOSED = days("2026-09-21", "2026-10-12")


def test_a_strait_that_empties_rings_and_a_revision_takes_it_back(site: Site, server: SourcesServer) -> None:
    """PortWatch publishes three weeks in which one strait has a tenth of its ships, then says that it had them all."""
    traffic = server.players["portwatch"]
    assert isinstance(traffic, PortWatchPlayer)
    assert traffic.days is not None
    hub = site.hub()
    site.follow(hub, 1)
    assert site.alerts() == []
    chance = random.Random(5)
    traffic.days = (*traffic.days, *CLOSED)
    for day in CLOSED:
        for place in ("chokepoint1", "chokepoint4", "port2027", "port777"):
            usual = 7 if place == "chokepoint4" else 70
            traffic.transits[day, place] = round(usual * chance.uniform(0.95, 1.05))
    site.time.at_ms += 15 * DAY_MS
    site.follow(hub, 0.5)
    assert site.alerts() == [("logistics", "chokepoint4")]
    found = {(moment.signal.detector, moment.signal.group) for moment in site.told if isinstance(moment, Found)}
    assert ("L1", "chokepoint4") in found
    assert ("L1", "chokepoint1") not in found
    rung = list(site.outbox.rglob("*.xml"))
    assert {path.parts[-3] for path in rung} == {"USA", "JPN"}
    for day in CLOSED:
        traffic.transits[day, "chokepoint4"] = round(70 * chance.uniform(0.95, 1.05))
    site.time.at_ms += DAY_MS // 4
    site.follow(hub, 0.5)
    assert site.alerts() == []
    (ended,) = Store(site.database).alerts()
    assert (ended.joint, ended.cancelled_reason) == (JointState.CANCELLED, "source_revised")
    cancels = [
        path for path in site.outbox.rglob("*.xml") if "<msgType>Cancel</msgType>" in path.read_text(encoding="utf-8")
    ]
    assert {path.parts[-3] for path in cancels} == {"USA", "JPN"}
    for path in cancels:
        said = path.read_text(encoding="utf-8")
        assert "<references>" in said
        assert "ource revised" in said
        assert "情報源の改定" in said


def test_columns_that_move_are_followed_and_one_that_is_gone_is_said(site: Site, server: SourcesServer) -> None:
    """Another order is read by its names, a renamed day by its alias; a metal that is gone stops its sheet."""
    traffic = server.players["portwatch"]
    assert isinstance(traffic, PortWatchPlayer)
    hub = site.hub()
    traffic.day_name, traffic.as_number = "date_", True
    order = [*range(len(NAMES))][::-1]
    names = tuple(NAMES[n] for n in order)
    moved = tuple((row[0], *(row[1:][n] for n in order)) for row in ROWS["some"])
    units = ("($/troy oz)",) * 2 + ("($/mt)",) * 8

    def sheet(content: bytes) -> None:
        server.traps["pink_sheet"] = lambda request: Answer(200, content) if request.path == FILE else None

    sheet(workbook(moved, names, units=units))
    site.follow(hub, 0.5)
    assert site.states()["portwatch"] is Freshness.FRESH, site.notes()
    copper = site.archive.as_known_at(COPPER, site.time.now())
    assert [*copper.values] == [9000.0, 102.0]
    assert not [moment for moment in site.told if isinstance(moment, Rejected)]
    renamed = tuple("Cuprum" if name == "Copper" else name for name in names)
    sheet(workbook(moved, renamed, units=units))
    happens(server)
    site.time.at_ms += DAY_MS
    site.follow(hub, 1)
    letters = [moment.letter for moment in site.told if isinstance(moment, Rejected)]
    assert {letter.feed for letter in letters} == {"pink_sheet"}
    assert any("Copper" in letter.detail for letter in letters), letters
    assert site.states()["pink_sheet"] is Freshness.UNREACHED
    assert "pink_sheet" in site.notes()
    assert {hazard for hazard, _ in site.alerts()} == {"natural", "restriction"}
    sheet(workbook((*moved, ("2026M08", *range(201, 211))), names, units=units))
    site.time.at_ms += DAY_MS
    site.follow(hub, 1)
    copper = site.archive.as_known_at(COPPER, site.time.now())
    assert len(copper.values) == 3, "what stood still is read from where it stopped"
    assert site.states()["pink_sheet"] is not Freshness.UNREACHED


SOURCES = ("mofcom", "gdacs", "ecb")  # those whose manners ask for few seconds


def test_killed_by_sigkill_again_and_again_nothing_is_lost_and_nothing_rings_twice(
    tmp_path: Path, server: SourcesServer
) -> None:
    """`twinbell live` itself, killed while it reads, keeps, rings and sends, on sources that fail in between."""
    happens(server)
    hazards = server.players["gdacs"]
    assert isinstance(hazards, GdacsPlayer)
    assert called(["init", "."], tmp_path).returncode == 0
    file = tmp_path / "twinbell.toml"
    follows = server.configuration(*SOURCES) + "[timers]\ngroup_wait_s = {}\nsend_backoff_s = [1]\n"
    file.write_text(file.read_text(encoding="utf-8") + follows, encoding="utf-8")
    words = ["live", "--config", "twinbell.toml", "--only", ",".join(SOURCES), "--lines", "--store"]
    turns = Counter[str]()

    def unwell(request: Request) -> Answer | None:
        turns["gdacs"] += 1
        return Answer(200, b'{"type": "Feature') if turns["gdacs"] in (1, 4, 7) else None

    server.traps["gdacs"] = unwell
    calm, killed = ([*words, f"sqlite:///{name}.db", "--until-done"] for name in ("calm", "killed"))
    for lines in (1, 3, 6, 10):
        with Running(killed, tmp_path) as running:
            running.read(lines)  # one that has read everything before is over, and says no more
    del server.traps["gdacs"]
    for arguments in (killed, calm):
        ended = called(arguments, tmp_path)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    rings: dict[str, list[str]] = {}
    readings: dict[str, int] = {}
    for name in ("calm", "killed"):
        database = open_engine(f"sqlite:///{tmp_path}/{name}.db", durable=False)
        facts = facts_of(database)
        assert Store(database).verify() == len(facts)
        rung = [(fact.alert_id, fact.body.ring.ring_id) for fact in facts if isinstance(fact.body, Rung)]
        assert len(rung) == len(set(rung))
        states = {fact.alert_id: Store(database).alert(fact.alert_id) for fact in facts}
        rings[name] = sorted(
            f"{state.situation_id} {sum(alert == state.alert_id for alert, _ in rung)}" for state in states.values()
        )
        readings[name] = sum(isinstance(fact.body, Assessed) for fact in facts)
        sent = [each for state in states.values() for each in state.deliveries.values() if each.receipt]
        assert all(each.state is DeliveryState.DELIVERED for each in sent)
        assert {each.participant for each in sent} == {"USA", "JPN"}
        assert all((tmp_path / "outbox" / each.receipt).is_file() for each in sent if not each.bundle)
        database.dispose()
    assert rings["killed"] == rings["calm"]
    assert rings["calm"]
