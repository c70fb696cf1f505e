"""Promise: MOFCOM's announcements are read in Chinese, each once, with its text, from a list whose paging is broken."""

import msgspec
import pytest

from services.clock import iso_day
from services.errors import SourceFailed
from services.reasons import Reason
from streams.observations import NoticeObservation
from tests.fakes.sources.mofcom import MofcomPlayer, row
from tests.fakes.web import always, reply
from tests.feeding import NOW
from tests.live import LiveRig, rig_of

PAGE = """<html><head><meta name="PubDate" content="2026-09-16 09:00"></head><body>
<h1>商务部公告2026年第50号 ban on gallium</h1><p>决定对germanium相关物项实施出口管制</p></body></html>""".encode()


def played(rig: LiveRig) -> MofcomPlayer:
    """The player of the rig."""
    assert isinstance(rig.player, MofcomPlayer)
    return rig.player


def notices(rig: LiveRig, cursor: str = "") -> dict[str, NoticeObservation]:
    """The acts that a reading brings, by number."""
    return {n.number: n for batch in rig.feed.poll(cursor).batches for n in batch.notices}


def test_an_announcement_is_known_by_its_number() -> None:
    """Number from the title, else the path; its text is read without its markup; the day is the one of the list."""
    rig = rig_of("mofcom")
    played(rig).rows = [row(1, "商务部公告2026年第41号 ban on gallium"), row(2, "ban on germanium")]
    found = notices(rig)
    assert set(found) == {"公告2026年第41号", "/article/gzdt/202609/2.html"}
    first = found["公告2026年第41号"]
    assert (first.issuer, first.language, iso_day(first.occurred_at)) == ("mofcom", "zh", "2026-09-17")


def test_only_the_first_page_is_asked_for_and_in_the_form_that_keeps_chinese() -> None:
    """Every page is the same twenty rows; without its own Accept header Chinese comes back as question marks."""
    rig = rig_of("mofcom")
    rig.feed.poll("")
    (asked,) = [request for request in rig.web.asked if request.method == "POST"]
    assert asked.headers["accept"] == "application/json;charset=utf-8"
    assert b'"pageNum":1' in asked.content


def test_question_marks_are_no_announcement() -> None:
    """A list whose Chinese was lost is a failure, not twenty documents that say nothing."""
    rig = rig_of("mofcom")
    rows = b'{"pageInfo": {"rows": [{"title": "??????2026??41?", "url": "/article/a/202609/1.html"}]}}'
    rig.web.rule = lambda request: reply(rows)
    with pytest.raises(SourceFailed) as failed:
        rig.feed.poll("")
    assert failed.value.reason is Reason.ERROR_IN_ANSWER


def test_a_row_without_a_text_leads_to_its_page_which_is_kept() -> None:
    """The page is read first, so that what it says stands; its bytes are evidence, and it is fetched once."""
    rig = rig_of("mofcom")
    played(rig).rows = [row(5, "商务部公告2026年第50号 ban on gallium", content="")]
    played(rig).articles = {"/article/gzdt/202609/5.html": PAGE}
    poll = rig.feed.poll("")
    (found,) = {n.number: n for batch in poll.batches for n in batch.notices}.values()
    assert (found.number, iso_day(found.occurred_at)) == ("公告2026年第50号", "2026-09-16")
    assert poll.evidence[0].content == PAGE
    assert poll.evidence[0].origin.endswith("/article/gzdt/202609/5.html")
    rig.feed.poll(poll.cursor)
    assert played(rig).asked.count("/article/gzdt/202609/5.html") == 1


@pytest.mark.parametrize("page", [b"", PAGE[:60], "<html><body>系统繁忙，请稍后再试</body></html>".encode()])
def test_a_page_that_is_no_announcement_is_asked_for_again(page: bytes) -> None:
    """Nothing, half a page, a busy site, each with status 200: said, and the page is read when it is there."""
    rig = rig_of("mofcom")
    played(rig).rows = [row(5, "关于镓的通知", content="")]
    played(rig).articles = {"/article/gzdt/202609/5.html": page}
    poll = rig.feed.poll("")
    assert "could not be read" in poll.notes[0]
    played(rig).articles = {"/article/gzdt/202609/5.html": PAGE}
    rig.now += 3_600
    rig.time.wait(3_600)
    assert set(notices(rig, poll.cursor)) == {"公告2026年第50号"}


