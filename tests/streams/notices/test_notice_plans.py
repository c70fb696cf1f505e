"""What is not yet done or not so, what gives more time, and what merely stays in force."""

import pytest

from streams.notices.documents import Document
from streams.notices.reader import packaged_reader
from streams.notices.readings import Polarity, Reading

READER = packaged_reader()


def read(language: str, text: str, title: str = "") -> Reading:
    """The reading of one document of Monday, 4 May 2026."""
    return READER.read(Document(document_id="x", language=language, title=title, text=text, published_on="2026-05-04"))


@pytest.mark.parametrize(
    "text",
    [
        "New decisions to restrict exports of lithium will depend on talks with investors, the minister said.",
        "Further restrictions on exports of graphite hinge on the outcome of talks with Ottawa.",
        "The cabinet is to decide on an export ban for bauxite in June.",
        "A decision on export quotas for cobalt is expected next month.",
        "Hanoi will make a decision on banning tin exports by the end of the year.",
        "The ministry has yet to rule on an extension of the ban on raw lithium exports.",
        "It is up to parliament whether the ban on exports of copper concentrate is lifted.",
        "The end of the export ban on copper concentrate is conditional on the smelter being finished.",
        "Lifting the ban on exports of raw manganese is subject to a vote in parliament.",
        "A regulation on export levies for nickel pig iron is being drawn up.",
        "Gabon plans a law that would stop manganese from being shipped raw.",
        "Reports that exports of nickel ore were halted are false, the minister said.",
        "The ministry issued a regulation to export bauxite.",
    ],
)
def test_what_is_to_come_goes_neither_way(text: str) -> None:
    """Decisions to come, what depends on something, texts being written, reports that are denied."""
    assert read("en", text).polarity is Polarity.NONE


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.IMPOSE, "The cabinet decided on an export ban for bauxite in June."),
        (Polarity.IMPOSE, "The ministry issued a regulation to restrict exports of bauxite."),
        (Polarity.IMPOSE, "A new law stops manganese from being exported raw."),
        (Polarity.IMPOSE, "China bans exports of gallium to buyers who depend on talks."),
        (Polarity.TIGHTEN, "Jakarta accelerates the ban on bauxite exports."),
    ],
)
def test_what_is_done_is_no_plan(polarity: Polarity, text: str) -> None:
    """The same words where something is done."""
    assert read("en", text).polarity is polarity


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (
            Polarity.SUSPEND,
            "The deadline for exporters of graphite to obtain a licence is extended to 31 December 2026.",
        ),
        (Polarity.SUSPEND, "The ministry extends the deadline by which licences for tin exports must be obtained."),
        (
            Polarity.SUSPEND,
            "Exporters get six more months before the licence requirement for graphite exports applies.",
        ),
        (
            Polarity.SUSPEND,
            "The deadline of the waiver from the copper concentrate export ban is extended to 1 June 2027.",
        ),
        (Polarity.EXTEND, "The deadline of the ban on copper concentrate exports is extended to 31 December 2026."),
    ],
)
def test_more_time_holds_a_duty_off(polarity: Polarity, text: str) -> None:
    """More time to comply eases; more time for a ban does not."""
    assert read("en", text).polarity is polarity


@pytest.mark.parametrize(
    ("language", "polarity", "text"),
    [
        ("en", Polarity.NONE, "The government maintains its export controls on gallium."),
        ("zh", Polarity.NONE, "中国将维持稀土出口管制。"),
        ("ja", Polarity.NONE, "中国商務省はレアアースの輸出管理を維持すると発表した。"),
        ("en", Polarity.EXTEND, "The government keeps the ban on nickel ore exports until 31 December 2026."),
        ("zh", Polarity.EXTEND, "政府将镍矿出口禁令维持至2026年12月31日。"),
        ("ja", Polarity.EXTEND, "政府はニッケル鉱石の輸出禁止を2026年12月31日まで維持する。"),
        ("en", Polarity.NONE, "Zambia's copper concentrate export ban still in force"),
    ],
)
def test_what_stays_goes_neither_way_unless_until_a_day(language: str, polarity: Polarity, text: str) -> None:
    """Three languages agree on an act that is kept."""
    assert read(language, text).polarity is polarity


@pytest.mark.parametrize(
    ("text", "effective", "end"),
    [
        ("The controls on exports of tin apply from Monday, the ministry said.", "2026-05-04", ""),
        ("A licence for exports of tin will be needed from Thursday, the ministry said.", "2026-05-07", ""),
        ("The ministry said on Friday that it bans exports of tin with immediate effect.", "2026-05-01", ""),
        ("The ban on exports of tin is suspended until Friday.", "", "2026-05-08"),
        ("Raw manganese may not leave the country after 1 January 2029.", "2029-01-01", ""),
        ("Beijing paused the ban on gallium exports on Sunday; the pause starts the same day.", "2026-05-03", ""),
    ],
)
def test_days_of_the_week_are_days(text: str, effective: str, end: str) -> None:
    """The last such day; of what starts or ends on it, the one that comes."""
    reading = read("en", text)
    assert (reading.effective_on, reading.end_on) == (effective, end)


@pytest.mark.parametrize(
    ("language", "polarity", "title", "text"),
    [
        ("zh", Polarity.RELAX, "中國放寬鎵鍺對美出口", ""),
        ("zh", Polarity.IMPOSE, "", "稀土開採技術,沒有許可一律不准出口。"),
        ("zh", Polarity.SUSPEND, "", "第八號公告原則上不許鎵輸往日本。商務部今天通知,這一款即日起停止適用。"),
        ("zh", Polarity.NONE, "", "印尼尚未决定何时实施锡出口禁令。"),
        ("ja", Polarity.IMPOSE, "", "アンチモンに関する品目の輸出が9月から規制される。"),
    ],
)
def test_how_taipei_and_tokyo_write(language: str, polarity: Polarity, title: str, text: str) -> None:
    """Traditional characters, a clause that is turned by naming it again, a control that is a verb."""
    reading = read(language, text, title)
    assert reading.is_relevant
    assert reading.polarity is polarity
