"""Outside → observation: the feeds that there are. Each is held to `tests/conformance/test_feeds.py`."""

from services.feeds.files import FileFeed

FEEDS: tuple[type[FileFeed], ...] = (FileFeed,)
