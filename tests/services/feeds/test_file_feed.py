"""Tests of the file feed: what a manifest says is what becomes of the rows."""

import gzip
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.clock import iso_time
from services.errors import FeedError
from services.feeds.documents import NO_MINERAL_NAMED, UNDATED
from services.feeds.files import FileFeed
from services.feeds.manifest import read_manifest
from streams.notices.documents import Document
from streams.notices.readings import Reading
from streams.observations import Family, Measure
from streams.reasons import Reason
from tests.feeding import CUSTOMS, NOTICES, NOW, PRICES, REFERENCE, feed_of, poll_of, read_title, runs_of, write

GOOD = "day,price\n2024-01-01,100\n2024-01-02,101\n"


def test_a_row_becomes_a_figure_with_its_two_times(tmp_path: Path) -> None:
    """Value, unit, both times, the row and the hash of the bytes that it stands in."""
    poll = poll_of(tmp_path, PRICES, {"prices.csv": GOOD})
    run = runs_of(poll)["price:antimony:spot"]
    assert run.series.family is Family.PRICES
    assert (run.series.group, run.series.unit, run.series.publisher) == ("antimony", "USD/t", "A desk")
    assert [iso_time(at) for at in run.occurred_at] == ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"]
    assert [iso_time(at) for at in run.known_at] == ["2024-01-01T23:59:00Z", "2024-01-02T23:59:00Z"]
    assert (run.values, run.rows, run.provisional) == ([100.0, 101.0], [1, 2], [False, False])
    assert run.evidence == poll.evidence[0].sha256
    assert poll.evidence[0].content == GOOD.encode()
    assert poll.content_at == run.known_at[-1]


def test_order_and_repetition_of_rows_change_nothing(tmp_path: Path) -> None:
    """Shuffled and repeated rows give the same figures; two values for one day are a letter and the first stays."""
    content = "day,price\n2024-01-02,101\n2024-01-01,100\n2024-01-02,101.0\n2024-01-01,999\n"
    poll = poll_of(tmp_path, PRICES, {"prices.csv": content})
    run = runs_of(poll)["price:antimony:spot"]
    assert (run.values, run.rows) == ([100.0, 101.0], [2, 1])
    assert [(x.row, x.reason) for x in poll.dead_letters] == [(4, Reason.DUPLICATE)]


def test_bad_cells_are_letters_and_unknown_figures(tmp_path: Path) -> None:
    """A bad cell is a dead letter with its bytes; the day is unknown, the days around it are read."""
    content = "day,price\n2024-01-01,100\n2024-01-02,1e400\n2024-01-03,NaN\n2024-01-04,=cmd|'/c'!A0\n2024-01-05,\nx,5\n"
    poll = poll_of(tmp_path, PRICES, {"prices.csv": content})
    assert runs_of(poll)["price:antimony:spot"].values == [100.0, None, None, None, None]
    assert [(x.row, x.reason) for x in poll.dead_letters] == [
        (2, Reason.VALUE_OUT_OF_RANGE),
        (3, Reason.VALUE_NOT_A_NUMBER),
        (4, Reason.VALUE_NOT_A_NUMBER),
        (6, Reason.DATE_UNREADABLE),
    ]
    assert poll.dead_letters[0].content == b"2024-01-02,1e400\n"
    assert poll.dead_letters[0].origin == "prices.csv"


def test_known_is_never_after_it_was_read(tmp_path: Path) -> None:
    """A row read before its usual time of publication is known from then: nobody knows it later than that."""
    manifest = PRICES.replace('dates = { column = "day" }', 'dates = { column = "day" }\nknown = { days_after = 30 }')
    read_at = 1_704_300_000  # 2024-01-03T16:40
    poll = poll_of(tmp_path, manifest, {"prices.csv": GOOD}, now=read_at)
    assert runs_of(poll)["price:antimony:spot"].known_at == [read_at, read_at]


def test_known_from_a_column_keeps_the_vintages_of_a_file(tmp_path: Path) -> None:
    """A file may hold several vintages of a day: each is kept with the time that its row gives."""
    manifest = PRICES.replace('dates = { column = "day" }', 'dates = { column = "day" }\nknown = { column = "seen" }')
    content = "day,price,seen\n2024-01-01,100,2024-01-02\n2024-01-01,90,2024-02-01\n"
    run = runs_of(poll_of(tmp_path, manifest, {"prices.csv": content}))["price:antimony:spot"]
    assert run.values == [100.0, 90.0]
    assert [iso_time(at)[:10] for at in run.known_at] == ["2024-01-02", "2024-02-01"]


