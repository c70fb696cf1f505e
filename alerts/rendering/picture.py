"""Curve and alert → **plot**: a series, what was usual when it rang, and the moment of each ring, in one language.

What was usual is what the signal said of itself: for a level (a flow, a count of ships) it is drawn over the figures
before, for a price as the fan that opens from the figure that the change is counted from. Nothing is worked out anew.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import msgspec

from alerts.plots import Curve, Legend, Moment, Plot, Point, Range, Tick
from alerts.rendering import events, figures
from alerts.rendering.plain import plain
from alerts.rendering.voice import Voice, opened
from alerts.states import AlertState
from streams.assessments import Ring
from streams.observations import SECONDS_A_DAY, Cadence, Family
from streams.signals import Signal

FEWEST = 2  # known figures below which there is no picture: a line needs something to go along
_RINGS = 4  # named below the picture; the rest is counted
_PERIOD_S = {Cadence.DAILY: SECONDS_A_DAY, Cadence.MONTHLY: 30 * SECONDS_A_DAY, Cadence.IRREGULAR: 30 * SECONDS_A_DAY}
_BEFORE_S = {  # how far back the figures lie that made the usual range of a level
    Cadence.DAILY: 56 * SECONDS_A_DAY,
    Cadence.MONTHLY: 365 * SECONDS_A_DAY,
    Cadence.IRREGULAR: 200 * SECONDS_A_DAY,
}
_AHEAD_S = 400 * SECONDS_A_DAY  # an act that takes effect later than this does not stretch the picture
_TICKS = 5
_EDGE = 0.07  # of the width, free on the right: the newest figure does not lie on the frame
_NARROWEST = 0.07  # of the width: a range of one day in two hundred would be a line
_ROOM = 0.05  # of the width: a label nearer to the right edge would not be whole
_SCALES = ((1e9, "billion"), (1e6, "million"), (1e4, "thousand"))


def plot(voice: Voice, state: AlertState, curve: Curve, watermark: str) -> Plot | None:
    """The plot of one curve; None where too little is known to draw."""
    known = [value for value in curve.values if value is not None]
    if len(known) < FEWEST:
        return None
    period_s = _PERIOD_S[curve.series.cadence]
    points = tuple(
        Point(at + period_s / 2, value, provisional)
        for at, value, provisional in zip(curve.occurred_at, curve.values, curve.provisional, strict=True)
    )
    marked = tuple(_marked(state, curve, points))
    spans = tuple(_ranges(state, curve, points))
    rings = tuple(
        Moment(at=ring.at, label=_ring_label(voice, number, ring), level=ring.level)
        for number, ring in enumerate(state.rings, start=1)
    )
    dates = tuple(_dates(voice, state, points))
    since = min([points[0].at, *(span.since for span in spans)]) - period_s
    until = max([points[-1].at, *(moment.at for moment in (*rings, *dates))])
    edge = (until - since) * _EDGE
    ranges = tuple(_widened(span, (until - since) * _NARROWEST) for span in spans)
    scale, word = _scale(known)
    edges = [value for span in ranges for value in _edges(span)]
    alt = _alt(voice, state, curve)
    return Plot(
        language=voice.code,
        title=opened(figures.series_name(voice, curve.series)),
        axis=_axis(voice, curve, word),
        watermark=watermark,
        points=points,
        marked=marked,
        quoted=curve.series.cadence is Cadence.IRREGULAR,
        ranges=ranges,
        rings=rings,
        dates=dates,
        times=tuple(_times(voice, since, until + edge)),
        levels=tuple(_levels(voice, [*known, *edges], scale, curve.series.family is not Family.PRICES)),
        since=since,
        until=until + edge,
        legend=Legend(
            band=voice.say("picture.band") if any(span.low for span in ranges) else "",
            expected=voice.say("picture.expected") if any(span.expected for span in ranges) else "",
            raises=voice.say("picture.raises") if any(span.raises_at is not None for span in ranges) else "",
            rang=voice.say("picture.rang") if marked else "",
            provisional=voice.say("picture.provisional") if any(point.provisional for point in points) else "",
        ),
        notes=tuple(_notes(voice, state, curve)),
        alt=alt,
        undrawn=voice.say("picture.undrawn", alt=alt),
    )


def _ring_label(voice: Voice, number: int, ring: Ring) -> str:
    return voice.say("picture.ring", number=voice.number(number), level=voice.say(f"level.{ring.level}"))


def _ranges(state: AlertState, curve: Curve, points: Sequence[Point]) -> Iterator[Range]:
    """What was usual for each figure that rang; where none of this series did, for the newest that raised."""
    own = [s for s in state.assessment.signals if s.subject == curve.series.series_id and s.expected is not None]
    rang = {ring.signal_id for ring in state.rings}
    chosen = [s for s in own if s.signal_id in rang] or own[-1:]
    before = -math.inf
    for signal in sorted(chosen, key=lambda s: (s.occurred_at, s.signal_id)):
        span = _range(signal, curve, points, before)
        if span is not None:
            before = span.until
            yield span


def _range(signal: Signal, curve: Curve, points: Sequence[Point], before: float) -> Range | None:
    period_s = _PERIOD_S[curve.series.cadence]
    until: float = signal.occurred_at + period_s
    if signal.family is Family.PRICES and not curve.series.relation:  # what is derived is a level
        start = _counted_from(signal, curve, points)
        if start is None:
            return None
        since, value = start.at, start.value
        low, high, expected = (
            None if edge is None or value is None else (value, edge)
            for edge in (signal.band_low, signal.band_high, signal.expected)
        )
        until = signal.occurred_at + period_s / 2
        return Range(since=since, until=until, low=low, high=high, expected=expected, raises_at=signal.raises_at)
    first = max(points[0].at - period_s / 2, before, until - _BEFORE_S[curve.series.cadence] - signal.window * period_s)
    low, high, expected = (
        None if edge is None else (edge, edge) for edge in (signal.band_low, signal.band_high, signal.expected)
    )
    since = min(first, until - period_s)
    return Range(since=since, until=until, low=low, high=high, expected=expected, raises_at=signal.raises_at)


def _counted_from(signal: Signal, curve: Curve, points: Sequence[Point]) -> Point | None:
    """The figure so many rows before the one that rang: what a price was held against."""
    known = [
        point
        for at, point in zip(curve.occurred_at, points, strict=True)
        if at <= signal.occurred_at and point.value is not None
    ]
    back = 1 + max(signal.window, 1)
    return known[-back] if len(known) >= back else known[0] if len(known) > 1 else None


def _widened(span: Range, least: float) -> Range:
    """A range that is too narrow to be seen: what was usual for the figure itself, drawn as wide as an eye needs."""
    if span.until - span.since >= least:
        return span
    low, high, expected = (edge and (edge[1], edge[1]) for edge in (span.low, span.high, span.expected))
    return msgspec.structs.replace(span, since=span.until - least, low=low, high=high, expected=expected)


def _marked(state: AlertState, curve: Curve, points: Sequence[Point]) -> Iterator[Point]:
    """The figures of this series that rang."""
    rang = {ring.signal_id for ring in state.rings}
    own = {
        signal.occurred_at
        for signal in state.assessment.signals
        if signal.signal_id in rang and signal.subject == curve.series.series_id
    }
    for at, point in zip(curve.occurred_at, points, strict=True):
        if at in own and point.value is not None:
            yield point


def _edges(span: Range) -> Iterator[float]:
    for edge in (span.low, span.high, span.expected):
        yield from edge or ()
    if span.raises_at is not None:
        yield span.raises_at


def _dates(voice: Voice, state: AlertState, points: Sequence[Point]) -> Iterator[Moment]:
    """The day on which the newest act is in force, where it lies within reach."""
    newest_act = events.newest_act(state.assessment)
    if newest_act is None or newest_act.act is None:
        return
    try:
        day = date.fromisoformat(newest_act.act.effective_on)
    except ValueError:
        return
    at = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    newest = max([points[-1].at, *(ring.at for ring in state.rings)])
    if points[0].at <= at <= newest + _AHEAD_S:
        yield Moment(at=at, label=voice.say("picture.in_force", day=voice.day(day)))


def _axis(voice: Voice, curve: Curve, word: str) -> str:
    series = curve.series
    unit = voice.catalogue.name(f"picture.unit.{series.unit}") or plain(series.unit, 40)
    if not unit and not word:
        return voice.say(f"picture.axis.{series.cadence}_bare", measure=voice.say(f"measure.{series.measure}"))
    return voice.say(
        f"picture.axis.{series.cadence}",
        measure=voice.say(f"measure.{series.measure}"),
        unit=voice.say(f"picture.{word}", unit=unit) if word else unit,
    )


def _scale(values: Sequence[float]) -> tuple[float, str]:
    """Thousands, millions or billions where the figures are long; the word is that of a phrase."""
    size = max(abs(value) for value in values)
    for scale, word in _SCALES:
        if size >= scale:
            return (1e3, word) if word == "thousand" else (scale, word)
    return 1.0, ""


def _levels(voice: Voice, values: Sequence[float], scale: float, amounts: bool) -> Iterator[Tick]:
    """Round numbers from below the lowest to above the highest value; amounts from zero, prices where it is not far."""
    low, high = min(values), max(values)
    if low >= 0 and (amounts or low < 0.6 * high):
        low = 0.0
    step = _round_up((high - low or abs(high) or 1.0) / _TICKS)
    first, last = math.floor(low / step), math.ceil(high / step * (1 + 1e-9))
    for number in range(first, max(last, first + 1) + 1):
        at = number * step
        yield Tick(at, voice.number(round(at / scale, 10)))


def _round_up(step: float) -> float:
    """The next of 1, 2, 5, 10 … times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next((part * power for part in (1.0, 2.0, 5.0) if step <= part * power * (1 + 1e-9)), 10.0 * power)


