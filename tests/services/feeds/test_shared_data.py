"""Tests of benchmarks/shared_data.toml on the evaluation kit: every file is read, and every trap of its README."""

import json
from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.archive import Archive
from services.clock import iso_day, iso_time
from services.database import open_engine
from services.feeds.files import FileFeed
from services.feeds.importing import ImportReport, check_files, import_files
from services.feeds.manifest import Manifest, read_manifest
from services.tables import archive_metadata
from streams.notices.reader import packaged_reader
from streams.observations import Cadence, Family, Measure, Run, Series
from tests.feeding import NOW, REFERENCE
from tests.shared import shared_path

MANIFEST = Path(__file__).parents[3] / "benchmarks" / "shared_data.toml"
LATE = 4_000_000_000


def manifest() -> Manifest:
    """The manifest of the kit."""
    return read_manifest(MANIFEST.read_bytes(), MANIFEST.name)


def feed_over(directory: Path) -> FileFeed:
    """The kit's manifest over a directory."""
    return FileFeed(manifest(), directory, REFERENCE, lambda: NOW, packaged_reader().read)


class Kit:
    """The kit imported once."""

    def __init__(self, directory: Path, database: sa.Engine) -> None:
        self.directory, self.database = directory, database
        self.archive = Archive(database)
        self.report: ImportReport = import_files(
            feed_over(directory), self.archive, database, lambda done, of, report: None
        )
        self.series = {s.series_id.removeprefix("shared/"): s for s in self.archive.series()}

    def known(self, series_id: str) -> Run:
        """The whole of a series."""
        return self.archive.as_known_at(
            series_id if "/" in series_id.partition(":")[0] else f"shared/{series_id}", LATE
        )

    def values(self, series_id: str) -> dict[str, float | None]:
        """The figures of a series by day."""
        run = self.known(series_id)
        return dict(zip(map(iso_day, run.occurred_at), run.values, strict=True))

    def known_on(self, series_id: str, day: str) -> str:
        """When the figure of a day became known."""
        run = self.known(series_id)
        return iso_time(dict(zip(map(iso_day, run.occurred_at), run.known_at, strict=True))[day])


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """The archive of the whole kit."""
    directory = shared_path("data/README.md").parent
    database = open_engine(f"sqlite:///{tmp_path_factory.mktemp('kit')}/kit.db", durable=False)
    archive_metadata.create_all(database)
    try:
        yield Kit(directory, database)
    finally:
        database.dispose()


def test_every_file_is_read_and_every_row_usable(kit: Kit) -> None:
    """Each file of prices, shipments and notices is named by the manifest and read, without one dead letter."""
    folders = ("prices", "shipments", "notices")
    there = {
        path.relative_to(kit.directory).as_posix()
        for folder in folders
        for path in (kit.directory / folder).rglob("*")
        if path.is_file()
    }
    assert {path for path in there if any(fnmatch(path, entry.path) for entry in manifest().files)} == there
    assert {file.path for file in kit.report.files} == there
    assert kit.report.notes == ()
    assert [(file.path, file.problem) for file in kit.report.files if file.dead_letters] == []
    assert sum(file.new for file in kit.report.files) > 300_000


def test_importing_it_twice_changes_nothing(kit: Kit) -> None:
    """The second import reads nothing; a check of it all says the same counts as the import."""
    feed = feed_over(kit.directory)
    assert import_files(feed, kit.archive, kit.database, lambda done, of, report: None).files == ()
    checked = check_files(feed, lambda done, of, report: None)
    assert [(f.path, f.values, f.zeros) for f in checked.files] == [
        (f.path, f.values, f.zeros) for f in kit.report.files
    ]


def test_a_directory_that_lacks_files_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """The manifest works on any other directory with the same names."""
    nickel = shared_path("data/prices/lme_daily/nickel.csv")
    (tmp_path / "prices" / "lme_daily").mkdir(parents=True)
    (tmp_path / "prices" / "lme_daily" / "nickel.csv").symlink_to(nickel)
    assert feed_over(tmp_path).poll("").batches == ()  # a link out of the directory is not followed
    (tmp_path / "prices" / "lme_daily" / "nickel.csv").unlink()
    (tmp_path / "prices" / "lme_daily" / "nickel.csv").write_bytes(nickel.read_bytes())
    poll = feed_over(tmp_path).poll("")
    assert [batch.group for batch in poll.batches] == ["nickel"]
    assert "shipments/panama_monthly.csv: not there (panama)" in poll.notes


