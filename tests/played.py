"""A store in which a recorded episode was played to its end, for tests of what people do with it afterwards."""

from pathlib import Path

from services.clock import StoredClock, SystemClock
from services.configuration import load
from services.episodes import episode
from services.playing import AtOnce, Player, as_played
from services.sources import read_episode
from services.wiring import Deployment, archive_of, claim, hub_of, knowledge_of, open_store


def played_in(directory: Path, name: str = "gallium-germanium-2023") -> str:
    """Play an episode into `directory`: the store's address. Its messages lie in the outbox beside it."""
    url = f"sqlite:///{directory}/twinbell.db"
    configuration = as_played(load(None, directory))
    database = open_store(url, create=True, durable=False)
    story = episode(name)
    claim(database, Deployment(episode=story.id, configuration=""))
    known = knowledge_of(configuration)
    hub = hub_of(configuration, known, database, directory / "outbox")
    hub.store(read_episode(story, known.reference, archive_of(database).cursor))
    end = Player(hub, database, AtOnce()).play(story, archive_of(database).batches)
    StoredClock(database, SystemClock()).run_on(end, 0)
    database.dispose()
    return url
