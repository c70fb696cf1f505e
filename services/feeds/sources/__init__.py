"""Outside → observation: the live sources that there are. Each is held to `tests/conformance/test_feeds.py`."""

from services.feeds.sources.base import Source
from services.feeds.sources.comtrade import Comtrade
from services.feeds.sources.ecb import Ecb
from services.feeds.sources.federal_register import FederalRegister
from services.feeds.sources.gdacs import Gdacs
from services.feeds.sources.mofcom import Mofcom
from services.feeds.sources.pink_sheet import PinkSheet
from services.feeds.sources.portwatch import PortWatch

SOURCES: tuple[type[Source], ...] = (PinkSheet, PortWatch, FederalRegister, Mofcom, Comtrade, Gdacs, Ecb)