@pytest.mark.parametrize(
    ("series_id", "day", "known"),
    [
        ("lme:price:nickel:lme_cash", "2022-03-08", "2022-03-08"),
        ("rare_earth_oxides:price:neodymium:china_spot_oxide", "2013-01-04", "2013-01-04"),
        ("press_prices:price:dysprosium:fob export (lynas) oxide", "2008-01-01", "2008-12-31"),
        ("press_prices:price:dysprosium:fob export (lynas) oxide", "2011-04-01", "2011-06-30"),
        ("press_prices:price:dysprosium:fob export (lynas) oxide", "2011-10-01", "2011-10-31"),
        ("imf_pcps:price:cobalt:imf_monthly", "2023-11-01", "2023-12-10"),
        ("pink_sheet/monthly:price:tin:world_bank_monthly", "2023-11-01", "2023-12-03"),
        ("portwatch/chokepoints:count:chokepoint1:total", "2021-03-24", "2021-04-01"),
        ("portwatch/chokepoints:count:chokepoint7:total", "2024-01-01", "2024-01-09"),
        ("portwatch/ports:count:CNSHA:total", "2022-03-28", "2022-04-05"),
        ("adb_suez:count:chokepoint1:total", "2021-03-24", "2021-04-01"),
        ("panama:count:chokepoint2:total", "2023-06-01", "2023-07-10"),
        ("comtrade/exports:quantity:graphite_natural:CHN:JPN:250410", "2023-11-01", "2024-01-19"),
        ("press_customs:quantity:gallium:CHN:WLD:cn_gallium_exports", "2023-08-01", "2023-09-20"),
    ],
)
def test_each_row_became_known_as_the_readme_says(kit: Kit, series_id: str, day: str, known: str) -> None:
    """23:59:00 UTC of the day that the kit's own table gives."""
    assert kit.known_on(series_id, day) == f"{known}T23:59:00Z"


def test_nickel_stands_still_with_unknown_three_month_prices(kit: Kit) -> None:
    """The eleven frozen trading days of March 2022 are rows: cash as it stood, three months unknown."""
    cash, three = kit.values("lme:price:nickel:lme_cash"), kit.values("lme:price:nickel:lme_3m")
    frozen = [day for day in cash if "2022-03-08" <= day <= "2022-03-22"]
    assert len(frozen) == 11
    assert {cash[day] for day in frozen} == {30_800.0}
    assert {three[day] for day in frozen} == {None}


def test_a_pooled_code_reaches_no_detector(kit: Kit) -> None:
    """HS 811292 is kept for reading: nothing of it is replayed, and it never says that gallium is zero."""
    pooled = [s for s in kit.series.values() if s.hs == "811292"]
    assert pooled
    assert all(s.pooled and s.partial for s in pooled)
    gallium = [s for s in kit.series.values() if s.minerals == ("gallium",)]
    assert {s.market for s in gallium} == {"cn_gallium_exports"}
    assert kit.values("press_customs:quantity:gallium:CHN:WLD:cn_gallium_exports")["2023-08-01"] == 0.0
    unreported = kit.values("comtrade/exports:quantity:gallium+germanium+indium+niobium+vanadium:CHN:JPN:811292")
    assert unreported.get("2017-02-01") is None


def test_absent_partners_of_a_complete_month_are_zero(kit: Kit) -> None:
    """Every partner of graphite has a figure for each month from its first on, and the sum of all is there."""
    last = "2023-12-01"
    flows = [s for s in kit.series.values() if s.measure is Measure.QUANTITY and s.hs == "250410"]
    assert len(flows) > 30
    for series in flows:
        days = sorted(kit.values(series.series_id.removeprefix("shared/")))
        first = date.fromisoformat(days[0])
        assert days[-1] == last
        assert len(days) == (2023 - first.year) * 12 + 12 - first.month + 1
    total = kit.values("comtrade/exports:quantity:graphite_natural:CHN:WLD:250410")
    assert total["2023-11-01"] == pytest.approx(40_517_966, abs=1)
    assert total["2023-12-01"] == pytest.approx(2_725_725, abs=1)
    zeros = kit.known("comtrade/exports:quantity:graphite_natural:CHN:MOZ:250410")
    assert 0 in zeros.rows
    assert "period_dt,partner_name,hs6" in kit.archive.row_text(zeros.evidence, 0)


def test_the_vintage_of_record(kit: Kit) -> None:
    """November 2025 for its six straits, July 2026 for Cape and Hormuz; the rest of 2026 is for reading only."""
    routes: dict[str, set[str]] = {}
    for series_id, series in kit.series.items():
        if series.family is Family.CHOKEPOINT_TRANSITS and not series.partial:
            routes.setdefault(series_id.partition(":")[0], set()).add(series.route)
    six = {f"chokepoint{i}" for i in (1, 4, 5, 8, 9, 11)}
    assert routes["portwatch/chokepoints"] == six | {"chokepoint6", "chokepoint7"}
    assert set(routes) == {"portwatch/chokepoints", "panama"}
    assert kit.series["portwatch_vintage_2026:count:chokepoint1:total"].partial
    old = kit.values("portwatch/chokepoints:count:chokepoint1:total")
    new = kit.values("portwatch_vintage_2026:count:chokepoint1:total")
    assert sum(old[day] != new[day] for day in new) > 500


