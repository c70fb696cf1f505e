"""Later files of the same names as the evaluation kit's: new rows, columns, partners and codes are read, not fatal."""

import gzip
import json
from pathlib import Path

import pytest

from services.clock import iso_day
from services.feeds.countries import alpha3_by_name, folded
from services.feeds.files import FileFeed
from services.feeds.manifest import read_manifest
from streams.notices.reader import packaged_reader
from streams.observations import Run
from tests.feeding import NOW, REFERENCE, runs_of, write
from tests.shared import ROOT

MANIFEST = ROOT / "benchmarks" / "shared_data.toml"
STRAITS = (
    "\ufeffdate,year,month,day,portid,portname,n_container,n_dry_bulk,n_general_cargo,n_roro,n_tanker,n_cargo,n_total,"
    "capacity_container,capacity_dry_bulk,capacity_general_cargo,capacity_roro,capacity_tanker,capacity_cargo,capacity,"
    "ObjectId,n_new_class\r\n"
)
EXPORTS = "period_dt,partner_name,hs6,val,qty,uv,flag\n"


def read(directory: Path, files: dict[str, str | bytes]) -> tuple[dict[str, Run], tuple[str, ...], list[str]]:
    """The runs of later files by series, the notes, and what could not be used."""
    manifest = read_manifest(MANIFEST.read_bytes())
    feed = FileFeed(manifest, write(directory, files), REFERENCE, lambda: NOW, packaged_reader().read)
    poll = feed.poll("")
    notes = tuple(note for note in poll.notes if "not there" not in note)
    return runs_of(poll), notes, [letter.detail for letter in poll.dead_letters]


def test_a_new_vintage_with_marks_columns_and_straits(tmp_path: Path) -> None:
    """A byte-order mark, other line ends, a new column at the end and a new strait change nothing about the rest."""
    row = "2025/06/{day:02} 00:00:00+00,2025,6,{day},{place},x,1,1,1,1,1,5,{n},1,1,1,1,1,1,9,7,3\r\n"
    places = (("chokepoint1", 40), ("chokepoint6", 90), ("chokepoint999", 1))
    rows = "".join(row.format(day=day, place=place, n=n) for place, n in places for day in range(30, 0, -1))
    runs, notes, unusable = read(tmp_path, {"shipments/portwatch_daily_chokepoints.csv": STRAITS + rows})
    assert notes == ()
    assert runs["count:chokepoint6:total"].values == [90.0] * 30
    assert iso_day(runs["count:chokepoint1:total"].occurred_at[0]) == "2025-06-01"
    assert len(unusable) == 30
    assert "chokepoint999" in unusable[0]


def test_a_vintage_under_a_later_name_and_with_straits_unknown_to_it(tmp_path: Path) -> None:
    """Counts from ship positions are found under the span in their name; an unknown strait is a dead letter."""
    ships = "arrival_date,transit_per_arrival_day,complete_transit_per_arrival_day\n2025-01-01,30,20\n"
    name = "shipments/adb_Bab_el-Mandeb_Strait_Daily_Transits_202311-202512_using_AIS.csv"
    runs, notes, _ = read(tmp_path, {name: ships})
    assert notes == ()
    assert runs["count:chokepoint4:total"].values == [30.0]


def test_new_partners_and_codes_of_customs(tmp_path: Path) -> None:
    """New partners join the sum; a code of another mineral has its own series; an unknown code costs its rows only."""
    rows = [
        f"2025-{month:02}-01,{partner},{code},100,{kg},1,new\n"
        for month in range(1, 7)
        for partner, kg in (('"Areas, nes"', 5), ("State of Palestine", 7), ("Türkiye", 11))
        for code in ("250410", "850511", "999999")
    ]
    runs, notes, unusable = read(
        tmp_path, {"shipments/china_exports_hs6_monthly_by_partner.csv": EXPORTS + "".join(rows)}
    )
    assert notes == ()
    assert runs["quantity:graphite_natural:CHN:WLD:250410"].values == [23.0] * 6
    assert runs["quantity:ndfeb_magnets:CHN:TUR:850511"].values == [11.0] * 6
    assert all("999999" in detail for detail in unusable)


