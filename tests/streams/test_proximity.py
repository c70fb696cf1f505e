"""Promise: what lies near a position is found by distance on the globe, with the groups that it concerns."""

import pytest

from streams.proximity import distance_km, groups_near, near
from streams.reference import packaged

REFERENCE = packaged()
BAYAN_OBO = (41.76, 109.95)


def test_distance_is_that_of_the_globe() -> None:
    """Known distances, the short way over the date line, and a pole, to a tenth of a percent."""
    assert distance_km((0.0, 0.0), (0.0, 90.0)) == pytest.approx(10_007.6, rel=1e-3)
    assert distance_km((0.0, 179.5), (0.0, -179.5)) == pytest.approx(111.2, rel=1e-3)
    assert distance_km((90.0, 0.0), (90.0, 120.0)) == pytest.approx(0.0, abs=1e-6)
    assert distance_km((-1.0, 0.0), (-1.0, 180.0)) == pytest.approx(19_793, rel=1e-3)


def test_the_nearest_comes_first_and_nothing_beyond_the_distance() -> None:
    """A hazard on top of a mine names that mine first; the distance asked for is kept."""
    found = near(REFERENCE, BAYAN_OBO, 200.0)
    assert found[0].place_id == "bayan_obo"
    assert found[0].share_is_own
    assert [one.distance_km for one in found] == sorted(one.distance_km for one in found)
    assert all(one.distance_km <= 200.0 for one in found)


def test_groups_are_those_of_nodes_and_of_ports_with_a_role() -> None:
    """A mine gives its supply group, a port those of the minerals that it handles, the open ocean none."""
    assert groups_near(REFERENCE, BAYAN_OBO, 50.0) == ("rare_earths",)
    port = REFERENCE.places["CNTXG"]
    assert {"rare_earths", "magnesium"} <= set(groups_near(REFERENCE, (port.lat, port.lon), 20.0))
    assert groups_near(REFERENCE, (-48.9, -123.4)) == ()
