"""Promise: customs figures come with few calls, uncut, in the series of the imported history; unreported is unknown."""

import msgspec
import pytest

from services.clock import iso_day
from services.errors import SourceFailed
from services.reasons import Reason
from streams.observations import Run
from tests.fakes.sources.comtrade import RECORDS, ComtradePlayer, record
from tests.fakes.web import always, reply
from tests.feeding import NOW, runs_of
from tests.live import LiveRig, rig_of

DAY = 86_400


def played(rig: LiveRig) -> ComtradePlayer:
    """The player of the rig."""
    assert isinstance(rig.player, ComtradePlayer)
    return rig.player


def all_runs(rig: LiveRig) -> dict[str, Run]:
    """The runs of the readings until there is no more."""
    cursor, found = "", {}
    while True:
        poll = rig.feed.poll(cursor)
        found |= runs_of(poll)
        cursor = poll.cursor
        if not poll.more:
            return found


def test_one_question_a_month_with_all_codes() -> None:
    """The preview takes one period: each month is one call, and no more than three are made at one reading."""
    rig = rig_of("comtrade", since="2026-03-01")
    poll = rig.feed.poll("")
    assert [q["period"] for q in played(rig).queries] == ["202603", "202604", "202605"]
    assert (poll.more, poll.done) == (True, (3, 7))
    assert all("250410" in q["cmdCode"] and q["path"] == "/public/v1/preview/C/M/HS" for q in played(rig).queries)


def test_figures_are_those_of_the_imported_history() -> None:
    """The ids are those of the kit's manifest; the world is a partner of its own; known 50 days after the month."""
    rig = rig_of("comtrade", since="2026-06-01")
    played(rig).months = {"202606": [record("250410", 0, 40_000.0, 90_000.0), record("250410", 392, 9_000.0, 2.0)]}
    runs = all_runs(rig)
    assert runs["quantity:graphite_natural:CHN:JPN:250410"].series.series_id.startswith("comtrade/exports:")
    world = runs["quantity:graphite_natural:CHN:WLD:250410"]
    assert (world.values, [iso_day(at) for at in world.known_at]) == ([40_000.0], ["2026-08-19"])


def test_a_weight_that_was_not_reported_is_unknown_and_a_pooled_code_is_for_reading() -> None:
    """0 beside a value is no zero; a code of several minerals can prove nothing about one of them."""
    rig = rig_of("comtrade")
    rig.player.state = "more"
    runs = {i: run for i, run in all_runs(rig).items() if ":811292" in i}
    assert [run.values for i, run in runs.items() if i.startswith("value")] == [[500.0]]
    assert all(run.series.pooled and run.series.partial for run in runs.values())
    assert not [i for i in runs if i.startswith("quantity")]  # unknown from its first month on: no figure yet


def test_an_answer_that_is_cut_is_asked_for_in_halves() -> None:
    """Five hundred records is the limit: the codes are divided until each answer is whole."""
    rig = rig_of("comtrade", since="2026-08-01")
    codes = rig.feed.source.manifest({}).tables["codes"]
    full = [record(code, partner, 1.0, 1.0) for code in codes for partner in (0, 842, 392, 410, 276, 528, 699) * 2]
    played(rig).months = {"202608": full}
    poll = rig.feed.poll("")
    asked = [q for q in played(rig).queries if q["period"] == "202608"]
    assert len(asked) > 2
    assert poll.read >= len(full)


def test_the_answer_may_be_wrapped_or_bare() -> None:
    """Whether the records stand in `data` is unverified: both are read."""
    rig = rig_of("comtrade")
    played(rig).bare = True
    assert "value:graphite_natural:CHN:JPN:250410" in all_runs(rig)


def test_newest_months_are_asked_for_in_turn() -> None:
    """Once the past is read, three calls a day go round the last seven months: late reports and revisions are seen."""
    rig = rig_of("comtrade")
    cursor = rig.feed.poll("").cursor
    asked: set[str] = set()
    for day in range(1, 8):
        rig.now = NOW + day * DAY
        before = len(played(rig).queries)
        cursor = rig.feed.poll(cursor).cursor
        new = [q["period"] for q in played(rig).queries[before:]]
        assert len(new) <= 3
        asked |= set(new)
    assert asked == {f"20260{month}" for month in range(3, 10)}


