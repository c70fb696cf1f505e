"""XML and HTML bytes → **rows**, without entities, external parts or network: elements of a table, or one page."""

import re
from collections.abc import Collection, Iterator, Sequence

from lxml import etree, html

from services.feeds.manifest import Layout
from services.feeds.readers import BadRow
from services.feeds.zips import is_declaring_entities
from streams.errors import BadObservation
from streams.reasons import Reason

_DATE_NAMES = ("pubdate", "publishdate", "article:published_time", "dc.date", "date")
_TITLE_NAMES = ("articletitle", "og:title")
_DROPPED = ("script", "style", "noscript", "nav", "header", "footer", "form", "iframe", "select", "button")
_DAY = re.compile(r"((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")


class XmlRows:
    """The elements called `layout.records`, whatever their name space; a column is an attribute or a child's text.

    An attribute that an element lacks is that of the nearest element around it. Raises BadObservation.
    """

    units: dict[str, str]

    def __init__(self, content: bytes, layout: Layout, columns: Sequence[str], optional: Collection[str] = ()) -> None:
        if is_declaring_entities(content):
            raise BadObservation(Reason.UNKNOWN_SCHEMA, "declares a document type or entities; no list of figures does")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(content, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise BadObservation(Reason.UNKNOWN_SCHEMA, f"no XML: {str(error)[:120]}") from None
        wanted = set(layout.records) or {"item"}
        found = [element for element in root.iter() if isinstance(element.tag, str)]
        self._elements = [element for element in found if _local(element) in wanted and _is_row(element, wanted)]
        if len(self._elements) > layout.max_rows:
            raise BadObservation(Reason.FILE_TOO_LARGE, f"more than layout.max_rows = {layout.max_rows} elements")
        if not self._elements and _local(root) == "html":
            raise BadObservation(Reason.UNKNOWN_SCHEMA, "a page, not the list that was asked for")
        self._raw, self._max_chars = b"", layout.max_cell_chars
        self.header, self.units, self.at_most = list(columns), {}, len(self._elements)
        for column in columns:
            if self._elements and column not in optional and not any(_value(e, column) for e in self._elements):
                raise BadObservation(Reason.COLUMN_MISSING, f"no element {' or '.join(sorted(wanted))} has {column!r}")

    def raw(self) -> bytes:
        """The element that was given last."""
        return self._raw

    def __iter__(self) -> Iterator[tuple[int, Sequence[str] | BadRow]]:
        for number, element in enumerate(self._elements, start=1):
            self._raw = etree.tostring(element, with_tail=False)
            cells = [_value(element, column) for column in self.header]
            if max(map(len, cells), default=0) > self._max_chars:
                detail = f"a text of more than layout.max_cell_chars = {self._max_chars}"
                yield number, BadRow(reason=Reason.ROW_TOO_LONG, detail=detail)
            else:
                yield number, cells


class PageRows:
    """One page as one row: `title`, `text`, `published` (an ISO day, empty where the page says none), `address`."""

    units: dict[str, str]

    def __init__(self, content: bytes, layout: Layout, columns: Sequence[str]) -> None:
        parser = html.HTMLParser(no_network=True, huge_tree=False, encoding=_encoding(content, layout))
        try:
            page = html.document_fromstring(content, parser=parser)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError, LookupError) as error:
            raise BadObservation(Reason.UNKNOWN_SCHEMA, f"no page: {str(error)[:120]}") from None
        found = _page(page)
        if not found["title"] and not found["text"]:
            raise BadObservation(Reason.UNKNOWN_SCHEMA, "a page without a title and without a text")
        missing = [column for column in columns if column not in found]
        if missing:
            raise BadObservation(Reason.COLUMN_MISSING, f"a page has no {missing[0]!r}; it has {', '.join(found)}")
        self._cells = [found[column][: layout.max_cell_chars] for column in columns]
        self._raw = "\n".join(text for text in found.values() if text).encode(errors="replace")
        self.header, self.units, self.at_most = list(columns), {}, 1

    def raw(self) -> bytes:
        """What was read of the page."""
        return self._raw

    def __iter__(self) -> Iterator[tuple[int, Sequence[str] | BadRow]]:
        yield 1, self._cells


def text_of(markup: str) -> str:
    """The words of a piece of HTML, a line for each block; the text itself where it is none."""
    if "<" not in markup:
        return markup
    try:
        return _words(html.fragment_fromstring(markup, create_parent="div"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return markup


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _is_row(element: etree._Element, wanted: Collection[str]) -> bool:
    """Whether it is a row itself and no list of rows, perhaps an empty one, that goes by the same name."""
    is_bare = not element.attrib and not len(element) and not (element.text or "").strip()
    return not is_bare and not any(isinstance(child.tag, str) and _local(child) in wanted for child in element)


def _value(element: etree._Element, column: str) -> str:
    for child in element:
        if isinstance(child.tag, str) and _local(child) == column:
            return "".join(str(text) for text in child.itertext()).strip()
    around: etree._Element | None = element
    while around is not None:
        for name, value in around.attrib.items():
            if etree.QName(str(name)).localname == column:
                return str(value).strip()
        around = around.getparent()
    return ""


def _encoding(content: bytes, layout: Layout) -> str | None:
    """What the manifest says, else UTF-8 where the bytes are, else what the page says of itself."""
    if layout.encoding != "utf-8-sig":
        return layout.encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _page(page: html.HtmlElement) -> dict[str, str]:
    told = {
        str(e.get("name") or e.get("property") or "").lower(): str(e.get("content") or "") for e in page.iter("meta")
    }
    heading = next((" ".join(e.text_content().split()) for e in page.iter("h1") if e.text_content().strip()), "")
    named = " ".join("".join(e.text_content() for e in page.iter("title")).split())
    title = next((told[name].strip() for name in _TITLE_NAMES if told.get(name, "").strip()), heading or named)
    links = [str(e.get("href") or "") for e in page.iter("link") if e.get("rel") == "canonical"]
    body = page.find("body")
    text = _words(page if body is None else body)
    dated = [told[name] for name in _DATE_NAMES if _DAY.search(told.get(name, ""))]
    return {
        "title": title,
        "text": text,
        "published": _iso_day(dated[0] if dated else text[:2_000]),
        "address": links[0] if links else "",
    }


def _words(element: html.HtmlElement) -> str:
    """The text of an element, a line for each of its parts, without scripts, menus and forms."""
    for part in list(element.iter(*_DROPPED)):
        part.drop_tree()
    lines = (" ".join(line.split()) for text in element.itertext() for line in str(text).splitlines())
    return "\n".join(line for line in lines if line)


def _iso_day(text: str) -> str:
    found = _DAY.search(text)
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}" if found else ""