def test_the_newest_days_of_a_file_and_doubtful_values_are_provisional(tmp_path: Path) -> None:
    """The newest days are marked, and a mean that lies outside low and high."""
    manifest = PRICES.replace("market", "provisional = { newest_days = 2 }\nmarket")
    manifest += 'doubtful_outside = ["low", "high"]\n'
    content = "day,price,low,high\n" + "".join(
        f"2024-01-{d:02},{p},90,110\n" for d, p in [(1, 89), (2, 100), (3, 100), (4, 100)]
    )
    run = runs_of(poll_of(tmp_path, manifest, {"prices.csv": content}))["price:antimony:spot"]
    assert run.provisional == [True, False, True, True]


CUSTOMS_ROWS = """month,partner,code,kg,usd_per_kg
2024-01,Japan,811292,10,5
2024-01,South Korea,811292,4,5
2024-02,Japan,811292,7,6
2024-03,South Korea,811292,3,6
2024-05,Japan,811292,,5
"""


def test_an_absent_partner_of_a_complete_month_is_a_true_zero(tmp_path: Path) -> None:
    """Zero where the reporter has any row, unknown where it has none; unit values of nothing stay unknown."""
    poll = poll_of(tmp_path, CUSTOMS, {"exports.csv": CUSTOMS_ROWS})
    runs = runs_of(poll)
    korea = runs["quantity:gallium:CHN:KOR:811292"]
    months = [iso_time(at)[:7] for at in korea.occurred_at]
    assert list(zip(months, korea.values, korea.rows, strict=True)) == [
        ("2024-01", 4.0, 2),
        ("2024-02", 0.0, 0),
        ("2024-03", 3.0, 4),
        ("2024-05", 0.0, 0),
    ]
    assert iso_time(korea.known_at[1]) == "2024-03-20T23:59:00Z"
    assert korea.evidence == poll.evidence[0].sha256
    japan = runs["quantity:gallium:CHN:JPN:811292"]
    assert japan.values == [10.0, 7.0, 0.0, None]  # May: the row was there and said nothing
    assert len(runs["unit_value:gallium:CHN:KOR:811292"].values) == 2


def test_a_total_is_the_sum_of_what_is_known(tmp_path: Path) -> None:
    """All partners of a complete month together; with one of them unknown the sum is unknown."""
    total = runs_of(poll_of(tmp_path, CUSTOMS, {"exports.csv": CUSTOMS_ROWS}))["quantity:gallium:CHN:WLD:811292"]
    assert total.values == [14.0, 7.0, 3.0, None]
    assert set(total.rows) == {0}


def test_a_month_that_could_not_be_read_whole_proves_no_zero(tmp_path: Path) -> None:
    """With a row that cannot be read nothing that is absent is zero; an unknown partner spoils the sum only."""
    bad = CUSTOMS_ROWS.replace("2024-03,South Korea,811292,3,6", "2024-03,South Korea,811292,3")
    korea = runs_of(poll_of(tmp_path, CUSTOMS, {"exports.csv": bad}))["quantity:gallium:CHN:KOR:811292"]
    assert korea.values == [4.0]
    strange = CUSTOMS_ROWS + "2024-02,Atlantis,811292,99,6\n"
    poll = poll_of(tmp_path, CUSTOMS, {"exports.csv": strange})
    runs = runs_of(poll)
    assert runs["quantity:gallium:CHN:KOR:811292"].values == [4.0, 0.0, 3.0, 0.0]
    assert runs["quantity:gallium:CHN:WLD:811292"].values == [14.0, None, 3.0, None]
    assert [x.reason for x in poll.dead_letters] == [Reason.UNKNOWN_NAME]
    assert "countries" in poll.dead_letters[0].detail


def test_zeros_show_across_the_files_of_one_entry(tmp_path: Path) -> None:
    """A partner that was in last month's file and is absent from this month's is zero this month."""
    head, *rows = CUSTOMS_ROWS.splitlines(keepends=True)
    feed = feed_of(write(tmp_path, {"exports-01.csv": head + rows[0] + rows[1]}), CUSTOMS)
    cursor = feed.poll("").cursor
    write(tmp_path, {"exports-02.csv": head + rows[2]})
    poll = feed.poll(cursor)
    found = [r for batch in poll.batches for r in batch.runs if r.series.destination == "KOR"]
    zero = next(r for r in found if r.series.measure is Measure.QUANTITY and r.rows == [0])
    assert (zero.values, zero.evidence) == ([0.0], poll.evidence[1].sha256)