def test_a_partner_that_is_absent_from_a_month_is_unknown() -> None:
    """Japan stands in one month and not in the next, which has the world: no figure there, and no zero."""
    player = ComtradePlayer()
    player.months = {"202607": RECORDS, "202608": RECORDS[:1]}
    poll = rig_of("comtrade", player, "2026-07-01").feed.poll("")
    found: dict[str, list[float | None]] = {}
    for run in (run for batch in poll.batches for run in batch.runs):
        found.setdefault(run.series.series_id.partition(":")[2], []).extend(run.values)
    assert found["quantity:graphite_natural:CHN:WLD:250410"] == [40_000.0, 40_000.0]
    assert found["quantity:graphite_natural:CHN:JPN:250410"] == [9_000.0]


def test_with_a_key_the_other_path_is_asked_and_the_key_stands_in_a_header() -> None:
    """The key is in no address; without the limit of the preview an answer of more than 500 records is whole."""
    rig = rig_of("comtrade", since="2026-08-01", key="s3cret")
    records = [record("250410", partner, 1.0, 1.0) for partner in (0, 842, 392, 410, 276, 528, 699) * 80]
    played(rig).months = {"202608": records}
    rig.feed.poll("")
    asked = [q for q in played(rig).queries if q["period"] == "202608"]
    assert [(q["path"], q["key"]) for q in asked] == [("/data/v1/get/C/M/HS", "s3cret")]
    assert all("s3cret" not in str(request.url) for request in rig.web.asked)


def test_a_question_is_never_longer_than_the_service_takes() -> None:
    """4,096 characters of address, with every code of the reference data in it."""
    rig = rig_of("comtrade")
    rig.feed.poll("")
    assert max(len(str(request.url)) for request in rig.web.asked) <= 4_096


@pytest.mark.parametrize("told", ["quota exceeded", {"code": 1}])
def test_an_error_beside_an_empty_list_is_no_month_without_trade(told: object) -> None:
    """Status 200, no data and a text in `error`: a failure, and the month is asked for again."""
    rig = rig_of("comtrade")
    rig.web.rule = always(msgspec.json.encode({"count": 0, "data": [], "error": told}))
    with pytest.raises(SourceFailed) as failed:
        rig.feed.poll("")
    assert failed.value.reason is Reason.ERROR_IN_ANSWER


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_valid_question_that_fails_now_and_then_is_asked_again(status: int) -> None:
    """5xx on a good question is routine: the answer after it is read in the same reading."""
    rig = rig_of("comtrade", since="2026-08-01")
    plain, failures = rig.web.rule, iter([reply(status=status)])
    rig.web.rule = lambda request: next(failures, None) or plain(request)
    assert "quantity:graphite_natural:CHN:JPN:250410" in all_runs(rig)


def test_five_times_429_in_a_row_and_it_is_left_alone() -> None:
    """The fifth opens the breaker for hours: nothing is asked until then."""
    rig = rig_of("comtrade")
    rig.web.rule = always(status=429)
    reasons = []
    for _ in range(3):
        with pytest.raises(SourceFailed) as failed:
            rig.feed.poll("")
        reasons.append(failed.value.reason)
    assert (reasons, len(rig.web.asked)) == ([Reason.THROTTLED, Reason.THROTTLED, Reason.BREAKER_OPEN], 5)


def test_parts_of_a_total_and_other_flows_are_left_out() -> None:
    """A row by transport, by second partner or of imports is no figure of its own; a null weight is unknown."""
    rig = rig_of("comtrade", since="2026-08-01")
    others = [{"motCode": 2100}, {"partner2Code": 36}, {"flowCode": "M"}]
    rows = [record("250410", 699, None, 7.0), *(record("250410", 699, 1.0, 1.0, **other) for other in others)]
    played(rig).months = {"202608": rows}
    runs = {name: run.values for name, run in all_runs(rig).items() if ":IND:" in name}
    assert runs == {"value:graphite_natural:CHN:IND:250410": [7.0]}
