"""The groups of one partition: a crash repeats work under the same ids and loses nothing."""

from pathlib import Path

import pytest

from services.episodes import episode, folder_of
from services.feeds.files import FileFeed
from services.sources import manifest_of
from streams import reference, thresholds
from streams.assessments import Assessment
from streams.engine import Engine
from streams.gathering import gathered
from streams.notices.reader import packaged_reader
from streams.observations import ObservationBatch
from streams.processors import Partition
from tests.feeding import archive_in_memory

ENGINE = Engine(thresholds.packaged(), reference.packaged(), ("USA", "JPN"))


@pytest.fixture(scope="module")
def records() -> list[tuple[ObservationBatch, bool]]:
    """The Suez episode as a feeder publishes it: full batches, then one that settles."""
    found = episode("suez-2021")
    folder = Path(str(folder_of(found)))
    feed = FileFeed(
        manifest_of(folder / "manifest.toml"),
        folder,
        reference.packaged(),
        lambda: found.ends_at,
        packaged_reader().read,
    )
    with archive_in_memory() as (archive, database), database.begin() as connection:
        fresh = archive.keep(connection, feed.poll(""))
    batches = [(batch, False) for batch in gathered(fresh, most=100)]
    settling = ObservationBatch(group=batches[0][0].group, feed="", tick_at=found.ends_at)
    return [*batches, (settling, True)]


def partition() -> Partition:
    """An empty one."""
    return Partition(ENGINE, "made-with")


def played(records: list[tuple[ObservationBatch, bool]], kills: set[int]) -> tuple[set[str], list[Assessment]]:
    """Ids of the signals and the assessments given out when the process dies after each record in `kills`.

    It dies before its snapshot: what came since the last one is read again.
    """
    own, saved, safe = partition(), [], 0
    signals: set[str] = set()
    given_out: list[Assessment] = []
    at = 0
    while at < len(records):
        batch, settles = records[at]
        given = own.apply(batch, at, settles)
        signals |= {signal.signal_id for signal in given.signals}
        given_out += given.assessments
        at += 1
        if at - 1 in kills:
            kills = kills - {at - 1}
            own = partition()
            own.restore(saved)
            at = safe
        elif at % 3 == 0:
            saved = [*saved, *own.unsaved()]
            safe = at
    return signals, given_out


def test_a_record_that_the_state_holds_is_applied_once(records: list[tuple[ObservationBatch, bool]]) -> None:
    """Read again from the beginning after a snapshot, the same records give nothing and change nothing."""
    own = partition()
    for at, (batch, settles) in enumerate(records):
        own.apply(batch, at, settles)
    before = [state.state for state in own.unsaved()]
    again = [own.apply(batch, at, settles) for at, (batch, settles) in enumerate(records)]
    own.touch()
    assert not any(given.signals or given.assessments for given in again)
    assert [state.state for state in own.unsaved()] == before


def test_killed_anywhere_the_same_is_found(records: list[tuple[ObservationBatch, bool]]) -> None:
    """One death after any record: the same signals under the same ids, and the same last assessments."""
    signals, assessments = played(records, set())
    assert signals
    assert assessments
    for kill in range(len(records)):
        again, found = played(records, {kill})
        assert again == signals
        assert found[-1] == assessments[-1]


def test_what_holds_is_given_out_when_a_record_settles(records: list[tuple[ObservationBatch, bool]]) -> None:
    """Nobody is told of a moment in the middle of the past: assessments leave with the last record of a poll."""
    own = partition()
    for at, (batch, settles) in enumerate(records[:-1]):
        assert not own.apply(batch, at, settles).assessments
    assert own.apply(records[-1][0], len(records) - 1, True).assessments


def test_the_snapshot_that_has_read_farthest_counts(records: list[tuple[ObservationBatch, bool]]) -> None:
    """A worker that was replaced and wrote its old state last does not take the newer one away."""
    own = partition()
    own.apply(records[0][0], 0, False)
    old = list(own.unsaved())
    for at, (batch, settles) in enumerate(records[1:], 1):
        own.apply(batch, at, settles)
    new = list(own.unsaved())
    restored = partition()
    restored.restore([*new, *old])
    assert [state.applied for state in restored.unsaved()] == [len(records)]


def test_a_state_made_with_other_thresholds_is_none(records: list[tuple[ObservationBatch, bool]]) -> None:
    """What other thresholds made is not mixed with these: the group counts as lost and is made again."""
    own = partition()
    own.apply(records[0][0], 0, False)
    other = Partition(ENGINE, "made-with-others")
    other.restore(own.unsaved())
    assert not other.groups
