"""Prices quoted now and then → signal: the part of P1 for series that promise no figure."""

from math import exp, log, log1p, sqrt

import msgspec

from streams.baselines import LARGEST
from streams.detectors.findings import Finding, Hold, HoldRule, Seen, Voice
from streams.observations import SECONDS_A_DAY, Run
from streams.signals import Direction, Signal

YEAR_DAYS = 365.25


class Quoted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rule for prices quoted now and then: too few to learn from, so judged against a stated yearly volatility."""

    yearly_volatility: float
    raise_z: float
    smallest: float
    down_factor: float
    shortest_days: float  # quotes nearer than this count as this far apart
    longest_days: float  # a quote older than this says nothing about today's
    hold: HoldRule

    def check(self, where: str) -> None:
        """Raise ValueError naming the fields whose relation cannot hold."""
        if min(self.yearly_volatility, self.raise_z, self.smallest, self.shortest_days, self.down_factor) <= 0:
            raise ValueError(f"{where}: every value must be above 0")
        if self.longest_days < self.shortest_days:
            raise ValueError(f"{where}.longest_days is below {where}.shortest_days")
        self.hold.check(f"{where}.hold")


def quotes(hold: Hold, trail: list[Seen], run: Run, rule: Quoted, voice: Voice) -> list[Signal]:
    """What new quotes say against those in `trail`, the newest before them; values that are not above 0 are unknown."""
    signals: list[Signal] = []
    before = [(seen.occurred_at, seen.value) for seen in trail if seen.value > 0.0]
    for index, (occurred_at, value) in enumerate(zip(run.occurred_at, run.values, strict=True)):
        if value is None or not 0.0 < value < LARGEST:
            continue
        best, against, raises = 0.0, value, value
        for then, price in before:
            days = max((occurred_at - then) / SECONDS_A_DAY, rule.shortest_days)
            if days > rule.longest_days:
                continue
            change = log(value / price)
            need = max(rule.yearly_volatility * sqrt(days / YEAR_DAYS) * rule.raise_z, log1p(rule.smallest))
            need = need if change > 0 else -need * rule.down_factor
            if abs(change / need) > abs(best):
                best, against, raises = abs(change) / need, price, price * exp(need)
        if before:
            direction = Direction.UP if best > 0 else Direction.DOWN
            phase = hold.step(abs(best), direction, rule.hold)
            if phase is not None:
                finding = Finding(
                    phase=phase,
                    score=abs(best),
                    direction=direction,
                    window=1,
                    observed=value,
                    expected=against,
                    raises_at=float(f"{raises:.6g}"),
                )
                signals.append(voice.signal(trail, run, index, finding))
        before = [*before, (occurred_at, value)][-voice.rows :]
    return signals
