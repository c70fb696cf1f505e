"""Promise: what anybody may have lands whole under the names that the kit's manifest reads, or not at all."""

import csv
import gzip
from pathlib import Path

import httpx
import pytest

from services.feeds.files import FileFeed
from services.feeds.manifest import read_manifest
from services.feeds.sources import SOURCES
from services.http_client import Access, Client
from services.public_history import FILES, Asked, Fetched, HistoryWish, Outcome, fetch
from tests.fakes.clock import FakeTime
from tests.fakes.sources import PLAYERS
from tests.fakes.sources.base import Player, rule_of
from tests.fakes.sources.federal_register import FederalRegisterPlayer, document
from tests.fakes.web import Web
from tests.feeding import NOW, REFERENCE, read_title, runs_of

KIT = Path(__file__).parents[2] / "benchmarks" / "shared_data.toml"
DOCUMENTS = "notices/federal_register_documents.csv.gz"
FIRST, LAST = "2026-04-01", "2026-09-21"  # 25 windows of seven days: three readings of ten
TITLE = 'Ban on gallium, "effective\nat once"'


class Reader:
    """Somebody elsewhere who fetches into one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.players: dict[str, Player] = {name: make() for name, make in PLAYERS.items()}
        register = self.players["federal_register"]
        assert isinstance(register, FederalRegisterPlayer)
        self.register = register
        register.documents = [
            document(f"2026-{10_000 + n}", f"2026-{4 + n // 28:02}-{1 + n % 28:02}", f"Notice {n}") for n in range(150)
        ]
        register.documents.append(document("2026-09001", "2026-09-01", TITLE, abstract="An export licence is needed."))
        self.failing_after = 10_000  # queries of the Federal Register that are still answered
        self.days: list[tuple[int, int]] = []

    def fetch(self, name: str, last: str = LAST) -> Fetched:
        """One source, asked now."""
        kind = next(kind for kind in SOURCES if kind.about.name == name)
        time = FakeTime(NOW)
        rule = rule_of(self.players[name])

        def answer(request: httpx.Request) -> httpx.Response:
            if name == "federal_register" and len(self.register.queries) >= self.failing_after:
                return httpx.Response(400)
            return rule(request)

        access = Access(source=name, places=kind.about.places, agent="Twinbell (test)", manners=kind.about.manners)
        client = Client(access, Web(answer, time), time)
        handed = next(handed for handed in FILES if handed.source == name)
        asked = Asked(kind(REFERENCE, FIRST), client, kind.about.places[0], time)
        wish = HistoryWish(directory=self.directory, first=FIRST, last=last)
        return fetch(handed, asked, wish, (REFERENCE, read_title), lambda done, of: self.days.append((done, of)))

    @property
    def documents(self) -> Path:
        """The file of documents."""
        return self.directory / DOCUMENTS


def test_every_source_whose_licence_allows_it_has_a_file_and_no_other() -> None:
    """The list of files and what the sources say of their licences do not part."""
    assert {handed.source for handed in FILES} == {k.about.name for k in SOURCES if k.about.may_be_handed_on}


def test_what_was_fetched_is_read_by_the_manifest_of_the_kit(tmp_path: Path) -> None:
    """Prices and documents come out as series and notices; all else of the kit is told as absent, and nothing fails."""
    reader = Reader(tmp_path)
    assert {reader.fetch(handed.source).outcome for handed in FILES} == {Outcome.FETCHED}
    poll = FileFeed(read_manifest(KIT.read_bytes()), tmp_path, REFERENCE, lambda: NOW, read_title).poll("")
    assert poll.dead_letters == ()
    assert runs_of(poll)["price:nickel:world_bank_monthly"].values == [15000.0, 104.0]
    assert {notice.number for batch in poll.batches for notice in batch.notices} == {"2026-9001"}
    assert {note.partition(":")[2] for note in poll.notes if note.startswith("prices/lme")} == {" not there (lme)"}


def test_documents_stand_once_in_order_with_all_that_was_in_them(tmp_path: Path) -> None:
    """Quotes and ends of lines within a title stay; windows that overlap say nothing twice; only days asked for."""
    reader = Reader(tmp_path)
    found = reader.fetch("federal_register")
    rows = list(csv.DictReader(gzip.decompress(reader.documents.read_bytes()).decode().splitlines(keepends=True)))
    assert (len(rows), found.detail) == (151, f"151 documents, {FIRST} to {LAST}")
    assert [row["publication_date"] for row in rows] == sorted(row["publication_date"] for row in rows)
    assert TITLE in {row["title"] for row in rows}
    assert reader.days[-1] == (174, 174)
    assert reader.days == sorted(reader.days)


@pytest.mark.parametrize("torn", [0, 1, 30])
def test_what_was_broken_off_goes_on_and_comes_to_the_same_bytes(tmp_path: Path, torn: int) -> None:
    """Nothing takes the name before it is whole; a window that a stop tore apart is asked for again, and no more."""
    whole = Reader(tmp_path / "whole")
    whole.fetch("federal_register")
    reader = Reader(tmp_path / "broken")
    reader.failing_after = 7
    failed = reader.fetch("federal_register")
    assert (failed.outcome, failed.detail, reader.documents.exists()) == (
        Outcome.NOT_REACHED,
        "refused: HTTP 400",
        False,
    )
    part = reader.documents.with_name(f"{reader.documents.name}.part")
    kept = part.read_bytes()
    part.write_bytes(kept[: len(kept) - torn])
    reader.failing_after, before = 10_000, len(reader.register.queries)
    assert reader.fetch("federal_register").outcome is Outcome.FETCHED
    assert reader.documents.read_bytes() == whole.documents.read_bytes()
    assert reader.register.queries[before]["conditions[publication_date][gte]"] >= (
        "2026-05-08" if torn else "2026-05-15"
    )
    assert [path.name for path in reader.documents.parent.iterdir()] == [reader.documents.name]


def test_a_part_of_other_days_gives_only_the_days_asked_for(tmp_path: Path) -> None:
    """A part file that reaches farther than the new wish does not bring days that nobody wants."""
    reader = Reader(tmp_path)
    reader.failing_after = 12
    reader.fetch("federal_register")
    reader.failing_after = 10_000
    found = reader.fetch("federal_register", last="2026-04-30")
    assert found.detail == f"28 documents, {FIRST} to 2026-04-30"  # the register has one on each day to the 28th


@pytest.mark.parametrize("name", ["pink_sheet", "ecb"])
def test_a_file_that_cannot_be_read_is_not_taken(tmp_path: Path, name: str) -> None:
    """Junk with status 200 is said, and no file of that name is there afterwards."""
    reader = Reader(tmp_path)
    reader.players[name].state = "hostile"
    found = reader.fetch(name)
    assert (found.outcome, found.detail.partition(":")[0]) == (Outcome.NOT_REACHED, "error_in_answer")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_days_without_a_document_make_no_file(tmp_path: Path) -> None:
    """An empty history is no history: it is said, not written."""
    reader = Reader(tmp_path)
    reader.register.documents = []
    assert reader.fetch("federal_register").detail == f"not_there: it has no document from {FIRST} to {LAST}"
    assert not reader.documents.exists()


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    """Nothing is asked for it, nothing changes it, and how to have it anew is said."""
    reader = Reader(tmp_path)
    reader.documents.parent.mkdir()
    reader.documents.write_bytes(b"mine")
    found = reader.fetch("federal_register")
    assert (found.outcome, found.size, found.detail) == (Outcome.THERE, 4, "remove it to have it fetched anew")
    assert (reader.documents.read_bytes(), reader.register.queries) == (b"mine", [])
