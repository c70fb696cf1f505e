"""The seam of live sources: what one says of itself, and `Source.read(asking) -> steps`, each step a few answers.

A source is one file with one class, named in `services/feeds/sources/__init__.py`. `services.feeds.live.LiveFeed` makes
a feed of it, which is then held to the conformance suite of feeds. A source only asks: what its answers mean stands in
its manifest, so that stored bytes can be read again.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Protocol

import msgspec

from services.clock import iso_day
from services.errors import SourceFailed
from services.feeds.manifest import Manifest
from services.feeds.sources.marks import Mark, mark_key
from services.http_client import Answer, Ask, Client, Manners
from services.reasons import Reason
from streams.reference import Reference


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a source is: for the list that people read, and for the client that asks it."""

    name: str
    title: str
    publisher: str
    licence: str
    page: str  # where a person reads about it
    places: tuple[str, ...]  # scheme and host of each address it may be asked at; the first is its base
    every: str  # time between two readings
    history_days: int  # how far back the first reading goes
    stale_days: int | None = None
    """Content older than this stands still. Only for what no detector counts in series: None, as the cadence of the
    source's series has it (`assess.stale_days` of the thresholds)."""
    manners: Manners = Manners()
    key_header: str = ""  # where a key goes
    needs_key: bool = False
    may_be_handed_on: bool = False  # its licence lets `twinbell data fetch` give the history to anybody


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Answers that are read together by one entry of the manifest, and where the mark stands once they were."""

    entry: str
    answers: tuple[Answer, ...]
    mark: Mark | None = None  # None: it stays
    done: tuple[int, int] = (0, 0)  # windows of a longer way, and of how many


class Asking:
    """One reading of a source: its client, the time, the mark of the last reading, and what is to be said."""

    def __init__(self, client: Client, mark: Mark, now: int, base: str) -> None:
        self._client = client
        self.mark, self.now, self.base = mark, now, base
        self.notes: list[str] = []
        self.more = False  # there is more at once

    def fetch(self, ask: Ask, fault: Callable[[bytes], str] | None = None) -> Answer:
        """The answer; unchanged where the source says that it is what it was. Raises SourceFailed.

        `fault` says what is wrong with a body that came with status 200, or nothing.
        """
        known = self.mark.seen.get(mark_key(ask.url))
        validators = {"etag": known.etag, "last-modified": known.modified} if known else {}
        return self._client.fetch(ask, validators, fault)

    @property
    def has_key(self) -> bool:
        """Whether the source is asked with a key."""
        return self._client.has_key

    def allows(self, address: str) -> bool:
        """Whether a link that was found may be followed."""
        return self._client.allows(address)

    def failure(self, reason: Reason, detail: str) -> SourceFailed:
        """A failure of this source."""
        return self._client.failure(reason, detail)

    def note(self, text: str) -> None:
        """Something for the operator."""
        self.notes.append(text)

    @property
    def today(self) -> str:
        """The UTC day."""
        return iso_day(self.now)


class Source(Protocol):
    """One live source. `since` is the ISO day from which its past is wanted."""

    about: ClassVar[About]

    def __init__(self, reference: Reference, since: str) -> None: ...

    def manifest(self, names: Mapping[str, str]) -> Manifest:
        """How its answers are read; `names` is what was found out by asking."""

    def read(self, asking: Asking) -> Iterator[Step]:
        """Ask. Steps that were given before a SourceFailed is raised are kept."""
