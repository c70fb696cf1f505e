"""What every feed promises, whatever it reads: each of `FEEDS` and of `SOURCES` is put through this suite.

A new feed adds one rig: how to make one that has nothing, something, more, damaged and hostile input, and none at all;
a new source adds the player of its service (`tests/fakes/sources`).
"""

import hashlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from services.errors import FeedError, SourceFailed
from services.feeds import FEEDS
from services.feeds.base import Feed, Poll
from services.feeds.files import FileFeed
from services.feeds.sources import SOURCES
from services.feeds.sources.base import Source
from services.reasons import Reason
from streams.codec import encode
from streams.observations import NoticeObservation, Run
from tests.fakes.sources.base import JUNK
from tests.fakes.web import Rule, always, reply
from tests.feeding import CUSTOMS, NOTICES, NOW, PRICES, archive_in_memory, feed_of, write
from tests.live import LiveRig


class Rig(Protocol):
    """One feed and its source, which can be brought into each state."""

    feed: Feed
    good: str  # in the ids of series whose good rows are all read beside malformed ones

    def empty(self) -> None:
        """The source is there and holds nothing."""

    def some(self) -> None:
        """The source holds some rows."""

    def more(self) -> None:
        """The source holds those and later ones."""

    def malformed(self) -> None:
        """Some of the source's rows cannot be used, others can."""

    def hostile(self) -> None:
        """Nothing in the source is what it should be."""

    def gone(self) -> None:
        """The source is not there."""


