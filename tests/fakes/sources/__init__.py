"""The players: one for each live source, by its name."""

from collections.abc import Callable

from tests.fakes.sources.base import Player
from tests.fakes.sources.ecb import EcbPlayer
from tests.fakes.sources.pink_sheet import PinkSheetPlayer

PLAYERS: dict[str, Callable[[], Player]] = {"pink_sheet": PinkSheetPlayer, "ecb": EcbPlayer}
