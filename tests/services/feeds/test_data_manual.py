"""Tests of docs/data.md: its manifests can be read, and its first example gives what it says."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from services.feeds.importing import check_files
from services.feeds.manifest import read_manifest
from tests.feeding import archive_in_memory, feed_of, imported, write

ROOT = Path(__file__).parents[3]
MANUAL = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", MANUAL, re.DOTALL)
MANIFESTS = [text for kind, text in BLOCKS if kind == "toml" and text.startswith("name =")]


@pytest.mark.parametrize("text", MANIFESTS)
def test_every_manifest_of_the_manual_can_be_read(text: str) -> None:
    """What is copied from the manual works."""
    assert read_manifest(text.encode()).files


def test_the_first_example_gives_what_it_says(tmp_path: Path) -> None:
    """Four rows, four observations, one of them unknown; the second time nothing new."""
    rows = next(text for kind, text in BLOCKS if kind == "csv")
    feed = feed_of(write(tmp_path, {"antimony.csv": rows}), MANIFESTS[0])
    checked = check_files(feed, lambda done, of, report: None).files[0]
    assert (checked.rows, checked.new, checked.unknown, checked.dead_letters) == (4, 4, 1, {})
    with archive_in_memory() as archive:
        assert imported(archive, feed).files[0].new == 4
        assert imported(archive, feed).files == ()
        run = archive[0].as_known_at("own_prices/antimony:price:antimony:cif_rotterdam", 2_000_000_000)
    assert run.values == [11_400.0, 11_450.0, None, 11_500.0]


def test_the_publisher_of_every_file_is_named() -> None:
    """Each file that the kit's manifest reads stands in the table of publishers."""
    named = re.findall(r"^\| `([^`]+)` \|", MANUAL, re.MULTILINE)
    manifest = read_manifest((ROOT / "benchmarks" / "shared_data.toml").read_bytes())
    for entry in manifest.files:
        assert any(fnmatch(entry.path, pattern) for pattern in named), entry.path
