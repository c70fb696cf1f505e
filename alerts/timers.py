"""How patient the bell is: every waiting time and limit of grouping, suppression, escalation and sending, as data."""

import msgspec

from streams.assessments import Level

HOUR_S = 3_600
DAY_S = 86_400
MESSAGE_LIFE_S = 14 * DAY_S
"""How long a message that expires (CAP) speaks: the dwell time, by then a situation is either told again or over."""
RENEWED_AFTER_S = 12 * DAY_S
"""While its alert stays open such a message is renewed two days before it lapses: a weekend may lie in between."""
SET_BACK_S = 60
"""A time that lies further ahead than this was written by a clock that has been set back: it makes nobody wait."""


class Throttle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most `messages` in `per_s` seconds to one person by one channel at this level. Emergency has none."""

    level: Level
    messages: int
    per_s: int


class Slowdown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After so many unanswered hours a ladder repeats at this pace at the most. It never stops by itself."""

    after_hours: int
    every_minutes: int


class Timers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section [timers] of a configuration; every value has a default that ships.

    Group wait and interval are Alertmanager's (`group_wait`, `group_interval`), by level; a level that is not named
    waits 0 s. The repeat interval stands in each side's policy.
    """

    group_wait_s: dict[Level, int] = msgspec.field(
        default_factory=lambda: {Level.ADVISORY: 30, Level.WATCH: 30}  # from warning up nobody waits
    )
    group_interval_s: dict[Level, int] = msgspec.field(
        default_factory=lambda: {
            Level.ADVISORY: 300,
            Level.WATCH: 300,
            Level.WARNING: 5,  # long enough to bundle a burst, short enough that nobody learns late
            Level.EMERGENCY: 5,
        }
    )
    update_interval_s: int = HOUR_S  # an informing update, at the most so often for one alert and side
    storm_messages: int = 6  # more messages than this at one moment for one person and channel become one
    storm_interval_s: int = 3  # a side that was told of more alerts than that so lately waits for the next message
    storm_calm_s: int = 30  # what comes so soon after a storm belongs to it, and does not wait for its group's interval
    throttles: tuple[Throttle, ...] = (
        Throttle(level=Level.ADVISORY, messages=6, per_s=HOUR_S),
        Throttle(level=Level.WATCH, messages=12, per_s=HOUR_S),
        Throttle(level=Level.WARNING, messages=60, per_s=HOUR_S),
    )
    repeat_slowdown: tuple[Slowdown, ...] = (
        Slowdown(after_hours=24, every_minutes=240),
        Slowdown(after_hours=168, every_minutes=1_440),
    )
    exhausted_after_s: int = 600  # nobody has answered so long after a ladder's last step: the other sides are told
    explains_s: int = 14 * DAY_S  # a rise of price so long after a supply alert of its group rang is explained by that
    close_timeout_s: int = 3 * DAY_S  # one side agreed to close, the other said nothing for so long
    waking_channels: tuple[str, ...] = ("pagerduty",)
    shared_channels: tuple[str, ...] = ("slack", "cap")  # one thread for the side, not one for each person
    send_backoff_s: tuple[int, ...] = (5, 15, 30, 60, 120, 300, 600, 900)  # then always the last
    send_attempts: int = 40  # about nine hours, then permanently failed and visible
    send_lease_s: int = 300  # found `sending` for longer than this: interrupted, sent again

    def throttle(self, level: Level) -> Throttle | None:
        """The throttle of a level. An emergency is never throttled, only bundled."""
        if level is Level.EMERGENCY:
            return None
        return next((throttle for throttle in self.throttles if throttle.level is level), None)

    def backoff_s(self, attempts: int) -> int:
        """How long to wait after so many attempts, in seconds."""
        if not self.send_backoff_s:
            return 0
        return self.send_backoff_s[min(max(attempts, 1), len(self.send_backoff_s)) - 1]
