"""Track record → how often the rules behind this alert rang before, and how often truly, in one language."""

from collections.abc import Iterator

from alerts.rendering.plain import plain
from alerts.rendering.voice import Voice
from alerts.states import AlertState
from alerts.track_record import Rate, TrackRecord
from streams.observations import Family

_RULES = 3  # told of at most; more rules than that ring together seldom


def before(voice: Voice, state: AlertState, record: TrackRecord | None) -> list[str]:
    """A line for each detector that rang, the newest first. Unknown where these thresholds have no backtest."""
    if record is None or record.thresholds != state.assessment.thresholds:
        return [voice.say("before.unknown")]
    group = state.assessment.situation.group
    return [
        voice.say(
            "before.line",
            rule=voice.say("figure.noted", value=plain(detector, 20), notes=voice.say(f"family.{family}")),
            group=voice.group(group),
            own=_told(voice, record.of(detector, group), record),
            whole=_told(voice, record.whole(detector), record),
            since=voice.iso_day(record.since),
            until=voice.iso_day(record.until),
        )
        for detector, family in dict.fromkeys(_rules(state))
    ][:_RULES]


def _rules(state: AlertState) -> Iterator[tuple[str, Family]]:
    """Detector and kind of evidence of what rang, the newest first."""
    signals = {signal.signal_id: signal for signal in state.assessment.signals}
    for ring in reversed(state.rings):
        if ring.signal_id in signals:
            yield signals[ring.signal_id].detector, signals[ring.signal_id].family


def _told(voice: Voice, rate: Rate, record: TrackRecord) -> str:
    rings = voice.count("before.rings", rate.rings)
    if not rate.rings:
        return rings
    if not record.scored:
        return voice.say("before.unscored", rings=rings)
    return voice.say("before.judged", rings=rings, true=voice.number(rate.true), false=voice.number(rate.false))
