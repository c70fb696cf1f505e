"""The store's clock: kept in the store, the same in every process, never ahead of its episode."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from services.clock import DeploymentClock, Mapping, StoredClock, SystemClock, at_local, iso_day, iso_time
from services.database import migrate, open_engine
from tests.fakes.clock import FakeTime

NOW = 1_800_000_000
EPISODE = 1_688_342_400  # 3 July 2023, 00:00 UTC


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty store."""
    engine = open_engine(f"sqlite:///{tmp_path}/clock.db", durable=False)
    migrate(engine)
    yield engine
    engine.dispose()


def test_a_second_is_a_minute(database: sa.Engine) -> None:
    """While a person watches, sixty store seconds pass in a real one; a second process sees the same time."""
    real = FakeTime(NOW)
    clock = StoredClock(database, real)
    clock.run_on(EPISODE, 60)
    real.wait(2.5)
    assert clock.now() == EPISODE + 150
    assert StoredClock(database, real).now() == EPISODE + 150


def test_the_clock_does_not_outrun_its_episode(database: sa.Engine) -> None:
    """However long a killed play lies still, the store's time stays before what it has not read."""
    real = FakeTime(NOW)
    clock = StoredClock(database, real)
    clock.run_on(EPISODE, 60, limit=EPISODE + 120)
    real.wait(1_000_000)
    assert clock.now() == EPISODE + 120


def test_days_stand_still_while_they_jump(database: sa.Engine) -> None:
    """With rate 0 a command stamps with the moment to which the play has jumped."""
    real = FakeTime(NOW)
    clock = StoredClock(database, real)
    clock.run_on(EPISODE, 0)
    real.wait(60)
    assert clock.now() == EPISODE


def test_after_the_last_row_it_is_real_time(database: sa.Engine) -> None:
    """One second is one second from the end on, and ending twice does not turn the clock back."""
    real = FakeTime(NOW)
    clock = StoredClock(database, real)
    clock.run_on(EPISODE, 60, limit=EPISODE + 60)
    clock.end_play(EPISODE + 60)
    real.wait(10)
    clock.end_play(EPISODE + 60)
    assert clock.now() == EPISODE + 70


def test_a_store_without_an_episode_has_the_machines_clock(database: sa.Engine) -> None:
    """Feeds that are followed are stamped with real time, a played episode with its own."""
    clock = DeploymentClock(database, FakeTime(NOW))
    assert clock.now() == NOW
    StoredClock(database, FakeTime(NOW)).run_on(EPISODE, 0)
    assert clock.now() == EPISODE


def test_a_store_without_a_clock_says_so(database: sa.Engine) -> None:
    """Asking for the time of a store that has none is an error, not zero."""
    with pytest.raises(LookupError, match="no clock of its own"):
        StoredClock(database, FakeTime(NOW)).now()


@given(
    rate=st.integers(0, 3_600),
    passed=st.lists(st.integers(-5_000, 50_000), min_size=1, max_size=20),
    limit=st.none() | st.integers(-10, 10_000),
)
def test_the_clock_never_turns_back_below_its_anchor(rate: int, passed: list[int], limit: int | None) -> None:
    """Whatever the machine's clock does, the store's time is at least its anchor, at most its limit, and ordered."""
    mapping = Mapping(
        anchor_real_ms=NOW * 1_000, anchor_store=EPISODE, rate=rate, limit=None if limit is None else EPISODE + limit
    )
    times = [mapping.at(NOW * 1_000 + each) for each in sorted(passed)]
    assert times == sorted(times)
    assert times[0] >= EPISODE
    if limit is not None:
        assert times[-1] <= EPISODE + max(0, limit)


def test_the_machines_clock_runs() -> None:
    """Milliseconds and seconds are of one clock, and waiting for nothing returns."""
    clock = SystemClock()
    before = clock.now_ms()
    clock.wait(0)
    clock.wait(-1)
    assert before <= clock.now_ms()
    assert abs(clock.now() - clock.now_ms() // 1_000) <= 1


def test_moments_in_words() -> None:
    """UTC for the record, wall time for the sides."""
    assert iso_time(EPISODE) == "2023-07-03T00:00:00Z"
    assert iso_day(EPISODE + 86_399) == "2023-07-03"
    assert at_local(EPISODE, "Asia/Tokyo").isoformat() == "2023-07-03T09:00:00+09:00"
    assert at_local(EPISODE, "America/New_York").isoformat() == "2023-07-02T20:00:00-04:00"
