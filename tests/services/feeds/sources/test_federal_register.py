"""Promise: the Federal Register is read whole through its silent limits, and earlier than it is printed."""

import httpx
import pytest

from services.clock import iso_time
from services.errors import SourceFailed
from services.reasons import Reason
from streams.observations import NoticeObservation
from tests.fakes.sources.base import rule_of
from tests.fakes.sources.federal_register import FederalRegisterPlayer, document, inspected
from tests.fakes.web import always, reply
from tests.feeding import NOW, archive_in_memory
from tests.live import LiveRig, rig_of


def played(rig: LiveRig) -> FederalRegisterPlayer:
    """The player of the rig."""
    assert isinstance(rig.player, FederalRegisterPlayer)
    return rig.player


def notices(rig: LiveRig, cursor: str = "") -> dict[str, NoticeObservation]:
    """The acts that readings bring until there is no more, by number."""
    found: dict[str, NoticeObservation] = {}
    while True:
        poll = rig.feed.poll(cursor)
        found |= {n.number: n for batch in poll.batches for n in batch.notices}
        cursor = poll.cursor
        if not poll.more:
            return found


def test_no_hits_is_an_answer_without_a_list() -> None:
    """`results` is absent where nothing is found: nothing read, nothing wrong, and the day counts as read."""
    rig = rig_of("federal_register")
    rig.player.state = "empty"
    poll = rig.feed.poll("")
    assert (poll.read, poll.dead_letters) == (0, ())
    assert '"reached":"2026-09-21"' in poll.cursor


def test_every_page_of_a_window_is_read() -> None:
    """More documents than one page holds: all come, by pages within the limits that the service keeps silently."""
    rig = rig_of("federal_register", since="2026-09-14")
    played(rig).documents = [document(f"2026-{n}", "2026-09-17", "Ban on gallium") for n in range(10_001, 11_001)]
    assert len(notices(rig)) == 1_000
    assert {(2 <= int(q["per_page"]) <= 1_000, int(q["page"]) <= 50) for q in played(rig).queries} == {(True, True)}


def test_a_page_that_is_the_first_again_is_noticed() -> None:
    """Beyond its limits the service gives page one again: the window is not taken for read."""
    rig = rig_of("federal_register", since="2026-09-14")
    played(rig).documents = [document(f"2026-{n}", "2026-09-17", "Sunshine meeting") for n in range(10_001, 11_001)]
    played(rig).repeats = True
    with pytest.raises(SourceFailed) as failed:
        rig.feed.poll("")
    assert failed.value.reason is Reason.ERROR_IN_ANSWER


@pytest.mark.parametrize("kept", [0, 1])
def test_a_page_that_is_empty_before_its_time_is_noticed(kept: int) -> None:
    """More documents are counted than were listed, and a page says none: the window is not taken for read."""
    rig = rig_of("federal_register", since="2026-09-14")
    player = played(rig)
    player.documents = [document(f"2026-{n}", "2026-09-17", "Ban on gallium") for n in range(10_001, 11_001)]

    def answer(request: httpx.Request) -> httpx.Response:
        whole = rule_of(player)(request)
        is_cut = request.url.path.endswith("/documents.json") and int(request.url.params["page"]) > kept
        return reply(b'{"count": 1000, "description": "Documents"}') if is_cut else whole

    rig.web.rule = answer
    with pytest.raises(SourceFailed) as failed:
        rig.feed.poll("")
    assert failed.value.reason is Reason.ERROR_IN_ANSWER
    rig.web.rule = rule_of(player)
    rig.time.at_ms += 86_400_000  # its breaker has closed
    assert len(notices(rig)) == 1_000


@pytest.mark.parametrize("body", [b'{"results": "x", "count": 0}', b'{"count": "many"}', b'{"count": 3}'])
def test_a_list_that_is_none_and_a_count_without_its_list_are_no_answer(body: bytes) -> None:
    """Nothing found is said by a count of zero; anything else that lists nothing is unknown."""
    rig = rig_of("federal_register", since="2026-09-14")
    rig.web.rule = always(body)
    with pytest.raises(SourceFailed) as failed:
        rig.feed.poll("")
    assert failed.value.reason is Reason.ERROR_IN_ANSWER


def test_the_address_changes_with_the_hour() -> None:
    """A cache in between may keep an answer for a day: an hour later another address is asked."""
    rig = rig_of("federal_register", since="2026-09-14")
    first = rig.feed.poll("")
    rig.now = NOW + 3_600
    rig.feed.poll(first.cursor)
    sizes = [q["per_page"] for q in played(rig).queries]
    assert sizes[0] != sizes[-1]


