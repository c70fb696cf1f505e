"""Layout ↔ media type: evidence says by itself how its bytes were read, so that a row number leads back to its text."""

from collections.abc import Collection, Sequence

import msgspec

from services.feeds.json_documents import JsonRows
from services.feeds.manifest import Layout
from services.feeds.markup import PageRows, XmlRows
from services.feeds.readers import CsvRows, JsonLineRows, Rows, expand
from services.feeds.workbooks import WorkbookRows
from services.feeds.zips import only_member
from streams.codec import encode

_FIRST_ROWS = 5  # shown where a figure stands on the file as a whole
_TYPES = {
    "csv": "text/csv",
    "csv.gz": "application/gzip",
    "csv.zip": "application/zip",
    "jsonl": "application/x-ndjson",
    "jsonl.gz": "application/gzip",
    "json": "application/json",
    "xml": "application/xml",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def open_rows(content: bytes, layout: Layout, columns: Sequence[str], optional: Collection[str] = ()) -> Rows:
    """The rows of a file, cells of the wanted columns. Raises BadObservation when the file cannot be used.

    Records and elements may all lack the `optional` ones; in a table every column has a header.
    """
    if layout.format.endswith(".gz"):
        content = expand(content, layout.max_bytes)
    if layout.format.endswith(".zip"):
        content = only_member(content, layout.max_bytes)
    match layout.format.partition(".")[0]:
        case "xlsx":
            return WorkbookRows(content, layout, columns)
        case "csv":
            return CsvRows(content, layout, columns)
        case "json":
            return JsonRows(content, layout, columns, optional)
        case "xml":
            return XmlRows(content, layout, columns, optional)
        case "html":
            return PageRows(content, layout, columns)
        case _:
            return JsonLineRows(content, layout, columns, optional)


def media_type(layout: Layout) -> str:
    """The media type of a file with this layout; the layout is its one parameter."""
    return f"{_TYPES[layout.format]}; layout={encode(layout).decode()}"


def layout_of(media: str) -> Layout | None:
    """The layout that a media type carries; None for bytes that are no table."""
    _, found, told = media.partition("; layout=")
    return msgspec.json.decode(told, type=Layout) if found else None


def row_text(content: bytes, media: str, row: int) -> str:
    """The header and one row as they stand in the stored bytes; row 0 is the file as a whole: its first rows."""
    layout = layout_of(media)
    if layout is None:
        return content[:2_000].decode(errors="replace")
    rows = open_rows(content, layout, ())
    is_csv = layout.format.startswith("csv")
    texts = [(layout.delimiter if is_csv else "\t").join(rows.header)]
    for number, _ in rows:
        if number == row or (row < 1 and number <= _FIRST_ROWS):
            texts.append(rows.raw().decode(layout.encoding if is_csv else "utf-8", "replace").rstrip("\r\n"))
        if number >= max(row, _FIRST_ROWS if row < 1 else 1):
            break
    return "\n".join(text for text in texts if text.strip()) if row < 1 or len(texts) > 1 else ""
