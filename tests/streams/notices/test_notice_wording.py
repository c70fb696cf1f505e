"""How acts are worded: consultations, leave in spite of a ban, what is added to a control, general licences."""

import pytest

from streams.notices.documents import Document
from streams.notices.reader import packaged_reader
from streams.notices.readings import ActKind, Polarity, Reading

READER = packaged_reader()


def read(language: str, title: str, text: str = "") -> Reading:
    """The reading of one document of May 2026."""
    return READER.read(Document(document_id="x", language=language, title=title, text=text, published_on="2026-05-04"))


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "Canberra seeks views on licensing gallium exports",
            "The department has opened a consultation on whether exports of gallium should need a permit. If adopted, "
            "the rule would require a licence for every shipment. Submissions close on 30 June 2026.",
        ),
        (
            "en",
            "London consults on export licences for tungsten",
            "The public has until 3 June 2026 to respond. Exports of tungsten would be subject to a licence.",
        ),
        (
            "en",
            "",
            "The ministry invites comments on export controls for tellurium. Comments must arrive by 12 June 2026.",
        ),
        (
            "zh",
            "商务部就《锗出口许可管理办法(草案)》公开征求意见",
            "草案规定,锗出口须取得许可证。公众可于2026年5月20日前提出意见。",
        ),
        ("zh", "工信部就钨出口配额办法征集意见", "意见征集时间自2026年5月5日起至2026年5月20日。"),
        (
            "ja",
            "経済産業省、ガリウムの輸出承認に関する省令案のパブコメを実施",
            "意見の提出期限は令和8年5月20日。省令案では、ガリウムの輸出を承認の対象とする。",
        ),
        ("ja", "韓国、タングステンの輸出許可制で意見公募", "告示案への意見を5月20日まで受け付ける。"),
    ],
)
def test_a_consultation_is_a_plan(language: str, title: str, text: str) -> None:
    """What is out for comment goes neither way, and the days for comments are none of the act."""
    reading = read(language, title, text)
    assert reading.is_relevant
    assert (reading.polarity, reading.effective_on, reading.end_on) == (Polarity.NONE, "", "")


@pytest.mark.parametrize(
    ("language", "title", "text", "effective", "end"),
    [
        (
            "en",
            "Vietnam restricts exports of rare earths",
            "The decree takes effect on 1 July 2026; comments on its annex are accepted until 15 August 2026.",
            "2026-07-01",
            "",
        ),
        (
            "en",
            "Norway bans exports of nickel matte",
            "After a public consultation, the ministry banned exports of nickel matte until 31 December 2027.",
            "",
            "2027-12-31",
        ),
        ("zh", "商务部经公开征求意见,自2026年6月1日起对铟实施出口管制", "", "2026-06-01", ""),
        ("ja", "経済産業省、意見公募を経て6月1日からガリウムの輸出を禁止", "", "2026-06-01", ""),
    ],
)
def test_what_follows_a_consultation_is_an_act(language: str, title: str, text: str, effective: str, end: str) -> None:
    """A consultation that is over, or one on an annex, makes no plan of an act."""
    reading = read(language, title, text)
    assert (reading.polarity, reading.effective_on, reading.end_on) == (Polarity.IMPOSE, effective, end)


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "Tanzania: order on exports of lithium ore",
            "Notwithstanding the prohibition on the export of raw lithium ore, refiners may ship 20,000 tonnes.",
        ),
        (
            "en",
            "",
            "Firms with a smelter under construction can, notwithstanding the export ban, ship bauxite abroad.",
        ),
        ("zh", "尽管有出口禁令,持证冶炼厂仍可出口铝土矿", ""),
        ("ja", "輸出禁止にもかかわらず、製錬所を持つ企業は銅精鉱を輸出できる", ""),
    ],
)
def test_leave_in_spite_of_a_ban_eases_it(language: str, title: str, text: str) -> None:
    """What may go out though a ban stands is an exemption."""
    assert read(language, title, text).polarity is Polarity.RELAX


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Zimbabwe bans exports of lithium ore notwithstanding protests from miners"),
        ("en", "Exports of tungsten are prohibited, notwithstanding permits that were granted before"),
        ("zh", "尽管企业反对,津巴布韦禁止锂矿出口"),
        ("ja", "業界の反対にもかかわらず、ジンバブエがリチウム鉱石の輸出を禁止"),
    ],
)
def test_a_ban_in_spite_of_something_else_is_a_ban(language: str, title: str) -> None:
    """Only what stands against the ban itself eases it."""
    assert read(language, title).polarity is Polarity.IMPOSE


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("zh", "尽管有出口禁令,镓出口仍大幅增长"),
        ("ja", "輸出禁止にもかかわらず、ガリウムの輸出が増加"),
    ],
)
def test_trade_in_spite_of_a_ban_is_no_act(language: str, title: str) -> None:
    """That goods go out all the same is a figure."""
    assert not read(language, title).is_relevant


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "China tightens permit rules for gallium refining know-how",
            "The ministry has added restrictions on the export of technology for gallium refining.",
        ),
        ("en", "Moscow adds to its curbs on tungsten exports", ""),
        ("en", "India adds new conditions to export licences for graphite", ""),
        ("en", "Vietnam imposes restrictions on exports of tin that are already licensed", ""),
        ("zh", "越南在已实施出口管制的基础上对锡出口追加限制", ""),
        ("ja", "中国、規制済みのガリウムに追加の輸出規制", ""),
    ],
)
def test_what_is_added_to_a_control_tightens_it(language: str, title: str, text: str) -> None:
    """More restrictions on what is controlled already are no new control."""
    assert read(language, title, text).polarity is Polarity.TIGHTEN