def test_what_may_be_inspected_rings_before_it_is_printed_and_once() -> None:
    """Known when it was filed; the same document printed days later, under its unpadded number, is no other one."""
    rig = rig_of("federal_register")
    played(rig).documents = []
    played(rig).inspection = [inspected("2026-018200", "2026-09-21T08:45:00.000-04:00", "Ban on germanium")]
    first = notices(rig)["2026-18200"]
    assert iso_time(first.known_at) == "2026-09-21T12:45:00Z"
    assert first.occurred_at <= first.known_at
    with archive_in_memory() as (archive, database):
        with database.begin() as connection:
            assert archive.keep(connection, rig.feed.poll(""))
        played(rig).inspection = []
        played(rig).documents = [document("2026-18200", "2026-09-23", "Ban on germanium")]
        rig.now = NOW + 3 * 86_400
        with database.begin() as connection:
            assert archive.keep(connection, rig.feed.poll("")) == []
        assert len(archive.notices()) == 1


def test_a_subject_that_says_nothing_does_not_hide_what_is_printed() -> None:
    """On its day a document may stand in both lists: its bare subject is no act, and what is printed is read."""
    rig = rig_of("federal_register")
    played(rig).inspection = [inspected("2026-018203", "2026-09-17T08:45:00.000-04:00", "Commerce Control List")]
    played(rig).documents = [document("2026-18203", "2026-09-18", "Ban on gallium")]
    assert notices(rig)["2026-18203"].title == "Ban on gallium"


def test_a_filing_without_a_time_counts_from_when_it_was_read() -> None:
    """What says no time is known now, not never."""
    rig = rig_of("federal_register")
    played(rig).documents = []
    played(rig).inspection = [inspected("2026-18201", None, "Ban on gallium", subject_3="Ban on gallium exports")]
    found = notices(rig)["2026-18201"]
    assert (found.known_at, found.title) == (NOW, "Ban on gallium exports")


def test_the_content_clock_counts_every_document_not_only_acts_on_minerals() -> None:
    """Days on which nothing bears on minerals are not silence of the source."""
    rig = rig_of("federal_register")
    played(rig).documents = [document("2026-1", "2026-09-18", "Sunshine Act meeting")]
    poll = rig.feed.poll("")
    assert poll.batches == ()
    assert poll.content_at is not None
    assert iso_time(poll.content_at).startswith("2026-09-18")


def test_a_filing_that_is_gone_before_its_day_is_said_once() -> None:
    """Withdrawn or put off: the operator reads which; a list without anything says nothing about what was on it."""
    player = FederalRegisterPlayer()
    filed = "2026-09-18T08:45:00.000-04:00"
    kept = inspected("2026-18201", filed, "Sunshine Act meeting", publication_date="2026-09-30")
    gone = inspected("2026-18202", filed, "Ban on germanium", publication_date="2026-09-30")
    rig = rig_of("federal_register", player)
    player.inspection = [kept, gone]
    first = rig.feed.poll("")
    assert first.notes == ()
    player.inspection = []
    empty = rig.feed.poll(first.cursor)
    assert empty.notes == ()
    player.inspection = [kept]
    second = rig.feed.poll(empty.cursor)
    assert second.notes == (
        "2026-18202 is no longer listed for inspection and was to be printed on 2026-09-30: withdrawn, or put off",
    )
    assert rig.feed.poll(second.cursor).notes == ()


@pytest.mark.parametrize("body", [b'{"errors": {"page": "is not a valid field"}}', b'{"status": 400, "message": "x"}'])
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, Reason.ERROR_IN_ANSWER),
        (400, Reason.REFUSED),
        (404, Reason.NOT_THERE),
        (500, Reason.PROVIDER_ERROR),
    ],
)
def test_an_error_is_a_failure_whatever_its_status(body: bytes, status: int, reason: Reason) -> None:
    """Both shapes of its errors, with the status that they should have and with 200."""
    rig = rig_of("federal_register")
    rig.web.rule = always(body, status)
    with pytest.raises(SourceFailed) as failed:
        rig.feed.poll("")
    assert failed.value.reason is reason


def test_a_first_page_that_is_unchanged_does_not_hide_the_next() -> None:
    """The newest documents stand on the last page: 304 for the first one is no end of the list."""
    rig = rig_of("federal_register", since="2026-09-14")
    played(rig).documents = [document(f"2026-{n}", "2026-09-17", "Sunshine meeting") for n in range(10_001, 10_601)]
    plain = rig.web.rule

    def rule(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("page") == "1" and "if-none-match" in request.headers:
            return reply(status=304)
        answer = plain(request)
        answer.headers["etag"] = '"1"'
        return answer

    rig.web.rule = rule
    first = rig.feed.poll(rig.feed.poll("").cursor)
    played(rig).documents = [*(played(rig).documents or []), document("2026-20000", "2026-09-18", "Ban on gallium")]
    assert set(notices(rig, first.cursor)) == {"2026-20000"}