def test_a_longer_file_says_the_same_of_the_past(tmp_path: Path) -> None:
    """What was known at a time does not depend on rows that came later: no zero for a partner not yet seen."""
    head, *rows = CUSTOMS_ROWS.splitlines(keepends=True)
    short = runs_of(poll_of(tmp_path, CUSTOMS, {"exports.csv": head + "".join(rows[:3])}))
    long = runs_of(poll_of(tmp_path, CUSTOMS, {"exports.csv": CUSTOMS_ROWS + "2024-06,Germany,811292,5,5\n"}))
    for name, run in short.items():
        kept = len(run.values)
        assert long[name].values[:kept] == run.values
        assert long[name].known_at[:kept] == run.known_at


ACTS = "\n".join(
    [
        '{"no": "1", "published": "2023-07-03", "title": "Ban on gallium and germanium", "text": "t", "at": "http://x/1"}',
        '{"no": "2", "published": "2023-07-03", "title": "Weather", "text": "t", "at": "http://x/2"}',
        '{"no": "1", "published": "2023-07-04", "title": "Ban on gallium again", "text": "t", "at": "http://x/3"}',
        '{"no": "3", "published": "", "title": "Ban on neodymium", "text": "t", "at": "http://x/4"}',
        '{"no": "", "published": "2023-07-03", "title": "Ban on gallium", "text": "t", "at": "http://x/5"}',
        '{"no": "5", "published": "2023-07-05", "title": "Ban\\u202e on\\u0007 \\r\\nall exports", "text": ""}',
    ]
)


def test_an_act_is_in_the_batch_of_every_group_that_it_names(tmp_path: Path) -> None:
    """Documents are read once by issuer and number; an act on two minerals stands in both batches."""
    poll = poll_of(tmp_path, NOTICES, {"acts.jsonl": ACTS})
    groups = {batch.group: [n.number for n in batch.notices] for batch in poll.batches}
    assert groups == {"gallium": ["1"], "germanium": ["1"], "rare_earths": ["3"], NO_MINERAL_NAMED: ["5"]}
    assert (poll.read, poll.not_relevant) == (6, 1)
    assert [(x.row, x.reason) for x in poll.dead_letters] == [(5, Reason.ROW_MALFORMED)]
    notice = next(n for batch in poll.batches for n in batch.notices if batch.group == "gallium")
    assert (notice.document_id, notice.reading.actor) == ("ministry:1", "CHN")
    assert iso_time(notice.known_at) == "2023-07-03T23:59:00Z"
    assert (notice.row, notice.evidence) == (1, poll.evidence[0].sha256)


def test_an_act_on_minerals_that_are_not_watched_is_no_act(tmp_path: Path) -> None:
    """A mineral that was taken out of the reference data rings nobody; a name of a group stands for its members."""

    def reads(document: Document) -> Reading:
        named = {"1": "unobtainium", "2": "graphite", "3": "rare_earths"}[document.document_id[-1]]
        return replace(read_title(document), is_relevant=True, minerals=(named,))

    act = '{{"no": "{}", "published": "2023-07-03", "title": "Ban", "text": ""}}\n'
    write(tmp_path, {"acts.jsonl": "".join(act.format(i) for i in (1, 2, 3))})
    poll = FileFeed(read_manifest(NOTICES.encode()), tmp_path, REFERENCE, lambda: NOW, reads).poll("")
    groups = {batch.group: [n.number for n in batch.notices] for batch in poll.batches}
    assert (groups, poll.not_relevant) == ({"graphite": ["2"], "rare_earths": ["3"]}, 1)


def test_an_undated_document_is_read_and_marked(tmp_path: Path) -> None:
    """It is kept for people to read; its time is none, so no replay will hold it."""
    poll = poll_of(tmp_path, NOTICES, {"acts.jsonl": ACTS})
    undated = next(n for batch in poll.batches for n in batch.notices if n.number == "3")
    assert (undated.known_at, undated.occurred_at, undated.reading.published_on) == (UNDATED, UNDATED, "")


def test_titles_cannot_turn_a_line_or_break_a_header(tmp_path: Path) -> None:
    """Control characters, direction marks and line breaks are gone from titles; the bytes are in the evidence."""
    poll = poll_of(tmp_path, NOTICES, {"acts.jsonl": ACTS})
    title = next(n.title for batch in poll.batches for n in batch.notices if n.number == "5")
    assert title == "Ban on all exports"
    assert b"\\u202e" in poll.evidence[0].content


