"""Outside → observation: the live sources that there are. Each is held to `tests/conformance/test_feeds.py`."""

from services.feeds.sources.base import Source
from services.feeds.sources.ecb import Ecb
from services.feeds.sources.pink_sheet import PinkSheet

SOURCES: tuple[type[Source], ...] = (PinkSheet, Ecb)
