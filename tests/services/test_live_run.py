"""Promise: against sources with all their traps the bell rings for what happens only, and a kill loses nothing."""

import pytest

from services.embedded import Hub
from services.feed_clocks import Freshness
from services.feeds.base import Poll
from services.moments import Found
from tests.fakes.loopback import Answer, Request
from tests.fakes.sources.server import SourcesServer
from tests.live_site import Site, days, happens

EXPECTED = [("natural", "rare_earths"), ("restriction", "gallium")]


def test_what_happens_rings_and_what_does_not_is_quiet(site: Site, server: SourcesServer) -> None:
    """Nobody is rung for routine documents and distant quakes; then for an act and for an earthquake."""
    hub = site.hub()
    site.follow(hub, 6)
    assert site.alerts() == []
    assert Freshness.UNREACHED not in site.states().values(), site.notes()
    happens(server)
    site.follow(hub, 6)
    assert set(EXPECTED) <= set(site.alerts())
    assert {hazard for hazard, _ in site.alerts()} == {"natural", "restriction"}
    found = {(moment.signal.detector, moment.signal.group) for moment in site.told if isinstance(moment, Found)}
    assert {("C1", "gallium"), ("C1", "germanium"), ("L2", "rare_earths")} <= found


def test_traps_are_said_and_cost_their_own_source_only(site: Site, server: SourcesServer) -> None:
    """A storm of 429, a page that moved, nothing with status 200, half an answer: named, and the others ring."""
    hub = site.hub()
    server.traps["comtrade"] = lambda request: Answer(429, b"slow down")
    server.traps["pink_sheet"] = lambda request: Answer(200, b"<p>moved</p>")
    server.traps["ecb"] = lambda request: Answer(200, b"<x><Cube", {"Content-Type": "text/xml"})

    def nothing(request: Request) -> Answer | None:
        return Answer(200, b'{"features": []}') if "query" in request.path else None

    server.traps["portwatch"] = nothing
    happens(server)
    site.follow(hub, 8)
    assert set(EXPECTED) <= set(site.alerts())
    states, notes = site.states(), site.notes()
    assert states["comtrade"] is states["pink_sheet"] is states["portwatch"] is Freshness.UNREACHED
    assert states["federal_register"] is states["mofcom"] is states["gdacs"] is Freshness.FRESH
    assert states["ecb"] is Freshness.UNREACHED, "half an answer is no reading"
    assert "comtrade: throttled: HTTP 429" in notes
    assert "pink_sheet: moved: no link" in notes
    assert "portwatch: " in notes
    assert "ecb: " in notes
    assert server.asked["comtrade"] <= 5 + 24 * 3_600 // (6 * 3_600) + 1
    assert [letter.feed for letter in site.archive.dead_letters()] == ["ecb"] * len(site.archive.dead_letters())
    del server.traps["comtrade"], server.traps["pink_sheet"], server.traps["ecb"], server.traps["portwatch"]
    site.follow(hub, 24)
    assert Freshness.UNREACHED not in site.states().values(), site.notes()
    series = {series.feed for series in site.archive.series()}
    assert series == {"pink_sheet", "portwatch", "comtrade", "ecb"}


def test_content_that_stands_still_is_stale_though_it_answers(site: Site) -> None:
    """A month of the same answers: fetched today, content of long ago; clocks say so, operators are told once."""
    hub = site.hub()
    site.follow(hub, 2)
    assert site.states()["portwatch"] is Freshness.FRESH
    site.time.at_ms += 30 * 86_400_000
    site.follow(hub, 11)  # past midnight
    states = site.states()
    assert states["portwatch"] is states["ecb"] is states["federal_register"] is Freshness.STALE
    clock = site.clocks.all()["portwatch"]
    assert clock.fetched_at is not None
    assert clock.content_at is not None
    assert clock.fetched_at - clock.content_at > 21 * 86_400
    files = [path.read_text(encoding="utf-8") for path in site.outbox.rglob("*.xml")]
    assert all("<status>System</status>" in text for text in files), "nobody is rung for a hazard"
    for name in ("portwatch", "ecb", "federal_register"):
        assert sum(f"{name} stands still" in text for text in files) == 2, "one for each side"


class Killed(Exception):
    """The process is gone."""


class Fragile(Hub):
    """A process that is killed when it has taken so many polls: before the next one is kept."""

    left = 0

    def take(self, at: int, poll: Poll) -> None:
        """Take a poll, or die with it in hand."""
        if self.left == 0:
            raise Killed
        self.left -= 1
        super().take(at, poll)


@pytest.mark.parametrize("after", [0, 5])
def test_killed_in_the_middle_nothing_is_lost(site: Site, server: SourcesServer, after: int) -> None:
    """A process that dies with a poll in hand: the next one goes on from the marks, and everything is there once."""
    happens(server)
    hub = site.hub()
    hub.__class__ = Fragile
    hub.left = after  # type: ignore[attr-defined]
    with pytest.raises(Killed):
        site.follow(hub, 24)
    site.follow(site.hub(), 12)
    assert set(EXPECTED) <= set(site.alerts())
    assert len(site.alerts()) == len(set(site.alerts()))
    run = site.archive.as_known_at("portwatch/chokepoints:count:chokepoint1:total", site.time.now())
    assert len(run.occurred_at) == len(days("2026-03-01", "2026-09-20"))
