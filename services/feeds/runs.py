"""Figures as read → **runs**: duplicates dropped, absent partners as zeros, totals, provisional rows marked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from services.feeds.columns import Figure, Gaps, Sheet
from services.feeds.letters import Counts, Letters
from services.feeds.manifest import FileEntry
from services.feeds.naming import with_id
from streams.errors import BadObservation
from streams.observations import SECONDS_A_DAY, Measure, Run, Series
from streams.reasons import Reason

_SUMMED = (Measure.QUANTITY, Measure.VALUE, Measure.COUNT, Measure.VOLUME)


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was read: its hash, what was counted and what could not be used."""

    sha256: str
    counts: Counts
    letters: Letters


class _Column(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one series without duplicates, ascending by file and period."""

    series: Series
    report: tuple[str, ...]
    absent_is_zero: bool
    figures: Sequence[Figure]


class _Report(msgspec.Struct, frozen=True):
    """A period for which the reporter has any row: the file that has it, and when it was known."""

    file: int
    known_at: int


def runs_of(entry: FileEntry, sheets: Mapping[str, Sheet], gaps: Gaps, files: Sequence[Read], now: int) -> list[Run]:
    """One run for each series and file, ascending in occurred_at, in order of series id and file."""
    young = now - entry.provisional.age_days * SECONDS_A_DAY if entry.provisional.age_days else now
    columns = [_column(entry, sheet, files) for _, sheet in sorted(sheets.items())]
    columns = _totals(entry, columns, gaps)
    columns = _completed(columns, gaps, files)
    newest: dict[int, int] = {}
    for figure in (f for column in columns for f in column.figures):
        newest[figure.file] = max(newest.get(figure.file, figure.occurred_at), figure.occurred_at)
    runs: list[Run] = []
    for column in sorted(columns, key=lambda c: c.series.series_id):
        for i, file in enumerate(files):
            figures = _from_first_value([f for f in column.figures if f.file == i])
            if figures:
                cut = min(newest[i] - entry.provisional.newest_days * SECONDS_A_DAY, young)
                runs.append(_run(column.series, figures, file.sha256, cut))
                file.counts.values += sum(f.value is not None and f.row > 0 for f in figures)
                file.counts.unknown += sum(f.value is None for f in figures)
    return runs


def _run(series: Series, figures: Sequence[Figure], sha256: str, cut: int) -> Run:
    return Run(
        series=series,
        evidence=sha256,
        occurred_at=[f.occurred_at for f in figures],
        known_at=[f.known_at for f in figures],
        values=[f.value for f in figures],
        rows=[f.row for f in figures],
        provisional=[f.is_doubtful or f.occurred_at > cut for f in figures],
    )


def _from_first_value(figures: Sequence[Figure]) -> Sequence[Figure]:
    """The figures without the unknown ones before the series begins."""
    first = next((i for i, f in enumerate(figures) if f.value is not None), len(figures))
    return figures[first:]


def _column(entry: FileEntry, sheet: Sheet, files: Sequence[Read]) -> _Column:
    series = sheet.named.series
    absent = sheet.value.absent or entry.absent.read
    return _Column(
        series=series,
        report=sheet.report,
        absent_is_zero=absent == "zero" and series.measure in _SUMMED,  # a price of nothing is not zero
        figures=_without_duplicates(sheet, files),
    )


def _without_duplicates(sheet: Sheet, files: Sequence[Read]) -> list[Figure]:
    """One figure for each file, period and known_at. Two different values for one are a letter, and the first stays."""
    kept: list[Figure] = []
    last: Figure | None = None
    for figure in sorted(sheet.figures, key=lambda f: (f.file, f.occurred_at, f.known_at, f.value is None, f.row)):
        if last is None or _place(last) != _place(figure):
            kept.append(figure)
            last = figure
        elif figure.value is None or figure.value == last.value:
            files[figure.file].counts.duplicates += 1
        else:
            detail = (
                f"{sheet.named.series.series_id}: {figure.value!r}, but row {last.row} says {last.value!r} "
                "for the same period; the first stays"
            )
            files[figure.file].letters.add(figure.row, BadObservation(Reason.DUPLICATE, detail), b"")
    return kept


def _place(figure: Figure) -> tuple[int, int, int]:
    return (figure.file, figure.occurred_at, figure.known_at)


def _completed(columns: Sequence[_Column], gaps: Gaps, files: Sequence[Read]) -> list[_Column]:
    """The columns with zeros for partners that are absent from a complete period, from their first figure on."""
    reports: dict[tuple[str, ...], dict[int, _Report]] = {}
    for column in columns:
        periods = reports.setdefault(column.report, {})
        for figure in column.figures:
            known = periods.get(figure.occurred_at)
            if known is None or (figure.file, -figure.known_at) < (known.file, -known.known_at):
                periods[figure.occurred_at] = _Report(figure.file, figure.known_at)
    completed: list[_Column] = []
    for column in columns:
        zeros = list(_zeros(column, reports[column.report], gaps)) if column.absent_is_zero else []
        for zero in zeros:
            files[zero.file].counts.zeros += 1
        figures = sorted([*column.figures, *zeros], key=_place)
        completed.append(msgspec.structs.replace(column, figures=figures))
    return completed


def _zeros(column: _Column, reports: Mapping[int, _Report], gaps: Gaps) -> Iterator[Figure]:
    present = {f.occurred_at for f in column.figures}
    first = min(present, default=0)
    for occurred_at, report in sorted(reports.items()):
        is_read = not gaps.unread & {(report.file, None), (report.file, occurred_at)}
        if occurred_at > first and occurred_at not in present and is_read:
            yield Figure(occurred_at, report.known_at, report.file, 0, 0.0, False)


def _totals(entry: FileEntry, columns: Sequence[_Column], gaps: Gaps) -> list[_Column]:
    """The columns with the sums over all partners, where the file does not hold the sum itself.

    A sum with a part that is unknown or could not be read is unknown.
    """
    total = entry.total
    if total is None:
        return list(columns)
    parts: dict[str, list[_Column]] = {}
    sums: dict[str, Series] = {}
    held: dict[str, _Column] = {}
    for column in columns:
        series = msgspec.structs.replace(column.series, **{total.over: total.name})
        series = with_id(series, entry)
        if series.series_id == column.series.series_id:
            held[series.series_id] = column
        elif series.measure in _SUMMED:
            sums[series.series_id] = series
            parts.setdefault(series.series_id, []).append(column)
    found = [column for column in columns if column.series.series_id not in sums]
    for series_id, series in sums.items():
        own = held[series_id].figures if series_id in held else ()
        there = {(figure.file, figure.occurred_at) for figure in own}
        report = parts[series_id][0].report
        summed = [f for f in _sums(parts[series_id], gaps, report) if (f.file, f.occurred_at) not in there]
        figures = sorted([*own, *summed], key=_place)
        found.append(_Column(series=series, report=report, absent_is_zero=False, figures=figures))
    return found


def _sums(columns: Iterable[_Column], gaps: Gaps, report: tuple[str, ...]) -> list[Figure]:
    by_place: dict[tuple[int, int], list[Figure]] = {}
    for column in columns:
        for figure in column.figures:
            by_place.setdefault((figure.file, figure.occurred_at), []).append(figure)
    lost = gaps.unread | {(file, occurred_at) for file, occurred_at, about in gaps.unnamed if about == report}
    sums: list[Figure] = []
    for (file, occurred_at), figures in sorted(by_place.items()):
        values = [f.value for f in figures if f.value is not None]
        is_whole = len(values) == len(figures) and not lost & {(file, None), (file, occurred_at)}
        value = float(f"{sum(values):.12g}") if is_whole else None
        sums.append(Figure(occurred_at, max(f.known_at for f in figures), file, 0, value, False))
    return sums
