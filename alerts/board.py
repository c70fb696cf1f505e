"""The alerts on which something may still become due, folded and indexed in memory, beside the record on disk."""

from collections.abc import Iterator
from typing import Final, TypeVar

from alerts.fingerprint import GroupKey, group_key_of
from alerts.holds import Hold, Holds, explained, is_held, longest
from alerts.states import AlertState
from alerts.timers import SET_BACK_S
from streams.signals import Hazard

_Key = TypeVar("_Key")

NEVER: Final = 2**53
SUPPLY_HAZARDS: Final = frozenset({Hazard.RESTRICTION, Hazard.LOGISTICS, Hazard.NATURAL})


class Board:
    """A cache: nothing here is not in the record. Owned by the store, which keeps it in step with the last fact."""

    def __init__(self) -> None:
        self._states: dict[str, AlertState] = {}
        self._wakes: dict[str, int] = {}
        self._looked_at = 0
        self._mates: dict[GroupKey, dict[str, None]] = {}
        self._situations: dict[str, dict[str, None]] = {}
        self._supply: dict[tuple[str, str], dict[str, None]] = {}
        self._markets: dict[tuple[str, str], dict[str, None]] = {}

    def __iter__(self) -> Iterator[AlertState]:
        """All watched alerts, by id."""
        return (self._states[alert_id] for alert_id in sorted(self._states))

    def __len__(self) -> int:
        return len(self._states)

    def get(self, alert_id: str) -> AlertState | None:
        """The folded state, when the alert is watched."""
        return self._states.get(alert_id)

    def put(self, state: AlertState) -> None:
        """Take in a new state of an alert."""
        alert_id = state.alert_id
        new = alert_id not in self._states
        self._states[alert_id] = state
        if new:
            self._wakes[alert_id] = 0
        # Hazard, group, origin and route never change; a draft has none yet.
        if state.revision:
            self._mates.setdefault(group_key_of(state), {})[alert_id] = None
            self._situations.setdefault(state.situation_id, {})[alert_id] = None
            situation = state.assessment.situation
            if situation.hazard in SUPPLY_HAZARDS:
                self._supply.setdefault((state.mode, situation.group), {})[alert_id] = None
            elif situation.hazard is Hazard.MARKET:
                self._markets.setdefault((state.mode, situation.group), {})[alert_id] = None

    def drop(self, alert_id: str) -> None:
        """Forget an alert on which nothing can become due."""
        state = self._states.pop(alert_id, None)
        self._wakes.pop(alert_id, None)
        if state is None or not state.revision:
            return
        _remove(self._mates, group_key_of(state), alert_id)
        _remove(self._situations, state.situation_id, alert_id)
        for index in (self._supply, self._markets):
            _remove(index, (state.mode, state.assessment.situation.group), alert_id)

    def mates(self, key: GroupKey) -> list[AlertState]:
        """The watched alerts of one message group."""
        return [self._states[alert_id] for alert_id in self._mates.get(key, {})]

    def on_situation(self, situation_id: str) -> list[AlertState]:
        """The watched alerts on one situation, lowest id first."""
        return [self._states[alert_id] for alert_id in sorted(self._situations.get(situation_id, {}))]

    def hold(self, alert: AlertState, now: int, explains_s: int) -> Hold | None:
        """What keeps the deliveries of an alert back: of the supply alerts on its group that which does so longest."""
        situation = alert.assessment.situation
        if situation.hazard is not Hazard.MARKET:
            return None
        beside = sorted(self._supply.get((alert.mode, situation.group), {}))
        return longest(explained(alert, self._states[other], now, explains_s) for other in beside)

    def holds(self, alert: AlertState, now: int, explains_s: int) -> Holds:
        """What keeps an alert back now, and the market alerts that it keeps back, by id."""
        by = self.hold(alert, now, explains_s) if is_held(alert) else None
        beside = sorted(filter(is_held, self.markets_beside(alert)), key=lambda market: market.alert_id)
        kept = [market for market in beside if explained(market, alert, now, explains_s) is not None]
        return Holds(by, tuple(hold for market in kept if (hold := self.hold(market, now, explains_s)) is not None))

    def markets_beside(self, alert: AlertState) -> list[AlertState]:
        """The market alerts on the same group: freed when a supply alert ends, held when one opens."""
        situation = alert.assessment.situation
        if situation.hazard not in SUPPLY_HAZARDS:
            return []
        return [self._states[other] for other in self._markets.get((alert.mode, situation.group), {})]

    def wake(self, alert_id: str, at: int | None) -> None:
        """When to plan this alert again: None for not before something happens to it."""
        if alert_id in self._states:
            self._wakes[alert_id] = NEVER if at is None else at

    def awake(self, now: int) -> list[str]:
        """The alerts whose time has come, by id: all of them, when the clock has been set back."""
        if now + SET_BACK_S < self._looked_at:
            self._wakes = dict.fromkeys(self._wakes, now)
        self._looked_at = now
        return sorted(alert_id for alert_id, at in self._wakes.items() if at <= now)

    def next_wake(self) -> int | None:
        """The earliest instant at which time alone makes something due."""
        soonest = min(self._wakes.values(), default=NEVER)
        return None if soonest >= NEVER else soonest


def _remove(index: dict[_Key, dict[str, None]], key: _Key, alert_id: str) -> None:
    members = index.get(key)
    if members is not None:
        members.pop(alert_id, None)
        if not members:
            del index[key]
