"""What only the record can say at a scrape: what is owed, how old feeds are, whether the store answers."""

from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from prometheus_client import generate_latest

from alerts import tables as alert_tables
from alerts.operators import Alarm
from alerts.participants import Directory, Role
from services import tables
from services.configuration import load
from services.dispatcher.operators import Operators
from services.feed_clocks import FeedClocks
from services.http_client import Standing
from services.measuring import Metrics
from services.metrics import Process
from services.stored_metrics import Measured, StoredMetrics, measure
from services.wiring import surroundings_of
from streams.reference import packaged
from tests.alerting import HOUR, MINUTE, START, TWO, assessment
from tests.bell import Bell


class Scraped:
    """A bell whose store is measured at each scrape, on the bell's clock."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.metrics = Metrics(Process.DISPATCH)
        measured = Measured(directory=TWO, budgets_s={"pink_sheet": 45 * 86_400, "desk": None})
        measure(self.metrics, self.bell.engine, self, measured)

    def now(self) -> int:
        """The bell's time."""
        return self.bell.now

    def value(self, line: str) -> float | None:
        """What Prometheus would read for this series, or None."""
        text = generate_latest(self.metrics.registry).decode().splitlines()
        return next((float(each.rsplit(" ", 1)[1]) for each in text if each.startswith(f"{line} ")), None)


@pytest.fixture
def scraped() -> Scraped:
    """A store with one alert that has just been taken in."""
    made = Scraped()
    made.bell.take(assessment())
    return made


def test_what_is_due_and_has_not_left(scraped: Scraped) -> None:
    """Deliveries that nobody sends are counted by side and channel, with the age of the oldest; sent ones are not."""
    lane = '{channel="pagerduty",participant="JPN"}'
    scraped.bell.now = START + 3 * MINUTE
    assert scraped.value(f"twinbell_outbox_deliveries{lane}") == 1
    assert scraped.value(f"twinbell_outbox_age_seconds{lane}") == 3 * MINUTE
    scraped.bell.settle()
    assert scraped.value(f"twinbell_outbox_deliveries{lane}") == 0
    assert scraped.value(f"twinbell_outbox_age_seconds{lane}") == 0


def test_what_operators_are_owed_counts_too(scraped: Scraped) -> None:
    """A page about Twinbell that nobody can send is as overdue as a ring."""
    lane = '{channel="email",participant="JPN"}'
    scraped.bell.settle()
    alarm = Alarm(
        spell="s", rule="R", is_over=False, wakes=True, since=START, at=START, summaries={"en": "x", "ja": "x"}
    )
    operator = msgspec.structs.replace(TWO.participant("JPN").people[0], roles=(Role.OPERATOR,))
    side = msgspec.structs.replace(TWO.participant("JPN"), people=(operator,), operator_channels=("email",))
    surroundings = msgspec.structs.replace(
        surroundings_of(load(None, Path()), packaged()), directory=Directory(participants=(side,))
    )
    Operators(scraped.bell.engine, {}, surroundings, scraped.bell.timers).alarm([alarm])
    scraped.bell.now = START + 3 * MINUTE
    assert scraped.value(f"twinbell_outbox_deliveries{lane}") == 1
    assert scraped.value(f"twinbell_outbox_age_seconds{lane}") == 3 * MINUTE


def test_who_was_not_reached_and_who_has_not_answered(scraped: Scraped) -> None:
    """A side that had no message a minute after the opening is unreached; one that had it and is silent, unanswered."""
    assert scraped.value('twinbell_unreached_alerts{level="warning",participant="JPN"}') == 0
    scraped.bell.now = START + 2 * MINUTE
    assert scraped.value('twinbell_unreached_alerts{level="warning",participant="JPN"}') == 1
    scraped.bell.settle()
    assert scraped.value('twinbell_unreached_alerts{level="warning",participant="JPN"}') == 0
    assert scraped.value('twinbell_unanswered_alerts{level="warning",participant="JPN"}') == 1
    scraped.bell.acknowledge("jpn-duty", scraped.bell.store.open_alerts()[0].alert_id)
    assert scraped.value('twinbell_unanswered_alerts{level="warning",participant="JPN"}') == 0
    assert scraped.value('twinbell_unanswered_alerts{level="warning",participant="USA"}') == 1
    assert scraped.value('twinbell_open_alerts{level="warning"}') == 1


def test_the_clocks_of_the_feeds_are_those_of_the_store(scraped: Scraped) -> None:
    """Age, budget and the last reading of each feed, whichever process read it; one without a promise has no budget."""
    with scraped.bell.engine.begin() as connection:
        row = {"feed": "pink_sheet", "cursor": "", "polled_at": START - HOUR, "content_at": START - 24 * HOUR}
        connection.execute(sa.insert(tables.cursors).values(row))
    clocks = FeedClocks(scraped.bell.engine)
    clocks.tried("pink_sheet", START - HOUR, Standing(), "", "")
    assert scraped.value('twinbell_content_age_seconds{feed="pink_sheet"}') == 24 * HOUR
    assert scraped.value('twinbell_content_budget_seconds{feed="pink_sheet"}') == 45 * 86_400
    assert scraped.value('twinbell_fetch_age_seconds{feed="pink_sheet"}') == HOUR
    assert scraped.value('twinbell_feed_reached{feed="pink_sheet"}') == 1
    clocks.tried("pink_sheet", START, Standing(), "timed_out", "no answer")
    assert scraped.value('twinbell_feed_reached{feed="pink_sheet"}') == 0
    assert scraped.value('twinbell_fetch_age_seconds{feed="pink_sheet"}') == HOUR
    assert scraped.value('twinbell_content_budget_seconds{feed="desk"}') is None


def test_a_store_that_does_not_answer_is_seen(scraped: Scraped) -> None:
    """The scrape goes on and says so; what the store said before is not repeated as if it still held."""
    assert scraped.value("twinbell_store_reached") == 1
    with scraped.bell.engine.begin() as connection:
        alert_tables.tracks.drop(connection)
    assert scraped.value("twinbell_store_reached") == 0
    assert scraped.value('twinbell_unreached_alerts{level="warning",participant="JPN"}') is None
    assert scraped.value('twinbell_outbox_deliveries{channel="pagerduty",participant="JPN"}') is None


def test_each_side_is_seen_before_anything_is_owed_to_it() -> None:
    """An empty store gives zeros for each side, so that no rule waits for a series that is not there."""
    bell = Bell()
    metrics = Metrics(Process.RUN)
    metrics.at_each_scrape(StoredMetrics(metrics.meters, bell.engine, Scraped(), Measured(directory=TWO, budgets_s={})))
    text = generate_latest(metrics.registry).decode()
    assert 'twinbell_outbox_deliveries{channel="cap",participant="USA"} 0.0' in text
    assert 'twinbell_unanswered_alerts{level="emergency",participant="JPN"} 0.0' in text
