"""What comes late, by its kind: what was given out is taken back or held, whatever dies in between."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from alerts.states import JointState
from alerts.store import Store
from services.embedded import Hub
from services.feeds.base import Poll
from streams.observations import SECONDS_A_DAY
from streams.passing import passed
from streams.processors import Partition
from streams.silence import DETECTOR as SILENCE
from tests.arrivals import Distributed, Site, embedded, is_told, replayed
from tests.publications import BUSY, BUSY_DAYS, FIRST, QUIET_DAYS, Arriving, Publication, act, in_order, priced

METALS = ("tin", "nickel", "cobalt", "zinc", "lead", "copper")
WEEK_S = 7 * SECONDS_A_DAY
RISEN = range(QUIET_DAYS, QUIET_DAYS + 5)


def risen() -> list[Arriving]:
    """All metals rise together; what tin costs is known at once, what the others cost comes a week later."""
    quiet, tin = priced(METALS, range(QUIET_DAYS)), priced(METALS[:1], RISEN, 9.4)
    late = [Arriving(each.known_at + WEEK_S, each) for each in priced(METALS[1:], RISEN, 9.4)]
    return sorted([*in_order([*quiet, *tin]), *late], key=lambda each: each.at)


def joints(site: Site) -> list[JointState]:
    """The states of all alerts."""
    return [alert.joint for alert in Store(site.database).alerts()]


def polled(site: Site, hub: Hub, at: int, publications: Sequence[Publication]) -> bool:
    """One poll; whether anything was out of order."""
    evidence = tuple(piece for each in publications for piece in each.evidence)
    batches = tuple(batch for each in publications for batch in each.batches)
    return hub.take(at, Poll(feed="random", cursor="", polled_at=at, evidence=evidence, batches=batches))


def test_a_situation_of_which_nothing_is_left_is_cancelled_by_one_process(tmp_path: Path) -> None:
    """Tin rose alone, as it seemed, and its alert opened; it rose with the market."""
    site = Site(tmp_path / "one")
    found = embedded(site, risen())
    assert found == replayed(site, site.archive) == {}
    (alert,) = Store(site.database).alerts()
    assert (alert.joint, alert.cancelled_reason) == (JointState.CANCELLED, "source_revised")
    assert alert.assessment.void


def test_a_situation_of_which_nothing_is_left_is_cancelled_by_feeder_and_workers(tmp_path: Path) -> None:
    """The same over a log."""
    site = Site(tmp_path / "many")
    assert Distributed(site, 4, 2).run(risen()) == {}
    assert joints(site) == [JointState.CANCELLED]


def test_a_process_that_is_killed_before_a_memory_is_made_again_cancels_all_the_same(tmp_path: Path) -> None:
    """What came late is kept, the process dies, the next one begins."""
    site = Site(tmp_path / "killed")
    arriving = risen()
    first = [each.publication for each in arriving if each.at < BUSY + WEEK_S]
    polled(site, site.hub, BUSY, [each for each in first if each.known_at <= BUSY])
    polled(site, site.hub, BUSY + 5 * SECONDS_A_DAY, [each for each in first if each.known_at > BUSY])
    assert joints(site) == [JointState.RELEASED]
    end = BUSY + 12 * SECONDS_A_DAY
    assert polled(site, site.hub, end, [each.publication for each in arriving if each.at >= BUSY + WEEK_S])
    hub = site.begin()
    hub.rebuild(hub.to_rebuild(), end, lambda connection: None)
    assert joints(site) == [JointState.CANCELLED]
    assert hub.to_rebuild() == set()


@pytest.mark.parametrize(("after_s", "is_late"), [(3_600, False), (9 * SECONDS_A_DAY, True)])
def test_a_document_that_comes_after_a_midnight_is_out_of_order(after_s: int, is_late: bool, tmp_path: Path) -> None:
    """The day that it names has passed meanwhile: it is said as if the document had been there."""
    known_at = BUSY + 12 * 3_600
    document = act(1, "tin", known_at, known_at + 4 * SECONDS_A_DAY)
    quiet = in_order(priced(METALS, range(QUIET_DAYS)))
    in_time, late = Site(tmp_path / "in-time"), Site(tmp_path / "late")
    expected = embedded(in_time, [*quiet, Arriving(known_at, document)])
    assert expected
    assert embedded(late, [*quiet, Arriving(known_at + after_s, document)]) == expected
    assert is_told(late.database, expected)
    assert late.alerts() == in_time.alerts()
    again = Site(tmp_path / "again")
    assert polled(again, again.hub, known_at + after_s, [document]) is is_late


def test_a_memory_made_again_says_of_silences_what_is_news(tmp_path: Path) -> None:
    """Silences that were said are not said again; one that never was is taken back, and only that."""
    site = Site(tmp_path / "silent")
    silent = range(QUIET_DAYS - 60, QUIET_DAYS - 30)
    heard = [day for day in range(QUIET_DAYS) if day not in silent and day < QUIET_DAYS - 10]
    polled(site, site.hub, BUSY, [each for day in heard for each in priced(["tin"], range(day, day + 1))])
    end = BUSY + 20 * SECONDS_A_DAY
    rows = list(site.archive.batches(0, end, "tin"))
    partition = Partition(site.engine, "made-with")
    said = [s for batch in passed(rows, end) for s in partition.rebuild(batch).signals if s.detector == SILENCE]
    assert len(said) == 3, "silent, heard again, silent"
    again = partition.remake("tin", rows, end)
    assert (again.signals, again.assessments) == ((), ())
    newest = FIRST + (QUIET_DAYS + BUSY_DAYS) * SECONDS_A_DAY
    polled(site, site.hub, newest, priced(["tin"], range(QUIET_DAYS - 10, QUIET_DAYS + 18)))
    rows = list(site.archive.batches(0, end, "tin"))
    found = [(s.phase.value, s.subject) for s in partition.remake("tin", rows, end).signals if s.detector == SILENCE]
    assert found == [("cleared", "random/tin:lme_cash")]