class FileRig:
    """A directory with prices, customs figures and notices."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "drop"
        self._directory.mkdir()
        second, third = (text.partition('name = "own"')[2] for text in (CUSTOMS, NOTICES))
        self.feed: Feed = feed_of(self._directory, PRICES + second + third)
        self.good = "price:"

    def empty(self) -> None:
        write(self._directory, {"prices.csv": "day,price\n", "exports.csv": "month,partner,code,kg,usd_per_kg\n"})
        write(self._directory, {"acts.jsonl": ""})

    def some(self) -> None:
        write(
            self._directory,
            {
                "prices.csv": "day,price\n2024-01-01,100\n2024-01-02,\n",
                "exports.csv": "month,partner,code,kg,usd_per_kg\n2024-01,Japan,1,5,5\n2024-01,Chile,1,5,5\n",
                "acts.jsonl": '{"no": "1", "published": "2024-01-02", "title": "Ban on gallium", "text": ""}\n',
            },
        )

    def more(self) -> None:
        self.some()
        for name, line in [
            ("prices.csv", "2024-01-03,102\n"),
            ("exports.csv", "2024-02,Chile,1,6,5\n"),
            ("acts.jsonl", '{"no": "2", "published": "2024-01-05", "title": "Ban on neodymium", "text": "", "at": ""}'),
        ]:
            path = self._directory / name
            path.write_text(path.read_text() + line)

    def malformed(self) -> None:
        self.more()
        for name, line in [("prices.csv", 'x,1\n2024-01-05,"1\n2024-01-06,7\n'), ("exports.csv", "a\n")]:
            path = self._directory / name
            path.write_text(path.read_text() + line)

    def hostile(self) -> None:
        junk = bytes(range(256)) * 40
        write(self._directory, {"prices.csv": junk, "exports.csv": b"\xff\xfe" + junk, "acts.jsonl": b"{" * 9_000})

    def gone(self) -> None:
        self._directory.rmdir()


class SourceRig:
    """A live source beside the player of its service."""

    def __init__(self, kind: type[Source]) -> None:
        self._live = LiveRig(kind)
        self.feed: Feed = self._live.feed
        self.good = ""

    def empty(self) -> None:
        self._live.player.state = "empty"

    def some(self) -> None:
        self._live.player.state = "some"

    def more(self) -> None:
        self._live.player.state = "more"

    def malformed(self) -> None:
        self._live.player.state = "malformed"

    def hostile(self) -> None:
        self._live.player.state = "hostile"

    def gone(self) -> None:
        def down(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("no route", request=request)

        self._live.web.rule = down


RIGS: dict[type, Callable[[Path], Rig]] = {FileFeed: FileRig}
KINDS = (*FEEDS, *SOURCES)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Rig:
    """The rig of each feed and source in the lists; one without fails here by name."""
    return RIGS[request.param](tmp_path) if request.param in RIGS else SourceRig(request.param)


@pytest.fixture(params=SOURCES, ids=lambda kind: kind.__name__)
def live(request: pytest.FixtureRequest) -> LiveRig:
    """The rig of each live source."""
    return LiveRig(request.param)


def runs(poll: Poll) -> Iterator[tuple[str, Run]]:
    """Each run with the group of its batch."""
    for batch in poll.batches:
        for run in batch.runs:
            yield batch.group, run


def notices(poll: Poll) -> Iterator[NoticeObservation]:
    """Every notice."""
    for batch in poll.batches:
        yield from batch.notices


def test_polling_twice_gives_the_same(rig: Rig) -> None:
    """From the same cursor the same bytes come out, so that a reading that was lost can be repeated."""
    rig.some()
    first, second = rig.feed.poll(""), rig.feed.poll("")
    assert encode([*first.batches]) == encode([*second.batches])
    assert (first.cursor, [e.sha256 for e in first.evidence]) == (second.cursor, [e.sha256 for e in second.evidence])
    assert rig.feed.name == first.feed == first.batches[0].feed


def test_from_the_new_cursor_there_is_nothing_new(rig: Rig) -> None:
    """What was read once is no news: a source may be asked for its newest days again, and then it has nothing more."""
    rig.some()
    first = rig.feed.poll("")
    again = rig.feed.poll(first.cursor)
    with archive_in_memory() as (archive, database), database.begin() as connection:
        assert archive.keep(connection, first) != [] or any(run.series.partial for _, run in runs(first))
        assert archive.keep(connection, again) == []
    settled = rig.feed.poll(again.cursor)
    assert (settled.batches, settled.evidence, settled.read, settled.cursor) == ((), (), 0, again.cursor)


def test_the_cursor_never_moves_back(rig: Rig) -> None:
    """Later input is read from the cursor on; an earlier state of the source does not undo what was read."""
    rig.some()
    first = rig.feed.poll("")
    rig.more()
    second = rig.feed.poll(first.cursor)
    assert second.batches
    assert rig.feed.poll(rig.feed.poll(second.cursor).cursor).batches == ()
    rig.empty()
    third = rig.feed.poll(second.cursor)
    assert third.batches == ()


def test_an_unknown_cursor_reads_everything(rig: Rig) -> None:
    """A damaged cursor costs a reading, not the data."""
    rig.some()
    assert encode([*rig.feed.poll("\0 no cursor").batches]) == encode([*rig.feed.poll("").batches])


def test_an_empty_source_is_no_error(rig: Rig) -> None:
    """Nothing there: nothing read, nothing wrong."""
    rig.empty()
    poll = rig.feed.poll("")
    assert (poll.batches, poll.read, poll.dead_letters, poll.content_at) == ((), 0, (), None)


def test_malformed_rows_are_letters_and_the_rest_is_read(rig: Rig) -> None:
    """What cannot be used is kept with its place, reason, what to do and bytes; the good rows are all there."""
    rig.more()
    good = {(run.series.series_id, at) for _, run in runs(rig.feed.poll("")) for at in run.occurred_at if run.rows}
    rig.malformed()
    poll = rig.feed.poll("")
    read = {(run.series.series_id, at) for _, run in runs(poll) for at in run.occurred_at}
    assert poll.dead_letters
    for letter in poll.dead_letters:
        assert letter.feed == rig.feed.name
        assert letter.origin
        assert letter.detail
        assert letter.content
    assert {pair for pair in good if rig.good in pair[0]} <= read


def test_hostile_input_is_answered_with_letters(rig: Rig) -> None:
    """Whatever stands there, the poll returns: letters with bounded bytes, printable details, and no observation."""
    rig.hostile()
    poll = rig.feed.poll("")
    assert poll.batches == ()
    assert poll.dead_letters
    for letter in poll.dead_letters:
        assert len(letter.content) <= 4_096
        assert all(character.isprintable() or character in "\n\t" for character in letter.detail)


def test_a_source_that_is_not_there_is_said(rig: Rig) -> None:
    """The one error of the seam, with what to do."""
    rig.gone()
    with pytest.raises(FeedError, match=rig.feed.name):
        rig.feed.poll("")


def test_every_observation_can_be_followed_back(rig: Rig) -> None:
    """Evidence is the bytes as read, under their hash; each run and notice names one of them and its rows."""
    rig.more()
    poll = rig.feed.poll("")
    kept = {piece.sha256: piece for piece in poll.evidence}
    for piece in poll.evidence:
        assert hashlib.sha256(piece.content).hexdigest() == piece.sha256
        assert piece.origin
        assert piece.media_type
        assert piece.fetched_at >= NOW
        assert piece.parser.startswith(f"{rig.feed.name}/")
        assert piece.version
    for _, run in runs(poll):
        assert run.evidence in kept
        assert min(run.rows) >= 0
    for notice in notices(poll):
        assert notice.evidence in kept
        assert notice.row >= 1


def test_columns_and_times_are_in_order(rig: Rig) -> None:
    """Columns of one length, ascending; no figure about or known in the future; every value a number or unknown."""
    rig.more()
    poll = rig.feed.poll("")
    seen: set[tuple[str, str]] = set()
    for group, run in runs(poll):
        assert group == run.series.group
        assert run.series.series_id.startswith(rig.feed.name)
        assert (run.series.series_id, run.evidence) not in seen
        seen.add((run.series.series_id, run.evidence))
        columns = (run.occurred_at, run.known_at, run.values, run.rows, run.provisional)
        assert len({len(column) for column in columns}) == 1
        assert run.occurred_at == sorted(run.occurred_at)
        assert all(isinstance(at, int) for at in (*run.occurred_at, *run.known_at))
        assert all(o <= k <= poll.polled_at for o, k in zip(run.occurred_at, run.known_at, strict=True))
        assert all(value is None or math.isfinite(value) for value in run.values)
    for notice in notices(poll):
        assert notice.occurred_at <= notice.known_at <= poll.polled_at
        assert notice.document_id == f"{notice.issuer}:{notice.number}"
    known = [at for _, run in runs(poll) for at in run.known_at] + [n.known_at for n in notices(poll)]
    known += [hazard.known_at for batch in poll.batches for hazard in batch.hazards]
    assert poll.content_at is not None
    assert max(known) <= poll.content_at <= poll.polled_at
    assert poll.batches == tuple(sorted(poll.batches, key=lambda batch: batch.group))


def late(request: httpx.Request) -> httpx.Response:
    """No answer in time."""
    raise httpx.ReadTimeout("late", request=request)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (always(status=429), Reason.THROTTLED),
        (always(status=429, retry_after="7200"), Reason.THROTTLED),
        (always(status=503), Reason.PROVIDER_ERROR),
        (always(status=400), Reason.REFUSED),
        (always(status=302, location="https://evil.example/"), Reason.HOST_NOT_ALLOWED),
        (always(b"x" * 2_100_000), Reason.TOO_LARGE),
        (late, Reason.TIMED_OUT),
    ],
)
def test_a_source_that_fails_says_why_and_is_left_alone(live: LiveRig, rule: Rule, reason: Reason) -> None:
    """Each failure ends in its reason; a day of readings stays within what the manners of the source allow."""
    live.web.rule = rule
    with pytest.raises(SourceFailed, match=live.feed.name) as found:
        live.feed.poll("")
    assert found.value.reason is reason
    asked = len(live.web.asked)
    for _ in range(24):
        live.time.wait(3_600)
        with pytest.raises(SourceFailed):
            live.feed.poll("")
    assert len(live.web.asked) - asked <= 48


@pytest.mark.parametrize(
    "content", [b"", b"Please limit requests", b'{"error": {"code": 400}}', b"[]", b"{}", JUNK, b"<a>"]
)
def test_whatever_a_source_answers_it_ends_in_the_stated_way(live: LiveRig, content: bytes) -> None:
    """A status 200 is no success: a failure with its reason, or a poll without observations whose mark stays."""
    live.web.rule = always(content)
    try:
        poll = live.feed.poll("")
    except SourceFailed:
        return
    assert poll.batches == ()
    assert poll.content_at is None


def test_what_has_not_changed_is_not_read_again(live: LiveRig) -> None:
    """A source that answers with validators is asked with them; a 304 brings nothing and loses nothing."""
    plain = live.web.rule

    def validated(request: httpx.Request) -> httpx.Response:
        if request.headers.get("if-none-match") == '"v1"':
            return reply(status=304)
        answer = plain(request)
        answer.headers["etag"] = '"v1"'
        return answer

    live.web.rule = validated
    first = live.feed.poll("")
    again = live.feed.poll(live.feed.poll(first.cursor).cursor)
    assert first.batches
    assert (again.batches, again.evidence, again.dead_letters) == ((), (), ())


def test_a_first_reading_may_take_several_polls(live: LiveRig) -> None:
    """While there is more the mark moves on, and it comes to an end."""
    cursor, polls = "", 0
    while (poll := live.feed.poll(cursor)).more:
        assert poll.cursor != cursor
        assert poll.done[0] <= poll.done[1]
        cursor, polls = poll.cursor, polls + 1
        assert polls < 500
