"""The players: one for each live source, by its name."""

from collections.abc import Callable

from tests.fakes.sources.base import Player
from tests.fakes.sources.comtrade import ComtradePlayer
from tests.fakes.sources.ecb import EcbPlayer
from tests.fakes.sources.federal_register import FederalRegisterPlayer
from tests.fakes.sources.gdacs import GdacsPlayer
from tests.fakes.sources.mofcom import MofcomPlayer
from tests.fakes.sources.pink_sheet import PinkSheetPlayer
from tests.fakes.sources.portwatch import PortWatchPlayer

PLAYERS: dict[str, Callable[[], Player]] = {
    "pink_sheet": PinkSheetPlayer,
    "portwatch": PortWatchPlayer,
    "federal_register": FederalRegisterPlayer,
    "mofcom": MofcomPlayer,
    "comtrade": ComtradePlayer,
    "gdacs": GdacsPlayer,
    "ecb": EcbPlayer,
}
