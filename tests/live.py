"""A live source on a transport of its own, for tests: its feed, its player, its time, and what was asked of it."""

from alerts.channels.credentials import Secret
from services.feeds.live import LiveFeed
from services.feeds.sources import SOURCES
from services.feeds.sources.base import Source
from services.http_client import Access, Bounds, Client
from tests.fakes.clock import FakeTime
from tests.fakes.sources import PLAYERS
from tests.fakes.sources.base import Player, rule_of
from tests.fakes.web import Web
from tests.feeding import NOW, REFERENCE, read_title

FIRST_DAYS = {"portwatch": "2026-09-05"}  # the player of PortWatch has no day before, and nothing is unknown there


class LiveRig:
    """One source beside its player. Time is the client's own; readings happen at NOW unless `now` is set."""

    def __init__(self, kind: type[Source], player: Player | None = None, since: str = "", key: str = "") -> None:
        about = kind.about
        self.player = player or PLAYERS[about.name]()
        self.time = FakeTime(NOW)
        self.web = Web(rule_of(self.player), self.time)
        self.now = NOW
        access = Access(
            source=about.name,
            places=about.places,
            agent="Twinbell (test)",
            key_header=about.key_header,
            manners=about.manners,
            bounds=Bounds(max_bytes=2_000_000),
        )
        self.client = Client(access, self.web, self.time, Secret(key) if key else None)
        source = kind(REFERENCE, since or FIRST_DAYS.get(about.name, "2026-08-01"))
        self.feed = LiveFeed(source, self.client, about.places[0], (REFERENCE, read_title), lambda: self.now)


def rig_of(name: str, player: Player | None = None, since: str = "", key: str = "") -> LiveRig:
    """The rig of the source of this name."""
    return LiveRig(next(kind for kind in SOURCES if kind.about.name == name), player, since, key)
