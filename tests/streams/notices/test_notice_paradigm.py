"""The paradigm of acts: every verb with every thing it can act on, one verb upon another, in three languages."""

from itertools import product

import pytest

from streams.notices.documents import Document
from streams.notices.reader import packaged_reader

READER = packaged_reader()

CONTROLS = {
    "en": ("the ban on exports of tungsten", "the tungsten export ban", "export controls on tungsten",
           "restrictions on tungsten exports", "the export duty on tungsten", "the tungsten export quota",
           "the licence requirement for tungsten exports"),
    "zh": ("钨出口禁令", "对钨的出口管制", "钨出口限制措施", "钨出口许可要求", "钨出口关税", "钨出口配额"),
    "ja": ("タングステンの輸出禁止", "タングステンの輸出規制", "タングステンの輸出許可義務", "タングステンの輸出税",
           "タングステンの輸出枠", "タングステン禁輸"),
}  # fmt: skip
EASED, HARDER = "suspend|relax", "impose|tighten"
ON_CONTROLS = {
    "en": {
        "Kazakhstan {verb} {thing}": {
            HARDER: "imposes introduces reinstates", "tighten": "tightens widens",
            "extend": "extends prolongs renews", "suspend": "suspends pauses postpones defers delays",
            "relax": "lifts ends scraps abolishes removes repeals rescinds eases revokes terminates withdraws",
        },
        "By this order {thing} is hereby {verb}": {
            "extend": "extended prolonged", "suspend": "suspended postponed stayed",
            "relax": "lifted removed repealed revoked rescinded abolished",
        },
        "Kazakhstan announces the {verb} of {thing}": {
            HARDER: "introduction reinstatement", "tighten": "tightening", "extend": "extension renewal",
            "suspend": "suspension postponement", "relax": "lifting removal repeal abolition easing end",
        },
        "Kazakhstan {verb}s the suspension of {thing}": {EASED: "extend prolong", HARDER: "end lift terminate"},
        "The suspension of {thing} is {verb} from 1 May 2025": {EASED: "extended", HARDER: "lifted ended revoked"},
        "Kazakhstan {verb} the exemption from {thing}": {
            EASED: "extends renews", HARDER: "ends withdraws revokes suspends",
        },
        "Kazakhstan will not {verb} {thing}": {"none": "lift ease suspend", "relax": "extend renew"},
        "Kazakhstan refuses to {verb} the waiver from {thing}": {HARDER: "extend renew prolong"},
        "Kazakhstan {verb} the lifting of {thing}": {"extend": "postpones defers delays"},
        "Kazakhstan considers {verb} {thing}": {"none": "lifting extending imposing suspending"},
    },
    "zh": {
        "哈萨克斯坦{verb}{thing}": {
            HARDER: "实施 出台 颁布", "tighten": "收紧 加强 扩大", "extend": "延长 延续 继续实施",
            "suspend": "暂停 中止 暂缓实施 推迟", "relax": "取消 解除 废止 放宽 撤销 终止 停止执行",
        },
        "哈萨克斯坦{thing}将于5月1日{verb}": {"extend": "延长", "suspend": "暂停 推迟", "relax": "取消 解除 终止"},
        "哈萨克斯坦{verb}对{thing}的暂停期": {EASED: "延长"},
        "哈萨克斯坦宣布{verb}{thing}": {"none": "不会取消 拒绝取消 考虑取消", "relax": "不延长", "extend": "推迟取消"},
    },
    "ja": {
        "カザフスタン、{thing}を{verb}": {
            HARDER: "導入 実施 再導入", "tighten": "強化 厳格化 拡大", "extend": "延長 継続", "none|extend": "維持",
            "suspend": "一時停止 停止 延期 見送り 凍結", "relax": "解除 撤廃 廃止 緩和 撤回 打ち切り",
        },
        "カザフスタン、{thing}の停止を{verb}": {EASED: "延長", HARDER: "解除 終了"},
        "カザフスタン、{thing}の免除を{verb}": {EASED: "延長", HARDER: "廃止 打ち切り"},
        "カザフスタン、{thing}の解除を{verb}": {"extend": "延期 先送り", "none": "検討"},
        "カザフスタン、{thing}の延長を{verb}": {"relax": "見送り", "none": "検討"},
    },
}  # fmt: skip
ON_OTHERS = {
    "en": {
        "Kazakhstan {verb} tungsten exports": {
            HARDER: "halts stops suspends freezes bars blocks forbids", "relax": "resumes restarts allows frees",
        },
        "Kazakhstan {verb} halt on tungsten exports": {"extend": "extends", "relax": "lifts ends"},
        "Kazakhstan {verb} export licences for tungsten": {HARDER: "revokes withholds refuses cancels"},
        "Kazakhstan {verb} issuing export licences for tungsten": {HARDER: "stops", "relax": "resumes restarts"},
        "Kazakhstan {verb} the general licence for exports of tungsten": {
            "relax": "grants issues extends", HARDER: "revokes suspends ends withdraws",
        },
    },
    "zh": {
        "哈萨克斯坦{verb}钨出口": {HARDER: "暂停 停止 叫停 禁止 中断", "relax": "恢复 允许 重启 放开"},
        "哈萨克斯坦{verb}钨出口许可证": {HARDER: "停发 吊销 暂停发放 不再发放", "relax": "恢复发放 重启发放"},
        "哈萨克斯坦{verb}钨出口通用许可": {"relax": "发放 启用", HARDER: "吊销 取消 暂停"},
    },
    "ja": {
        "カザフスタン、タングステンの輸出を{verb}": {HARDER: "停止 禁止 差し止め 認めず", "relax": "再開 解禁 許可"},
        "カザフスタン、タングステンの輸出許可{verb}": {
            HARDER: "の発給を停止 を取り消し を発給せず", "relax": "の発給を再開 の交付を再開",
        },
        "カザフスタン、タングステンの輸出停止{verb}": {"extend": "を延長 措置を延長", "relax": "を解除 措置を終了"},
    },
}  # fmt: skip


def rows(language: str) -> list[tuple[str, str]]:
    """Each headline of the paradigm with its polarity; `a|b`: either is right."""
    paradigms = [(template, wanted, CONTROLS[language]) for template, wanted in ON_CONTROLS[language].items()]
    paradigms += [(template, wanted, ("",)) for template, wanted in ON_OTHERS[language].items()]
    return [
        (template.format(verb=verb, thing=thing), polarity)
        for template, wanted, things in paradigms
        for (polarity, verbs), thing in product(wanted.items(), things)
        for verb in verbs.split()
    ]


@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_what_is_done_to_what(language: str) -> None:
    """A verb turns a control, a licence, an exemption or exports each its own way, also one verb upon another."""
    headlines = rows(language)
    wrong = []
    for headline, polarity in headlines:
        reading = READER.read(
            Document(document_id="x", language=language, title=headline, text="", published_on="2025-03-01")
        )
        said = reading.polarity.value if reading.is_relevant else "irrelevant"
        if said not in polarity.split("|"):
            wrong.append((headline, said, polarity))
    assert len(headlines) > 100
    assert wrong == []