def test_a_link_to_another_host_is_not_followed() -> None:
    """What the list links to elsewhere is said and left."""
    rig = rig_of("mofcom")
    played(rig).rows = [row(5, "公告 ban on gallium", content="", url="https://evil.example/article/a/202609/5.html")]
    poll = rig.feed.poll("")
    assert "not configured" in poll.notes[0]
    assert all(request.url.host == "exportcontrol.mofcom.gov.cn" for request in rig.web.asked)


def test_without_the_list_the_home_page_leads_to_the_articles() -> None:
    """The list is gone: articles whose title has a word of export control are read, others are not."""
    rig = rig_of("mofcom")
    player = played(rig)
    player.articles = {"/article/gzdt/202609/5.html": PAGE}
    player.home = (
        "<a href='/article/gzdt/202609/5.html' title='商务部公告2026年第50号'>x</a>"
        "<a href='/article/gzdt/202609/6.html' title='培训通知'>x</a>"
    ).encode()
    plain = rig.web.rule
    rig.web.rule = lambda request: reply(status=404) if request.method == "POST" else plain(request)
    poll = rig.feed.poll("")
    assert {n.number for batch in poll.batches for n in batch.notices} == {"公告2026年第50号"}
    assert "home page" in poll.notes[0]
    assert "/article/gzdt/202609/6.html" not in player.asked


def test_a_document_without_a_day_counts_from_when_it_was_read() -> None:
    """An announcement whose day is missing is known now, not never."""
    rig = rig_of("mofcom")
    played(rig).rows = [row(1, "公告2026年第60号 ban on gallium", publishTimeStr=None)]
    assert notices(rig)["公告2026年第60号"].known_at == NOW


def test_a_page_that_is_gone_does_not_keep_the_list_from_being_read() -> None:
    """Pages vanish: what the list says of the announcement stands, with a note."""
    rig = rig_of("mofcom")
    played(rig).rows = [
        row(5, "商务部公告2026年第50号 ban on gallium", content=""),
        row(6, "公告2026年第51号 ban on germanium"),
    ]
    poll = rig.feed.poll("")
    assert {n.number for batch in poll.batches for n in batch.notices} == {"公告2026年第50号", "公告2026年第51号"}
    assert "could not be read" in poll.notes[0]


def test_an_article_on_another_official_host_is_read() -> None:
    """The bureaus have hosts of their own, with names of 32 hexadecimal digits: these are configured, and followed."""
    path = f"/flzc/gzjgfxwj/art/2025/art_{'0a' * 16}.html"
    rig = rig_of("mofcom")
    played(rig).rows = [
        row(5, "商务部公告2026年第50号 ban on gallium", content="", url=f"https://aqygzj.mofcom.gov.cn{path}")
    ]
    played(rig).articles = {path: PAGE}
    poll = rig.feed.poll("")
    assert poll.evidence[0].origin == f"https://aqygzj.mofcom.gov.cn{path}"
    assert {n.number for batch in poll.batches for n in batch.notices} == {"公告2026年第50号"}


@pytest.mark.parametrize("holder", ["pageInfo", "data", ""])
def test_the_list_is_found_wherever_it_stands(holder: str) -> None:
    """What holds the rows is known from one client only: each of the places is read."""
    rig = rig_of("mofcom")
    rows = {"rows": [row(1, "商务部公告2026年第41号 ban on gallium")]}
    rig.web.rule = always(msgspec.json.encode({holder: rows} if holder else rows))
    assert set(notices(rig)) == {"公告2026年第41号"}


@pytest.mark.parametrize(
    "written",
    ["2026-09-17", "2026-09-17 10:00:00", "2026-09-17T10:00:00", "2026/9/17 10:00", "2026年9月17日", 1789603200000],
)
def test_the_day_is_read_in_each_way_of_writing_it(written: str | int) -> None:
    """How the list writes a day is unverified: text, with and without a time, in Chinese, and as milliseconds."""
    rig = rig_of("mofcom")
    played(rig).rows = [row(1, "公告2026年第41号 ban on gallium", publishTimeStr=written)]
    assert iso_day(notices(rig)["公告2026年第41号"].occurred_at) == "2026-09-17"


def test_with_neither_list_nor_home_page_the_failure_of_the_list_is_said() -> None:
    """The site is often slow or down: 502 from both is a failure with its reason, and the mark stays."""
    rig = rig_of("mofcom")
    rig.web.rule = lambda request: reply(status=404 if request.method == "POST" else 502)
    with pytest.raises(SourceFailed) as failed:
        rig.feed.poll("")
    assert failed.value.reason is Reason.NOT_THERE
