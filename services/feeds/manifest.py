"""Outside → manifest → observation: what a person writes down about files so that their rows become observations.

A manifest is one TOML file. Unknown names are refused; an error names the field and says what to do. The format is
explained with examples in `docs/data.md`.
"""

import re
from typing import Literal, TypeAlias

import msgspec

from services.errors import BadManifest
from services.feeds.patterns import Period, compile_pattern
from streams.codec import digest, encode
from streams.observations import Cadence, Family, Measure

FileFormat: TypeAlias = Literal["csv", "csv.gz", "csv.zip", "jsonl", "jsonl.gz", "xlsx", "json", "xml", "html"]

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_SERIES = re.compile(rf"{_ID.pattern}/{_ID.pattern}")
_REFERENCE = re.compile(r"\{([^{}]*)\}")
BUILT_IN_TABLES = ("countries", "host", "path", "lower", "upper", "unpadded", "announcement")


class Names(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a series is about. A text may hold templates: `{column}`, or `{column|table}` to look the cell up.

    `{.stem}` is the file's name without its suffix, `{.column}` the header of the value column, `{.origin}` (documents)
    the path or address of the bytes.
    """

    minerals: tuple[str, ...] | None = None
    origin: str | None = None
    destination: str | None = None
    hs: str | None = None
    route: str | None = None
    ship_class: str | None = None
    market: str | None = None
    measure: str | None = None
    unit: str | None = None
    scale: float | None = None  # the cell times this is the value in `unit`
    group: str | None = None  # default: the supply group of the minerals, else the route
    pooled: bool | None = None  # the code holds several minerals: proves nothing about one of them
    partial: bool | None = None  # kept for reading, not for detection


class Layout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the bytes are to be read. Row numbers count from 1 at the first row of the file or sheet."""

    format: FileFormat = "csv"
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    sheet: str = ""  # xlsx: the name of the sheet; the first one if empty
    records: tuple[str, ...] = ()  # json: where the list stands (`data.*`), the first that is there; xml: the elements
    aliases: str = ""  # json: where the answer lists `name` and `alias` of its fields
    header_row: int = 1
    unit_row: int = 0  # a row below the header that states units; compared with `unit_mark` of the value columns
    first_row: int = 0  # the first row of data; 0 means the one below header and unit row
    find_header: bool = False  # xlsx: the header may stand some rows higher or lower; the unit row moves with it
    max_bytes: int = 200_000_000  # of the file, and of what it expands to when compressed
    max_rows: int = 5_000_000
    max_cell_chars: int = 100_000  # at most 131,072


class DateFormat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way of writing a period: %Y %m %d %q (quarter) %b (Jan) %L (milliseconds), other letters, * for anything."""

    pattern: str
    period: Period


class Dates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the period of a row stands and how it is written. `column` is a header, or a template of several."""

    column: str
    pattern: str = "%Y-%m-%d"
    period: Period = "day"
    also: tuple[DateFormat, ...] = ()
    earliest: str = "1900-01-01"


class Known(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a row became known: 23:59:00 UTC so many days after its period's last day, or what a column says."""

    days_after: int = 0
    column: str = ""  # ISO day (then 23:59:00 UTC) or ISO time with zone
    undated: Literal["unknown", "read"] = "unknown"  # a document without a date: never replayed, or known when read


class Provisional(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows may still be revised by their publisher."""

    newest_days: int = 0  # the newest so many days of the file
    age_days: int = 0  # rows that were younger than so many days when they were read


class Where(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition on a row; a row that fails one is left out and counted. `like` takes * and ?."""

    column: str
    is_: tuple[str, ...] = msgspec.field(default=(), name="is")
    not_: tuple[str, ...] = msgspec.field(default=(), name="not")
    like: str = ""


class Lookup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cell of `column` finds a row of `[tables.TABLE]`, which names the series. Keys may hold * and ?."""

    column: str
    table: str


class ValueColumn(Names, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column of numbers (one series for each name), or the mean of several."""

    column: str = ""
    mean_of: tuple[str, ...] = ()
    unit_mark: str = ""  # what the unit row must say, else the column is refused
    unknown_when: dict[str, tuple[str, ...]] = {}  # other columns whose text makes this value unknown
    doubtful_outside: tuple[str, ...] = ()  # two columns, low and high: a value outside them is marked provisional
    absent: Literal["", "unknown", "zero"] = ""  # overrides the file's


class Absent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a row that is not there is read: unknown, or zero in a period for which the reporter has any row.

    `complete_by` names the columns that make a report: a period is complete when any row has it with the same cells.
    """

    read: Literal["unknown", "zero"] = "unknown"
    complete_by: tuple[str, ...] = ()


class Total(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sum over all partners of a complete period, as a series of its own with `name` for the partner."""

    over: Literal["destination", "origin"]
    name: str = "WLD"


class DocumentColumns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the parts of a document stand (templates). Identity is issuer and number."""

    issuer: str
    number: str
    title: str = ""
    text: str = ""
    language: str = "en"
    state: str = ""  # alpha-3 of the state whose office issued it, where that is known
    address: str = ""
    or_number: str = ""  # where `number` is empty
    is_markup: bool = False  # the text is HTML: its words are read


class HazardColumns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the parts of a natural event stand (templates). Scales stay those of the source."""

    event: str  # its id, the same whenever it is told
    kind: str
    lat: str
    lon: str
    name: str = ""
    description: str = ""
    alert_level: str = ""
    alert_score: str = ""
    severity: str = ""
    severity_unit: str = ""
    severity_text: str = ""
    countries: str = ""  # alpha-3 codes in any writing
    ends: str = ""
    is_current: str = ""
    address: str = ""


class FileEntry(Names, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file, or several of one form (`path` may hold * and ?), and how to read it."""

    id: str
    path: str
    series: str = ""  # FEED/ENTRY of the source whose figures these are too: what it polls and this are one series
    family: Family
    publisher: str
    publication: str
    dates: Dates
    address: str = ""
    licence: str = ""
    cadence: Cadence = Cadence.IRREGULAR
    layout: Layout = Layout()
    known: Known = Known()
    provisional: Provisional = Provisional()
    where: tuple[Where, ...] = ()
    missing: tuple[str, ...] = ("", "NA", "N/A", "#N/A", "-", "..", "...", "…")
    thousands: str = ""
    decimal: str = "."
    lookups: tuple[Lookup, ...] = ()
    values: tuple[ValueColumn, ...] = ()
    document: DocumentColumns | None = None
    hazard: HazardColumns | None = None
    absent: Absent = Absent()
    total: Total | None = None


class DeadLetterLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file stops the reading when it has more unusable rows than both of these."""

    percent: float = 1.0
    rows: int = 100


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One directory's files. `name` is the feed's name and the beginning of every series id."""

    name: str
    files: tuple[FileEntry, ...]
    title: str = ""
    dead_letters: DeadLetterLimit = DeadLetterLimit()
    tables: dict[str, dict[str, str | Names]] = {}

    @property
    def digest(self) -> str:
        """SHA-256 of what the manifest says: the same reading has the same digest."""
        return digest(encode(self))


def read_manifest(content: bytes, name: str = "manifest") -> Manifest:
    """The manifest in `content` (TOML, UTF-8). Raises BadManifest that names file and field and says what to do."""
    try:
        manifest = msgspec.toml.decode(content, type=Manifest)
    except UnicodeDecodeError as error:
        raise BadManifest(f"{name}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except msgspec.ValidationError as error:
        raise BadManifest(f"{name}: {_place(str(error), content)}") from None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadManifest(f"{name}: not TOML: {error}; mend the line it names") from None
    problem = next(iter(_problems(manifest)), "")
    if problem:
        raise BadManifest(f"{name}: {problem}")
    return manifest


def _place(message: str, content: bytes) -> str:
    """The validator's message with the id of the file entry that it counts."""
    counted = re.search(r"\$\.files\[(\d+)\]", message)
    ids = re.findall(rb'(?m)^\s*\[\[files\]\]\s*(?:#.*)?$\s*(?:^.*$\s*)??^\s*id\s*=\s*"([^"]*)"', content)
    named = ""
    if counted and int(counted[1]) < len(ids):
        named = f" (file {ids[int(counted[1])].decode(errors='replace')!r})"
    hint = "; docs/data.md lists the names that exist" if "unknown field" in message else "; see docs/data.md"
    return message.replace(" - at `$", " at `").replace("`.", "`") + named + hint


def _problems(manifest: Manifest) -> list[str]:
    """What is wrong with the relations between values, in the words that the person reads."""
    found: list[str] = []
    if not _ID.fullmatch(manifest.name):
        found.append(f"name = {manifest.name!r}: use lower-case letters, digits, '_', '-' and '.'")
    if not manifest.files:
        found.append("no [[files]]: describe at least one file")
    seen: set[str] = set()
    for entry in manifest.files:
        where = f"file {entry.id!r}: "
        if not _ID.fullmatch(entry.id):
            found.append(where + "id: use lower-case letters, digits, '_', '-' and '.'")
        if entry.id in seen:
            found.append(where + "the id is used twice: series ids hang on it, so give each entry its own")
        seen.add(entry.id)
        found.extend(where + problem for problem in _entry_problems(entry, manifest.tables))
    return found


def _entry_problems(entry: FileEntry, tables: dict[str, dict[str, str | Names]]) -> list[str]:
    found: list[str] = []
    if not entry.path or entry.path.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry.path):
        found.append(f"path = {entry.path!r}: write it relative to the directory, without '..'")
    if (entry.family is Family.NOTICES) != (entry.document is not None):
        found.append("[files.document] belongs to family 'notices' and only there")
    if (entry.family is Family.HAZARD_FEED) != (entry.hazard is not None):
        found.append("[files.hazard] belongs to family 'hazard_feed' and only there")
    if entry.document is None and entry.hazard is None and not entry.values:
        found.append("no [[files.values]]: name at least one column of numbers")
    if entry.series and not _SERIES.fullmatch(entry.series):
        found.append(f"series = {entry.series!r}: write FEED/ENTRY, for instance portwatch/chokepoints")
    if entry.layout.header_row < 1:
        found.append("layout.header_row counts from 1")
    if not 1 <= entry.layout.max_cell_chars <= 131_072:
        found.append("layout.max_cell_chars lies between 1 and 131072")
    if len(entry.layout.delimiter) != 1:
        found.append("layout.delimiter is one character")
    try:
        "".encode(entry.layout.encoding)
    except (LookupError, UnicodeError):
        found.append(f"layout.encoding = {entry.layout.encoding!r} is unknown; for instance utf-8-sig or shift_jis")
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])", entry.dates.earliest):
        found.append("dates.earliest is a day, YYYY-MM-DD")
    for form in (DateFormat(pattern=entry.dates.pattern, period=entry.dates.period), *entry.dates.also):
        try:
            compile_pattern(form.pattern, form.period)
        except ValueError as error:
            found.append(f"dates: {error}")
    if entry.absent.read == "zero" and not entry.absent.complete_by:
        found.append("absent.read = 'zero' needs absent.complete_by: which columns make a complete report")
    if entry.total is not None and entry.absent.read != "zero":
        found.append("total needs absent.read = 'zero': only a complete period has a sum")
    if entry.total is not None and entry.known.column:
        found.append("total cannot be made from rows of several vintages; leave known.column or total out")
    found.extend(f"lookups: there is no [tables.{x.table}]" for x in entry.lookups if x.table not in tables)
    found.extend(
        f"lookups: [tables.{x.table}] must hold names of a series for each key, such as {{ minerals = […] }}"
        for x in entry.lookups
        if any(isinstance(value, str) for value in tables.get(x.table, {}).values())
    )
    for column in entry.values:
        found.extend(_value_problems(entry, column))
    for text in _texts(entry):
        found.extend(
            f"{text!r}: there is no [tables.{table}]; built in are {', '.join(BUILT_IN_TABLES)}"
            for table in _tables_named(text)
            if table not in tables and table not in BUILT_IN_TABLES
        )
    return found


def _value_problems(entry: FileEntry, column: ValueColumn) -> list[str]:
    found: list[str] = []
    called = column.column or "+".join(column.mean_of)
    if bool(column.column) == bool(column.mean_of):
        found.append("[[files.values]]: give either column or mean_of")
    if column.doubtful_outside and len(column.doubtful_outside) != 2:
        found.append(f"values {called!r}: doubtful_outside names two columns, low and high")
    measure = column.measure or entry.measure
    if not entry.lookups and measure is None:
        found.append(f"values {called!r}: measure is missing; one of {', '.join(Measure)}")
    if measure is not None and "{" not in measure and measure not in tuple(Measure):
        found.append(f"values {called!r}: measure = {measure!r}; one of {', '.join(Measure)}")
    if not entry.lookups and (column.unit or entry.unit) is None:
        found.append(f"values {called!r}: unit is missing")
    return found


def _texts(entry: FileEntry) -> list[str]:
    """Every text of an entry that may hold a template."""
    texts = [entry.dates.column]
    for names in (entry, *entry.values):
        texts += [x for x in msgspec.structs.astuple(names) if isinstance(x, str)]
        texts += list(names.minerals or ())
    for columns in (entry.document, entry.hazard):
        if columns is not None:
            texts += [x for x in msgspec.structs.astuple(columns) if isinstance(x, str)]
    return texts


def _tables_named(text: str) -> list[str]:
    return [reference.partition("|")[2] for reference in _REFERENCE.findall(text) if "|" in reference]