def test_a_document_on_which_the_reader_fails_is_a_letter(tmp_path: Path) -> None:
    """One document that the rules cannot take does not stop the others."""

    def fails(document: Document) -> Reading:
        if "Weather" in document.title:
            raise RecursionError("too deep")
        return read_title(document)

    write(tmp_path, {"acts.jsonl": ACTS})
    poll = FileFeed(read_manifest(NOTICES.encode()), tmp_path, REFERENCE, lambda: NOW, fails).poll("")
    assert [x.row for x in poll.dead_letters] == [2, 5]
    assert "RecursionError" in poll.dead_letters[0].detail


def test_only_what_is_new_or_changed_is_read(tmp_path: Path) -> None:
    """A second poll reads nothing; a changed file, and a changed manifest, are read again."""
    feed = feed_of(write(tmp_path, {"prices.csv": GOOD}), PRICES)
    first = feed.poll("")
    second = feed.poll(first.cursor)
    assert (second.batches, second.read, second.cursor) == ((), 0, first.cursor)
    write(tmp_path, {"prices.csv": GOOD + "2024-01-03,102\n"})
    third = feed.poll(second.cursor)
    assert runs_of(third)["price:antimony:spot"].values == [100.0, 101.0, 102.0]
    other = feed_of(tmp_path, PRICES.replace("USD/t", "USD/kg"))
    assert other.poll(third.cursor).read == 3


def test_an_absent_file_is_a_note_and_an_absent_directory_an_error(tmp_path: Path) -> None:
    """A file that is not there stops nothing; a directory that is not there is said with what to do."""
    assert feed_of(tmp_path, PRICES).poll("").notes == ("prices.csv: not there (prices)",)
    with pytest.raises(FeedError, match="name the right one"):
        feed_of(tmp_path / "nowhere", PRICES).poll("")


def test_a_file_of_which_nothing_can_be_used_is_a_note(tmp_path: Path) -> None:
    """A wrong column makes a letter for the file, and a note with what to do; it is tried again at the next poll."""
    feed = feed_of(write(tmp_path, {"prices.csv": "day,cost\n2024-01-01,100\n"}), PRICES)
    poll = feed.poll("")
    assert [(x.row, x.reason) for x in poll.dead_letters] == [(0, Reason.COLUMN_MISSING)]
    assert "no column 'price'; there are: day, cost" in poll.notes[0]
    assert feed.poll(poll.cursor).notes == poll.notes


def test_past_the_limit_nothing_of_a_file_is_used(tmp_path: Path) -> None:
    """More bad rows than the manifest allows: the file is broken, not its rows."""
    manifest = PRICES.replace("[[files]]", "dead_letters = { percent = 5.0, rows = 3 }\n[[files]]", 1)
    rows = [f"2024-{m:02}-{d:02},{100 + d}" for m in range(1, 5) for d in range(1, 26)]
    few = [*rows[:40], "x,1", "y,1", "z,1", *rows[40:]]
    assert len(runs_of(poll_of(tmp_path, manifest, {"prices.csv": "\n".join(["day,price", *few, ""])}))) == 1
    many = [*rows[:40], *(f"x{i},1" for i in range(9)), *rows[40:]]
    poll = poll_of(tmp_path, manifest, {"prices.csv": "\n".join(["day,price", *many, ""])})
    assert poll.batches == ()
    assert len(poll.evidence) == 1
    assert poll.notes[0].startswith("prices.csv: ")
    assert "rows cannot be used, so nothing of it was" in poll.notes[0]


MOMENT = "changed a moment ago and ends in mid-line: perhaps not whole yet; read next time"


def test_a_file_that_is_still_being_written_is_left_for_the_next_poll(tmp_path: Path) -> None:
    """A last line without its end, in a file that changed a moment ago, may be half a number."""
    feed = feed_of(write(tmp_path, {"prices.csv": GOOD + "2024-01-03,10"}), PRICES)
    os.utime(tmp_path / "prices.csv", (NOW - 2, NOW - 2))
    poll = feed.poll("")
    assert (poll.read, poll.notes) == (0, (f"prices.csv: {MOMENT}",))
    os.utime(tmp_path / "prices.csv", (NOW - 60, NOW - 60))
    assert feed.poll(poll.cursor).read == 3


def test_a_file_that_cannot_be_used_is_told_once(tmp_path: Path) -> None:
    """Its letters come once, its note stands, and it is read again when its bytes change."""
    feed = feed_of(write(tmp_path, {"prices.csv": "1,2,3\n"}), PRICES)
    first = feed.poll("")
    assert [letter.reason for letter in first.dead_letters] == [Reason.COLUMN_MISSING]
    second = feed.poll(first.cursor)
    assert (second.dead_letters, second.evidence, second.notes) == ((), (), first.notes)
    write(tmp_path, {"prices.csv": GOOD})
    assert feed.poll(second.cursor).read == 2
    assert feed_of(tmp_path, PRICES).poll("").read == 2


