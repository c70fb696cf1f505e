"""Tests of the loader: every row can be looked up, and a row that cannot is refused by name."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from streams.errors import BadReference
from streams.reference import OWN_COMPILATION, load, packaged
from streams.reference.records import Row
from streams.reference.tables import TABLES

SOURCE = "publisher,publication,published,address,confidence"
GOOD = "U.S. Geological Survey,Mineral Commodity Summaries 2025,2025,https://www.usgs.gov/mcs,A"
SHARES = f"mineral_id,stage,country_iso3,year,share_percent,{SOURCE}"


def shipped() -> dict[str, bytes]:
    """The packaged files, as bytes."""
    folder = files("streams.reference").joinpath("data")
    return {name: folder.joinpath(name).read_bytes() for name in TABLES}


def overlay(file: str, *lines: str) -> list[dict[str, bytes]]:
    """One overlay with one file."""
    return [{file: "\n".join(lines).encode()}]


def refusal(file: str, *lines: str) -> str:
    """What the loader says when it refuses an overlay."""
    with pytest.raises(BadReference) as error:
        load(shipped(), overlay(file, *lines))
    return str(error.value)


def test_every_shipped_row_names_a_source_that_can_be_looked_up() -> None:
    """No figure ships without publisher, publication and address; own compilations say that they are unconfirmed."""
    reference = packaged()
    tables = (reference.shares, reference.reliance, reference.import_shares, reference.stocks)
    rows: list[Row] = [row for table in tables for group in table.values() for row in group]
    rows += [*reference.floors, *reference.agencies, *reference.instruments, *reference.nodes]
    assert len(rows) > 1_000
    for row in rows:
        if row.source.publisher == OWN_COMPILATION:
            assert row.source.confidence == "C"
        else:
            assert row.source.publication
            assert row.source.address.startswith("https://")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (",,,,A", "publisher is empty"),
        ("USGS,,2025,https://www.usgs.gov/,A", "publication is empty"),
        ("USGS,Mineral Commodity Summaries,2025,,A", "address is empty"),
        (
            "USGS,shared/data/reference/usgs_mcs2025_world.csv,2025,https://www.usgs.gov/,A",
            "a path of the project's own",
        ),
        ("USGS,MCS,2025,shared/data/reference/world.csv,A", "a path of the project's own"),
        ("USGS,MCS,2025,data/world.csv,A", "a path of the project's own"),
        ("steering:shared/data/prices.csv,Prices,2025,https://www.usgs.gov/,A", "a path of the project's own"),
        ("Ministry,page-zh-011,2025,https://www.mofcom.gov.cn/,A", "the id of a label"),
        ("Ledger,CHN-REE-2010-07,2025,https://www.mofcom.gov.cn/,A", "the id of a label"),
        ("archived file 59243966223,List of mines,2025,https://www.usgs.gov/,B", "no source"),
        ("Somebody,none found,2025,https://www.usgs.gov/,B", "no source"),
        ("Atlas,owner/atlas@17b328d2:out/data.json,2025,https://www.usgs.gov/,B", "a file at a commit"),
        ("USGS,MCS,2025,usgs.gov/mcs,A", "cannot be opened"),
        ("USGS,MCS,soon,https://www.usgs.gov/,A", "is no year"),
        ("USGS,MCS,2025,https://www.usgs.gov/,D", "confidence 'D'"),
        (f'"{OWN_COMPILATION}",,2026,,A', "can only have confidence C"),
    ],
)
def test_a_row_that_a_reader_could_not_look_up_is_refused(source: str, says: str) -> None:
    """The refusal names file, row and key, and says what is wrong with the source."""
    message = refusal(
        "supply_shares.csv", SHARES, f"gallium,refined,CHN,2025,99,{GOOD}", f"gallium,refined,DEU,2025,1,{source}"
    )
    assert message.startswith("supply_shares.csv, row 2 (gallium refined DEU 2025): ")
    assert says in message


@pytest.mark.parametrize(
    ("file", "lines", "says"),
    [
        (
            "supply_shares.csv",
            [f"{SHARES},colour", f"gallium,refined,CHN,2025,99,{GOOD},red"],
            "unknown column 'colour'",
        ),
        ("supply_shares.csv", [f"{SHARES},year", f"gallium,refined,CHN,2025,99,{GOOD},1"], "the column 'year' twice"),
        ("supply_shares.csv", ["mineral_id,stage", "gallium,refined"], "lacks the column"),
        ("supply_shares.csv", [SHARES, f"unobtainium,refined,CHN,2025,99,{GOOD}"], "'unobtainium' points nowhere"),
        ("supply_shares.csv", [SHARES, f"gallium,smelted,CHN,2025,99,{GOOD}"], "stage 'smelted'"),
        ("supply_shares.csv", [SHARES, f"gallium,refined,China,2025,99,{GOOD}"], "'China' is no ISO 3166-1"),
        ("supply_shares.csv", [SHARES, f"gallium,refined,CHN,2025,many,{GOOD}"], "share_percent 'many': is no number"),
        ("supply_shares.csv", [SHARES, f"gallium,refined,CHN,2025,nan,{GOOD}"], "is no finite number"),
        ("supply_shares.csv", [SHARES, f"gallium,refined,CHN,2025,1e400,{GOOD}"], "is no finite number"),
        ("supply_shares.csv", [SHARES, f"gallium,refined,CHN,2025,120,{GOOD}"], "no percentage between 0 and 100"),
        ("supply_shares.csv", [SHARES, f"gallium,refined,CHN,20x5,99,{GOOD}"], "year '20x5': is no whole number"),
        ("supply_shares.csv", [SHARES, f"gallium,refined,CHN,2025,,{GOOD}"], "share_percent is empty"),
        ("supply_shares.csv", [SHARES, "gallium,refined,CHN"], "3 cells, the header has 10"),
        (
            "supply_shares.csv",
            [SHARES, *[f"gallium,refined,CHN,2025,9,{GOOD}"] * 2],
            "repeats 'gallium refined CHN 2025'",
        ),
        ("colours.csv", ["a", "b"], "is no table of the reference data"),
    ],
)
def test_a_bad_table_is_refused_by_name(file: str, lines: list[str], says: str) -> None:
    """Unknown columns, ids that point nowhere, and numbers that are none stop the loading with the place."""
    message = refusal(file, *lines)
    assert message.startswith(file)
    assert says in message


def test_bytes_that_are_no_text_are_refused() -> None:
    """A file in another encoding and an empty one are named."""
    with pytest.raises(BadReference, match=r"minerals\.csv is not UTF-8"):
        load(shipped(), [{"minerals.csv": "mineral_id,name_en\nガリウム".encode("shift_jis")}])
    with pytest.raises(BadReference, match=r"minerals\.csv is empty"):
        load(shipped(), [{"minerals.csv": b""}])
    with pytest.raises(BadReference, match=r"lacks minerals\.csv"):
        load({name: content for name, content in shipped().items() if name != "minerals.csv"})


@pytest.mark.parametrize(
    ("cell", "value", "bound", "exporter"),
    [
        ("67", 67.0, "", False),
        (">50", 50.0, ">", False),
        ("<25", 25.0, "<", False),
        ("E", 0.0, "", True),
        ("NA", None, "", False),
    ],
)
def test_reliance_is_read_with_its_bound(cell: str, value: float | None, bound: str, exporter: bool) -> None:
    """A bound keeps its sign, a net exporter is no unknown, and NA is not zero."""
    header = f"mineral_id,participant_iso3,year,form,net_import_reliance_percent,{SOURCE}"
    reference = load(shipped(), overlay("reliance.csv", header, f"gallium,KOR,2024,,{cell},{GOOD}"))
    (row,) = (r for r in reference.reliance["gallium"] if r.participant_iso3 == "KOR")
    percent = row.net_import_reliance_percent
    assert (percent.value, percent.bound, percent.net_exporter) == (value, bound, exporter)


def test_suppliers_that_are_more_than_all_are_refused() -> None:
    """Shares of suppliers lie between 0 and 100 and add up to no more."""
    header = f"mineral_id,participant_iso3,year,form,suppliers,{SOURCE}"
    assert "more than 100" in refusal("import_shares.csv", header, f"gallium,KOR,2024,,CHN:80;JPN:40,{GOOD}")
    assert "twice" in refusal("import_shares.csv", header, f"gallium,KOR,2024,,CHN:8;CHN:4,{GOOD}")
    assert "'china'" in refusal("import_shares.csv", header, f"gallium,KOR,2024,,china:80,{GOOD}")


def test_an_overlay_adds_and_replaces_rows() -> None:
    """A new key is added, a known key replaced; everything else stays; the digest tells them apart."""
    base = packaged()
    header = f"mineral_id,name_en,name_ja,supply_group,hs6,{SOURCE}"
    layered = load(shipped(), overlay("minerals.csv", header, f"osmium,Osmium,オスミウム,osmium,711041,{GOOD}"))
    assert layered.mineral_name("osmium", "ja") == "オスミウム"
    assert layered.members("osmium") == ("osmium",)
    assert set(layered.minerals) - set(base.minerals) == {"osmium"}
    assert layered.digest != base.digest
    replaced = load(shipped(), overlay("supply_shares.csv", SHARES, f"gallium,refined,CHN,2024,50,{GOOD}"))
    (share,) = (r for r in replaced.shares["gallium"] if r.country_iso3 == "CHN" and r.year == 2024)
    assert share.share_percent == 50.0


def test_antimony_is_taken_out_and_put_back_without_code() -> None:
    """Withdrawing a mineral takes its figures along; a row in a later overlay brings mineral and figures back."""
    out = overlay("minerals.csv", "mineral_id,withdrawn", "antimony,yes")
    without = load(shipped(), out)
    assert "antimony" not in without.minerals
    assert "antimony" not in without.shares
    assert without.mineral_ids("antimony") == ()
    assert not any(node.mineral_id == "antimony" for node in without.nodes)
    header = f"mineral_id,name_en,supply_group,{SOURCE}"
    back = load(shipped(), [*out, *overlay("minerals.csv", header, f"antimony,Antimony,antimony,{GOOD}")])
    assert back.shares["antimony"] == packaged().shares["antimony"]
    assert "which is not there" in refusal("minerals.csv", "mineral_id,withdrawn", "unobtainium,yes")


def test_a_third_language_is_one_more_column() -> None:
    """A name in another language is a column; where it is empty the English name is shown."""
    header = f"mineral_id,name_en,name_fr,supply_group,{SOURCE}"
    reference = load(shipped(), overlay("minerals.csv", header, f"antimony,Antimony,Antimoine,antimony,{GOOD}"))
    assert reference.mineral_name("antimony", "fr") == "Antimoine"
    assert reference.mineral_name("gallium", "fr") == "Gallium"


def test_the_rows_that_the_documentation_shows_can_be_loaded() -> None:
    """What stands in docs/reference.md is what the loader takes: a mineral, and a further participant."""
    text = (Path(__file__).parents[3] / "docs" / "reference.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    names = ["minerals.csv", "reliance.csv"]
    reference = load(shipped(), [{name: block.encode()} for name, block in zip(names, blocks, strict=True)])
    assert reference.mineral_name("osmium", "ja") == "オスミウム"
    assert {row.participant_iso3 for row in reference.reliance["gallium"]} == {"JPN", "KOR", "USA"}
    for file in TABLES:
        assert f"`{file}`" in text
