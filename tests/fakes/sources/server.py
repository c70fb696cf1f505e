"""All recorded sources on one port of this machine, each with its traps, for runs of the real command."""

from collections.abc import Callable

from tests.fakes.loopback import Answer, Loopback, Request
from tests.fakes.sources import PLAYERS
from tests.fakes.sources.base import NOT_THERE, Player
from tests.fakes.sources.pink_sheet import PinkSheetPlayer

Trap = Callable[[Request], Answer | None]


class SourcesServer(Loopback):
    """`players` by source; `traps` by source go first, and may answer in the player's place."""

    def __init__(self) -> None:
        super().__init__()
        self.players: dict[str, Player] = {name: make() for name, make in PLAYERS.items()}
        self.players["pink_sheet"] = PinkSheetPlayer(self.base)
        self.traps: dict[str, Trap] = {}
        self.asked: dict[str, int] = dict.fromkeys(self.players, 0)

    def answer(self, request: Request) -> Answer:
        """The answer of the first source that knows the path."""
        for name, player in self.players.items():
            answer = player.answer(request)
            if answer == NOT_THERE:
                continue
            self.asked[name] += 1
            trap = self.traps.get(name)
            return (trap(request) if trap else None) or answer
        return NOT_THERE

    def configuration(self, *names: str, every: str = "1s") -> str:
        """The part of a configuration that asks these sources here; all without names."""
        return "".join(
            f'\n[[sources]]\nname = "{name}"\nbase = "{self.base}"\nevery = "{every}"\n'
            for name in names or self.players
        )
