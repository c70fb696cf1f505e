"""Alert and archive → the **chain**: rows as stored, thresholds that judged them, what would have rung earlier."""

from collections.abc import Iterable, Iterator

import msgspec

from alerts.facts import Assessed, Fact, Rung
from alerts.rendering.chain import Chain, Rule, StoredRow, Table
from alerts.states import AlertState
from services.archive import Archive
from services.earlier import Known, sooner
from services.errors import NothingFound
from streams.observations import Series
from streams.signals import Signal
from streams.thresholds import Thresholds

ROWS = 5  # the newest of each signal


def chain_of(archive: Archive, state: AlertState, known: Known) -> Chain:
    """Everything that `twinbell why` tells and the record does not hold."""
    signals = state.assessment.signals
    series = {each.series_id: each for each in archive.series(state.assessment.situation.group)}
    impact = known.thresholds.impact
    return Chain(
        rows=tuple(_rows(archive, signals)),
        rules=tuple(_rules(known.thresholds, signals, series)),
        table=Table(
            extreme=impact.extreme,
            severe=impact.severe,
            moderate=impact.moderate,
            strong_score=known.thresholds.assess.strong_score,
        ),
        in_force=known.thresholds.digest == state.assessment.thresholds,
        sooner=sooner(archive, state, known),
    )


def at_last_ring(state: AlertState, facts: Iterable[Fact]) -> AlertState:
    """The alert with the assessment that it rang with last: what an ended alert says now is not why it rang."""
    rang = state.assessment
    newest = state.assessment
    for fact in facts:
        if isinstance(fact.body, Assessed):
            newest = fact.body.assessment
        elif isinstance(fact.body, Rung):
            rang = newest
    return msgspec.structs.replace(state, assessment=rang)


def _rows(archive: Archive, signals: tuple[Signal, ...]) -> Iterator[StoredRow]:
    """The newest rows of each signal, each once; one whose bytes are gone says so."""
    told: set[tuple[str, int]] = set()
    for signal in signals:
        for each in signal.evidence[-ROWS:]:
            if not each.sha256 or (each.sha256, each.row) in told:
                continue
            told.add((each.sha256, each.row))
            try:
                text = archive.row_text(each.sha256, each.row)
            except NothingFound as problem:
                text = str(problem)
            yield StoredRow(sha256=each.sha256, row=each.row, text=text)


def _rules(thresholds: Thresholds, signals: tuple[Signal, ...], series: dict[str, Series]) -> Iterator[Rule]:
    """The parameters of each detector and subject that spoke, as the file has them."""
    told: set[tuple[str, str]] = set()
    for signal in signals:
        if (signal.detector, signal.subject) in told:
            continue
        told.add((signal.detector, signal.subject))
        parts = [evidence.subject for evidence in signal.evidence]  # of a derived figure: they are of its mineral
        own = next((series[name] for name in (signal.subject, *parts) if name in series), None)
        values = thresholds.parameters(signal.detector, own)
        yield Rule(detector=signal.detector, subject=signal.subject, values=msgspec.json.encode(values).decode())
