"""What a picture shows and says: a series as known, what was usual when it rang, each ring, in both languages alike."""

from datetime import UTC, datetime

import msgspec
import pytest

from alerts.channels.base import Message
from alerts.deliveries import Purpose
from alerts.plots import Curve, Plot
from alerts.render import compose
from streams.assessments import Assessment, Situation
from streams.observations import SECONDS_A_DAY, Cadence, Family, Measure, Series
from streams.signals import Direction, Hazard
from tests.alerts.rendering.scenes import AT, MONTH, notice, price, restriction, signal
from tests.alerts.rendering.test_messages import numbers
from tests.golden.scene import Story, announcement, delivery, judged, surroundings

FLOW = Series(
    series_id="series",
    feed="made",
    family=Family.CUSTOMS,
    group="graphite",
    measure=Measure.QUANTITY,
    unit="kg",
    cadence=Cadence.MONTHLY,
    minerals=("graphite_natural",),
    origin="CHN",
    destination="JPN",
    publisher="General Administration of Customs of China",
    publication="Monthly exports",
)


def curve(series: Series = FLOW, values: tuple[float | None, ...] = (21_000.0,) * 23 + (5_150.0,)) -> Curve:
    """Months up to the one of the signals."""
    return Curve(
        series=series,
        occurred_at=tuple(MONTH - back * 30 * SECONDS_A_DAY for back in range(len(values) - 1, -1, -1)),
        values=values,
        provisional=(False,) * (len(values) - 1) + (True,),
        known_at=AT - SECONDS_A_DAY,
    )


def fallen(**changes: object) -> Assessment:
    """Exports have fallen below the band; the threshold stands with it."""
    fall = signal("v1", "V1", Hazard.RESTRICTION, Family.CUSTOMS, destination="JPN", direction=Direction.DOWN)
    return restriction(msgspec.structs.replace(fall, raises_at=9_400.0, **changes))


def told(assessment: Assessment, shown: Curve | None, purpose: Purpose = Purpose.RING) -> Message:
    """The message of one alert with this curve."""
    story = Story(assessment)
    return compose(story.state, delivery(story.alert_id, "usa-duty", "email", AT, purpose), surroundings(), (), shown)


def plots(assessment: Assessment, shown: Curve) -> tuple[Plot, Plot]:
    """The plot in English and in Japanese."""
    english, japanese = (content.plot for content in told(assessment, shown).contents)
    assert english is not None
    assert japanese is not None
    return english, japanese


def test_both_languages_show_the_same_picture() -> None:
    """The same points, bands and moments, and the same numbers in every word."""
    english, japanese = plots(fallen(), curve())
    for name in ("points", "ranges", "since", "until"):
        assert getattr(english, name) == getattr(japanese, name)
    assert [ring.at for ring in english.rings] == [ring.at for ring in japanese.rings]
    assert [tick.at for tick in english.levels] == [tick.at for tick in japanese.levels]
    assert [tick.label for tick in english.levels] == [tick.label for tick in japanese.levels]
    assert numbers(english.alt) == numbers(japanese.alt)
    for one, other in zip(english.notes, japanese.notes, strict=True):
        assert numbers(one) == numbers(other)
    assert (english.title, japanese.title) == ("Natural graphite, China to Japan", "天然黒鉛（中国→日本）")
    assert (english.axis, japanese.axis) == ("Quantity by month, thousand kg", "数量・月次（千kg）")


def test_band_threshold_ring_source_and_day_of_knowledge_are_there() -> None:
    """What the signal said of itself is drawn; below stand each ring's time, the source and when it was known."""
    english, _ = plots(fallen(), curve())
    (span,) = english.ranges
    assert (span.low, span.high, span.expected) == ((18_000.0,) * 2, (31_000.0,) * 2, (23_480.5,) * 2)
    assert span.raises_at == 9_400.0
    assert span.since < span.until == MONTH + 30 * SECONDS_A_DAY
    assert [(ring.at, ring.level, ring.label) for ring in english.rings] == [(AT, "warning", "1 WARNING")]
    assert english.notes[0] == "1 WARNING: Oct 20, 2023, 19:59 EDT (Oct 21 08:59 JST)"
    source = "Source: General Administration of Customs of China; Monthly exports. As known Oct 19, 2023."
    assert english.notes[1] == source
    assert english.legend.provisional == "provisional"
    assert english.watermark.startswith("EXERCISE")
    assert "threshold 9,400 kg" in english.alt.lower()
    assert english.levels[0].at == 0.0
    assert english.levels[-1].at >= 31_000.0


