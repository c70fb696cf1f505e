"""A source that revises what it said, through the whole path: files dropped again, an alert cancelled, nothing lost."""

import datetime
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.deliveries import Purpose
from alerts.lifecycle import JointState
from alerts.states import AlertState
from alerts.store import Store
from services.moments import Moment, Sifted
from streams.observations import SECONDS_A_DAY
from streams.reasons import Reason
from tests.following import TODAY, Deployed, prices
from tests.shared import shared_path

CHOKEPOINTS = """
name = "desk"
[[files]]
id = "straits"
path = "straits.csv"
family = "chokepoint_transits"
publisher = "IMF PortWatch"
publication = "Daily Chokepoint Transit Calls and Trade Volume Estimates"
cadence = "daily"
route = "{{{route}}}"
where = [{{ column = "{where}", is = {straits} }}]
dates = {{ column = "date"{pattern} }}
known = {{ days_after = 8 }}
provisional = {{ newest_days = 60 }}
values = [
    {{ column = "{total}", measure = "count", unit = "transits/day", ship_class = "total" }},
    {{ column = "{container}", measure = "count", unit = "transits/day", ship_class = "container" }},
    {{ column = "{tanker}", measure = "count", unit = "transits/day", ship_class = "tanker" }},
]
[tables.names]
suez = "chokepoint1"
bab_el_mandeb = "chokepoint4"
"""
FIRST = CHOKEPOINTS.format(
    route="portid",
    where="portid",
    straits='["chokepoint1", "chokepoint4"]',
    pattern=', pattern = "%Y/%m/%d *", period = "day"',
    total="n_total",
    container="n_container",
    tanker="n_tanker",
)
SECOND = CHOKEPOINTS.format(
    route="chokepoint|names",
    where="chokepoint",
    straits='["suez", "bab_el_mandeb"]',
    pattern="",
    total="total",
    container="container",
    tanker="tanker",
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployed]:
    """An exercise on one feed."""
    site = Deployed(tmp_path)
    yield site
    site.database.dispose()


def alerts(site: Deployed) -> list[AlertState]:
    """Every alert of the store."""
    return list(Store(site.database).alerts())


@pytest.mark.parametrize("restarts", [False, True])
def test_a_price_that_is_corrected_withdraws_its_alert(site: Deployed, restarts: bool) -> None:
    """A misprint rings both sides; the corrected file cancels the alert, whether or not the process began anew."""
    seen: list[Moment] = []
    hub = site.hub()
    hub.join(seen.append)
    (site.drop / "antimony.csv").write_text(prices(TODAY, 701, jump=1.6, jumped=2))

    def between(turn: int) -> None:
        site.real.wait(3_600)

    site.follow(hub, 2, between)
    (before,) = alerts(site)
    assert before.joint is JointState.ACTIVE
    if restarts:
        hub = site.hub()
        hub.join(seen.append)
    (site.drop / "antimony.csv").write_text(prices(TODAY, 701))
    site.follow(hub, 3, between)
    (after,) = alerts(site)
    assert (after.joint, after.cancelled_reason) == (JointState.CANCELLED, "source_revised")
    assert after.assessment.withdrawn
    sifted = [moment for moment in seen if isinstance(moment, Sifted)]
    assert [moment.counts[Reason.REVISED] for moment in sifted] == [2]
    files = [path.read_text() for path in (site.directory / "outbox").rglob("*.xml")]
    cancels = [text for text in files if "<msgType>Cancel</msgType>" in text]
    assert len(cancels) == 2, "one for each side"
    assert all("<references>" in text and "ource revised" in text and "情報源の改定" in text for text in cancels)
    ends = [d for d in after.deliveries.values() if d.purpose is Purpose.CLOSE]
    assert {(d.person, d.channel) for d in ends} == {told for track in after.tracks.values() for told in track.told}


def test_states_made_again_from_what_is_stored_hold_the_same(site: Deployed) -> None:
    """Every vintage is in the archive: a rebuild comes to the same assessments, and tells nobody anything."""
    hub = site.hub()
    (site.drop / "antimony.csv").write_text(prices(TODAY, 701, jump=1.6, jumped=2))
    site.follow(hub, 2, lambda turn: site.real.wait(3_600))
    (site.drop / "antimony.csv").write_text(prices(TODAY, 701))
    site.follow(hub, 2, lambda turn: site.real.wait(3_600))
    before = alerts(site)
    with site.database.begin() as connection:
        site.archive.forget_states(connection, ["antimony"])
    site.follow(site.hub(), 2, lambda turn: site.real.wait(3_600))
    assert alerts(site) == before


def test_the_two_portwatch_vintages_of_the_kit(tmp_path: Path) -> None:
    """Suez and Bab el-Mandeb as known in November 2025, then as known in July 2026: what stood is kept.

    The common part of the two files differs by less than a ship a day on average, so nothing may be withdrawn, and
    nobody gets a message for it: the alerts on the Red Sea stand as they stood.
    """
    first = shared_path("data/shipments/portwatch_daily_chokepoints.csv")
    second = shared_path("data/shipments/portwatch_daily_4chokepoints_2026_vintage.csv")
    site = Deployed(tmp_path, now=datetime.date(2024, 4, 9))
    seen: list[Moment] = []
    try:
        (site.directory / "desk.toml").write_text(FIRST)
        (site.drop / "straits.csv").write_bytes(first.read_bytes())
        hub = site.hub()
        site.follow(hub, 2, lambda turn: site.real.wait(3_600))
        before = {state.alert_id: state for state in alerts(site)}
        assert {state.assessment.situation.route for state in before.values()} == {"chokepoint1", "chokepoint4"}
        (site.directory / "desk.toml").write_text(SECOND)
        (site.drop / "straits.csv").write_bytes(second.read_bytes())
        hub = site.hub()
        hub.join(seen.append)
        site.real.wait(SECONDS_A_DAY)
        site.follow(hub, 3, lambda turn: site.real.wait(3_600))
        after = {state.alert_id: state for state in alerts(site)}
    finally:
        site.database.dispose()
    counts: Counter[Reason] = Counter()
    for moment in seen:
        if isinstance(moment, Sifted):
            counts.update(moment.counts)
    assert counts[Reason.REVISED] > 20
    assert counts[Reason.BEYOND_REACH] > 500
    assert counts[Reason.KEPT] > 10
    assert (counts[Reason.WITHDRAWN], counts[Reason.WEAKENED]) == (0, 0)
    assert after.keys() == before.keys()
    for alert_id, state in after.items():
        assert state.joint is before[alert_id].joint
        assert [d for d in state.deliveries.values() if d.purpose is Purpose.UPDATE] == []
