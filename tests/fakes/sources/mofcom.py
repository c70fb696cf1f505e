"""MOFCOM's export-control site, in the shape of the design note: its list, its home page, its articles."""

from typing import Any

import msgspec

from tests.fakes.loopback import Answer, Request
from tests.fakes.sources.base import JUNK, NOT_THERE, found, path_of


def row(number: int, title: str, **more: Any) -> dict[str, Any]:
    """One row of the list."""
    base = {"title": title, "url": f"/article/gzdt/202609/{number}.html", "publishTimeStr": "2026-09-17 10:00:00"}
    return {
        **base,
        "content": "<p>为维护国家安全和利益，决定对镓相关物项实施出口管制，现公告如下，自公告之日起施行。以下略。</p>",
        **more,
    }


ROWS = {"empty": [], "some": [row(1, "商务部公告2026年第41号 ban on gallium")]}
ROWS["more"] = [row(2, "商务部公告2026年第42号 ban on germanium", publishTimeStr="2026-09-18 09:00:00"), *ROWS["some"]]
ROWS["malformed"] = [
    *ROWS["more"],
    row(3, "公告2026年第43号 ban", publishTimeStr="soon"),
    row(4, "", url=""),
]


class MofcomPlayer:
    """Every page of the list is the first one. `articles` are pages by path, `home` what the home page links to."""

    name = "mofcom"

    def __init__(self) -> None:
        self.state = "some"
        self.rows: list[dict[str, Any]] | None = None
        self.articles: dict[str, bytes] = {}
        self.home = b"<html><body>home</body></html>"
        self.asked: list[str] = []

    def answer(self, request: Request) -> Answer:
        """The list, the home page or an article."""
        path = path_of(request)
        self.asked.append(path)
        if path == "/edi_ecms_web_front/front/column/getColumnList":
            if request.method != "POST":
                return Answer(405)
            if self.state == "hostile":
                return found(b'{"pageInfo": {"rows": [{"junk": "' + JUNK.hex().encode() + b'"}]}}')
            rows = self.rows if self.rows is not None else ROWS[self.state]
            told = msgspec.json.encode({"pageInfo": {"rows": rows, "total": 400}})
            if "charset=utf-8" not in request.headers.get("accept", ""):
                told = told.decode().encode("ascii", "replace")
            return found(told)
        if path in self.articles:
            return found(self.articles[path], "text/html")
        return found(self.home, "text/html") if path == "/" else NOT_THERE
