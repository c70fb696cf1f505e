"""Promise: what services answer with - JSON, XML, pages, zips - gives rows of text within bounds, or says why not."""

import io
import zipfile
from collections.abc import Sequence

import msgspec
import pytest

from services.feeds.json_documents import JsonRows
from services.feeds.layouts import media_type, open_rows, row_text
from services.feeds.manifest import Layout
from services.feeds.markup import PageRows, XmlRows, text_of
from services.feeds.readers import BadRow
from streams.errors import BadObservation
from streams.reasons import Reason

ARCGIS = {
    "fields": [
        {"name": "date_", "alias": "date", "type": "esriFieldTypeDateOnly"},
        {"name": "n_total", "alias": "n_total"},
    ],
    "features": [
        {"attributes": {"date_": "2026-09-01", "n_total": 70}},
        {"attributes": {"date_": None, "n_total": 1.5}},
    ],
}


def cells(rows: JsonRows | XmlRows | PageRows) -> list[Sequence[str] | BadRow]:
    """The rows without their numbers."""
    return [row for _, row in rows]


def json_rows(document: object, columns: Sequence[str], **layout: object) -> JsonRows:
    """The rows of a JSON document."""
    return JsonRows(msgspec.json.encode(document), Layout(format="json", **layout), columns)  # type: ignore[arg-type]


def refusal(content: bytes, layout: Layout, columns: Sequence[str] = ()) -> BadObservation:
    """Why bytes cannot be read."""
    with pytest.raises(BadObservation) as found:
        list(open_rows(content, layout, columns))
    return found.value


def test_a_field_is_found_by_its_alias() -> None:
    """The service renamed `date` to `date_`: the answer says so itself, and the manifest need not change."""
    rows = json_rows(ARCGIS, ["date", "n_total"], records=("features.*.attributes",), aliases="fields")
    assert cells(rows) == [["2026-09-01", "70"], ["", "1.5"]]


@pytest.mark.parametrize("document", [{"data": [{"a": 1}]}, [{"a": 1}]])
def test_the_first_place_that_is_there_holds_the_records(document: object) -> None:
    """A list in a wrapper and a bare one are both read."""
    assert cells(json_rows(document, ["a"], records=("data.*", "*"))) == [["1"]]


def test_a_column_is_a_path_or_the_first_of_several_with_a_text() -> None:
    """Nested objects, places in a list, a link that is an object here and a text there."""
    records = [{"at": [1.5, 2], "url": {"report": "r"}}, {"at": [3], "url": "u"}, {"at": [], "url": {"other": "o"}}]
    rows = json_rows(records, ["at.0", "url.report/url"])
    assert cells(rows) == [["1.5", "r"], ["3", "u"], ["", '{"other":"o"}']]


def test_a_field_that_no_record_has_is_missing_not_empty() -> None:
    """A renamed field is said with the names that there are; one that is empty everywhere is just empty."""
    assert cells(json_rows([{"a": None}], ["a"])) == [[""]]
    problem = refusal(b'[{"b": 1, "c": 2}]', Layout(format="json"), ["a"])
    assert (problem.reason, "b, c" in problem.detail) == (Reason.COLUMN_MISSING, True)
    assert cells(json_rows([], ["a"])) == []


@pytest.mark.parametrize(
    "content", [b"", b"<html>busy</html>", b"{", b"\xff\xfe{}", b"[" * 5_000, b'{"error": {"code": 400}}']
)
def test_what_is_no_list_is_said(content: bytes) -> None:
    """Plain text with status 200, half an answer, an error in place of the list: a reason and how it begins."""
    assert refusal(content, Layout(format="json", records=("features.*",))).reason is Reason.UNKNOWN_SCHEMA


def test_records_that_are_no_objects_are_bad_rows_and_bounds_hold() -> None:
    """Junk among the records costs itself only; too many and too long are refused."""
    assert [isinstance(row, BadRow) for row in cells(json_rows([1, {"a": "x"}, []], ["a"]))] == [True, False, True]
    assert isinstance(cells(json_rows([{"a": "x" * 11}], ["a"], max_cell_chars=10))[0], BadRow)
    assert refusal(b"[1, 2, 3]", Layout(format="json", max_rows=2)).reason is Reason.FILE_TOO_LARGE


