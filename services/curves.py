"""Archive → **curve**: the series that tells most about an alert, as it was known when a message is written."""

from collections.abc import Iterator, Sequence

from alerts.plots import Curve
from alerts.rendering import events
from alerts.states import AlertState
from services.archive import Archive
from streams.assessments import Situation
from streams.observations import SECONDS_A_DAY, Cadence, Series
from streams.pipeline import watched
from streams.reference import Reference
from streams.relate import RelateState, Relating
from streams.signals import Signal

BEFORE_S = {  # of the first ring: what was usual has to be seen before what was not
    Cadence.DAILY: 200 * SECONDS_A_DAY,
    Cadence.MONTHLY: 2 * 366 * SECONDS_A_DAY,
    Cadence.IRREGULAR: 2 * 366 * SECONDS_A_DAY,
}
EVERYWHERE = ("WLD", "")


def curve_of(archive: Archive, reference: Reference, state: AlertState, at: int) -> Curve | None:
    """The curve of the series that rang last; of an alert on documents alone, that of its group's nearest series.

    Only what was known at `at` is on it. A series that was derived from others is derived again, by the relation that
    the pipeline has. None where the archive has no such series.
    """
    series = archive.series(state.assessment.situation.group)
    by_id = {each.series_id: each for each in series}
    first = min((ring.at for ring in state.rings), default=state.opened_at)
    is_stored = False
    for signal in _figures(state):
        own = by_id.get(signal.subject)
        if own is None:
            found = _derived(archive, reference, signal, series, (first, at))
        else:
            found, is_stored = _read(archive, own, (first - BEFORE_S[own.cadence], at)), True
        if found is not None:
            return found
    if is_stored:
        return None
    near = sorted(_near(series, state.assessment.situation), key=lambda each: _distance(each, state))
    return next((curve for each in near if (curve := _read(archive, each, (first - BEFORE_S[each.cadence], at)))), None)


def _read(archive: Archive, series: Series, span: tuple[int, int]) -> Curve | None:
    """A stored series from its periods since the first of `span`, as known at the second."""
    run = archive.as_known_at(series.series_id, span[1], since=span[0])
    return _curve(series, list(zip(run.occurred_at, run.known_at, run.values, run.provisional, strict=True)))


def _derived(
    archive: Archive, reference: Reference, signal: Signal, series: tuple[Series, ...], span: tuple[int, int]
) -> Curve | None:
    """The series that a signal speaks of, from those that its relation takes together; `span` as for `_read`."""
    parts = {evidence.subject for evidence in signal.evidence}
    relating = Relating(reference)
    own = [each for each in series if each.series_id in parts]
    kin = relating.kin(signal.subject.partition(":")[0], own, series)
    if not kin:
        return None
    since = span[0] - BEFORE_S[kin[0].cadence]
    runs = [archive.as_known_at(each.series_id, span[1], since=since - BEFORE_S[each.cadence]) for each in kin]
    derived = relating.relate(RelateState(), [run for run in runs if run.values], span[1] + 1)
    rows = {
        occurred_at: (occurred_at, known_at, value, provisional)
        for run in derived
        if run.series.series_id == signal.subject
        for occurred_at, known_at, value, provisional in zip(
            run.occurred_at, run.known_at, run.values, run.provisional, strict=True
        )
        if occurred_at >= since
    }
    name = next((run.series for run in derived if run.series.series_id == signal.subject), None)
    return None if name is None else _curve(name, [rows[at] for at in sorted(rows)])


def _curve(series: Series, rows: Sequence[tuple[int, int, float | None, bool]]) -> Curve | None:
    """The curve of rows in order of their periods; None where none of them says anything."""
    if all(value is None for _, _, value, _ in rows):
        return None
    return Curve(
        series=series,
        occurred_at=tuple(row[0] for row in rows),
        values=tuple(row[2] for row in rows),
        provisional=tuple(row[3] for row in rows),
        known_at=max(row[1] for row in rows),
    )


def _figures(state: AlertState) -> list[Signal]:
    """The alert's figures: the one that introduces it, then the others that hold, the strongest first."""
    assessment = state.assessment
    lead = events.lead(assessment)
    rang = {ring.signal_id for ring in state.rings}

    def weight(signal: Signal) -> tuple[bool, bool, bool, float, int, str]:
        holds = signal.signal_id in assessment.holding
        return (signal is lead, signal.signal_id in rang, holds, signal.score, signal.known_at, signal.signal_id)

    figures = [signal for signal in assessment.signals if signal.act is None and signal.evidence]
    return sorted(figures, key=weight, reverse=True)


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
