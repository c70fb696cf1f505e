"""`twinbell backtest`: would it have rung, when, and for what, on recorded history against a ledger of real events."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, TypeAlias

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from services import backtest as history
from services.archive import Archive
from services.clock import SystemClock, iso_day
from services.commands.desk import configured
from services.commands.options import ConfigOption, JsonOption
from services.commands.printing import print_json, print_pairs, print_table
from services.errors import NothingFound
from services.exit_codes import ExitCode
from services.feeds.files import FileFeed
from services.settings import Configuration
from services.sources import manifest_of, reader_of
from services.terminal import plain
from services.wiring import reference_of, thresholds_bytes, thresholds_of
from streams import thresholds
from streams.assessments import Assessment
from streams.engine import Engine
from streams.observations import SECONDS_A_DAY
from streams.reference import Reference
from streams.thresholds import Thresholds

_FOREVER = 1 << 40
OnDay: TypeAlias = Callable[[int, tuple[int, int]], None]
"""(day that is played, first and last day of the history) → None."""
# What rules of others reach on the same data (settings chosen on these same years): span, rule, lift, false rings per
# mineral-year, named of observable. Measured with the same scorer before Twinbell was built.
_OTHERS = (
    ("2008-01-01", "union of the best public rule for each family", 0.26, 0.60, "12 of 42"),
    ("2008-01-01", "a quieter union", 0.16, 0.49, "9 of 42"),
    ("2008-01-01", "keywords on the pages", 0.26, 0.15, "14 of 42"),
    ("2008-01-01", "a ring every 90 days", 0.09, 3.97, "12 of 42"),
    ("2022-01-01", "union of the best public rule for each family", 0.19, 0.76, ""),
    ("2022-01-01", "keywords on the pages", 0.17, 0.51, ""),
)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What one thresholds file did on the history."""

    thresholds: str
    sha256: str
    alerts: int
    score: history.Score | None
    nights: list[history.Nights]
    comparison: history.Comparison | None = None
    unread: tuple[str, ...] = ()  # files that are not there or could not be used, with the reason


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: against which ledger, over which days, and where the answer goes."""

    ledger: Path | None
    coverage: Path | None
    span: tuple[date, date]
    out: Path


def backtest(  # noqa: PLR0913 - each is an option of the command line
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", help="How the files of the history are to be read.")],
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Where the files are.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where alerts.jsonl and report.json are written.")],
    ledger: Annotated[
        Path | None, typer.Option("--ledger", metavar="CSV", help="Real events; without it nothing is scored.")
    ] = None,
    coverage: Annotated[
        Path | None,
        typer.Option("--coverage", metavar="FILE", help="What was watched; else coverage.jsonl beside the ledger."),
    ] = None,
    since: Annotated[str, typer.Option("--from", metavar="DAY", help="First day that is scored.")] = "1900-01-01",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="Last day that is read.")] = "2999-12-31",
    chosen: Annotated[
        Path | None, typer.Option("--thresholds", metavar="FILE", help="Thresholds to try; else those in force.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", metavar="FILE", help="Thresholds to compare with.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Play recorded history through the detectors as it became known, and score the rings against real events.

    What is older than the first scored day warms the detectors up. Nothing is sent and no store is touched.
    """
    configuration = configured(config)
    reference = reference_of(configuration)
    question = _question(ledger, coverage, (since, until), out)
    feed = FileFeed(manifest_of(manifest), data, reference, SystemClock().now, reader_of(reference))
    out.mkdir(parents=True, exist_ok=True)
    with _progress(as_json) as (on_file, on_day), history.history(feed, on_file) as (archive, read):
        report, records = _run(
            _thresholds(chosen, configuration), (archive, reference), configuration, question, on_day
        )
        if against is not None:
            older = msgspec.structs.replace(question, out=out / "against")
            older.out.mkdir(exist_ok=True)
            limits = _thresholds(against, configuration)
            old, old_records = _run(limits, (archive, reference), configuration, older, on_day)
            if report.score is not None and old.score is not None:
                compared = history.compare(records, old_records, (report.score, old.score))
                report = msgspec.structs.replace(report, comparison=compared)
    unusable = tuple(f"{file.path} ({file.entry}): NOTHING OF IT WAS USED: {file.problem}" for file in read.failed)
    report = msgspec.structs.replace(report, unread=(*read.notes, *unusable))
    (out / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    for note in report.unread:
        print(f"not read: {plain(note)}", file=sys.stderr)
    if as_json:
        print_json(report)
    else:
        _print(report, records, question)
    if unusable:
        raise typer.Exit(ExitCode.BAD_INPUT)


def _question(ledger: Path | None, coverage: Path | None, days: tuple[str, str], out: Path) -> Question:
    try:
        span = (date.fromisoformat(days[0]), date.fromisoformat(days[1]))
    except ValueError as problem:
        raise typer.BadParameter(f"--from and --until take days such as 2022-01-31: {problem}") from None
    if ledger is not None:
        coverage = coverage or ledger.with_name("coverage.jsonl")
        for path, option in ((ledger, "--ledger"), (coverage, "--coverage")):
            if not path.is_file():
                raise NothingFound(f"{path} is not there; name the file with {option}, or leave --ledger out")
    return Question(ledger=ledger, coverage=coverage, span=span, out=out)


def _thresholds(path: Path | None, configuration: Configuration) -> tuple[Thresholds, str]:
    if path is None:
        return thresholds_of(configuration), configuration.settings.thresholds or "the shipped thresholds"
    content, name = thresholds_bytes(path)
    return thresholds.load(content, name), name


def _run(
    limits: tuple[Thresholds, str],
    known: tuple[Archive, Reference],
    configuration: Configuration,
    question: Question,
    on_day: OnDay,
) -> tuple[Report, list[history.AlertRecord]]:
    archive, reference = known
    codes = tuple(p.iso3 for p in configuration.directory.participants)
    end = min(_FOREVER, _seconds(question.span[1]) + SECONDS_A_DAY - 1)
    begins, ends = archive.span() or (0, 0)
    days = (begins, min(end, ends))
    assessments: list[Assessment] = history.play(
        archive.batches(0, end), Engine(limits[0], reference, codes), lambda at: on_day(at, days)
    )
    records = history.alert_records(assessments, reference)
    path = question.out / "alerts.jsonl"
    history.write_alerts(records, path)
    score = None
    if question.ledger is not None and question.coverage is not None:
        score = history.score(path, question.ledger, question.coverage, question.span)
    first = max(_seconds(question.span[0]), begins)
    return Report(
        thresholds=limits[1],
        sha256=limits[0].digest,
        alerts=len(records),
        score=score,
        nights=history.nights(assessments, configuration.directory, (first, days[1])) if ends else [],
    ), records


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


@contextmanager
def _progress(is_quiet: bool) -> Iterator[tuple[Callable[[int, int, object], None], OnDay]]:
    """A bar on a terminal, nothing in a pipe."""
    if is_quiet or not sys.stderr.isatty():
        yield lambda done, of, report: None, lambda at, days: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading files", total=None)
        yield (
            lambda done, of, report: bar.update(task, completed=done, total=of),
            lambda at, days: bar.update(
                task, description=f"playing {iso_day(at)}", completed=at - days[0], total=max(1, days[1] - days[0])
            ),
        )


def _print(report: Report, records: list[history.AlertRecord], question: Question) -> None:
    print_pairs([("thresholds", f"{report.thresholds} (sha256 {report.sha256[:12]})"), ("alerts", str(report.alerts))])
    if report.score is None:
        print(f"\n{question.out / 'alerts.jsonl'} is written; without --ledger nothing is scored.")
        _print_nights(report)
        return
    score = report.score
    print_pairs([(name, str(value)) for name, value in score.figures.items()])
    _print_belief(score)
    print_table(
        ("hazard", "observable", "detected", "named"),
        [(hazard, str(seen), str(found), str(named)) for hazard, (seen, found, named) in sorted(score.hazards.items())],
        "no observable event in these days",
    )
    words = {r.alert_id: "; ".join(r.evidence) for r in records}
    print()
    print_table(
        ("event", "result", "found by", "delay", "the alert's own words"),
        [
            (
                e.event_id,
                "named" if e.named else "detected" if e.detected else "MISSED",
                score.belief.found_by[e.event_id],
                "" if e.delay_days is None else f"{e.delay_days} d",
                " | ".join(words.get(alert, "") for alert in e.by[:2]),
            )
            for e in score.events
        ],
        "no observable event in these days",
    )
    by_id = {r.alert_id: r for r in records}
    print()
    print_table(
        ("false ring", "level", "hazard", "about", "why"),
        [
            (day, level, by_id[i].hazard, _about(by_id[i]), "; ".join(by_id[i].evidence[:2]))
            for day, level, i in score.false_rings
        ],
        "no false ring",
    )
    _print_nights(report)
    _print_others(question, score)
    _print_comparison(report.comparison)


def _print_belief(score: history.Score) -> None:
    belief, figures = score.belief, score.figures
    delay = "none" if belief.acts_delay_days is None else f"{belief.acts_delay_days:g} days over {belief.acts}"
    print_pairs(
        [
            ("lift, 95 % interval over episodes", f"{belief.lift_interval[0]:.2f} to {belief.lift_interval[1]:.2f}"),
            (
                "found by own evidence",
                f"{belief.own} of {figures['detected']} found, {figures['observable']} observable",
            ),
            ("median delay of acts found by a document", delay),
        ]
    )
    print()


def _about(record: history.AlertRecord) -> str:
    return " ".join(part for part in (";".join(record.minerals), record.origin_or_route or "") if part)


def _print_nights(report: Report) -> None:
    print("\nExpected wakes by night (rings at warning and above, 22 to 7 o'clock local time):")
    print_table(("side", "year", "wakes"), [(n.participant, str(n.year), str(n.wakes)) for n in report.nights], "none")


def _print_others(question: Question, score: history.Score) -> None:
    start = str(score.figures["from"])
    rows = [
        (rule, f"{lift:.2f}", f"{false:.2f}", named)
        for span, rule, lift, false, named in _OTHERS
        if span == start and str(score.figures["until"]) == "2024-03-31"
    ]
    if not rows:
        return
    own = (
        "Twinbell, this run",
        f"{score.figures['lift']:.2f}",
        f"{score.figures['false_rings_per_mineral_year']:.2f}",
        f"{score.figures['named']} of {score.figures['observable']}",
    )
    print("\nBeside the rules of others on the same data:")
    print_table(("rule", "lift", "false rings per mineral-year", "named"), [*rows, own], "")


def _print_comparison(comparison: history.Comparison | None) -> None:
    if comparison is None:
        return
    for title, lines in (
        ("Would ring now and did not before:", comparison.rings_only_new),
        ("Rang before and would not now:", comparison.rings_only_old),
        ("Events found now and not before:", comparison.found_only_new),
        ("Events found before and not now:", comparison.found_only_old),
    ):
        print(f"\n{title}")
        for line in lines or ("none",):
            print(f"  {line}")
