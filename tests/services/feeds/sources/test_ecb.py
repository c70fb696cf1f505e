"""Promise: exchange rates are read as published: no rate on a day off, the history once, the same series from both."""

from services.clock import iso_day
from tests.fakes.sources.ecb import EcbPlayer
from tests.feeding import NOW, archive_in_memory
from tests.live import LiveRig, rig_of

DAY = 86_400


def rates(rig: LiveRig, currency: str, cursor: str = "") -> dict[str, float | None]:
    """The rates of a currency that the list brings."""
    poll = rig.feed.poll(cursor)
    listed = [run for batch in poll.batches for run in batch.runs if run.evidence == poll.evidence[-1].sha256]
    (run,) = [run for run in listed if run.series.series_id.endswith(f":EUR/{currency}")]
    return dict(zip(map(iso_day, run.occurred_at), run.values, strict=True))


def test_a_day_without_a_rate_has_no_figure() -> None:
    """A Sunday and a currency that was left out bring nothing: not the rate of the day before, not zero."""
    rig = rig_of("ecb")
    rig.player.state = "more"
    assert rates(rig, "USD") == {"2026-09-17": 1.1, "2026-09-18": 1.12, "2026-09-21": 1.13}
    assert rates(rig, "JPY") == {"2026-09-17": 160.5, "2026-09-21": 161.0}


def test_the_history_is_fetched_once_and_again_after_a_long_silence() -> None:
    """The zip first, then the list of ninety days only, until a machine was off for longer than that."""
    player = EcbPlayer()
    player.history = {"1999-01-04": {"USD": "1.1789", "JPY": "133.73"}}
    rig = rig_of("ecb", player)
    first = rig.feed.poll("")
    assert [path.rsplit("-", 1)[-1] for path in player.asked] == ["hist.zip", "90d.xml"]
    assert min(min(run.occurred_at) for batch in first.batches for run in batch.runs) == 915408000
    rig.now = NOW + 30 * DAY
    second = rig.feed.poll(first.cursor)
    assert [path.rsplit("-", 1)[-1] for path in player.asked[2:]] == ["90d.xml"]
    rig.now = NOW + 130 * DAY
    rig.feed.poll(second.cursor)
    assert [path.rsplit("-", 1)[-1] for path in player.asked[3:]] == ["hist.zip", "90d.xml"]


def test_both_files_are_the_same_series_and_no_detector_sees_them() -> None:
    """A rate that stands in both is kept once; it is context for prices, and no group wakes up for it."""
    rig = rig_of("ecb")
    poll = rig.feed.poll("")
    assert len(poll.evidence) == 2
    with archive_in_memory() as (archive, database):
        with database.begin() as connection:
            assert archive.keep(connection, poll) == []
        run = archive.as_known_at("ecb/rates:exchange_rate:EUR/USD", NOW)
        assert (run.values, run.series.unit, run.series.partial) == ([1.1, 1.12], "USD/EUR", True)
        assert archive.groups() == ()


def test_a_currency_without_a_rate_in_the_history_has_no_figure() -> None:
    """N/A in the zip, where the newest day stands first: neither zero nor the rate before it, and days in order."""
    player = EcbPlayer()
    player.history = {"2026-09-15": {"USD": "1.08", "JPY": "160"}, "2026-09-16": {"USD": "1.09"}}
    poll = rig_of("ecb", player).feed.poll("")
    history = {
        run.series.market: dict(zip(map(iso_day, run.occurred_at), run.values, strict=True))
        for batch in poll.batches
        for run in batch.runs
        if run.evidence == poll.evidence[0].sha256
    }
    known = {day: rate for day, rate in history["EUR/JPY"].items() if rate is not None}
    assert list(history["EUR/USD"]) == ["2026-09-15", "2026-09-16", "2026-09-17", "2026-09-18"]
    assert known == {"2026-09-15": 160.0, "2026-09-17": 160.5}


def test_a_rate_is_known_when_it_is_published_and_not_before() -> None:
    """About 16:00 in Frankfurt of its day: an imported history may not know it in the morning."""
    poll = rig_of("ecb").feed.poll("")
    times = [pair for b in poll.batches for run in b.runs for pair in zip(run.occurred_at, run.known_at, strict=True)]
    assert times
    assert all(known_at >= occurred_at + 15 * 3_600 or known_at == NOW for occurred_at, known_at in times)
