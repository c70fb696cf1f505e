"""Rings and a ledger → how far the figures of a backtest can be believed: what found each event, and what chance could.

A found event is OWN when what rang was about it: an alert of its own hazard soon after it (at any time for a market
event, which has no day), or a price that rose within a month of it. What rang for something else and fell into its
window is LUCK, whatever the scorer counts.
"""

import random
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from statistics import median
from typing import Any, TypeAlias

import msgspec

from benchmarks import score_alerts

Entry: TypeAlias = dict[str, Any]  # an event, an alert, a ring or a row of results, as the scorer reads and gives them
DRAWS, SEED = 2_000, 20261123
INTERVAL = (0.025, 0.975)
NAMED_DAYS = 60  # customs figures come up to fifty days after the month's end
PRICE_DAYS = 31


class FoundBy(StrEnum):
    """Whose evidence found an event."""

    OWN = "own"
    LUCK = "luck"
    NOTHING = ""


class Belief(msgspec.Struct, frozen=True, kw_only=True):
    """What the scorer's figures are worth. Intervals are of 95 percent, over episodes drawn again and again."""

    found_by: dict[str, FoundBy]  # by event
    own: int
    lift_interval: tuple[float, float]
    recall_interval: tuple[float, float]
    acts: int  # events found by a document …
    acts_delay_days: float | None  # … and the median of their delays


def believe(
    events: Sequence[Entry],
    alerts: Sequence[Entry],
    table: Sequence[Entry],
    chance: float,
) -> Belief:
    """`table` are the scorer's results, and `chance` the recall that it gives to chance."""
    by_id = {event["id"]: event for event in events}
    seen = [by_id[row["event_id"]] for row in table]
    found_by = {event["id"]: _found_by(event, alerts) for event in seen}
    groups = score_alerts.episodes(seen)
    hits = [[bool(table[place]["detected"]) for place in group] for group in groups]
    recall = _interval(hits)
    delays = [delay for event in seen if (delay := _delay_of_act(event, alerts)) is not None]
    return Belief(
        found_by=found_by,
        own=sum(by is FoundBy.OWN for by in found_by.values()),
        recall_interval=recall,
        lift_interval=(round(recall[0] - chance, 3), round(recall[1] - chance, 3)),
        acts=len(delays),
        acts_delay_days=median(delays) if delays else None,
    )


def _rings(event: Entry, alerts: Sequence[Entry]) -> list[tuple[int, Entry, Entry]]:
    """Days after its announcement, ring and alert, for every ring that the scorer lets find the event."""
    found = []
    for alert in alerts:
        for ring in alert["rings"]:
            at = date.fromisoformat(ring["at"][:10])
            if score_alerts.finds(alert, ring, event) and score_alerts.in_window(at, event):
                found.append(((at - event["start"]).days, ring, alert))
    return found


def _found_by(event: Entry, alerts: Sequence[Entry]) -> FoundBy:
    rings = _rings(event, alerts)
    for days, ring, alert in rings:
        if score_alerts.names(alert, event) and (event["hazard"] == "market" or days <= NAMED_DAYS):
            return FoundBy.OWN
        if ring["families"] == ["prices"] and ring["direction"] == "up" and 0 <= days <= PRICE_DAYS:
            return FoundBy.OWN
    return FoundBy.LUCK if rings else FoundBy.NOTHING


def _delay_of_act(event: Entry, alerts: Sequence[Entry]) -> int | None:
    """Days from an act to the first ring that a document on it bore; None where none did."""
    days = [
        days
        for days, ring, alert in _rings(event, alerts)
        if "notices" in ring["families"] and score_alerts.names(alert, event)
    ]
    return min(days) if days and event["hazard"] == "restriction" else None


def _interval(hits: Sequence[Sequence[bool]]) -> tuple[float, float]:
    """Recall of rows when whole episodes are drawn with replacement."""
    if not hits:
        return (0.0, 0.0)
    rng = random.Random(SEED)
    drawn = []
    for _ in range(DRAWS):
        rows = [hit for _ in hits for hit in rng.choice(hits)]
        drawn.append(sum(rows) / len(rows))
    drawn.sort()
    low, high = (drawn[int(part * (DRAWS - 1))] for part in INTERVAL)
    return (round(low, 3), round(high, 3))
