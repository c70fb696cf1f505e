"""Single fields of a reading: days in three languages, destinations, issuers, tariff codes."""

import pytest

from streams.notices.documents import Document
from streams.notices.reader import packaged_reader
from streams.notices.readings import Reading

READER = packaged_reader()


def read(
    title: str, text: str = "", published_on: str = "2024-08-15", address: str = "", language: str = "en"
) -> Reading:
    """The reading of one document."""
    return READER.read(
        Document(document_id="x", language=language, title=title, text=text, published_on=published_on, address=address)
    )


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("effective September 15, 2024", "2024-09-15"),
        ("with effect from 15 September 2024", "2024-09-15"),
        ("from Sept. 15", "2024-09-15"),
        ("from 1 January", "2025-01-01"),
        ("which takes effect on Monday, December 2", "2024-12-02"),
        ("with immediate effect", "2024-08-15"),
        ("effective upon publication", "2024-08-15"),
        ("from January 2027", ""),
        ("in 2025", ""),
        ("effective February 30, 2025", ""),
    ],
)
def test_effective_day_in_english(words: str, day: str) -> None:
    """A day takes its year from the publication where it has none; a month alone is no day."""
    assert read(f"China bans exports of antimony {words}").effective_on == day


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("自2024年9月15日起", "2024-09-15"),
        ("自9月15日起", "2024-09-15"),
        ("自明年1月1日起", "2025-01-01"),
        ("自20日起", "2024-08-20"),
        ("即日起", "2024-08-15"),
        ("自2025年1月起", ""),
    ],
)
def test_effective_day_in_chinese(words: str, day: str) -> None:
    """Whole days, relative years, days of this month and at once."""
    assert read(f"中国宣布,{words}对锑实施出口管制", language="zh").effective_on == day


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2024年9月15日から", "2024-09-15"),
        ("9月15日から", "2024-09-15"),
        ("来年1月1日から", "2025-01-01"),
        ("令和6年9月15日から", "2024-09-15"),
        ("20日から", "2024-08-20"),
        ("2025年1月から", ""),
    ],
)
def test_effective_day_in_japanese(words: str, day: str) -> None:
    """Whole days, relative years and eras."""
    assert read(f"中国はアンチモンの輸出を{words}規制する", language="ja").effective_on == day


@pytest.mark.parametrize(
    ("title", "language", "day"),
    [
        ("China suspends export ban on gallium until 10 November 2026", "en", "2026-11-10"),
        ("China suspends gallium export ban from August 20, 2024 to August 20, 2025", "en", "2025-08-20"),
        ("Congo suspends cobalt exports for 90 days from August 20, 2024", "en", "2024-11-18"),
        ("Congo suspends cobalt exports for four months", "en", "2024-12-15"),
        ("自即日起至2026年11月10日暂停实施对镓的出口管制", "zh", "2026-11-10"),
        ("刚果(金)暂停钴出口,为期三个月", "zh", "2024-11-15"),
        ("中国、ガリウムの輸出禁止を2026年11月10日まで停止", "ja", "2026-11-10"),
        ("DRコンゴ:コバルトの輸出を3か月間停止", "ja", "2024-11-15"),
        ("China suspends export ban on gallium until November 2026", "en", ""),
    ],
)
def test_last_day(title: str, language: str, day: str) -> None:
    """A last day is stated, or counted from the first day or else from publication."""
    assert read(title, language=language).end_on == day


@pytest.mark.parametrize(
    ("title", "language", "targets"),
    [
        ("China bans exports of gallium to the United States", "en", ("USA",)),
        ("China bans exports of gallium to the US and Japan", "en", ("JPN", "USA")),
        ("China tightens controls on Chinese gallium exports", "en", ("ALL",)),
        ("Australia bans exports of alumina to Russia", "en", ("RUS",)),
        ("中国禁止镓对美国出口", "zh", ("USA",)),
        ("中国禁止镓出口", "zh", ("ALL",)),
        ("中国、ガリウムの日本向け輸出を禁止", "ja", ("JPN",)),
        ("中国、ガリウムの対米輸出を禁止", "ja", ("USA",)),
    ],
)
def test_targets(title: str, language: str, targets: tuple[str, ...]) -> None:
    """A country is a target where exports to it are meant; else the act is against all."""
    assert read(title, language=language).targets == targets


@pytest.mark.parametrize(
    ("address", "official"),
    [
        ("https://www.federalregister.gov/documents/2022/08/15/x", True),
        ("http://exportcontrol.mofcom.gov.cn/article/x.shtml", True),
        ("https://mric.jogmec.go.jp/news_flash/x", False),
        ("https://example.org/x", False),
        ("not an address", False),
        ("https://[bad", False),
        ("", False),
    ],
)
def test_official_addresses(address: str, official: bool) -> None:
    """What stands at the address of a state's office is official; a public body that reports on others is press."""
    reading = read("Export controls on gallium: an order", "Exports of gallium are banned.", address=address)
    assert reading.is_relevant
    assert reading.official is official


def test_tariff_codes_are_not_other_numbers() -> None:
    """Codes of the Harmonised System and its national lines, not dates, quotas or document numbers."""
    text = "Exports of gallium (HS 8112.92, 8112929010, 2850001901) are banned; notice 20240815, 10,000 t."
    assert read("China bans exports of gallium", text).hs == ("811292", "8112929010", "2850001901")


def test_an_act_on_all_ores_says_so() -> None:
    """An act that names no mineral tells whether it is about minerals at all."""
    assert read("Zimbabwe bans exports of all raw base mineral ores").general
    assert not read("Zimbabwe bans exports of raw lithium ore").general
    assert not read("China prohibits exports of all dual-use items to Japan").general
