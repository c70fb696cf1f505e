"""Ministry of Commerce of China: announcements of its export-control site, as a list and as pages.

Design note of the source, confidence C (one careful client): the list wants its own Accept header, else Chinese comes
back as question marks; its paging is broken, every page is the first; a row may hold the whole text, a part or
nothing (unverified), so the page behind a link is read where the row holds no text. Pages change or vanish: their
bytes are kept. An announcement is known by its number wherever it stands, else by its path.
"""

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from lxml import etree, html

from services.errors import SourceFailed
from services.feeds.json_documents import object_of
from services.feeds.manifest import Layout, Manifest, read_manifest
from services.feeds.markup import PageRows
from services.feeds.sources.base import About, Asking, Step
from services.feeds.sources.marks import mark_key
from services.http_client import Answer, Ask, Manners, link_from
from services.reasons import Reason
from streams.errors import BadObservation
from streams.reference import Reference

_LIST = "/edi_ecms_web_front/front/column/getColumnList"
_ACCEPT = (("Accept", "application/json;charset=utf-8"), ("Content-Type", "application/json;charset=utf-8"))
_ASKED = b'{"columnID":1,"pageNum":1,"pageSize":20}'
_MOST_PAGES = 8  # at one reading
_OTHER_WAY = (Reason.NOT_THERE, Reason.REFUSED, Reason.ERROR_IN_ANSWER)  # the list has moved or is out of order
_SHORT = 40  # characters: a row with less of a text has none
_ARTICLE = re.compile(r"/article/[^?#]+\.html$|/art/20\d\d/art_[0-9a-f]{32}\.html$")
_WORDS = ("公告", "出口管制", "两用物项", "许可", "管制清单", "暂停", "不可靠实体", "稀土")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_HOSTS = ("exportcontrol.mofcom.gov.cn", "www.mofcom.gov.cn", "aqygzj.mofcom.gov.cn", "xkzj.mofcom.gov.cn")
_MANIFEST = """
name = "mofcom"
[[files]]
id = "list"
path = "list.json"
family = "notices"
publisher = "Ministry of Commerce of the People's Republic of China"
publication = "China Export Control Information"
address = "http://exportcontrol.mofcom.gov.cn/"
licence = "none stated"
layout = { format = "json", records = ["pageInfo.rows.*", "data.rows.*", "rows.*"] }
known = { undated = "read" }
[files.dates]
column = "publishTimeStr"
also = [
    { pattern = "%Y-%m-%d *", period = "day" },
    { pattern = "%Y-%m-%dT*", period = "day" },
    { pattern = "%Y/%m/%d*", period = "day" },
    { pattern = "%Y年%m月%d日*", period = "day" },
    { pattern = "%L", period = "day" },
]
[files.document]
issuer = "mofcom"
number = "{title|announcement}"
or_number = "{url|path}"
title = "{title}"
text = "{content}"
is_markup = true
language = "zh"
state = "CHN"
address = "{url}"
[[files]]
id = "page"
path = "*.html"
family = "notices"
publisher = "Ministry of Commerce of the People's Republic of China"
publication = "China Export Control Information"
address = "http://exportcontrol.mofcom.gov.cn/"
licence = "none stated"
layout = { format = "html" }
dates = { column = "published" }
known = { undated = "read" }
[files.document]
issuer = "mofcom"
number = "{title|announcement}"
or_number = "{.origin|path}"
title = "{title}"
text = "{text}"
language = "zh"
state = "CHN"
address = "{.origin}"
"""


