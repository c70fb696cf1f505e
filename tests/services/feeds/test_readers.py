"""Tests of bytes as rows: bounds hold, damage is named by row, and what is good around it is still read."""

import datetime
import gzip
import io
import zipfile

import openpyxl
import pytest

from services.feeds.layouts import layout_of, media_type, open_rows, row_text
from services.feeds.manifest import Layout
from services.feeds.readers import BadRow
from streams.errors import BadObservation
from streams.reasons import Reason

CSV = b"day,price\n2024-01-01,1\n2024-01-02,2\n"


def read(content: bytes, layout: Layout, columns: tuple[str, ...] = ("day", "price")) -> list[object]:
    """Cells by row, or the reason why a row has none."""
    rows = open_rows(content, layout, columns)
    return [cells.reason if isinstance(cells, BadRow) else list(cells) for _, cells in rows]


def workbook(rows: list[list[object]], title: str = "Prices") -> bytes:
    """The bytes of a workbook with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_columns_are_found_by_name_place_and_pattern() -> None:
    """A column is found by its name, by #place, or by a pattern that fits exactly one."""
    content = b"day,Potassium chloride **\n2024-01-01,7\n"
    assert read(content, Layout(), ("#2", "day")) == [["7", "2024-01-01"]]
    assert read(content, Layout(), ("Potassium chloride*",)) == [["7"]]
    with pytest.raises(BadObservation, match=r"no column 'price'; there are: day, Potassium chloride \*\*"):
        read(content, Layout())
    with pytest.raises(BadObservation, match="stands 2 times"):
        read(b"a,a\n1,2\n", Layout(), ("a",))


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        (b"\xef\xbb\xbf" + CSV, Layout()),
        (CSV.replace(b",", b";"), Layout(delimiter=";")),
        (CSV.replace(b"\n", b"\r\n"), Layout()),
        (CSV.replace(b"\n", b"\r"), Layout()),
        (CSV.decode().encode("utf-16"), Layout(encoding="utf-16")),
        (b"A table\n\n" + CSV, Layout(header_row=3)),
        (b"day,price\n(d),(USD)\n2024-01-01,1\n2024-01-02,2\n", Layout(unit_row=2)),
        (b"day,price\n\n2024-01-01,1\n\n\n2024-01-02,2", Layout()),
        (gzip.compress(CSV), Layout(format="csv.gz")),
        (gzip.compress(CSV[:20]) + gzip.compress(CSV[20:]), Layout(format="csv.gz")),
        (b'{"day": "2024-01-01", "price": 1}\n\n{"price": 2, "day": "2024-01-02"}', Layout(format="jsonl")),
        (workbook([["day", "price"], ["2024-01-01", 1], [None, None], ["2024-01-02", 2.0]]), Layout(format="xlsx")),
    ],
    ids=lambda value: value.format if isinstance(value, Layout) else "",
)
def test_the_same_rows_in_every_form(content: bytes, layout: Layout) -> None:
    """Mark, delimiter, line end, encoding, lines above the header, unit row, gzip, JSON and XLSX give one table."""
    assert read(content, layout) == [["2024-01-01", "1"], ["2024-01-02", "2"]]


def test_a_stray_quote_costs_its_own_line_only() -> None:
    """The rows after a quote that is never closed are read."""
    content = b'day,price\n2024-01-01,"1\n2024-01-02,2\n2024-01-03,3\n'
    assert read(content, Layout()) == [Reason.ROW_MALFORMED, ["2024-01-02", "2"], ["2024-01-03", "3"]]
    content = b'day,price\n2024-01-01,"1\n2024-01-02,2\n"2024-01-03",3\n2024-01-04,4\n'
    assert read(content, Layout())[0] is Reason.ROW_MALFORMED
    assert read(content, Layout())[-1] == ["2024-01-04", "4"]


def test_rows_of_another_width_are_malformed() -> None:
    """A row cut short or with a cell too many is a dead letter; empty cells too many are not."""
    content = b"day,price\n2024-01-01\n2024-01-02,2,3\n2024-01-03,3,,\n"
    assert read(content, Layout()) == [Reason.ROW_MALFORMED, Reason.ROW_MALFORMED, ["2024-01-03", "3"]]


def test_wrong_bytes_cost_their_row() -> None:
    """A byte that is not in the declared encoding makes its row a dead letter with exactly those bytes."""
    content = b"day,price\n2024-01-01,1\xff\n2024-01-02,2\n"
    assert read(content, Layout()) == [Reason.WRONG_ENCODING, ["2024-01-02", "2"]]
    rows = open_rows(content, Layout(), ("day",))
    raws = [rows.raw() for _ in rows]
    assert raws == [b"2024-01-01,1\xff\n", b"2024-01-02,2\n"]


def test_utf16_in_place_of_utf8_is_said() -> None:
    """A file of another encoding is named with what to write."""
    with pytest.raises(BadObservation, match=r"layout\.encoding = 'utf-16'"):
        read(CSV.decode().encode("utf-16"), Layout())


def test_endless_cells_and_rows_are_cut_off() -> None:
    """No cell is longer and no file has more rows than the layout allows, whoever wrote it."""
    long = b"day,price\n2024-01-01," + b"9" * 200_000 + b"\n2024-01-02,2\n"
    assert read(long, Layout()) == [Reason.ROW_TOO_LONG, ["2024-01-02", "2"]]
    assert read(CSV, Layout(max_cell_chars=9))[0] is Reason.ROW_TOO_LONG
    with pytest.raises(BadObservation, match=r"layout\.max_rows = 1"):
        read(CSV, Layout(max_rows=1))
    line = b'{"day": "' + b"x" * 200_000 + b'", "price": 1}'
    assert read(line, Layout(format="jsonl")) == [Reason.ROW_TOO_LONG]