@pytest.mark.parametrize(
    "title",
    [
        "China imposes export controls on antimony, joining gallium, which is already controlled",
        "Vietnam adds restrictions on exports of tin",
    ],
)
def test_a_control_on_other_goods_is_a_new_one(title: str) -> None:
    """Goods that are controlled already stand beside others here."""
    assert read("en", title).polarity is Polarity.IMPOSE


def test_a_title_that_tightens_something_else_tightens_no_exports() -> None:
    """A title on imports says nothing of a control on exports."""
    reading = read("en", "India tightens import licensing of tin", "The ministry has imposed export controls on tin.")
    assert reading.polarity is Polarity.IMPOSE


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "China makes general licences available for rare earth exports"),
        ("en", "General licences for gallium exports can now be applied for"),
        ("zh", "商务部:镓出口可申请通用许可"),
        ("zh", "对合规企业的石墨出口开放通用许可"),
        ("ja", "経済産業省、ガリウムの輸出に包括許可を適用可能に"),
    ],
)
def test_general_licences_that_can_be_had_ease(language: str, title: str) -> None:
    """A general licence that becomes applicable lets out what needed one licence for each shipment."""
    reading = read(language, title)
    assert (reading.act_kind, reading.polarity) == (ActKind.EXPORT_LICENSING, Polarity.RELAX)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "General licences for gallium exports are not available, ministry says"),
        ("zh", "商务部:镓出口不可申请通用许可"),
        ("zh", "商务部:镓出口通用许可不再适用"),
    ],
)
def test_general_licences_that_cannot_be_had_ease_nothing(language: str, title: str) -> None:
    """A general licence that is not there, or no longer, lets nothing out."""
    assert read(language, title).polarity is not Polarity.RELAX


@pytest.mark.parametrize(
    ("text", "polarity", "minerals"),
    [
        (
            "MOFCOM Announcement No. 81 suspends the announcements of 9 October on graphite anode materials. Exporters "
            "should keep their records.",
            Polarity.SUSPEND,
            {"graphite"},
        ),
        (
            "For exporters: the Ministry of Commerce revoked two notices dated 3 December on gallium.",
            Polarity.RELAX,
            {"gallium"},
        ),
        (
            "Note to exporters: the commerce ministry suspended two notices dated 3 December on dumping of graphite.",
            None,
            set(),
        ),
        ("Note to exporters: the Treasury suspended two notices dated 31 March on gallium.", None, set()),
    ],
)
def test_acts_of_a_ministry_of_trade_by_their_day(text: str, polarity: Polarity | None, minerals: set[str]) -> None:
    """Who advises exporters names acts by their day: they are controls, unless on dumping or of another ministry."""
    reading = read("en", "Client alert: what the pause means", text)
    assert reading.is_relevant == bool(polarity)
    assert reading.polarity is (polarity or Polarity.NONE)
    assert {mineral.split("_")[0] for mineral in reading.minerals} == minerals


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "China suspends part of its export ban on germanium",
            "The suspension begins at once. The paragraph had provided that no superhard materials be sold to America.",
        ),
        (
            "zh",
            "中国暂停实施部分锗出口禁令",
            "商务部今日发布公告。该款此前规定,原则上不予许可锗、超硬材料对美国出口。",
        ),
        ("ja", "中国、ゲルマニウムの輸出禁止を一部停止", "同項はこれまで、超硬材料を米国に輸出しないと定めていた。"),
    ],
)
def test_what_a_suspended_provision_said_is_its_list(language: str, title: str, text: str) -> None:
    """A provision that is told again because it is suspended says what the suspension is about."""
    reading = read(language, title, text)
    assert (reading.polarity, set(reading.minerals)) == (Polarity.SUSPEND, {"germanium", "synthetic_diamond"})


