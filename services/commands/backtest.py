"""`twinbell backtest`: would it have rung, when, and for what, on recorded history against a ledger of real events."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from services import standing
from services.backtest import AlertRecord, Comparison, Score, history
from services.clock import SystemClock, iso_day
from services.commands.desk import configured
from services.commands.options import ConfigOption, JsonOption, days_between
from services.commands.printing import print_json, print_pairs, print_table
from services.errors import NothingFound
from services.exit_codes import ExitCode
from services.feeds.files import FileFeed
from services.feeds.importing import ImportReport
from services.labels import Label, from_csv
from services.reporting import History, OnDay, Question, Report, answer, compared, write
from services.settings import Configuration
from services.sources import manifest_of, reader_of
from services.standing import in_force
from services.terminal import plain
from services.wiring import reference_of, thresholds_bytes, thresholds_of
from streams import thresholds
from streams.thresholds import Thresholds

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


def backtest(  # noqa: PLR0913 - each is an option of the command line
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", help="How the files of the history are to be read.")],
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Where the files are.")],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="Where alerts.jsonl, report.json and standing.json are written."),
    ],
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
        str | None,
        typer.Option("--thresholds", metavar="FILE", help="Thresholds to try; else those of the configuration."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="FILE", help="Thresholds to compare with; `in-force` is what was installed."),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="CSV", help="False alarms, as `twinbell labels export` writes them."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Play recorded history through the detectors as it became known, and score the rings against real events.

    What is older than the first scored day warms the detectors up. Nothing is sent and no store is touched. With
    --against the report is what `twinbell thresholds install` asks for.
    """
    configuration = configured(config)
    reference = reference_of(configuration)
    question = _question((ledger, coverage, labels), (since, until), out)
    feed = FileFeed(manifest_of(manifest), data, reference, SystemClock().now, reader_of(reference))
    out.mkdir(parents=True, exist_ok=True)
    with _progress(as_json) as (on_file, on_day), history(feed, on_file) as (archive, read):
        played = History(
            archive=archive,
            manifest=feed.parser.manifest,
            read=read,
            reference=reference,
            directory=configuration.directory,
        )
        made = answer(played, _thresholds(chosen, configuration), question, on_day)
        if against is not None:
            older = msgspec.structs.replace(question, out=out / "against")
            older.out.mkdir(exist_ok=True)
            limits = _thresholds(against, configuration)
            made = compared(made, answer(played, limits, older, on_day))
    unusable = tuple(f"{file.path} ({file.entry}): NOTHING OF IT WAS USED: {file.problem}" for file in read.failed)
    report = msgspec.structs.replace(made.report, unread=(*read.notes, *unusable))
    write(msgspec.structs.replace(made, report=report), out)
    _say_unused(report, read)
    if as_json:
        print_json(report)
    else:
        print_pairs([("history", f"{made.standing.rows:,} figures and documents from {len(read.files)} files")])
        _print(report, made.records, question)
    if unusable:
        raise typer.Exit(ExitCode.BAD_INPUT)


def _say_unused(report: Report, read: ImportReport) -> None:
    """Files and rows that were not played, on standard error."""
    for note in report.unread:
        print(f"not read: {plain(note)}", file=sys.stderr)
    for file in read.files:
        if file.outcome == "read" and file.bad_rows:
            rows = f"{file.bad_rows:,} of {file.rows:,} rows"
            print(f"unusable: {plain(file.path)}: {rows}; the first: {plain(file.problem)}", file=sys.stderr)


def _question(files: tuple[Path | None, Path | None, Path | None], days: tuple[str, str], out: Path) -> Question:
    ledger, coverage, labels = files
    span = days_between(*days)
    if ledger is not None:
        coverage = coverage or ledger.with_name("coverage.jsonl")
        for path, option in ((ledger, "--ledger"), (coverage, "--coverage")):
            if not path.is_file():
                raise NothingFound(f"{path} is not there; name the file with {option}, or leave --ledger out")
    cases: tuple[Label, ...] = ()
    if labels is not None:
        try:
            cases = tuple(from_csv(labels.read_text(encoding="utf-8"), str(labels)))
        except (OSError, UnicodeDecodeError) as problem:
            raise NothingFound(f"{labels}: {problem}; `twinbell labels export --out FILE` writes one") from None
    return Question(ledger=ledger, coverage=coverage, labels=cases, span=span, out=out)


def _thresholds(given: str | None, configuration: Configuration) -> tuple[Thresholds, str]:
    """The file that is named, the one that was installed last, or (None) the one of the configuration."""
    if given is None:
        return thresholds_of(configuration), configuration.settings.thresholds or "the shipped thresholds"
    content, name = in_force(configuration) if given == standing.IN_FORCE else thresholds_bytes(Path(given))
    return thresholds.load(content, name), name


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


def _print(report: Report, records: list[AlertRecord], question: Question) -> None:
    print_pairs([("thresholds", f"{report.thresholds} (sha256 {report.sha256[:12]})"), ("alerts", str(report.alerts))])
    if report.score is None:
        print(f"\n{question.out / 'alerts.jsonl'} is written; without --ledger nothing is scored.")
        _print_nights(report)
        _print_labels(report)
        _print_comparison(report.comparison)
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
    _print_labels(report)
    _print_others(question, score)
    _print_comparison(report.comparison)


def _print_belief(score: Score) -> None:
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


def _about(record: AlertRecord) -> str:
    return " ".join(part for part in (";".join(record.minerals), record.origin_or_route or "") if part)


def _print_nights(report: Report) -> None:
    print("\nExpected wakes by night (rings at warning and above, 22 to 7 o'clock local time):")
    print_table(("side", "year", "wakes"), [(n.participant, str(n.year), str(n.wakes)) for n in report.nights], "none")


def _print_labels(report: Report) -> None:
    if not report.labels:
        return
    again = sum(bool(outcome.rings) for outcome in report.labels)
    outside = sum(not outcome.is_played for outcome in report.labels)
    aside = f", {outside} lie outside this history" if outside else ""
    print(f"\nCalled false by an officer: {len(report.labels)} cases, {again} would ring again{aside}:")
    print_table(
        ("alert", "about", "from", "until", "said by", "rings again", "note"),
        [
            (
                outcome.label.alert_id,
                " ".join(filter(None, (outcome.label.hazard, outcome.label.group, outcome.label.origin))),
                outcome.label.since,
                outcome.label.until,
                outcome.label.said_by,
                "; ".join(outcome.rings) or ("no" if outcome.is_played else "not played"),
                outcome.label.note,
            )
            for outcome in report.labels
        ],
        "none",
    )


def _print_others(question: Question, score: Score) -> None:
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


def _print_comparison(comparison: Comparison | None) -> None:
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
