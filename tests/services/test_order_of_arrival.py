"""One contract over three harnesses: whatever the order of arrival, what stands in the end is what the rows mean."""

from pathlib import Path

import pytest

from tests.arrivals import Distributed, Site, as_it_came, embedded, is_told, replayed
from tests.publications import delayed, in_order, random_feed

LAYOUTS = ((1, 1), (4, 2), (12, 3))
FEED = random_feed(1)
LATE = delayed(in_order(FEED), seed=1, late=6, days=30.0)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, dict[str, bytes]]:
    """One process in order, and what stands there in the end."""
    site = Site(tmp_path_factory.mktemp("arrival") / "one")
    return site, embedded(site, in_order(FEED))


def test_a_replay_comes_to_what_one_process_came_to(one: tuple[Site, dict[str, bytes]]) -> None:
    """The rows in order through the engine alone: the same bytes, and several alerts."""
    site, expected = one
    assert replayed(site, site.archive) == expected
    assert len(site.alerts()) > 1


def test_out_of_order_one_process_comes_to_the_same(one: tuple[Site, dict[str, bytes]], tmp_path: Path) -> None:
    """The same bytes in the end, though the order matters to who takes rows as they come; and they are told."""
    site, expected = one
    assert as_it_came(site, LATE) != as_it_came(site, in_order(FEED))
    late = Site(tmp_path / "late")
    assert embedded(late, LATE) == expected
    assert is_told(late.database, expected)


def test_out_of_order_feeder_and_workers_come_to_the_same(one: tuple[Site, dict[str, bytes]], tmp_path: Path) -> None:
    """The same bytes in the end."""
    assert Distributed(Site(tmp_path / "late"), 4, 2).run(LATE) == one[1]


@pytest.mark.parametrize(("partitions", "workers"), LAYOUTS)
def test_in_order_the_alerts_are_the_same(
    one: tuple[Site, dict[str, bytes]], partitions: int, workers: int, tmp_path: Path
) -> None:
    """Alerts, ids, levels and rings, whatever the layout."""
    many = Site(tmp_path / "many")
    assert Distributed(many, partitions, workers).run(in_order(FEED)) == one[1]
    assert many.alerts() == one[0].alerts()


@pytest.mark.parametrize("seed", range(2, 6))
def test_whatever_comes_late_what_stands_is_what_the_rows_mean(seed: int, tmp_path: Path) -> None:
    """Prices, ships, customs, acts and earthquakes, each late by up to a month: the bytes of a replay."""
    site = Site(tmp_path / "late")
    found = Distributed(site, 4, 2).run(delayed(in_order(random_feed(seed)), seed, late=12, days=30.0))
    assert found == replayed(site, site.archive)
    assert is_told(site.database, found)
