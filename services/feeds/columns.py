"""Rows of files → **runs**: the columns of numbers of one file entry, by series, each with its times, row and bytes."""

from collections.abc import Mapping, Sequence

import msgspec

from services.feeds.cells import NumberReader, in_unit
from services.feeds.letters import Counts, Letters
from services.feeds.manifest import FileEntry, Manifest, ValueColumn
from services.feeds.naming import Named, Namer
from services.feeds.periods import PeriodReader, known_after, known_at_of
from services.feeds.readers import BadRow, Rows
from services.feeds.templates import FastTemplate, Place, Tables, columns_of
from services.feeds.where import Conditions
from streams.errors import BadObservation
from streams.reasons import Reason
from streams.reference import Reference


class Figure(msgspec.Struct, frozen=True):
    """One number as it stood in one row. `file` is the position of the file among those read together."""

    occurred_at: int
    known_at: int
    file: int
    row: int
    value: float | None
    is_doubtful: bool


class Sheet(msgspec.Struct, kw_only=True):
    """One series while it is being read: its figures in order of reading, and which report they belong to."""

    named: Named
    value: ValueColumn
    report: tuple[str, ...]  # the cells of absent.complete_by
    figures: list[Figure] = []


class Gaps(msgspec.Struct, kw_only=True):
    """Periods (by file) of which not every row could be read: nothing that is absent there is known to be zero.

    A row whose date could not be read may be about any period of its file: None. `unnamed` are rows that were read but
    are about a partner that is not known, by file, period and the cells of absent.complete_by.
    """

    unread: set[tuple[int, int | None]] = msgspec.field(default_factory=set)
    unnamed: set[tuple[int, int, tuple[str, ...]]] = msgspec.field(default_factory=set)


class _Value(msgspec.Struct, frozen=True):
    """A value column with the positions of its cells."""

    column: ValueColumn
    positions: tuple[int, ...]
    unknown_when: tuple[tuple[int, frozenset[str]], ...]
    outside: tuple[int, ...]


