"""History and a thresholds file → **report**: what rang, how good that was, and the standing that it gives the file."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeAlias

import msgspec

from alerts.participants import Directory
from services import backtest, standing
from services.archive import Archive
from services.backtest import AlertRecord, Comparison, Nights, Score
from services.clock import iso_day
from services.feeds.importing import ImportReport
from services.feeds.manifest import Manifest
from services.labels import Label, Outcome, outcomes
from services.standing import Standing
from streams.codec import digest, encode
from streams.engine import Engine
from streams.observations import SECONDS_A_DAY
from streams.reference import Reference
from streams.thresholds import Thresholds

_FOREVER = 1 << 40
OnDay: TypeAlias = Callable[[int, tuple[int, int]], None]
"""(day that is played, first and last day of the history) → None."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What one thresholds file did on the history."""

    thresholds: str
    sha256: str
    alerts: int
    score: Score | None
    nights: list[Nights]
    comparison: Comparison | None = None
    labels: tuple[Outcome, ...] = ()
    unread: tuple[str, ...] = ()  # files that are not there or could not be used, with the reason


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: against which ledger and labels, over which days, and where the answer goes."""

    ledger: Path | None
    coverage: Path | None
    labels: tuple[Label, ...]
    span: tuple[date, date]
    out: Path


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What is played: an archive, by which manifest it was read, and what became of each file."""

    archive: Archive
    manifest: Manifest
    read: ImportReport
    reference: Reference
    directory: Directory


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A report, the alerts behind it, and the standing."""

    report: Report
    records: list[AlertRecord]
    standing: Standing


def answer(history: History, limits: tuple[Thresholds, str], question: Question, on_day: OnDay) -> Answer:
    """Play the history under one thresholds file, and write alerts.jsonl into the directory of the question."""
    codes = tuple(p.iso3 for p in history.directory.participants)
    end = min(_FOREVER, _seconds(question.span[1]) + SECONDS_A_DAY - 1)
    begins, ends = history.archive.span() or (0, 0)
    days = (begins, min(end, ends))
    engine = Engine(limits[0], history.reference, codes)
    played = backtest.play_through(history.archive.batches(0, end), engine, lambda at: on_day(at, days))
    records = backtest.alert_records(played.assessments, history.reference, played.rang)
    path = question.out / "alerts.jsonl"
    backtest.write_alerts(records, path)
    score = None
    if question.ledger is not None and question.coverage is not None:
        score = backtest.score(path, question.ledger, question.coverage, question.span)
    first = max(_seconds(question.span[0]), begins)
    counted = (iso_day(first), iso_day(days[1]))
    if score is not None:
        counted = (str(score.figures["from"]), str(score.figures["until"]))
    report = Report(
        thresholds=limits[1],
        sha256=limits[0].digest,
        alerts=len(records),
        score=score,
        nights=backtest.nights(played.assessments, history.directory, (first, days[1])) if ends else [],
        labels=outcomes(question.labels, played.assessments, (iso_day(days[0]), iso_day(days[1]))),
    )
    false: Sequence[tuple[str, str, str]] = score.false_rings if score is not None else ()
    files = history.read.files
    made = Standing(
        thresholds=limits[0].digest,
        against="",
        program=standing.program(),
        manifest=history.manifest.digest,
        data=digest(encode(history.archive.hashes())),
        ledger=digest(question.ledger.read_bytes()) if question.ledger is not None else "",
        labels=len(question.labels),
        rows=sum(file.values + file.zeros + file.documents for file in files),
        since=counted[0],
        until=counted[1],
        rates=tuple(backtest.rates(played, false, counted, scored=score is not None)),
    )
    return Answer(report=report, records=records, standing=made)


def compared(new: Answer, old: Answer) -> Answer:
    """The new answer with what would ring and be found with only one of the two files."""
    comparison = backtest.compare(new.records, old.records, (new.report.score, old.report.score))
    return Answer(
        report=msgspec.structs.replace(new.report, comparison=comparison),
        records=new.records,
        standing=msgspec.structs.replace(new.standing, against=old.standing.thresholds),
    )


def write(made: Answer, out: Path) -> None:
    """report.json and standing.json, for a person and for `twinbell thresholds install`."""
    for name, record in ((standing.REPORT, made.report), (standing.NAME, made.standing)):
        (out / name).write_bytes(msgspec.json.format(encode(record), indent=1) + b"\n")


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
