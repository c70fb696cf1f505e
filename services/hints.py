"""Which command answers for a side, exactly as it is to be typed in another terminal."""

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from alerts.holds import is_held
from alerts.participants import Directory, Role
from alerts.states import AlertState
from services.addresses import has_password
from services.wiring import DEFAULT_STORE

_SHOWN = 3  # alerts that one command answers; the rest stand in the list
_SHORT = 6  # characters of an id, where they are enough


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """A side that has not answered, and what to type for it: for each alert, and short for all of them together."""

    side: str
    commands: tuple[str, ...]
    together: str

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each alert, with the whole id, for scripts."""
        return tuple(f"{self.side} has not answered: {command}" for command in self.commands)

    def fitting(self, width: int) -> tuple[str, ...]:
        """For a terminal: a command is not broken by its edge where that can be helped, since it is to be copied."""
        line = f"{self.side} has not answered: {self.together}"
        return (line,) if len(line) <= width else (f"{self.side} has not answered:", self.together)


def hints(alerts: Sequence[AlertState], directory: Directory, url: str, config: str = "") -> list[Hint]:
    """What answers for each side that has not, on the loudest alerts that it has not answered and was rung for."""
    live = sorted(
        (a for a in alerts if a.live and not is_held(a)), key=lambda a: (-a.level.rank, a.opened_at, a.alert_id)
    )
    chars = _enough(alert.alert_id for alert in alerts)
    found: list[Hint] = []
    for participant in directory.participants:
        iso3 = participant.iso3
        owed = [a.alert_id for a in live if iso3 in a.tracks and not a.tracks[iso3].answered][:_SHOWN]
        person = next((each.person_id for each in participant.people if Role.DUTY in each.roles), "")
        if owed and person:
            ids = (*owed, " ".join(alert_id[:chars] for alert_id in owed))
            *each, together = (
                f"{program()} alerts acknowledge {i} --as {person}{store_option(url, config)}" for i in ids
            )
            side = participant.names.get("en", iso3)
            found.append(Hint(side=side, commands=tuple(each), together=together))
    return found


def store_option(url: str, config: str = "") -> str:
    """What names the store on a command line; nothing where it is the one that commands take by themselves.

    An address with a password is not repeated: the configuration that holds it is named, or the variable.
    """
    if url == DEFAULT_STORE:
        return ""
    if has_password(url):
        return f" --config {config}" if config else ' --store "$TWINBELL_STORE"'
    return f" --store {url}"


def program() -> str:
    """How this program is called from the working directory."""
    called = Path(sys.argv[0])
    found = shutil.which("twinbell")
    if called.name != "twinbell" or (found is not None and Path(found).resolve() == called.resolve()):
        return "twinbell"
    here = os.path.relpath(called.absolute())
    return str(called) if here.startswith("..") else here


def _enough(ids: Iterable[str]) -> int:
    """How many characters tell these ids apart."""
    every = list(ids)
    whole = max((len(each) for each in every), default=_SHORT)
    return next((n for n in range(_SHORT, whole) if len({each[:n] for each in every}) == len(every)), whole)