class ColumnReader:
    """Reads the files of one entry, one after another, into sheets. Nothing raised for a bad row: it is a letter."""

    def __init__(self, manifest: Manifest, entry: FileEntry, reference: Reference, now: int) -> None:
        self._manifest, self._entry, self._reference, self._now = manifest, entry, reference, now
        self._tables = Tables(manifest)
        self._periods = PeriodReader(entry.dates, now)
        self._numbers = NumberReader(entry)
        namer = Namer(manifest, entry, reference, Place())
        self._name_columns = list(dict.fromkeys(c for v in entry.values for c in namer.columns(v)))
        self.columns = self._wanted()
        at = {column: i for i, column in enumerate(self.columns)}
        self._values = [
            _Value(
                value,
                tuple(at[c] for c in (value.mean_of or (value.column,))),
                tuple((at[c], frozenset(texts)) for c, texts in value.unknown_when.items()),
                tuple(at[c] for c in value.doubtful_outside),
            )
            for value in entry.values
        ]
        self._name_at = tuple(at[c] for c in self._name_columns)
        self._report_at = tuple(at[c] for c in entry.absent.complete_by)
        self._known_at = at[entry.known.column] if entry.known.column else None
        self._conditions = Conditions(entry.where, at)
        self.sheets: dict[str, Sheet] = {}
        self.gaps = Gaps()

    def _wanted(self) -> list[str]:
        entry = self._entry
        columns = columns_of(entry.dates.column) if "{" in entry.dates.column else [entry.dates.column]
        columns += [condition.column for condition in entry.where]
        columns += [*self._name_columns, *entry.absent.complete_by]
        columns += [entry.known.column] if entry.known.column else []
        for value in entry.values:
            columns += [*(value.mean_of or (value.column,)), *value.unknown_when, *value.doubtful_outside]
        return list(dict.fromkeys(columns))

    def read(self, rows: Rows, file: int, stem: str, letters: Letters) -> Counts:
        """Read one file. Stops early when its dead letters are too many to go on."""
        counts = Counts()
        namer = Namer(self._manifest, self._entry, self._reference, Place(stem=stem))
        date_column = self._entry.dates.column
        date = FastTemplate(
            date_column if "{" in date_column else "{" + date_column + "}", self.columns, self._tables, Place(stem=stem)
        )
        values = self._checked_units(rows.units, letters)
        known: dict[tuple[str, ...], list[Sheet | BadObservation]] = {}
        for number, cells in rows:
            counts.rows += 1
            if isinstance(cells, BadRow):
                self.gaps.unread.add((file, None))
                letters.add(number, BadObservation(cells.reason, cells.detail), rows.raw())
            elif not self._conditions.hold(cells):
                counts.left_out += 1
                continue
            else:
                try:
                    self._take(cells, date.fill(cells), (number, file), self._sheets(namer, values, cells, known))
                except _BadCells as bad:
                    for problem in bad.problems:
                        letters.add(number, problem, rows.raw())
                except BadObservation as problem:
                    self.gaps.unread.add((file, None))
                    letters.add(number, problem, rows.raw())
            if letters.are_too_many(rows.at_most):
                break
        return counts

    def _checked_units(self, units: Mapping[str, str], letters: Letters) -> list[_Value]:
        """The value columns whose unit row says what the manifest says. Raises BadObservation when none does."""
        good: list[_Value] = []
        problems: list[BadObservation] = []
        for value in self._values:
            mark = value.column.unit_mark
            names = value.column.mean_of or (value.column.column,)
            other = next((name for name in names if mark and units.get(name, "") != mark), None)
            if other is None:
                good.append(value)
                continue
            detail = f"column {other!r} is in {units.get(other, '')!r}, not in {mark!r}; mend unit and unit_mark"
            problems.append(BadObservation(Reason.UNKNOWN_SCHEMA, detail))
        if problems and not good:
            raise problems[0]
        for problem in problems:
            letters.add(0, problem, b"")
        return good

    def _sheets(
        self,
        namer: Namer,
        values: Sequence[_Value],
        cells: Sequence[str],
        known: dict[tuple[str, ...], list[Sheet | BadObservation]],
    ) -> list[tuple[_Value, Sheet | BadObservation]]:
        """The sheet of each value column for the names that stand in these cells."""
        key = tuple([cells[i] for i in self._name_at])
        sheets = known.get(key)
        if sheets is None:
            named = dict(zip(self._name_columns, key, strict=True))
            report = tuple(cells[i] for i in self._report_at)
            sheets = known[key] = [self._sheet(namer, value.column, named, report) for value in values]
        return list(zip(values, sheets, strict=True))

    def _sheet(
        self, namer: Namer, value: ValueColumn, named: Mapping[str, str], report: tuple[str, ...]
    ) -> Sheet | BadObservation:
        try:
            found = namer.name(value, named)
        except BadObservation as problem:
            return problem
        known = self.sheets.setdefault(
            found.series.series_id, Sheet(named=found, value=value, report=report, figures=[])
        )
        if known.named != found or known.value is not value:
            detail = f"two columns, units or groups for the one series {found.series.series_id!r}; name them apart"
            return BadObservation(Reason.UNKNOWN_NAME, detail)
        return known

    def _take(
        self,
        cells: Sequence[str],
        date: str,
        place: tuple[int, int],
        sheets: Sequence[tuple[_Value, Sheet | BadObservation]],
    ) -> None:
        span = self._periods.read(date)
        row, file = place
        if self._known_at is None:
            known_at = known_after(span.last_day_at, self._entry.known.days_after)
        else:
            known_at = known_at_of(cells[self._known_at].strip())
        known_at = min(known_at, self._now)  # what has been read is known
        problems: list[BadObservation] = []
        for value, sheet in sheets:
            if isinstance(sheet, BadObservation):
                self.gaps.unnamed.add((file, span.starts_at, tuple(cells[i] for i in self._report_at)))
                problems.append(sheet)
                continue
            figure, is_doubtful = None, False
            try:
                figure, is_doubtful = self._number(value, sheet.named, cells)
            except BadObservation as problem:
                problems.append(problem)  # the row was there: its figure is unknown, not absent
            sheet.figures.append(Figure(span.starts_at, known_at, file, row, figure, is_doubtful))
        if problems:
            raise _BadCells(problems)

    def _number(self, value: _Value, named: Named, cells: Sequence[str]) -> tuple[float | None, bool]:
        """The figure in the series' unit or None, and whether it lies outside the columns that should bound it."""
        for position, texts in value.unknown_when:
            if cells[position].strip() in texts:
                return None, False
        numbers = [self._numbers.read(cells[i]) for i in value.positions]
        present = [x for x in numbers if x is not None]
        if len(present) < len(numbers):
            return None, False
        figure = present[0] if len(present) == 1 else sum(present) / len(present)
        is_doubtful = False
        if value.outside:
            low, high = (self._numbers.read(cells[i]) for i in value.outside)
            is_doubtful = low is not None and high is not None and not low <= figure <= high
        return in_unit(figure, named.scale, named.series.measure), is_doubtful


class _BadCells(Exception):
    """Several cells of one row that could not be used; the others were."""

    def __init__(self, problems: Sequence[BadObservation]) -> None:
        super().__init__("; ".join(p.detail for p in problems))
        self.problems = list({(p.reason, p.detail): p for p in problems}.values())