def test_gzip_that_breaks_off_or_never_ends() -> None:
    """A truncated, a damaged and an endless gzip file are each named; nothing is expanded beyond the bound."""
    packed = gzip.compress(CSV * 1_000)
    for content, reason in [
        (packed[:-20], Reason.FILE_TRUNCATED),
        (packed[:100] + b"\0" * 50 + packed[150:], Reason.FILE_TRUNCATED),
        (b"no gzip at all", Reason.FILE_TRUNCATED),
        (gzip.compress(b"\0" * 10_000_000), Reason.FILE_TOO_LARGE),
    ]:
        with pytest.raises(BadObservation) as caught:
            read(content, Layout(format="csv.gz", max_bytes=1_000_000))
        assert caught.value.reason is reason


def test_json_lines_that_are_none() -> None:
    """A line that is no object, NaN, a lone surrogate, deep nesting: each costs its own line."""
    lines = [
        b"[1]",
        b'{"day": NaN}',
        b'{"day": "\xff"}',
        b"{" * 5_000,
        b'{"day": ' + b"[" * 5_000,
        b'{"day": "d", "price": 1}',
    ]
    found = read(b"\n".join(lines), Layout(format="jsonl"))
    assert found == [Reason.ROW_MALFORMED] * 5 + [["d", "1"]]
    with pytest.raises(BadObservation, match="no line has 'price'"):
        read(b'{"day": "d"}', Layout(format="jsonl"))


def test_a_workbook_gives_values_never_formulas() -> None:
    """A formula that was never computed is an empty cell; dates are days; whole numbers have no point."""
    content = workbook([["day", "price"], ["2024-01-01", "=1+1"], [datetime.date(2024, 1, 2), 2.5]])
    assert read(content, Layout(format="xlsx")) == [["2024-01-01", ""], ["2024-01-02", "2.5"]]


def test_a_workbook_without_the_sheet_says_which_there_are() -> None:
    """A wrong sheet is named with those that there are."""
    with pytest.raises(BadObservation, match="no sheet 'Nickel'; there are: Prices"):
        read(workbook([["day", "price"]]), Layout(format="xlsx", sheet="Nickel"))


def repacked(content: bytes, name: str, change: bytes) -> bytes:
    """A workbook with one part replaced."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member, change if member.filename == name else old.read(member))
    return kept.getvalue()


def test_a_workbook_that_is_a_bomb_is_not_opened() -> None:
    """Expansion beyond reason, entities, a damaged part or no zip at all: refused before a parser sees it."""
    good = workbook([["day", "price"], ["2024-01-01", 1]])
    sheet = "xl/worksheets/sheet1.xml"
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for i in range(3_000):
            archive.writestr(f"{i}.xml", b"")
    for content, reason in [
        (repacked(good, sheet, b"<x>" + b"\0" * 50_000_000), Reason.FILE_TOO_LARGE),
        (repacked(good, sheet, laughs), Reason.UNKNOWN_SCHEMA),
        (repacked(good, sheet, laughs.decode().encode("utf-16")), Reason.UNKNOWN_SCHEMA),
        (repacked(good, sheet, b"<worksheet><sheetData><row"), Reason.UNKNOWN_SCHEMA),
        (repacked(good, "xl/workbook.xml", b"<nothing/>"), Reason.UNKNOWN_SCHEMA),
        (many.getvalue(), Reason.FILE_TOO_LARGE),
        (good[: len(good) // 2], Reason.UNKNOWN_SCHEMA),
        (b"PK", Reason.UNKNOWN_SCHEMA),
        (CSV, Reason.UNKNOWN_SCHEMA),
    ]:
        with pytest.raises(BadObservation) as caught:
            read(content, Layout(format="xlsx"))
        assert caught.value.reason is reason


def test_rows_far_down_and_far_right_do_not_fill_memory() -> None:
    """A cell in the last row or column of a sheet does not make a million empty ones."""
    good = workbook([["day", "price"], ["2024-01-01", 1]])
    far = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>day</t></is></c>'
        b'<c r="B1" t="inlineStr"><is><t>price</t></is></c></row>'
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>2024-01-01</t></is></c><c r="XFD2"><v>1</v></c></row>'
        b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(BadObservation, match="blank rows without end"):
        read(repacked(good, "xl/worksheets/sheet1.xml", far), Layout(format="xlsx", max_rows=1_000))


@pytest.mark.parametrize("layout", [Layout(delimiter=";", header_row=2), Layout(format="xlsx", sheet="x", unit_row=6)])
def test_a_media_type_carries_its_layout(layout: Layout) -> None:
    """How bytes were read can be told from their media type alone."""
    assert layout_of(media_type(layout)) == layout
    assert layout_of("text/html") is None


def test_the_text_of_a_row() -> None:
    """A row number leads to the header and the row as they stand; row 0 to the first rows; no row to nothing."""
    media = media_type(Layout())
    assert row_text(CSV, media, 2) == "day,price\n2024-01-02,2"
    assert row_text(CSV, media, 0) == CSV.decode().strip()
    assert row_text(CSV, media, 3) == ""
    assert row_text(gzip.compress(CSV), media_type(Layout(format="csv.gz")), 1) == "day,price\n2024-01-01,1"
    assert row_text(b'{"a": 1}\n{"a": 2}', media_type(Layout(format="jsonl")), 2) == '{"a": 2}'
    book = workbook([["day", "price"], ["2024-01-01", 1]])
    assert row_text(book, media_type(Layout(format="xlsx")), 1) == "day\tprice\n2024-01-01\t1"
    assert row_text(b"<html>", "text/html", 1) == "<html>"
