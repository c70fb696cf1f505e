"""Tests of the manifest: what is written wrong is named by file entry and field, with what to do."""

import re
from pathlib import Path

import pytest

from services.errors import BadManifest
from services.feeds.manifest import read_manifest
from tests.feeding import CUSTOMS, HEAD, NOTICES, PRICES

WRONG = [
    (PRICES.replace("cadence", "cadense"), "unknown field `cadense`.*'prices'.*docs/data.md"),
    (PRICES.replace('"daily"', '"weekly"'), "Invalid enum value 'weekly'.*cadence.*'prices'"),
    (PRICES.replace('name = "own"', 'name = "Own prices"'), "name = 'Own prices': use lower-case"),
    (PRICES.replace('measure = "price"', ""), "'prices': values 'price': measure is missing; one of price, index"),
    (PRICES.replace('measure = "price"', 'measure = "cost"'), "measure = 'cost'; one of price"),
    (PRICES.replace('unit = "USD/t"', ""), "values 'price': unit is missing"),
    (PRICES.replace('"prices.csv"', '"../prices.csv"'), "path = '../prices.csv': write it relative"),
    (PRICES.replace('"prices.csv"', '"/etc/passwd"'), "path = '/etc/passwd': write it relative"),
    (PRICES.replace('["antimony"]', '["{metal|metals}"]'), r"there is no \[tables.metals\]; built in are countries"),
    (PRICES.replace('{ column = "day" }', '{ column = "day", pattern = "%d.%m." }'), "does not say %Y"),
    (PRICES.replace('{ column = "day" }', '{ column = "day", pattern = "%Y-%H" }'), "%H is not known; use %Y %m"),
    (PRICES.replace('{ column = "day" }', '{ column = "day", earliest = "soon" }'), "dates.earliest is a day"),
    (PRICES.replace('column = "price"', 'column = "price"\nmean_of = ["a", "b"]'), "either column or mean_of"),
    (PRICES + 'doubtful_outside = ["low"]\n', "doubtful_outside names two columns"),
    (HEAD, "no \\[\\[files.values\\]\\]"),
    (PRICES.replace('family = "prices"', 'family = "notices"'), "files.document. belongs to family 'notices'"),
    (PRICES + PRICES.partition('name = "own"')[2], "the id is used twice"),
    (CUSTOMS.replace(', complete_by = ["code"]', ""), "needs absent.complete_by"),
    (CUSTOMS.replace('"zero"', '"unknown"'), "total needs absent.read = 'zero'"),
    (PRICES.replace("market", 'layout = { encoding = "latin-9000" }\nmarket'), "encoding = 'latin-9000' is unknown"),
    (PRICES.replace("market", 'layout = { delimiter = "" }\nmarket'), "delimiter is one character"),
    (PRICES.replace("market", "layout = { max_cell_chars = 1000000 }\nmarket"), "between 1 and 131072"),
    (PRICES.replace("market", 'lookups = [{ column = "c", table = "t" }]\nmarket'), r"there is no \[tables.t\]"),
    (
        PRICES.replace("market", 'lookups = [{ column = "c", table = "t" }]\nmarket') + '[tables.t]\na = "b"\n',
        "must hold names of a series",
    ),
    ('name = "own"\nfiles = []', "no \\[\\[files\\]\\]"),
    ("name = ", "not TOML"),
    ("name = 3", "Expected `str`, got `int` at `name`"),
]


@pytest.mark.parametrize(("content", "said"), WRONG, ids=[said[:30] for _, said in WRONG])
def test_a_mistake_is_named_with_what_to_do(content: str, said: str) -> None:
    """Every mistake is a BadManifest that begins with the file's name and says where it is and what to do."""
    with pytest.raises(BadManifest, match=said) as caught:
        read_manifest(content.encode(), "own.toml")
    assert str(caught.value).startswith("own.toml: ")
    assert "$" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"name = \xff", b"", b"[" * 10_000])
def test_bytes_that_are_no_manifest_are_refused(content: bytes) -> None:
    """Whatever the bytes are, the answer is a BadManifest."""
    with pytest.raises(BadManifest):
        read_manifest(content)


@pytest.mark.parametrize("content", [PRICES, CUSTOMS, NOTICES])
def test_the_digest_is_what_the_manifest_says(content: str) -> None:
    """Comments and order of writing do not change the digest; what is said does."""
    manifest = read_manifest(content.encode())
    assert manifest.digest == read_manifest(("# a comment\n" + content).encode()).digest
    assert manifest.digest != read_manifest(content.replace('"own"', '"other"').encode()).digest


def test_the_shipped_manifests_can_be_read() -> None:
    """Every manifest of this repository is one."""
    root = Path(__file__).parents[3]
    paths = [root / "benchmarks" / "shared_data.toml", *sorted(root.glob("services/episodes/*/manifest.toml"))]
    for path in paths:
        assert read_manifest(path.read_bytes(), path.name).files


def test_the_manual_names_every_field() -> None:
    """docs/data.md says every name that a manifest may use."""
    from services.feeds import manifest as module

    manual = (Path(__file__).parents[3] / "docs" / "data.md").read_text(encoding="utf-8")
    records = (module.Manifest, module.FileEntry, module.ValueColumn, module.Layout, module.Dates, module.Known)
    records += (
        module.Provisional,
        module.Lookup,
        module.Absent,
        module.Total,
        module.DocumentColumns,
        module.HazardColumns,
    )
    for record in records:
        for name in record.__struct_encode_fields__:
            assert re.search(rf"`{name}`|\b{name} =|`{name},|, `{name}`|\b{name}\b", manual), (
                f"{record.__name__}.{name}"
            )
