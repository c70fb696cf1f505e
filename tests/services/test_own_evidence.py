"""What the figures of a backtest are worth: whose evidence found an event, and how far chance could go."""

from typing import Any

from benchmarks import score_alerts
from services.own_evidence import FoundBy, believe

COLUMNS = (
    "event_id,title_en,kind,hazard,minerals,origin_or_route,actor_iso3,announced_on,effective_on,"
    "detection_window_end,observable_in"
)
LEDGER = f"""{COLUMNS}
BAN,A ban,export_ban,restriction,tin,IDN,IDN,2020-03-02,,2020-12-31,notices;prices;customs
STRIKE,A strike,strike,logistics,platinum,ZAF,ZAF,2020-05-04,,2020-12-31,prices
SQUEEZE,A squeeze,market_squeeze,market,lithium,CHN,CHN,2020-06-01,,2021-03-31,prices
"""


def alert(
    hazard: str, mineral: str, origin: str | None, day: str, family: str, direction: str | None = None
) -> dict[str, Any]:
    """One alert with one ring, as the scorer reads it."""
    ring = {"at": f"{day}T00:00:00Z", "level": "watch", "families": [family], "direction": direction}
    return {
        "alert_id": f"{hazard} {mineral} {day}",
        "hazard": hazard,
        "minerals": [mineral],
        "origin_or_route": origin,
        "closed_at": None,
        "rings": [ring],
    }


def found(tmp_path: Any, *alerts: dict[str, Any]) -> Any:
    """What these alerts come to."""
    path = tmp_path / "events.csv"
    path.write_text(LEDGER, encoding="utf-8")
    events = score_alerts.load_events(str(path))
    table = [
        {"event_id": event["id"], "detected": any(score_alerts.finds(one, one["rings"][0], event) for one in alerts)}
        for event in events
    ]
    return believe(events, list(alerts), table, 0.1)


def test_what_rang_about_the_event_found_it_and_what_fell_into_its_window_is_luck(tmp_path: Any) -> None:
    """A document on the act and a price that rises within a month are its own; a rise half a year later is luck."""
    act = alert("restriction", "tin", "IDN", "2020-03-03", "notices")
    late_price = alert("market", "platinum", None, "2020-11-20", "prices", "up")
    slow = alert("market", "lithium", None, "2020-11-20", "prices", "up")
    belief = found(tmp_path, act, late_price, slow)
    assert belief.found_by == {"BAN": FoundBy.OWN, "STRIKE": FoundBy.LUCK, "SQUEEZE": FoundBy.OWN}
    assert belief.own == 2
    assert (belief.acts, belief.acts_delay_days) == (1, 1)
    soon = found(tmp_path, alert("market", "platinum", None, "2020-05-20", "prices", "up"))
    assert soon.found_by["STRIKE"] is FoundBy.OWN
    assert soon.found_by["BAN"] is FoundBy.NOTHING


def test_the_interval_holds_the_figure_and_is_the_same_each_time(tmp_path: Any) -> None:
    """Two of three found: the interval lies around it, less what chance would find."""
    alerts = [
        alert("restriction", "tin", "IDN", "2020-03-03", "notices"),
        alert("market", "lithium", None, "2020-07-01", "prices", "up"),
    ]
    belief = found(tmp_path, *alerts)
    assert belief.recall_interval[0] < 2 / 3 < belief.recall_interval[1]
    assert belief.lift_interval == tuple(round(part - 0.1, 3) for part in belief.recall_interval)
    assert found(tmp_path, *alerts) == belief
