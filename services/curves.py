"""Archive → **curve**: the series that tells most about an alert, as it was known when a message is written."""

from collections.abc import Iterator

from alerts.plots import Curve
from alerts.rendering import events
from alerts.states import AlertState
from services.archive import Archive
from streams.assessments import Situation
from streams.observations import SECONDS_A_DAY, Cadence, Series
from streams.pipeline import watched
from streams.signals import Signal

BEFORE_S = {  # of the first ring: what was usual has to be seen before what was not
    Cadence.DAILY: 200 * SECONDS_A_DAY,
    Cadence.MONTHLY: 2 * 366 * SECONDS_A_DAY,
    Cadence.IRREGULAR: 2 * 366 * SECONDS_A_DAY,
}
EVERYWHERE = ("WLD", "")


def curve_of(archive: Archive, state: AlertState, at: int) -> Curve | None:
    """The curve of the series that rang last; of an alert on documents alone, that of its group's nearest series.

    Only what was known at `at` is on it. None where the archive has no such series.
    """
    series = archive.series(state.assessment.situation.group)
    by_id = {each.series_id: each for each in series}
    own = [by_id[name] for name in _subjects(state) if name in by_id]
    if not own:
        own = sorted(_near(series, state.assessment.situation), key=lambda each: _distance(each, state))
    for each in own:
        first = min((ring.at for ring in state.rings), default=state.opened_at)
        run = archive.as_known_at(each.series_id, at, since=first - BEFORE_S[each.cadence])
        if any(value is not None for value in run.values):
            return Curve(
                series=each,
                occurred_at=tuple(run.occurred_at),
                values=tuple(run.values),
                provisional=tuple(run.provisional),
                known_at=max(run.known_at),
            )
    return None


def _subjects(state: AlertState) -> Iterator[str]:
    """The series of the alert's figures: the one that introduces it, then the others that hold, the strongest first."""
    assessment = state.assessment
    lead = events.lead(assessment)
    rang = {ring.signal_id for ring in state.rings}

    def weight(signal: Signal) -> tuple[bool, bool, bool, float, int, str]:
        holds = signal.signal_id in assessment.holding
        return (signal is lead, signal.signal_id in rang, holds, signal.score, signal.known_at, signal.signal_id)

    figures = [signal for signal in assessment.signals if signal.act is None and signal.evidence]
    for signal in sorted(figures, key=weight, reverse=True):
        yield signal.subject


def _near(series: tuple[Series, ...], situation: Situation) -> Iterator[Series]:
    """Series of the same supply group from the same origin, and its prices, that a detector reads."""
    for each in series:
        fits = each.origin in (situation.origin, "") and not each.pooled
        if each.group == situation.group and fits and watched(each):
            yield each


def _distance(series: Series, state: AlertState) -> tuple[bool, bool, bool, str]:
    """What the state itself lets out before prices, to all destinations before to one, a mineral of the alert first."""
    situation, minerals = state.assessment.situation, state.assessment.minerals
    return (
        series.origin != situation.origin,
        not set(series.minerals) & set(minerals),
        series.destination not in EVERYWHERE,
        series.series_id,
    )
