"""Clocks of feeds → **a line and a pulse**: silence is told from death, at each shift change and once a minute."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias
from zoneinfo import ZoneInfo

import httpx
import msgspec

from alerts.rendering.wording import Catalogue
from services.dispatcher.lanes import Lanes
from services.feed_clocks import FeedClock, FeedClocks, Freshness
from services.http_client import agent_of
from services.moments import Said, Unread
from services.source_settings import FetchingSettings, shift_of
from streams.observations import SECONDS_A_DAY

Tell: TypeAlias = Callable[[Said | Unread], None]

HEARTBEAT_S = 60
_LOOK_S = 5
_PATIENCE_S = 10.0


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """The feeds of a run by name, each with the days after which its content stands still; None: it promises none."""

    stale_days: Mapping[str, float | None]

    def freshness(self, clocks: Mapping[str, FeedClock], now: int) -> dict[str, Freshness]:
        """What the silence of each feed means."""
        return {
            name: clocks[name].freshness(now, days) if name in clocks else Freshness.NEVER
            for name, days in self.stale_days.items()
        }


class Quiet:
    """A duty: one line at each shift change, and one whenever what could not be reached has changed."""

    def __init__(
        self,
        watched: Watched,
        clocks: FeedClocks,
        words: Sequence[Catalogue],
        fetching: FetchingSettings,
        tell: Tell,
        open_alerts: Callable[[], int],
    ) -> None:
        self._watched, self._clocks, self._words = watched, clocks, tuple(words)
        self._shifts = [shift for change in fetching.shift_changes if (shift := shift_of(change)) is not None]
        self._tell, self._open_alerts = tell, open_alerts
        self._began_at = self._last = -1
        self._looked_at = -1
        self._unreached: dict[str, str] | None = None

    def __call__(self, now: int) -> None:
        """Say what is due."""
        if self._began_at < 0:
            self._began_at = self._last = now
        if any(is_between(shift, self._last, now) for shift in self._shifts):
            self._tell(Said(at=now, lines=self.lines(now)))
        self._last = max(self._last, now)
        if self._unreached is None or now - self._looked_at >= _LOOK_S:
            self._looked_at = now
            self._say_unreached(now)

    def lines(self, now: int) -> tuple[str, ...]:
        """Whether it is quiet, how many feeds are fresh and which are not, in each language."""
        found = self._watched.freshness(self._clocks.all(), now)
        fresh = sum(one is Freshness.FRESH for one in found.values())
        others = [name for name, one in sorted(found.items()) if one is not Freshness.FRESH]
        alerts = self._open_alerts()
        lines = []
        for words in self._words:
            named = words.say("meta.aside", text=words.say("meta.list").join(others)) if others else ""
            told = {
                "fresh": words.count("quiet.fresh", fresh, str(fresh)),
                "stale": words.count("quiet.stale", len(others), str(len(others))) + named,
            }
            if alerts:
                lines.append(words.say("quiet.open", alerts=words.count("quiet.alerts", alerts, str(alerts)), **told))
            else:
                lines.append(words.say("quiet.line", **told))
        return tuple(lines)

    def _say_unreached(self, now: int) -> None:
        """Once every feed was tried: which could not be reached, and why; again whenever that changes."""
        clocks = self._clocks.all()
        own = [clocks[name] for name in self._watched.stale_days if name in clocks]
        if len(own) < len(self._watched.stale_days) or any(clock.tried_at < self._began_at for clock in own):
            return
        unreached = {clock.feed: clock.reason for clock in own if clock.reason}
        if unreached == self._unreached or not own:
            return
        self._unreached = unreached
        reached = ", ".join(clock.feed for clock in own if not clock.reason) or "none"
        line = f"reached: {reached}"
        if unreached:
            line += "; NOT REACHED: " + ", ".join(f"{name} ({reason})" for name, reason in sorted(unreached.items()))
        self._tell(Said(at=now, lines=(line,)))


class Heartbeat:
    """A duty: an address is asked once a minute while the loop turns; who listens there rings when it stops."""

    def __init__(self, fetching: FetchingSettings, lanes: Lanes, transport: httpx.BaseTransport, tell: Tell) -> None:
        self._url, self._lanes, self._tell = fetching.heartbeat_url, lanes, tell
        self._http = httpx.Client(
            transport=transport,
            timeout=_PATIENCE_S,
            headers={"User-Agent": agent_of(fetching.contact)},
            follow_redirects=False,
            trust_env=False,
        )
        self._asked_at: int | None = None
        self._trouble = self._told = ""

    def __call__(self, now: int) -> None:
        """Ask, when a minute has passed, in a lane of its own; what went wrong is said once, not every minute."""
        trouble = self._trouble
        if trouble and trouble != self._told:
            self._tell(Unread(at=now, feed="heartbeat", note=f"heartbeat_url does not answer: {trouble}"))
        self._told = trouble
        is_due = self._asked_at is None or not 0 <= now - self._asked_at < HEARTBEAT_S
        if self._url and is_due and not self._lanes.busy():
            self._asked_at = now
            self._lanes.run({("heartbeat", "url"): self._ask})

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _ask(self) -> None:
        try:
            status = self._http.get(self._url).status_code
            self._trouble = "" if status < 300 else f"HTTP {status}"
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as problem:
            self._trouble = type(problem).__name__  # and no more of it: the address may be a secret


def is_between(shift: tuple[datetime.time, ZoneInfo], after: int, until: int) -> bool:
    """Whether a local time of day has come in after < t <= until, by the wall clock of its zone."""
    if until <= after:
        return False
    time, zone = shift
    day = datetime.datetime.fromtimestamp(max(after, until - 2 * SECONDS_A_DAY), zone).date()
    last = datetime.datetime.fromtimestamp(until, zone).date()
    while day <= last:
        at = datetime.datetime.combine(day, time, zone).timestamp()
        if after < at <= until:
            return True
        day += datetime.timedelta(days=1)
    return False