XML = b"""<?xml version="1.0"?><e:Envelope xmlns:e="urn:e"><Cube><Cube time="2026-09-18">
<Cube currency="USD" rate="1.1"/><Cube currency="JPY" rate="160"/></Cube></Cube></e:Envelope>"""


def test_an_element_has_the_attributes_around_it() -> None:
    """The day stands on the list, the rate on its entry: each row has both, whatever the name space."""
    rows = XmlRows(XML, Layout(format="xml", records=("Cube",)), ["time", "currency", "rate"])
    assert cells(rows) == [["2026-09-18", "USD", "1.1"], ["2026-09-18", "JPY", "160"]]
    items = b"<rss><item><title> A &amp; B </title></item></rss>"
    assert cells(XmlRows(items, Layout(format="xml", records=("item",)), ["title"])) == [["A & B"]]


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x><item>&b;</item></x>',
        b'<!DOCTYPE x SYSTEM "http://evil.example/x.dtd"><x><item/></x>',
        b"<x><item>",
        b"<html><body>busy</body></html>",
        b"not xml",
        '<!DOCTYPE x [<!ENTITY a "a">]><x/>'.encode("utf-16"),
    ],
)
def test_xml_with_entities_and_what_is_no_xml_is_refused(content: bytes) -> None:
    """No entity is expanded, nothing is fetched, half an answer is no answer."""
    assert refusal(content, Layout(format="xml", records=("item",))).reason is Reason.UNKNOWN_SCHEMA


PAGE = """<html><head><title>Site - x</title><meta name="PubDate" content="2025-10-09 10:00:01">
</head><body><nav>Menu</nav>
<script>var x = 1;</script><h1>商务部公告2025年第61号</h1><div>第一条<br>第二条</div><p>附件</p></body></html>"""


def test_a_page_is_its_heading_its_day_and_its_words() -> None:
    """Menus and scripts are left out; the day is what the page says of itself, else the first that stands in it."""
    columns = ["title", "text", "published"]
    (found,) = cells(PageRows(PAGE.encode(), Layout(format="html"), columns))
    assert found == ["商务部公告2025年第61号", "商务部公告2025年第61号\n第一条\n第二条\n附件", "2025-10-09"]
    other = "<title>T</title><body>发布时间：2025年1月2日</body>".encode("gb18030")
    page = b'<meta charset="gb18030">' + other
    assert cells(PageRows(page, Layout(format="html"), columns)) == [["T", "发布时间：2025年1月2日", "2025-01-02"]]
    assert cells(PageRows(b"<p>x</p>", Layout(format="html"), ["published"])) == [[""]]
    assert refusal(b"   ", Layout(format="html")).reason is Reason.UNKNOWN_SCHEMA


def test_markup_in_a_field_gives_its_words() -> None:
    """A text in HTML is read as a reader sees it; a text that is none stays as it is."""
    assert text_of("<p>对<b>镓</b></p><script>1</script>") == "对\n镓"
    assert text_of("3 > 2") == "3 > 2"


def zipped(**files: bytes) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_holds_one_file_within_bounds() -> None:
    """One table is read; two, none, a bomb and a damaged one are refused."""
    layout = Layout(format="csv.zip", max_bytes=100_000)
    assert list(open_rows(zipped(a=b"x,y\n1,2\n"), layout, ["y"])) == [(1, ["2"])]
    assert refusal(zipped(a=b"x\n", b=b"x\n"), layout).reason is Reason.FILE_TOO_LARGE
    assert refusal(zipped(), layout).reason is Reason.UNKNOWN_SCHEMA
    assert refusal(zipped(a=b"0" * 10_000_000), layout).reason is Reason.FILE_TOO_LARGE
    damaged = bytearray(zipped(a=b"x,y\n" + bytes(range(200)) * 20))
    damaged[60] ^= 0xFF
    assert refusal(bytes(damaged), layout).reason in (Reason.FILE_TRUNCATED, Reason.WRONG_ENCODING)


def test_a_row_leads_back_to_its_record() -> None:
    """The layout in the media type is enough to show the record of a row again."""
    layout = Layout(format="json", records=("features.*.attributes",), aliases="fields")
    text = row_text(msgspec.json.encode(ARCGIS), media_type(layout), 1)
    assert text == '{"date_":"2026-09-01","n_total":70}'
