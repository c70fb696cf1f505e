"""Where rows come from: the files of an episode, and the directories that a configuration names."""

from collections.abc import Callable
from importlib.resources import as_file
from pathlib import Path

from services.episodes import Episode, folder_of
from services.errors import BadManifest
from services.feeds.base import Poll
from services.feeds.documents import ReadDocument
from services.feeds.files import FileFeed
from services.feeds.manifest import Manifest, read_manifest
from services.settings import Configuration, seconds
from streams.notices.listings import with_listings
from streams.notices.reader import reader_over
from streams.reference import Reference


def read_episode(episode: Episode, reference: Reference, cursor: Callable[[str], str]) -> Poll:
    """Everything that an episode holds beyond the cursor of its feed: the first time all of it, then nothing.

    The time of reading is the end of the episode, so that reading it again gives the same evidence.
    """
    with as_file(folder_of(episode)) as folder:
        manifest = manifest_of(folder / "manifest.toml")
        feed = FileFeed(manifest, folder, reference, lambda: episode.ends_at, reader_of(reference))
        return feed.poll(cursor(feed.name))


def feeds_of(configuration: Configuration, reference: Reference, now: Callable[[], int]) -> list[tuple[FileFeed, int]]:
    """The feeds of a configuration, each with the seconds between two readings. Raises BadManifest."""
    read = reader_of(reference)
    found: list[tuple[FileFeed, int]] = []
    for entry in configuration.settings.feeds:
        manifest = manifest_of(configuration.path(entry.manifest))
        feed = FileFeed(manifest, configuration.path(entry.directory), reference, now, read)
        found.append((feed, seconds(entry.every)))
    names = [feed.name for feed, _ in found]
    for name in names:
        if names.count(name) > 1:
            raise BadManifest(
                f"{configuration.name}: two feeds have the name {name!r}: a cursor hangs on it, rename one"
            )
    return found


def reader_of(reference: Reference) -> ReadDocument:
    """What reads documents: the rules that ship, and the lists that name suppliers of the reference data."""
    return with_listings(reader_over(reference), reference)


def manifest_of(path: Path) -> Manifest:
    """The manifest in a file. Raises BadManifest naming the file."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise BadManifest(f"{path}: {problem.strerror}; docs/data.md shows how a manifest is written") from None
    return read_manifest(content, str(path))
