"""Signal → one figure in words: which series, what was seen, when, and what was to be expected."""

from datetime import UTC, datetime

from alerts.rendering import strikes
from alerts.rendering.plain import plain
from alerts.rendering.voice import Voice, opened
from streams.observations import Cadence, Family, Series
from streams.signals import Signal


def series_name(voice: Voice, signal: Signal | Series) -> str:
    """What a series, or the one of a signal, is about: its minerals or route, and from where to where."""
    if signal.route:
        about = voice.group(signal.route)
    else:
        names = [voice.mineral(mineral) for mineral in signal.minerals[:3]] or [voice.group(signal.group)]
        about = voice.say("meta.list").join(names)
    about = opened(about)
    if signal.origin and signal.destination:
        origin, destination = voice.within(signal.origin), voice.targets((signal.destination,))
        return voice.say("figure.flow", what=about, origin=origin, destination=destination)
    if signal.origin:
        return voice.say("figure.from", what=about, origin=voice.within(signal.origin))
    if signal.destination:
        return voice.say("figure.to", what=about, destination=voice.targets((signal.destination,)))
    return about


def period(voice: Voice, signal: Signal, at: int) -> str:
    """The period of a figure of this signal: a month where its series is monthly, else a day."""
    return voice.month(at) if _is_monthly(signal) else voice.utc_day(at)


def series_period(voice: Voice, series: Series, at: int) -> str:
    """The period of a figure of a series."""
    return voice.utc_day(at) if series.cadence is Cadence.DAILY else voice.month(at)


def value(voice: Voice, amount: float | None, unit: str) -> str:
    """A value with its unit; unknown is said as unknown."""
    return voice.say("figure.unknown") if amount is None else voice.quantity(amount, plain(unit, 40))


def figure(voice: Voice, signal: Signal) -> str:
    """One figure with what was to be expected."""
    if signal.strike is not None:
        return strikes.near(voice, signal.strike)
    series = series_name(voice, signal)
    when = period(voice, signal, signal.occurred_at)
    if signal.window > 1:
        when = voice.count("figure.over", signal.window, period=when)
    if signal.comparison is not None:
        return voice.say("figure.beside", series=series, observed=voice.fraction(signal.comparison.value), period=when)
    if signal.observed is None:
        return voice.say("figure.abnormal", series=series, period=when)
    observed = value(voice, signal.observed, signal.unit)
    if signal.expected is None:
        return voice.say("figure.only", series=series, observed=observed, period=when)
    expected = value(voice, signal.expected, signal.unit)
    return voice.say("figure.against", series=series, observed=observed, period=when, expected=expected)


def _is_monthly(signal: Signal) -> bool:
    if signal.family is Family.CUSTOMS:
        return True
    starts = {datetime.fromtimestamp(e.occurred_at, UTC).day for e in signal.evidence}
    return len(signal.evidence) > 1 and starts == {1}