class Mofcom:
    """Pages first where the list holds no text: what is read first of an announcement stands."""

    about: ClassVar[About] = About(
        name="mofcom",
        title="Announcements of China's Ministry of Commerce on export control",
        publisher="Ministry of Commerce of the People's Republic of China",
        licence="none stated",
        page="http://exportcontrol.mofcom.gov.cn/",
        places=tuple(f"{scheme}://{host}" for host in _HOSTS for scheme in ("http", "https")),
        every="30m",
        history_days=0,
        stale_days=60,
        manners=Manners(every_s=3.0, break_after=6),  # four attempts at the list, then the home page
    )

    def __init__(self, reference: Reference, since: str) -> None:
        self._manifest = read_manifest(_MANIFEST.encode(), "mofcom")

    def manifest(self, names: Mapping[str, str]) -> Manifest:
        """The list and the pages: one issuer."""
        return self._manifest

    def read(self, asking: Asking) -> Iterator[Step]:
        """The list; where it fails, the links of the home page; and the pages behind rows without a text."""
        listed: Answer | None = None
        try:
            listed = asking.fetch(Ask(address=asking.base + _LIST, headers=_ACCEPT, body=_ASKED), _fault)
            links = [link for link, text in _rows(listed.content) if len(text) < _SHORT]
        except SourceFailed as failure:
            links = self._home(asking) if failure.reason in _OTHER_WAY else []
            if not links:
                raise
            asking.note(f"{failure.detail}; the links of the home page were followed instead")
        left = _MOST_PAGES
        for link in links:
            address = link_from(asking.base + "/", link)
            if mark_key(address) in asking.mark.seen or not _ARTICLE.search(address):
                continue
            if not asking.allows(address):
                asking.note("a link leads to a host that is not configured; it was not followed")
                continue
            if left == 0:
                asking.more = True
                break
            left -= 1
            try:
                page = asking.fetch(Ask(address=address), _fault_of_page)
            except SourceFailed as failure:
                asking.note(f"a page could not be read ({failure.detail}); what the list says of it stands")
                if failure.is_temporary or failure.reason is Reason.BREAKER_OPEN:
                    break
                continue
            yield Step(entry="page", answers=(page,))
        if listed is not None and (_rows(listed.content) or listed.is_unchanged):
            yield Step(entry="list", answers=(listed,))

    def _home(self, asking: Asking) -> list[str]:
        """The articles that the home page links to; none where it cannot be read either."""
        try:
            home = asking.fetch(Ask(address=asking.base + "/"))
        except SourceFailed:
            return []
        return _links(home.content, home.address)


def _list_of(content: bytes) -> list[object] | None:
    told = object_of(content) or {}
    for holder in (told.get("pageInfo"), told.get("data"), told):
        if isinstance(holder, dict) and isinstance(holder.get("rows"), list):
            return list(holder["rows"])
    return None


def _rows(content: bytes) -> list[tuple[str, str]]:
    """Link and text of each row."""
    rows = [row for row in _list_of(content) or () if isinstance(row, dict)]
    return [(str(row.get("url") or ""), str(row.get("content") or "").strip()) for row in rows]


def _fault(content: bytes) -> str:
    rows = _list_of(content)
    if rows is None:
        return "status 200, and no list in it"
    titles = "".join(str(row.get("title", "")) for row in rows if isinstance(row, dict))
    if "??" in titles and not _CHINESE.search(titles):
        return "its Chinese came back as question marks"
    return ""


def _fault_of_page(content: bytes) -> str:
    """A page that speaks of no control is half of one, or says that the site is busy: it is asked for again."""
    try:
        told = PageRows(content, Layout(format="html"), ("title", "text")).raw().decode()
    except BadObservation:
        told = ""
    return "" if any(word in told for word in _WORDS) else "status 200, and no announcement in it"


def _links(content: bytes, address: str) -> list[str]:
    """The articles on a page whose title has a word of export control."""
    try:
        page = html.document_fromstring(content, parser=html.HTMLParser(no_network=True, encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    found: dict[str, None] = {}
    for anchor in page.iter("a"):
        title = f"{anchor.get('title') or ''} {''.join(str(t) for t in anchor.itertext())}"
        link = link_from(address, str(anchor.get("href") or ""))
        if _ARTICLE.search(link) and any(word in title for word in _WORDS):
            found[link] = None
    return list(found)
