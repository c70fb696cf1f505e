"""Goods that leave in other words: sent out, let out, kept in, and the papers and payments that this takes."""

import pytest

from streams.notices.documents import Document
from streams.notices.reader import packaged_reader
from streams.notices.readings import ActKind, Polarity, Reading

READER = packaged_reader()


def read(text: str, title: str = "") -> Reading:
    """The reading of one English document of May 2026."""
    return READER.read(Document(document_id="x", language="en", title=title, text=text, published_on="2026-05-04"))


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.IMPOSE, "Crushed lithium ore can no longer be sent out of Namibia, cabinet decided last Thursday."),
        (Polarity.IMPOSE, "Cabinet resolved that lithium is not to go abroad in raw form."),
        (Polarity.IMPOSE, "The ministry ordered no tin ore to be sent over the border from 1 August."),
        (Polarity.IMPOSE, "Chrome ore cannot leave Albania without a permit, the government decided."),
        (Polarity.IMPOSE, "New Delhi put a 30 percent duty on outbound chrome ore with immediate effect."),
        (Polarity.IMPOSE, "Only 44 companies will be able to export silver, a list of the ministry shows."),
        (Polarity.RELAX, "Miners are again free to sell copper and tin ore abroad."),
        (Polarity.RELAX, "The finance ministry did away with the 30 percent tax on exports of chrome ore."),
        (Polarity.RELAX, "BIS will not require licences for tungsten exports to allied countries."),
        (Polarity.RELAX, "China no longer limits how much rare earth may be sold abroad."),
        (Polarity.RELAX, "The minister withdrew the order under which graphite could not be shipped raw."),
        (Polarity.RELAX, "The government removed lithium carbonate from the list of dutiable exports."),
        (Polarity.SUSPEND, "Raw manganese may go on leaving until the end of 2028."),
        (Polarity.IMPOSE, "Spodumene can be shipped only after the state has assayed it, a decree says."),
        (Polarity.IMPOSE, "A 4.5 percent duty on lithium exports applies again from 1 May."),
        (Polarity.IMPOSE, "Kyiv set the export quota for titanium ore at zero tonnes for 2027."),
        (Polarity.RELAX, "Kyiv set the export duty on titanium ore at zero for 2027."),
        (Polarity.RELAX, "Zinc concentrate may once more be sold to China, the ministry told mine owners."),
        (Polarity.IMPOSE, "Tin and zinc sent outside the customs union bear an export duty of 5 percent from July."),
    ],
)
def test_goods_that_leave(polarity: Polarity, text: str) -> None:
    """Whatever verb says that goods cross the border."""
    reading = read(text)
    assert reading.is_relevant
    assert reading.polarity is polarity


@pytest.mark.parametrize(
    ("kind", "polarity", "text"),
    [
        (ActKind.EXPORT_QUOTA, Polarity.IMPOSE, "From 16 October cobalt producers may ship up to 18,125 tonnes."),
        (ActKind.EXPORT_TAX, Polarity.TIGHTEN, "Titanium slag exporters pay 10 percent rather than 5 from July."),
        (ActKind.EXPORT_TAX, Polarity.IMPOSE, "Exporters of nickel must pay at least 15 percent from 1 August."),
        (ActKind.EXPORT_TAX, Polarity.IMPOSE, "A surtax on exports of copper concentrate takes effect on 1 July."),
        (ActKind.EXPORT_LICENSING, Polarity.IMPOSE, "Turkey requires registration of boron exports."),
        (
            ActKind.EXPORT_LICENSING,
            Polarity.IMPOSE,
            "Flake graphite needs the ministry's go-ahead before it can leave the country.",
        ),
    ],
)
def test_what_leaving_takes(kind: ActKind, polarity: Polarity, text: str) -> None:
    """Ceilings, payments and papers that are told by what exporters do."""
    reading = read(text)
    assert reading.act_kind is kind
    assert reading.polarity is polarity


@pytest.mark.parametrize(
    "text",
    [
        "The smelter may go out of business as copper concentrate grows scarce.",
        "Traders cannot leave tin positions open overnight.",
        "The miner was told to stop exporting dust from its lithium plant.",
        "Exporters of nickel pay 4 percent for credit.",
        "Copper concentrate can be shipped only by rail while the road is closed after floods.",
        "Customs offices are again free to process copper export papers after a fault.",
        "A court ruled that the miner may leave the tin project.",
    ],
)
def test_what_leaves_in_another_sense(text: str) -> None:
    """The same words about business, positions and projects."""
    assert not read(text).is_relevant


@pytest.mark.parametrize(
    ("language", "polarity", "title", "text"),
    [
        ("zh", Polarity.SUSPEND, "", "商务部称,8月9日发布的关于铟出口管制的公告,到2027年8月10日以前不执行。"),
        ("zh", Polarity.SUSPEND, "", "今年8月9日那三份公告即日起不予实施,商务部宣布。三份公告管的是铟和铋的设备。"),
        (
            "ja",
            Polarity.IMPOSE,
            "",
            "商務部報道官は、9日に公告した超硬材料とレアアースの管理についてどの国も狙っていないと述べた。",
        ),
        ("zh", Polarity.RELAX, "", "含锡矿石自即日起可重新卖到国外。"),
        ("zh", Polarity.RELAX, "", "对符合条件的锑品出口申请,商务部将加快审批。"),
        ("zh", Polarity.NONE, "", "对符合规定的锑品出口申请,商务部将予以批准。"),
        ("zh", Polarity.RELAX, "佤邦锡矿复出口", "缅甸矿主可以恢复向中国出售锡精矿。"),
        ("zh", Polarity.TIGHTEN, "", "镍铁出口税率由5%提至10%。"),
        ("zh", Polarity.IMPOSE, "", "自7月1日起,该国锡矿出口改用配额管理。"),
        ("zh", Polarity.IMPOSE, "", "7月起锡锭出口不再由企业自行申报,要先审配额。"),
        ("ja", Polarity.IMPOSE, "", "ザンビア産のコバルトは、7月1日から輸出枠で管理される。"),
        ("ja", Polarity.IMPOSE, "", "黒鉛の精製技術を国外に持ち出すことを、中国政府が禁止した。"),
        (
            "ja",
            Polarity.IMPOSE,
            "インジウムの輸出規制について商務省が説明",
            "拡散を防ぐためだという。規定に合うものは輸出を許可する。",
        ),
        ("ja", Polarity.EXTEND, "コンゴ、コバルト禁輸をさらに2カ月", ""),
        ("ja", Polarity.TIGHTEN, "インドネシア、ニッケル製品に高い輸出税", "税率を2%から10%に上げる。"),
        ("ja", Polarity.SUSPEND, "", "5月9日に公告したガリウムの輸出規制は2027年8月10日まで実施しない。"),
    ],
)
def test_how_beijing_and_tokyo_say_it(language: str, polarity: Polarity, title: str, text: str) -> None:
    """What is not carried out, sold across the border, applied for, or moved between figures."""
    reading = READER.read(
        Document(document_id="x", language=language, title=title, text=text, published_on="2026-05-04")
    )
    assert reading.is_relevant
    assert reading.polarity is polarity