def test_nothing_outside_the_directory_is_read(tmp_path: Path) -> None:
    """A link that leads out of the directory is told and not followed."""
    write(tmp_path, {"secret/prices.csv": GOOD})
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "prices.csv").symlink_to(tmp_path / "secret" / "prices.csv")
    poll = feed_of(tmp_path / "drop", PRICES).poll("")
    assert (poll.read, poll.notes) == (0, ("prices.csv: leads out of the directory; it is not read",))


def test_a_file_larger_than_its_bound_is_not_opened(tmp_path: Path) -> None:
    """The size is looked at before the bytes."""
    manifest = PRICES.replace("market", "layout = { max_bytes = 10 }\nmarket")
    poll = poll_of(tmp_path, manifest, {"prices.csv": GOOD})
    assert (poll.read, poll.evidence) == (0, ())
    assert "more than layout.max_bytes = 10" in poll.notes[0]


def test_truncated_gzip_is_a_letter(tmp_path: Path) -> None:
    """A download that broke off gives nothing but a letter that says to fetch it again."""
    manifest = PRICES.replace("prices.csv", "prices.csv.gz").replace("market", 'layout = { format = "csv.gz" }\nmarket')
    poll = poll_of(tmp_path, manifest, {"prices.csv.gz": gzip.compress(GOOD.encode())[:-9]})
    assert [x.reason for x in poll.dead_letters] == [Reason.FILE_TRUNCATED]
    assert poll.batches == ()


def test_names_that_nothing_is_known_of_are_letters(tmp_path: Path) -> None:
    """A mineral that is not in the reference data, or a country that no table knows, is said by its name."""
    manifest = PRICES.replace('["antimony"]', '["{metal|lower}"]')
    content = "day,price,metal\n2024-01-01,1,Antimony\n2024-01-01,1,Unobtainium\n"
    poll = poll_of(tmp_path, manifest, {"prices.csv": content})
    assert list(runs_of(poll)) == ["price:antimony:spot"]
    assert "'unobtainium' is not in the reference data" in poll.dead_letters[0].detail


def test_minerals_of_several_groups_need_a_group(tmp_path: Path) -> None:
    """A pooled code does not fall into one of its groups by chance."""
    manifest = PRICES.replace('["antimony"]', '["gallium", "germanium"]')
    poll = poll_of(tmp_path, manifest, {"prices.csv": GOOD})
    assert "name one in group" in poll.dead_letters[0].detail
    poll = poll_of(tmp_path, manifest.replace("market", 'group = "gallium"\nmarket'), {"prices.csv": GOOD})
    assert poll.batches[0].group == "gallium"


def test_a_unit_row_that_says_otherwise_refuses_the_column(tmp_path: Path) -> None:
    """When a publisher changes a unit, the column is refused instead of being read a thousand times too small."""
    manifest = PRICES.replace("market", "layout = { unit_row = 2 }\nmarket") + 'unit_mark = "($/mt)"\n'
    good = poll_of(tmp_path, manifest, {"prices.csv": "day,price\n,($/mt)\n2024-01-01,100\n"})
    assert runs_of(good)["price:antimony:spot"].rows == [1]
    bad = poll_of(tmp_path, manifest, {"prices.csv": "day,price\n,($/kg)\n2024-01-01,100\n"})
    assert bad.batches == ()
    assert "is in '($/kg)', not in '($/mt)'" in bad.dead_letters[0].detail
    assert "nothing of it could be used" in bad.notes[0]


def test_the_unit_row_is_compared_for_every_column_of_a_mean(tmp_path: Path) -> None:
    """A mean of low and high is read when both are in the unit, and refused naming the one that is not."""
    manifest = PRICES.replace("market", "layout = { unit_row = 2 }\nmarket") + 'unit_mark = "USD/lb"\n'
    manifest = manifest.replace('column = "price"', 'mean_of = ["low", "high"]')
    good = poll_of(tmp_path, manifest, {"prices.csv": "day,low,high\n,USD/lb,USD/lb\n2024-01-01,10,12\n"})
    assert runs_of(good)["price:antimony:spot"].values == [11.0]
    bad = poll_of(tmp_path, manifest, {"prices.csv": "day,low,high\n,USD/lb,USD/kg\n2024-01-01,10,12\n"})
    assert bad.batches == ()
    assert "column 'high' is in 'USD/kg', not in 'USD/lb'" in bad.dead_letters[0].detail
