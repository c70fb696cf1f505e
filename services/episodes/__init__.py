"""Recorded observations that ship with Twinbell: what `twinbell run` plays and `twinbell replay` repeats."""

import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from services.errors import UnknownEpisode


class Episode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One recorded episode. Titles and summaries by language; the days are UTC and both are played."""

    id: str
    starts_on: datetime.date
    ends_on: datetime.date
    title: dict[str, str]
    summary: dict[str, str]
    attribution: tuple[str, ...] = ()

    @property
    def starts_at(self) -> int:
        """The first second of the play; what was known before is history and is read in at once."""
        return _midnight(self.starts_on)

    @property
    def ends_at(self) -> int:
        """The last second of the play."""
        return _midnight(self.ends_on + datetime.timedelta(days=1)) - 1


def shipped() -> tuple[Episode, ...]:
    """All episodes of this installation, by id."""
    folders = (folder for folder in files(__name__).iterdir() if folder.joinpath("episode.toml").is_file())
    return tuple(_read(folder) for folder in sorted(folders, key=lambda folder: folder.name))


def episode(episode_id: str) -> Episode:
    """The episode of this id; UnknownEpisode names those that there are."""
    for known in shipped():
        if known.id == episode_id:
            return known
    names = ", ".join(known.id for known in shipped())
    raise UnknownEpisode(f"no episode is called {episode_id!r}; there are: {names}")


def folder_of(played: Episode) -> Traversable:
    """Where the episode's manifest and files lie."""
    return files(__name__).joinpath(played.id)


def _read(folder: Traversable) -> Episode:
    """The description of one folder; a folder whose name is not its id is a mistake of the release."""
    found = msgspec.toml.decode(folder.joinpath("episode.toml").read_bytes(), type=Episode)
    if found.id != folder.name:
        raise UnknownEpisode(f"services/episodes/{folder.name}/episode.toml says id = {found.id!r}: make them equal")
    return found


def _midnight(day: datetime.date) -> int:
    return int(datetime.datetime.combine(day, datetime.time(), tzinfo=datetime.UTC).timestamp())
