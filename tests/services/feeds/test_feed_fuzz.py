"""Fuzz tests: whatever the bytes of a file or of a manifest are, the answer is one of those that were promised."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.clock import iso_day
from services.errors import BadManifest
from services.feeds.manifest import read_manifest
from streams.codec import encode
from tests.feeding import CUSTOMS, HEAD, NOTICES, NOW, PRICES, archive_in_memory, feed_of, write

SETTINGS = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the directory is written anew for each example
)

CELLS = st.one_of(
    st.sampled_from(
        ["", "2024-01-01", "2024-02", "Japan", "811292", "1", "-1", "1e400", "NaN", "inf", '"', '""', "=1+1", "\x00"]
    ),
    st.text(max_size=12),
    st.floats().map(repr),
    st.dates().map(str),
)
ROWS = st.lists(st.lists(CELLS, max_size=7), max_size=12)
DELIMITER = st.sampled_from([",", ",", ",", ";", "\t", "\r", "\n", '"', " "])


def lines(header: str, rows: list[list[str]], delimiter: str) -> bytes:
    """A file that is nearly CSV."""
    body = "\n".join(delimiter.join(row) for row in rows)
    return f"{header}\n{body}".encode("utf-8", "surrogatepass")


def check(directory: Path, manifest: str, files: dict[str, bytes]) -> None:
    """Poll twice, keep the poll, replay it: no error, the same answer, every figure finite and in its place."""
    feed = feed_of(write(directory, files), manifest)
    poll = feed.poll("")
    assert encode([*feed.poll("").batches]) == encode([*poll.batches])
    known = {piece.sha256 for piece in poll.evidence}
    for batch in poll.batches:
        for run in batch.runs:
            assert run.evidence in known
            assert run.occurred_at == sorted(run.occurred_at)
            assert all(v is None or abs(v) <= 1e22 for v in run.values)
            assert all(at <= NOW for at in run.known_at)
    with archive_in_memory() as (archive, database):
        with database.begin() as connection:
            kept = archive.keep(connection, poll)
        assert [encode(b) for _, b in archive.batches(-(10**12), NOW)] == [encode(b) for b in kept]
        for letter in archive.dead_letters():
            assert len(letter.content) <= 4_096


@SETTINGS
@given(rows=ROWS, delimiter=DELIMITER)
def test_prices_from_anything(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    """Rows that are nearly prices."""
    check(tmp_path, PRICES, {"prices.csv": lines("day,price", rows, delimiter)})


@SETTINGS
@given(rows=ROWS, more=ROWS)
def test_customs_from_anything(tmp_path: Path, rows: list[list[str]], more: list[list[str]]) -> None:
    """Rows that are nearly customs figures, in two files that are read together."""
    header = "month,partner,code,kg,usd_per_kg"
    check(tmp_path, CUSTOMS, {"exports-1.csv": lines(header, rows, ","), "exports-2.csv": lines(header, more, ",")})


@SETTINGS
@given(
    months=st.lists(
        st.tuples(st.sampled_from(["2024-01", "2024-02", "2024-03"]), st.sampled_from(["Japan", "Chile", "?"]), CELLS),
        max_size=8,
    )
)
def test_nothing_that_was_not_read_is_zero(tmp_path: Path, months: list[tuple[str, str, str]]) -> None:
    """A zero that no row says needs a month with a row, a partner seen before, and no row that could not be read."""
    content = lines("month,partner,code,kg,usd_per_kg", [[m, p, "1", kg, "1"] for m, p, kg in months], ",")
    poll = feed_of(write(tmp_path, {"exports.csv": content}), CUSTOMS).poll("")
    unread = any(letter.reason in ("row_malformed", "date_unreadable") for letter in poll.dead_letters)
    seen = {(m, {"Japan": "JPN", "Chile": "CHL"}.get(p, "")) for m, p, _ in months}
    for run in (run for batch in poll.batches for run in batch.runs):
        partner = run.series.destination
        for at, value, row in zip(run.occurred_at, run.values, run.rows, strict=True):
            month = iso_day(at)[:7]
            if row or partner == "WLD":
                continue
            assert (value, unread) == (0.0, False)
            assert (month, partner) not in seen
            assert any(m == month and p for m, p in seen)
            assert any(m < month and p == partner for m, p in seen)


@SETTINGS
@given(content=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))))
def test_notices_from_anything(tmp_path: Path, content: bytes) -> None:
    """Bytes that are nearly JSON lines."""
    check(tmp_path, NOTICES, {"acts.jsonl": content})


@SETTINGS
@given(
    content=st.binary(max_size=300),
    form=st.sampled_from(["csv", "csv.gz", "jsonl", "jsonl.gz", "xlsx"]),
    wrapped=st.sampled_from(["bare", "gzip", "zip"]),
    encoding=st.sampled_from(["utf-8-sig", "utf-16", "shift_jis", "gb18030", "latin-1", "utf-7"]),
)
def test_any_bytes_in_any_form(tmp_path: Path, content: bytes, form: str, wrapped: str, encoding: str) -> None:
    """Bytes that are declared to be what they are not."""
    if wrapped == "gzip":
        content = gzip.compress(content)
    elif wrapped == "zip":
        kept = io.BytesIO()
        with zipfile.ZipFile(kept, "w") as archive:
            archive.writestr("xl/workbook.xml", content)
        content = kept.getvalue()
    layout = f'layout = {{ format = "{form}", encoding = "{encoding}" }}\nmarket'
    check(tmp_path, PRICES.replace("market", layout), {"prices.csv": content})


KEYS = st.sampled_from(
    [
        "id",
        "path",
        "family",
        "dates",
        "known",
        "layout",
        "minerals",
        "where",
        "values",
        "total",
        "absent",
        "unit",
        "zzz",
    ]
)
VALUES = st.recursive(
    st.one_of(
        st.sampled_from(['"a"', '"{x}"', '"{x|y}"', '"%Y"', '"prices"', "1", "-1.5", "true", '"..\\/"', "2024-01-01"]),
        st.integers(-5, 10**20).map(str),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda found: "[" + ", ".join(found) + "]"),
        st.lists(st.tuples(KEYS, inner), max_size=3, unique_by=lambda pair: pair[0]).map(
            lambda pairs: "{ " + ", ".join(f"{key} = {value}" for key, value in pairs) + " }"
        ),
    ),
    max_leaves=6,
)


@SETTINGS
@given(lines=st.lists(st.tuples(KEYS, VALUES), max_size=6), at=st.sampled_from(["", HEAD, PRICES, CUSTOMS]))
def test_any_manifest_is_read_or_refused(tmp_path: Path, lines: list[tuple[str, str]], at: str) -> None:
    """A manifest is a manifest or a BadManifest; one that is read can be polled with."""
    text = at + "\n" + "\n".join(f"{key} = {value}" for key, value in lines)
    try:
        read_manifest(text.encode())
    except BadManifest:
        return
    feed_of(write(tmp_path, {"prices.csv": "day,price\n2024-01-01,1\n"}), text).poll("")


@SETTINGS
@given(content=st.binary(max_size=200))
def test_any_bytes_as_a_manifest(content: bytes) -> None:
    """No bytes break the reading of a manifest."""
    with pytest.raises(BadManifest):
        read_manifest(b'name = "x"\n' + content)
