"""One contract over three harnesses: whatever the order of arrival, what stands in the end is what the rows mean."""

from pathlib import Path

import pytest

from tests.arrivals import Distributed, Site, as_it_came, delayed, embedded, in_order, random_feed, replayed

LAYOUTS = ((1, 1), (4, 2), (12, 3))
LATE = {"share": 0.02, "days": 9.0}


def test_final_assessments_are_those_of_the_rows_in_order(tmp_path: Path) -> None:
    """Replay, one process in order, and both harnesses out of order: the same bytes."""
    feed = random_feed(1)
    site = Site(tmp_path / "in-order")
    expected = embedded(site, in_order(feed))
    assert replayed(site) == expected
    assert len(site.alerts()) > 1
    late = delayed(feed, 1, **LATE)
    assert as_it_came(site, late) != as_it_came(site, in_order(feed)), "the order has to matter"
    assert embedded(Site(tmp_path / "late"), late) == expected
    assert Distributed(Site(tmp_path / "distributed"), 4, 2).run(late) == expected


@pytest.mark.parametrize(("partitions", "workers"), LAYOUTS)
def test_in_order_the_alerts_are_the_same(partitions: int, workers: int, tmp_path: Path) -> None:
    """Alerts, ids, levels and rings, whatever the layout."""
    feed = in_order(random_feed(partitions))
    one, many = Site(tmp_path / "one"), Site(tmp_path / "many")
    expected = embedded(one, feed)
    assert Distributed(many, partitions, workers).run(feed) == expected
    assert one.alerts()
    assert many.alerts() == one.alerts()
