"""Which series a picture shows, and that nothing on it was known later than the message."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from services.archive import Archive
from services.configuration import load
from services.curves import curve_of
from services.episodes import episode
from services.feeds.periods import known_at_of
from services.replay import replay
from streams.assessments import Level, Situation
from streams.observations import Family
from streams.signals import Hazard
from tests.alerting import assessment, ring
from tests.alerts.rendering.scenes import signal
from tests.feeding import CUSTOMS, archive_in_memory, feed_of, imported, write
from tests.golden.scene import Story

Stored = tuple[Archive, sa.Engine]
FLOW = "own/exports:quantity:gallium:CHN:JPN:81129290"


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Stored]:
    """Monthly exports of gallium to two destinations, known on the twentieth of the next month."""
    rows = ["month,code,partner,kg,usd_per_kg"]
    for month in range(1, 13):
        rows += [f"2023-{month:02d},81129290,{partner},{100 + month},5" for partner in ("Japan", "Germany")]
    with archive_in_memory() as made:
        imported(made, feed_of(write(tmp_path, {"exports.csv": "\n".join(rows) + "\n"}), CUSTOMS))
        yield made


def story(**changes: object) -> Story:
    """An alert on China's gallium that rang in July 2023."""
    about = Situation(hazard=Hazard.RESTRICTION, group="gallium", origin="CHN")
    at = known_at_of("2023-07-20")
    return Story(replace(assessment(about, as_of=at, rings=[ring(at, Level.WARNING)]), **changes))


def test_nothing_on_it_was_known_later_than_the_message(stored: Stored) -> None:
    """A message of September shows the figures that were published by then, and says until when that is."""
    archive = stored[0]
    series = next(each.series_id for each in archive.series("gallium") if each.destination == "JPN")
    fall = signal(
        "v1", "V1", Hazard.RESTRICTION, Family.CUSTOMS, group="gallium", subject=series, minerals=("gallium",)
    )
    state = story(signals=(fall,), holding=("v1",)).state
    at = known_at_of("2023-09-25")
    curve = curve_of(archive, state, at)
    assert curve is not None
    assert curve.series.series_id == series
    assert len(curve.occurred_at) == 8
    assert curve.known_at <= at
    later = curve_of(archive, state, known_at_of("2024-02-01"))
    assert later is not None
    assert later.values[:8] == curve.values
    assert len(later.values) == 12


def test_an_alert_on_documents_alone_shows_the_nearest_series_of_its_group(stored: Stored) -> None:
    """What the state lets out to all destinations before what it lets out to one; no other group's series ever."""
    curve = curve_of(stored[0], story().state, known_at_of("2023-07-25"))
    assert curve is not None
    assert (curve.series.origin, curve.series.destination) == ("CHN", "WLD")
    elsewhere = Situation(hazard=Hazard.RESTRICTION, group="tin", origin="CHN")
    assert curve_of(stored[0], story(situation=elsewhere).state, known_at_of("2023-07-25")) is None


def test_a_series_that_is_gone_and_one_that_is_not_yet_known_are_no_picture(stored: Stored) -> None:
    """The record outlives the archive's names; before the first figure there is nothing to show."""
    gone = signal("v1", "V1", Hazard.RESTRICTION, Family.CUSTOMS, group="gallium", subject="another:series")
    state = story(signals=(gone,), holding=("v1",)).state
    curve = curve_of(stored[0], state, known_at_of("2023-07-25"))
    assert curve is not None
    assert curve.series.series_id != "another:series"
    assert curve_of(stored[0], state, known_at_of("2022-01-01")) is None


def test_a_replay_gives_the_same_pictures_twice(tmp_path: Path) -> None:
    """Letters with their pictures, CAP files with what lies beside them: byte for byte."""
    outcomes = []
    for name in ("first", "second"):
        replay(episode("nickel-2022"), load(None, tmp_path), tmp_path / name)
        outbox = tmp_path / name / "outbox"
        outcomes.append(
            {path.relative_to(outbox).as_posix(): path.read_bytes() for path in outbox.rglob("*") if path.is_file()}
        )
    assert outcomes[0] == outcomes[1]
    kinds = {Path(name).suffix for name in outcomes[0]}
    assert kinds == {".eml", ".json", ".xml", ".png", ".svg"}
    assert any(b"Content-ID: <" in content for name, content in outcomes[0].items() if name.endswith(".eml"))
