"""Backtest → **track record** → message: how often each rule rang on recorded history, and how often truly.

A rule is a detector on one supply group or route, under one thresholds file. It is worked out elsewhere and only told
here, beside each alert: whoever is woken sees how often this bell rang for nothing.
"""

import msgspec


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """Rings of one detector on one group (empty: on all groups together). `true` and `false` add up to `rings`."""

    detector: str
    group: str
    rings: int
    true: int
    false: int


class TrackRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What one thresholds file did on recorded history. Unscored, nobody has judged which rings were true."""

    thresholds: str  # SHA-256 of the file
    since: str  # ISO days: of the rings that are counted
    until: str
    scored: bool
    rates: tuple[Rate, ...]

    def of(self, detector: str, group: str) -> Rate:
        """The rate of one rule; one that never rang has none of anything."""
        found = (rate for rate in self.rates if (rate.detector, rate.group) == (detector, group))
        return next(found, Rate(detector=detector, group=group, rings=0, true=0, false=0))

    def whole(self, detector: str) -> Rate:
        """A detector on all groups."""
        own = [rate for rate in self.rates if rate.detector == detector]
        return Rate(
            detector=detector,
            group="",
            rings=sum(rate.rings for rate in own),
            true=sum(rate.true for rate in own),
            false=sum(rate.false for rate in own),
        )