def test_a_price_is_held_against_the_figure_that_it_is_counted_from() -> None:
    """The band of a change over three figures opens from the price three figures before."""
    rise = price(Direction.UP, window=3, observed=34_000.0, expected=25_000.0, band_low=22_000.0, band_high=29_000.0)
    market = judged([msgspec.structs.replace(rise, score=3.0)], Situation(hazard=Hazard.MARKET, group="graphite"), AT)
    values = (*(24_000.0 + number for number in range(23)), 34_000.0)
    quoted = msgspec.structs.replace(FLOW, family=Family.PRICES, measure=Measure.PRICE, unit="USD/t", origin="")
    english, _ = plots(market, curve(quoted, values))
    (span,) = english.ranges
    start = english.points[-4]
    assert (span.since, span.low, span.high) == (start.at, (start.value, 22_000.0), (start.value, 29_000.0))
    assert english.levels[0].at > 0.0
    assert english.axis == "Price by month, thousand USD/t"


def test_a_jump_of_one_day_is_seen_with_its_band_and_its_figure() -> None:
    """One day in two hundred: the band is as wide as an eye needs, the figure that rang is marked, beside the frame."""
    jump = price(Direction.UP, window=1, observed=18.0, expected=11.0, band_low=10.0, band_high=12.0, raises_at=12.5)
    market = judged([msgspec.structs.replace(jump, score=3.0)], Situation(hazard=Hazard.MARKET, group="graphite"), AT)
    daily = msgspec.structs.replace(
        FLOW, family=Family.PRICES, measure=Measure.PRICE, unit="USD/kg", origin="", cadence=Cadence.DAILY
    )
    shown = Curve(
        series=daily,
        occurred_at=tuple(MONTH - back * SECONDS_A_DAY for back in range(199, -1, -1)),
        values=(11.0,) * 199 + (18.0,),
        provisional=(False,) * 200,
        known_at=AT,
    )
    english, _ = plots(market, shown)
    (span,), (marked,) = english.ranges, english.marked
    width = english.until - english.since
    assert span.until - span.since >= 0.06 * width
    assert (span.low, span.high) == ((10.0, 10.0), (12.0, 12.0))
    assert (marked.at, marked.value) == (english.points[-1].at, 18.0)
    assert english.until - marked.at >= 0.05 * width


def test_an_act_alone_shows_the_series_with_its_day_and_no_band() -> None:
    """What was not judged has no band; the day in force is marked, and stretches the picture if need be."""
    english, japanese = plots(restriction(notice("c1", announcement())), curve())
    assert english.ranges == ()
    assert (english.legend.band, english.legend.raises) == ("", "")
    (date,) = english.dates
    assert datetime.fromtimestamp(date.at, UTC).date().isoformat() == announcement().effective_on
    assert (date.label, japanese.dates[0].label) == ("in force Aug 1, 2023", "施行 2023年8月1日")


@pytest.mark.parametrize(
    "values", [(), (None, None), (5.0,), (None, 5.0, None)], ids=["none", "unknown", "one", "one known"]
)
def test_too_little_to_draw_is_no_picture(values: tuple[float | None, ...]) -> None:
    """A line needs something to go along; the message is complete without."""
    assert all(content.plot is None for content in told(fallen(), curve(values=values)).contents)


def test_a_test_message_has_no_picture() -> None:
    """No event stands behind it."""
    assert all(content.plot is None for content in told(fallen(), curve(), Purpose.TEST).contents)


@pytest.mark.parametrize("largest", [1e-9, 0.3, 1.0, 7.0, 99.0, 12_345.0, 4e7, 3e12, 1e300])
def test_the_axis_has_round_numbers_for_any_size(largest: float) -> None:
    """Four to nine ticks, ascending, around every value; other fields than metals have other sizes."""
    values = tuple(largest * part for part in (0.5, 1.0, 0.2, 0.9))
    english, _ = plots(restriction(notice("c1", announcement())), curve(values=values))
    at = [tick.at for tick in english.levels]
    assert 3 <= len(at) <= 9
    assert at == sorted(set(at))
    assert at[0] <= min(values)
    assert at[-1] >= max(values)


def test_negative_and_equal_values_have_an_axis_too() -> None:
    """Balances fall below zero, and a figure may never move."""
    for values in ((-5.0, -7.0, 3.0), (4.0,) * 5, (0.0,) * 5):
        english, _ = plots(restriction(notice("c1", announcement())), curve(values=values))
        assert english.levels[0].at <= min(values) <= max(values) <= english.levels[-1].at


def test_a_picture_says_no_attribution_before_its_release() -> None:
    """A publisher's own words pass the same gate as every other text."""
    loud = msgspec.structs.replace(FLOW, publication="Coercion watch")
    english, _ = plots(fallen(), curve(loud))
    assert "oerci" not in " ".join((english.title, english.alt, *english.notes))