def test_the_newest_days_are_provisional(kit: Kit) -> None:
    """PortWatch revises its newest sixty days, which are marked; older ones are not."""
    run = kit.known("portwatch/chokepoints:count:chokepoint4:total")
    marked = [iso_day(at) for at, flag in zip(run.occurred_at, run.provisional, strict=True) if flag]
    assert (len(marked), marked[0], marked[-1]) == (60, "2024-02-01", "2024-03-31")


def test_months_that_panama_lacks_are_unknown(kit: Kit) -> None:
    """No row, no figure: never zero. The month that stands there eight times is one."""
    days = kit.values("panama:count:chokepoint2:total")
    assert not {"2020-03-01", "2020-04-01"} & days.keys()
    assert 0.0 not in days.values()
    assert days["2007-05-01"] == 37.32
    assert next(file for file in kit.report.files if file.entry == "panama").duplicates == 7 * 6


def test_means_outside_low_and_high_are_provisional(kit: Kit) -> None:
    """A fifth of neodymium's days are marked; the price stays the published one."""
    run = kit.known("rare_earth_oxides:price:neodymium:china_spot_oxide")
    assert sum(run.provisional) == 526
    assert run.values[0] == 341_500.0
    assert sum(kit.known("rare_earth_oxides:price:lanthanum:china_spot_oxide").provisional) == 0


def test_press_quoted_series_promise_nothing(kit: Kit) -> None:
    """Single months and quotations are irregular; a year's total is not a month."""
    quoted = [s for i, s in kit.series.items() if i.startswith("press_")]
    assert {s.cadence for s in quoted} == {Cadence.IRREGULAR}
    imports = kit.values("press_customs:quantity:rare_earths:CHN:JPN:jp_rare_earth_imports_from_cn")
    assert imports["2010-11-01"] == 634_000.0
    assert "2010-01-01" not in imports
    year = "press_customs_years:quantity:rare_earths:CHN:JPN:jp_rare_earth_imports_from_cn"
    assert kit.series[year].partial
    assert kit.values(year) == {"2010-01-01": 23_310_000.0}
    quotes = kit.values("press_prices:price:neodymium:china spot (smm/shanghai) oxide")
    assert quotes["2011-09-09"] == 1_155.0  # middle of 1,130,000 and 1,180,000 CNY/t, in CNY/kg


def test_documents_are_one_wherever_they_stand(kit: Kit) -> None:
    """The subsets of the Federal Register repeat the large file and add nothing; few documents matter."""
    files = {file.path: file for file in kit.report.files}
    large = files["notices/federal_register_documents.csv.gz"]
    assert large.rows == 75_871
    assert 0 < large.documents < 0.02 * large.rows
    for name, rows in [("bis_export_control", 164), ("critical_minerals", 165)]:
        subset = files[f"notices/federal_register_{name}_subset.csv"]
        assert (subset.rows, subset.new, subset.duplicates) == (rows, 0, rows)
    numbers = [(n.issuer, n.number) for n in kit.archive.notices()]
    assert len(numbers) == len(set(numbers))


def watched(series: Series) -> set[tuple[str, str]]:
    """What the kit's coverage calls a series: family and mineral, or family and place."""
    place = REFERENCE.places.get(series.route)
    names = {place.name["en"]} if place is not None else set(series.minerals)
    return {(series.family, name) for name in names}


def test_what_the_coverage_lists_is_watched(kit: Kit) -> None:
    """Each mineral and strait that the kit says it watches has a series that a detector gets."""
    listed = shared_path("ledger/coverage.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = {(row["family"], row["subject"]) for row in map(json.loads, listed) if row["family"] != "notices"}
    wanted = {(f, "Shanghai" if s.startswith("Shanghai") else s) for f, s in wanted}
    found = {pair for series in kit.series.values() if not series.partial for pair in watched(series)}
    assert wanted <= found


def test_replay_is_in_order_of_knowing(kit: Kit) -> None:
    """One batch for each instant and group, in order, each figure once."""
    before: tuple[int, str] = (0, "")
    figures = 0
    for at, batch in kit.archive.batches(0, LATE):
        assert (at, batch.group) > before
        before = (at, batch.group)
        figures += sum(len(run.values) for run in batch.runs)
        assert not any(run.series.partial for run in batch.runs)
    assert figures > 250_000