def _times(voice: Voice, since: float, until: float) -> Iterator[Tick]:
    """First days of months (of days, where the picture is short), at most six; the year where it begins."""
    first, last = (datetime.fromtimestamp(at, UTC).date() for at in (since, until))
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((each for each in (1, 2, 3, 6, 12, 24, 60, 120) if months / each <= _TICKS), 120)
    year = 0
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        if number % step:
            continue
        day = date(number // 12, number % 12 + 1, 1)
        at = datetime(day.year, day.month, 1, tzinfo=UTC).timestamp()
        if since <= at <= until - _ROOM * (until - since):
            label = voice.short_month(day)
            yield Tick(at, f"{label}\n{voice.year(day)}" if day.year != year else label)
            year = day.year


def _notes(voice: Voice, state: AlertState, curve: Curve) -> Iterator[str]:
    """Each ring with its time, then the source and when the newest of these figures was known."""
    rings = list(enumerate(state.rings, start=1))
    for number, ring in rings[-_RINGS:]:
        yield voice.say("picture.rung", ring=_ring_label(voice, number, ring), moment=voice.at(ring.at))
    if len(rings) > _RINGS:
        yield voice.count("picture.more", len(rings) - _RINGS)
    yield voice.say("picture.source", source=_source(voice, curve), day=voice.utc_day(curve.known_at))


def _source(voice: Voice, curve: Curve) -> str:
    publisher, publication = voice.issuer(curve.series.publisher), plain(curve.series.publication, 120)
    return voice.clauses([publisher, publication]) or voice.say("detail.source_unknown")


def _alt(voice: Voice, state: AlertState, curve: Curve) -> str:
    """What the picture shows, for who does not see it."""
    newest = max(index for index, value in enumerate(curve.values) if value is not None)
    series = curve.series
    first, last = (figures.series_period(voice, series, curve.occurred_at[index]) for index in (0, newest))
    parts = [
        voice.say(
            "picture.alt",
            title=figures.series_name(voice, series),
            first=first,
            last=last,
            value=figures.value(voice, curve.values[newest], series.unit),
        )
    ]
    own = [s for s in state.assessment.signals if s.subject == series.series_id and s.expected is not None]
    for signal in own[-1:]:
        parts.append(figures.figure(voice, signal))
        if signal.raises_at is not None:
            at = figures.value(voice, signal.raises_at, signal.unit)
            parts.append(voice.say("detail.raises", value=at))
    for number, ring in list(enumerate(state.rings, start=1))[-_RINGS:]:
        parts.append(voice.say("picture.rung", ring=_ring_label(voice, number, ring), moment=voice.at(ring.at)))
    return voice.sentences(parts)