def test_a_sum_that_later_rows_bring_along(tmp_path: Path) -> None:
    """Where the file itself holds the sum it is taken, elsewhere it is made; a month without it is never zero."""
    rows = "".join(
        f"2025-{month:02}-01,{partner},250410,100,{kg},1,\n"
        for month in range(1, 7)
        for partner, kg in (("Japan", 40), ("Germany", 20), ("World", 70))
        if partner != "World" or month in (2, 3)
    )
    runs, _, _ = read(tmp_path, {"shipments/china_exports_hs6_monthly_by_partner.csv": EXPORTS + rows})
    assert runs["quantity:graphite_natural:CHN:WLD:250410"].values == [60.0, 70.0, 70.0, 60.0, 60.0, 60.0]


def test_new_names_of_metals_and_quoted_figures(tmp_path: Path) -> None:
    """Contracts, metals and quoted series that later files are about are named; what nobody knows is a dead letter."""
    files: dict[str, str | bytes] = {
        "prices/china_futures_daily/gfex_polysilicon.csv": "date,close,settle,volume,x\n2025-01-02,9,8,1,0\n",
        "prices/imf_pcps_monthly.csv": "mineral,date,data_transformation,obs_value\n"
        "Aluminum,2025-01,USD,2500\nCobalt,2025-01,USD,30000\nCoffee,2025-01,USD,4000\n",
        "shipments/press_quoted_customs_monthly.csv": "series,period,value,unit,official_source,quoted_by,note\n"
        "CN_yttrium_exports,2025-05,9,tonnes,c,x,\nCN_rare_earth_magnet_exports_to_US,2025-05,46,t,c,x,\n"
        "CD_cobalt_exports,2025-03,0,t,c,x,\nCN_coffee_exports,2025-03,1,t,c,x,\n",
        "prices/press_quoted_rare_earth_prices.csv": "element,form,basis,date,low,high,unit,publisher,quoted_by\n"
        "Ga,metal,CIF Rotterdam,2025-05-01,700,740,USD/kg,x,x\n",
    }
    runs, notes, unusable = read(tmp_path, files)
    assert notes == ()
    assert runs["price:gallium:cif rotterdam metal"].values == [720.0]
    assert runs["price:polysilicon:gfex_settle"].values == [8.0]
    assert runs["price:aluminium:imf_monthly"].values == [2500.0]
    assert runs["quantity:yttrium:CHN:WLD:cn_yttrium_exports"].values == [9_000.0]
    assert runs["quantity:ndfeb_magnets:CHN:USA:cn_rare_earth_magnet_exports_to_us"].values == [46_000.0]
    assert runs["quantity:cobalt:COD:WLD:cd_cobalt_exports"].values == [0.0]
    assert sorted(detail.split("'")[1] for detail in unusable) == ["CN_coffee_exports", "Coffee"]


def test_later_notices_with_more_columns(tmp_path: Path) -> None:
    """Documents with further columns or keys are read; a language without a vocabulary is read past, not fatal."""
    header = "document_number,publication_date,title,abstract,html_url,agency\n"
    act = "Export Controls on Gallium"
    ban = "China bans exports of gallium and antimony to the United States"
    files: dict[str, str | bytes] = {
        "notices/federal_register_documents.csv.gz": gzip.compress(
            f"{header}2025-1,2025-01-02,{act},x,https://x,BIS\n".encode()
        ),
        "notices/pages.jsonl": "".join(
            json.dumps({"doc_id": key, "language": language, "source": "https://a.example/x", "title": title} | rest)
            + "\n"
            for key, language, title, rest in (
                ("page-en-900", "en", ban, {"text": f"{ban}.", "published_on": "2025-01-02", "new": 1}),
                ("page-ko-900", "ko", "갈륨 수출 통제", {"text": "x", "published_on": "2025-01-02"}),
            )
        ),
    }
    _, notes, unusable = read(tmp_path, files)
    assert (notes, unusable) == ((), [])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Areas, nes", "ZZZ"),
        ("Bosnia Herzegovina", "BIH"),
        ("Bosnia and Herzegovina", "BIH"),
        ("Côte d'Ivoire", "CIV"),
        ("Côte d’Ivoire", "CIV"),
        ("Dem. Rep. of the Congo", "COD"),
        ("Dominican Rep.", "DOM"),
        ("Hong Kong, China", "HKG"),
        ("Korea, Rep.", "KOR"),
        ("Saint Lucia", "LCA"),
        ("Solomon Isds", "SLB"),
        ("Trinidad and Tobago", "TTO"),
        ("Türkiye", "TUR"),
        ("Viet Nam", "VNM"),
        ("World", "WLD"),
    ],
)
def test_partners_as_trade_files_write_them(name: str, code: str) -> None:
    """Names of UN Comtrade and of others lead to the same code."""
    assert alpha3_by_name()[folded(name)] == code
