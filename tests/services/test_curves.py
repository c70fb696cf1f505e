"""Which series a picture shows, and that nothing on it was known later than the message."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from alerts.rendering.picture import plot
from alerts.rendering.voice import Voice
from services.archive import Archive
from services.configuration import load
from services.curves import curve_of
from services.episodes import episode
from services.feeds.periods import known_at_of
from services.replay import replay
from streams.assessments import Level, Situation
from streams.observations import Family, ObservationBatch
from streams.pipeline import Pipeline, PipelineState
from streams.signals import Hazard, Phase
from streams.thresholds import packaged
from tests.alerting import assessment, ring
from tests.alerts.rendering.scenes import signal
from tests.feeding import CUSTOMS, NOW, REFERENCE, archive_in_memory, feed_of, imported, write
from tests.golden.scene import KNOWN_AT, Story, directory, surroundings

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
    curve = curve_of(archive, REFERENCE, state, at)
    assert curve is not None
    assert curve.series.series_id == series
    assert len(curve.occurred_at) == 8
    assert curve.known_at <= at
    later = curve_of(archive, REFERENCE, state, known_at_of("2024-02-01"))
    assert later is not None
    assert later.values[:8] == curve.values
    assert len(later.values) == 12


def test_an_alert_on_documents_alone_shows_the_nearest_series_of_its_group(stored: Stored) -> None:
    """What the state lets out to all destinations before what it lets out to one; no other group's series ever."""
    curve = curve_of(stored[0], REFERENCE, story().state, known_at_of("2023-07-25"))
    assert curve is not None
    assert (curve.series.origin, curve.series.destination) == ("CHN", "WLD")
    elsewhere = Situation(hazard=Hazard.RESTRICTION, group="tin", origin="CHN")
    assert curve_of(stored[0], REFERENCE, story(situation=elsewhere).state, known_at_of("2023-07-25")) is None


def test_a_series_that_is_gone_and_one_that_is_not_yet_known_are_no_picture(stored: Stored) -> None:
    """The record outlives the archive's names; before the first figure there is nothing to show."""
    gone = signal("v1", "V1", Hazard.RESTRICTION, Family.CUSTOMS, group="gallium", subject="another:series")
    state = story(signals=(gone,), holding=("v1",)).state
    curve = curve_of(stored[0], REFERENCE, state, known_at_of("2023-07-25"))
    assert curve is not None
    assert curve.series.series_id != "another:series"
    assert curve_of(stored[0], REFERENCE, state, known_at_of("2022-01-01")) is None


def _quoted(name: str, market: str, path: str) -> str:
    """The manifest entry of one price of tin."""
    return f"""
[[files]]
id = "{name}"
path = "{path}"
family = "prices"
publisher = "A desk"
publication = "Its prices"
cadence = "daily"
minerals = ["tin"]
market = "{market}"
dates = {{ column = "day" }}
[[files.values]]
column = "price"
measure = "price"
unit = "USD/t"
"""


def test_a_derived_series_is_drawn_as_detection_derived_it(tmp_path: Path) -> None:
    """The price at home is half as much again as the world's: the picture shows the ratio, its band and the ring."""
    first, rng = date(2022, 1, 3), random.Random(4)
    files = {}
    for name, last in (("home", 1.5), ("world", 1.0)):
        rows = ["day,price"]
        for number in range(420):
            price = 20_000.0 * rng.lognormvariate(0.0, 0.01) * (last if number >= 400 else 1.0)
            rows.append(f"{first + timedelta(days=number)},{price:.1f}")
        files[f"{name}.csv"] = "\n".join(rows) + "\n"
    manifest = 'name = "own"\n' + _quoted("home", "shfe_settle", "home.csv") + _quoted("world", "lme_cash", "world.csv")
    with archive_in_memory() as made:
        imported(made, feed_of(write(tmp_path, files), manifest))
        pipeline, memory, found, ratios = Pipeline(packaged(), REFERENCE), PipelineState(), [], {}
        end = ObservationBatch(group="tin", feed="tick", tick_at=known_at_of("2023-04-01"))
        for batch in (*(batch for _, batch in made[0].batches(0, NOW)), end):
            applied = pipeline.apply(memory, batch)
            found += [each for each in applied.signals if each.detector == "P3" and each.phase is Phase.RAISED]
            ratios |= {
                at: value for run in applied.derived for at, value in zip(run.occurred_at, run.values, strict=True)
            }
        assert len(found) == 1
        about, at = Situation(hazard=Hazard.MARKET, group="tin", origin="CHN"), found[0].known_at
        rang = replace(ring(at, Level.WATCH), signal_id=found[0].signal_id)
        told = assessment(about, as_of=at, rings=[rang])
        state = Story(replace(told, signals=(found[0],), holding=(found[0].signal_id,))).state
        curve = curve_of(made[0], REFERENCE, state, at)
    assert curve is not None
    assert curve.series.series_id == found[0].subject
    assert curve.known_at <= at
    assert curve.values == tuple(ratios[each] for each in curve.occurred_at)
    assert 150 < len(curve.values) < 250
    for language in ("en", "ja"):
        around = surroundings()
        voice = Voice(around.wording.chosen(language, ()), around.reference, directory(), ("UTC",), KNOWN_AT)
        drawn = plot(voice, state, curve, "")
        assert drawn is not None
        assert drawn.ranges
        assert drawn.marked
        assert not drawn.axis.rstrip().endswith((",", "（）"))


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
