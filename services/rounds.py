"""What a process follows, and what goes on beside the reading: the same for one process and for `twinbell feed`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import msgspec
import sqlalchemy as sa

from alerts.rendering.wording import packaged as packaged_wording
from services.dispatcher.lanes import SideBySide
from services.feed_clocks import FeedClocks
from services.following import Rounds
from services.live_feeds import Keeping, direct, followed_sources, promised_days, stale_days
from services.moments import Said, Unread
from services.polling import Followed
from services.quiet import Heartbeat, Quiet, Watched
from services.settings import Configuration
from services.silences import Standstill
from services.sources import feeds_of
from services.wiring import Knowledge, archive_of


class Followership(msgspec.Struct, frozen=True, kw_only=True):
    """Whose feeds are followed, on which store, and who is told."""

    configuration: Configuration
    known: Knowledge
    database: sa.Engine
    tell: Callable[[Said | Unread], None]
    open_alerts: Callable[[], int]


@contextmanager
def followed(own: Followership, now: Callable[[], int]) -> Iterator[list[Followed]]:
    """The directories and the live sources of the configuration, as feeds. Raises BadManifest or BadSettings."""
    keeping = Keeping(archive_of(own.database), FeedClocks(own.database))
    feeds = [
        Followed(feed=feed, every_s=every_s, cursor=partial(keeping.archive.cursor, feed.name))
        for feed, every_s in feeds_of(own.configuration, own.known.reference, now)
    ]
    chosen = own.configuration.settings.sources
    with followed_sources(own.configuration, chosen, own.known.reference, keeping) as sources:
        yield [*feeds, *sources]


@contextmanager
def rounds(own: Followership, feeds: Sequence[Followed]) -> Iterator[Rounds]:
    """Lanes and clocks of the reading; the line at each shift change, the pulse, and the look at content clocks."""
    clocks = FeedClocks(own.database)
    fetching, directory = own.configuration.settings.fetching, own.configuration.directory
    names = [each.feed.name for each in feeds]
    watched = Watched(stale_days=stale_days(names, own.known.reference, own.known.thresholds))
    wording = packaged_wording()
    languages = dict.fromkeys(side.languages[0] for side in directory.participants)
    words = [wording.catalogues[language] for language in languages if language in wording.catalogues]
    quiet = Quiet(watched, clocks, words, fetching, own.tell, own.open_alerts)
    lanes, pulse_lanes = SideBySide(threads=max(1, len(feeds))), SideBySide(threads=1)
    standstill = Standstill(own.database, clocks, promised_days())
    heartbeat = Heartbeat(fetching, pulse_lanes, direct(fetching.proxy), own.tell)
    try:
        yield Rounds(lanes=lanes, clocks=clocks, duties=(quiet, heartbeat, standstill))
    finally:
        heartbeat.close()
