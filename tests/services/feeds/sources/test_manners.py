"""Promise: each source is asked no faster than it wants to be, whatever it answers."""

from itertools import pairwise

import httpx
import pytest

from tests.live import rig_of

BUDGET_S = {"portwatch": 4.0, "comtrade": 3.5, "federal_register": 1.0, "mofcom": 3.0, "gdacs": 1.0, "ecb": 1.0}


@pytest.mark.parametrize("name", BUDGET_S)
def test_requests_keep_the_distance_that_the_source_wants(name: str) -> None:
    """One token bucket a source, over several readings: so many requests take so long, and none overtakes."""
    rig = rig_of(name)
    rig.player.state = "more"
    times: list[int] = []
    plain = rig.web.rule

    def asked(request: httpx.Request) -> httpx.Response:
        times.append(rig.time.now_ms())
        return plain(request)

    rig.web.rule = asked
    cursor = ""
    for _ in range(3):
        cursor = rig.feed.poll(cursor).cursor
    gaps = [after - before for before, after in pairwise(times)]
    assert gaps
    assert min(gaps) >= BUDGET_S[name] * 1_000
