"""Promise: what was told of an event, and when, is kept and replayed; the same words again are no news."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from services.archive import Archive
from services.feeds.base import Evidence, Poll
from streams.codec import digest
from streams.observations import HazardObservation, ObservationBatch
from tests.feeding import NOW, archive_in_memory

Stored = tuple[Archive, sa.Engine]
HOUR = 3_600
QUAKE = HazardObservation(
    event_id="gdacs:EQ:1",
    feed="gdacs",
    kind="EQ",
    name="Earthquake in Japan",
    alert_level="Orange",
    severity=6.9,
    severity_unit="M",
    lat=35.0,
    lon=139.0,
    countries=("JPN",),
    occurred_at=NOW - 4 * HOUR,
    known_at=NOW - 3 * HOUR,
    evidence="",
    row=1,
)


@pytest.fixture
def stored() -> Iterator[Stored]:
    """An empty archive."""
    with archive_in_memory() as made:
        yield made


def poll_of(
    hazard: HazardObservation, content: bytes, polled_at: int = NOW, groups: tuple[str, ...] = ("zinc",)
) -> Poll:
    """A poll whose one answer tells of one event."""
    told = replace(hazard, evidence=digest(content))
    piece = Evidence(
        sha256=told.evidence,
        origin="https://feed.example/events",
        fetched_at=polled_at,
        media_type="application/json",
        content=content,
        headers=(("etag", '"1"'),),
        parser="gdacs/events",
        version="v1",
    )
    return Poll(
        feed="gdacs",
        cursor="c",
        polled_at=polled_at,
        evidence=(piece,),
        batches=tuple(ObservationBatch(group=group, feed="gdacs", hazards=[told]) for group in groups),
        content_at=told.known_at,
    )


def keep(stored: Stored, poll: Poll) -> list[ObservationBatch]:
    """Keep a poll in a transaction of its own."""
    with stored[1].begin() as connection:
        return stored[0].keep(connection, poll)


def told(stored: Stored) -> list[tuple[int, str, str]]:
    """What a replay of everything tells: when, to which group, at which level of the source."""
    return [(at, b.group, h.alert_level) for at, b in stored[0].batches(0, NOW * 2) for h in b.hazards]


def test_an_event_reaches_each_group_once_and_a_replay_gives_the_same(stored: Stored) -> None:
    """One batch for each group concerned; told again in the same words, from other bytes, it is no news."""
    fresh = keep(stored, poll_of(QUAKE, b"first", groups=("zinc", "tin")))
    assert [(batch.group, batch.hazards[0].event_id) for batch in fresh] == [
        ("tin", QUAKE.event_id),
        ("zinc", QUAKE.event_id),
    ]
    assert [batch for _, batch in stored[0].batches(0, NOW)] == fresh
    assert keep(stored, poll_of(replace(QUAKE, row=7, known_at=NOW), b"second", NOW + HOUR)) == []
    assert stored[0].groups() == ("tin", "zinc")


def test_an_event_told_anew_is_another_observation_known_later(stored: Stored) -> None:
    """A level that rises comes as a vintage of the event, at the latest when it was read; the first stays."""
    keep(stored, poll_of(QUAKE, b"first"))
    keep(stored, poll_of(replace(QUAKE, alert_level="Red"), b"second", NOW + HOUR))
    assert told(stored) == [(NOW - 3 * HOUR, "zinc", "Orange"), (NOW + HOUR, "zinc", "Red")]


def test_bytes_that_were_stored_before_say_nothing_newer(stored: Stored) -> None:
    """Reading old evidence again does not take an event back to what was told of it once."""
    keep(stored, poll_of(QUAKE, b"first"))
    keep(stored, poll_of(replace(QUAKE, alert_level="Red", known_at=NOW), b"second"))
    assert keep(stored, poll_of(QUAKE, b"first", NOW + HOUR)) == []
    assert keep(stored, poll_of(replace(QUAKE, name="Quake"), b"first", NOW + HOUR)) == []
    assert len(told(stored)) == 2


def test_evidence_keeps_the_headers_and_who_read_it(stored: Stored) -> None:
    """The answer's headers and the parser with its version stand with the bytes; the version read last is the one."""
    keep(stored, poll_of(QUAKE, b"first"))
    first = stored[0].evidence(digest(b"first"))
    assert (first.headers, first.parser, first.version) == ((("etag", '"1"'),), "gdacs/events", "v1")
    again = poll_of(QUAKE, b"first")
    keep(stored, replace(again, evidence=(replace(again.evidence[0], version="v2"),)))
    assert stored[0].evidence(digest(b"first")).version == "v2"