@pytest.mark.parametrize(
    ("language", "title", "text", "polarity"),
    [
        (
            "ja",
            "輸出貿易管理令の一部を改正する政令",
            "別表第一に、酸化ガリウムの単結晶を加える。この貨物を輸出しようとする者は、経済産業大臣の許可を受けなければならない。",
            Polarity.IMPOSE,
        ),
        ("ja", "", "中国商務省は、許可を受けずに黒鉛を輸出してはならないと公告した。", Polarity.IMPOSE),
        (
            "en",
            "",
            "Kazakhstan's trade ministry has prolonged by a year the rule that exports of lead be registered with "
            "the chamber of commerce.",
            Polarity.EXTEND,
        ),
        (
            "en",
            "Hanoi keeps its registration requirement for tungsten exports for another year",
            "The registration requirement for exports of tungsten is extended until 30 June 2027.",
            Polarity.EXTEND,
        ),
        (
            "en",
            "",
            "Malaysian customs have been told not to clear exports of unprocessed rare earths.",
            Polarity.IMPOSE,
        ),
        ("en", "", "China's commerce ministry granted general licences to two exporters of gallium.", Polarity.RELAX),
    ],
)
def test_what_a_statute_says_of_exporters_is_a_control(
    language: str, title: str, text: str, polarity: Polarity
) -> None:
    """A leave that has to be received, a sale that has to be registered, a border that does not clear."""
    reading = read(language, title, text)
    assert (reading.is_relevant, reading.polarity) == (True, polarity)


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("ja", "鉱業法の一部改正", "別表第一にゲルマニウムを加える。採掘しようとする者は許可を受けなければならない。"),
        ("ja", "", "銅地金を輸入しようとする者は、経済産業大臣の許可を受けなければならない。"),
        ("en", "", "Miners of lithium must be registered with the tax office; exports rose by 4 percent last year."),
        ("en", "", "China's ports stopped processing containers after the typhoon, and rare earth exports fell."),
    ],
)
def test_the_same_words_about_something_else_are_no_control(language: str, title: str, text: str) -> None:
    """Of mines, of imports, of firms, of ports."""
    assert not read(language, title, text).is_relevant


def test_an_end_that_is_moved_is_no_first_day() -> None:
    """The day from which an end is moved away begins nothing."""
    text = "Peru extends its ban on exports of zinc. It moves the expiry date from 4 May 2025 to 4 May 2026."
    reading = read("en", "", text)
    assert (reading.effective_on, str(reading.end_on)) == ("", "2026-05-04")


@pytest.mark.parametrize(
    ("text", "polarity", "effective", "end"),
    [
        ("The end of the cobalt export ban is pushed back to 31 July 2026.", Polarity.EXTEND, "", "2026-07-31"),
        ("The end of the nickel export ban was postponed to 1 March 2027.", Polarity.EXTEND, "", "2027-03-01"),
        ("Congo confirms the end of its cobalt export ban.", Polarity.RELAX, "", ""),
        ("The end of the freeze on exports of nickel was announced on Monday.", Polarity.RELAX, "", ""),
        ("End of the tungsten export suspension on 16 June 2026.", Polarity.RELAX, "2026-06-16", ""),
        ("China's commerce ministry will grant general licences to exporters of niobium.", Polarity.NONE, "", ""),
        (
            "Controls on exports of gallium were extended from 1 June 2026 to all destinations.",
            Polarity.TIGHTEN,
            "2026-06-01",
            "",
        ),
    ],
)
def test_an_end_that_is_put_off_is_an_extension(text: str, polarity: Polarity, effective: str, end: str) -> None:
    """And a control that is extended from a day on begins on it."""
    reading = read("en", "", text)
    assert (reading.polarity, reading.effective_on, reading.end_on) == (polarity, effective, end)


@pytest.mark.parametrize(
    ("text", "polarity", "minerals"),
    [
        (
            "China will put export controls on holmium, erbium and thulium starting June 8, its ministry said.",
            Polarity.IMPOSE,
            ("erbium", "holmium", "thulium"),
        ),
        ("Jakarta puts export restrictions on tin ingots.", Polarity.IMPOSE, ("tin",)),
        (
            "BIS is staying the license requirements on exports of tantalum powder until 22 September 2026.",
            Polarity.SUSPEND,
            ("tantalum",),
        ),
        (
            "The implementation of Article 2 of Announcement No. 46 of 2024 (Announcement on Strengthening Export "
            "Control of Dual-Use Items to the United States) for gallium is suspended until 27 November 2026.",
            Polarity.SUSPEND,
            ("gallium",),
        ),
    ],
)
def test_what_is_put_on_exports_stayed_or_named_in_brackets(
    text: str, polarity: Polarity, minerals: tuple[str, ...]
) -> None:
    """The verb of the sentence decides, not a verb in the name of the act."""
    reading = read("en", "", text)
    assert (reading.polarity, tuple(sorted(reading.minerals))) == (polarity, minerals)
