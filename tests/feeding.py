"""What tests of feeds share: a directory with files, a manifest over it, a stand-in reader, an archive in memory."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from services.archive import Archive
from services.database import open_engine
from services.feeds.base import Poll
from services.feeds.files import FileFeed
from services.feeds.importing import ImportReport, import_files
from services.feeds.manifest import read_manifest
from services.tables import archive_metadata
from streams.notices.documents import Document
from streams.notices.readings import ActKind, Polarity, Reading
from streams.observations import Run
from streams.reference import packaged

NOW = 1_790_000_000  # 2026-09-21, a time of reading
REFERENCE = packaged()

HEAD = """
name = "own"
[[files]]
id = "prices"
path = "prices.csv"
family = "prices"
publisher = "A desk"
publication = "Its prices"
cadence = "daily"
minerals = ["antimony"]
market = "spot"
dates = { column = "day" }
"""
PRICES = HEAD + '[[files.values]]\ncolumn = "price"\nmeasure = "price"\nunit = "USD/t"\n'

CUSTOMS = """
name = "own"
[[files]]
id = "exports"
path = "exports*.csv"
family = "customs"
publisher = "Customs"
publication = "Exports by partner"
cadence = "monthly"
origin = "CHN"
destination = "{partner|countries}"
minerals = ["gallium"]
hs = "{code}"
dates = { column = "month", pattern = "%Y-%m", period = "month" }
known = { days_after = 20 }
absent = { read = "zero", complete_by = ["code"] }
total = { over = "destination" }
[[files.values]]
column = "kg"
measure = "quantity"
unit = "kg"
[[files.values]]
column = "usd_per_kg"
measure = "unit_value"
unit = "USD/kg"
"""

NOTICES = """
name = "own"
[[files]]
id = "acts"
path = "acts.jsonl"
family = "notices"
publisher = "A ministry"
publication = "Its notices"
layout = { format = "jsonl" }
dates = { column = "published" }
document = { issuer = "ministry", number = "{no}", title = "{title}", text = "{text}", state = "CHN", address = "{at}" }
"""


def read_title(document: Document) -> Reading:
    """A stand-in for the reader: a title with `ban` in it is an act on every mineral that it names."""
    minerals = tuple(m for m in ("gallium", "germanium", "neodymium") if m in document.title.lower())
    is_act = "ban" in document.title.lower()
    return Reading(
        is_relevant=is_act,
        act_kind=ActKind.EXPORT_BAN if is_act else ActKind.NONE,
        polarity=Polarity.IMPOSE if is_act else Polarity.NONE,
        minerals=minerals if is_act else (),
        actor=document.issuer,
        targets=("ALL",),
        published_on=document.published_on,
        reader="stand-in",
    )


def write(directory: Path, files: Mapping[str, str | bytes]) -> Path:
    """Put files into a directory."""
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return directory


def feed_of(directory: Path, manifest: str, now: int = NOW) -> FileFeed:
    """A file feed over a directory."""
    return FileFeed(read_manifest(manifest.encode()), directory, REFERENCE, lambda: now, read_title)


def poll_of(directory: Path, manifest: str, files: Mapping[str, str | bytes], now: int = NOW) -> Poll:
    """The first poll of a feed over these files."""
    return feed_of(write(directory, files), manifest, now).poll("")


def runs_of(poll: Poll) -> dict[str, Run]:
    """The runs of a poll by series id, without the feed and entry in front."""
    return {run.series.series_id.partition(":")[2]: run for batch in poll.batches for run in batch.runs}


@contextmanager
def archive_in_memory() -> Iterator[tuple[Archive, sa.Engine]]:
    """An empty archive and its database."""
    database = open_engine("sqlite://", durable=False)
    archive_metadata.create_all(database)
    try:
        yield Archive(database), database
    finally:
        database.dispose()


def imported(archive: tuple[Archive, sa.Engine], feed: FileFeed) -> ImportReport:
    """Import what a feed has into an archive."""
    return import_files(feed, archive[0], archive[1], lambda done, of, report: None)
