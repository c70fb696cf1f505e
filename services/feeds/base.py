"""The seam between the outside and observations: `Feed.poll(cursor) -> Poll`.

A feed is one file with one class, named in `services/feeds/__init__.py`. It is then held to
`tests/conformance/test_feeds.py`: polling twice gives the same ids; empty and malformed input end in the stated way;
the cursor never moves back; times carry a zone.
"""

from typing import Protocol

import msgspec

from streams.observations import ObservationBatch
from streams.reasons import Reason


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes as read, before parsing. `origin` is a file name or an address without its secrets.

    `headers` are those of the answer that bear on what was read; `parser` and `version` say what made rows of it, so
    that another version can read it again.
    """

    sha256: str
    origin: str
    fetched_at: int
    media_type: str
    content: bytes
    headers: tuple[tuple[str, str], ...] = ()
    parser: str = ""  # manifest and entry: portwatch/chokepoints
    version: str = ""


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be used: where it stood, why, what to do, and its bytes."""

    feed: str
    origin: str
    row: int
    reason: Reason
    detail: str
    content: bytes


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """What one poll brought. `cursor` is opaque, for the next poll; `content_at` is the newest known_at.

    `unread` names why reading stopped before its end; what was brought before stands.
    """

    feed: str
    cursor: str
    polled_at: int
    evidence: tuple[Evidence, ...] = ()
    batches: tuple[ObservationBatch, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()
    read: int = 0  # rows read
    not_relevant: int = 0  # documents read that are no act on a mineral
    content_at: int | None = None
    notes: tuple[str, ...] = ()  # for the operator: absent file, nothing new
    unread: str = ""
    more: bool = False  # the source has more at once: poll again
    done: tuple[int, int] = (0, 0)  # windows of a longer way that were read, and of how many


class Feed(Protocol):
    """One outside source and how to read it."""

    name: str

    def poll(self, cursor: str) -> Poll:
        """Everything new since `cursor` ("" the first time). Raises FeedError when the source cannot be read at all."""
