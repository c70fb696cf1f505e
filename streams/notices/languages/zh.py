"""Chinese, read in simplified characters (traditional ones are folded): how acts on exports are written."""

import re

from streams.notices.languages.base import FIGURES, DateForms, Destinations, Language, Mark, Nouns, Reach
from streams.notices.vocabulary import Concept

_NUMERAL = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_HOUR = r"(?:\([^)]{0,8}\))?(?:[零〇0][时点](?:整|0{1,2}分)?|0:00)?"
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_BY_DATE = re.compile(  # acts that are named by their day alone
    r"日(?:发布|公布|发出|宣布)?(?:的|那|这|等)[^。;,、]{0,6}?(?P<word>公告)"
    r"(?=[^。;]{0,70}?(?:不予实施|不实施|不执行|暂停实施|暂停执行|暂缓|中止|停止实施|停止执行|延长|废止|撤销|恢复实施))"
)

CHINESE = Language(
    code="zh",
    spaced=False,
    operator_follows=False,
    home="CHN",
    gate=(
        "出口",
        "禁运",
        "禁運",
        "输往",
        "輸往",
        "外运",
        "外運",
        "暂停实施",
        "暫停實施",
        "管制",
        "禁令",
        "离境",
        "出境",
        "公告",
        "国外",
        "國外",
        "對外銷售",
        "对外销售",
    ),
    reach=Reach(compound=5, object=30, verb=24, verb_after=12, predicate=26, operator=34, modifier=12),
    clause=re.compile(r"[;:]|但是|然而|不过"),
    dates=DateForms(
        day=re.compile(
            r"(?:(?P<y>\d{4}|[〇零一二三四五六七八九]{4})年|(?<!\d)(?P<y3>\d{2})年|(?P<era>民国)(?P<ey>\d{2,3})年"
            r"|(?P<relative>今年|明年|去年|本年|同年|次年|当年))?"
            rf"(?P<m>{_NUMERAL})月(?P<d>{_NUMERAL})[日号]|(?<![\d-])(?P<d3>\d{{1,2}})日(?!间|内|以内|以前|后|前|电|讯)"
            r"|(?P<y2>\d{4})[-/.](?P<m2>\d{1,2})[-/.](?P<d2>\d{1,2})(?!\d)"
        ),
        relative_years={"今年": 0, "本年": 0, "当年": 0, "明年": 1, "次年": 1, "去年": -1},
        eras={"民国": 1911},
        in_force_before=re.compile(r"(?:生效|实施|施行|执行)(?:日期?|时间)[为是:】]*$"),
        in_force_after=re.compile(rf"{_HOUR}起?,?(?:正式|开始|全面|将|统一|同步)*(?:实施|施行|生效|执行|实行)"),
        starts_before=re.compile(r"(?:自|从|于|将于|由|在)$"),
        starts_after=re.compile(rf"{_HOUR}(?:起|开始|[至到](?=\d{{4}}年|\d{{1,2}}月))"),
        ends_before=re.compile(r"(?:至|到|截至|截止到?|直至|直到|延长至|延至|推迟至|有效期至|暂停至|延期至)$"),
        ends_after=re.compile(
            r"(?:前|之前)?(?:止|为止|期满|到期|失效|截止)|之?前,?(?:[^。;,]{0,10})(?:不再|暂停|停止|不得|禁止|暂缓|不予)"
        ),
        foreseen_before=re.compile(r"(?:原定|原定于|原计划于?|本应于?|本应在|原有效期至|原期限至)$"),
        foreseen_after=re.compile(
            r"(?:期满|届满|到期|失效)(?:后|之后|之际|时|的|,)|止?的?原?(?:有效期|期限)(?:届满|到期)|(?:延长|延至|顺延|延期|推迟)至"
        ),
        range=re.compile(rf"{_HOUR}(?:起)?[,]?(?:至|到|-|—|~)"),
        attributive=re.compile(rf"{_HOUR}起?(?:正式|开始)*(?:实施|施行|生效|执行|实行)的"),
        comments_before=re.compile(
            r"(?:意见|反馈|征求|征集|征询|咨询)[^。;,]{0,8}(?:截止|期限|期间|时间|日期|期)[^。;,]{0,6}$|(?:意见|咨询)[^。;,]{0,6}(?:截至|截止)[^。;,]{0,4}$"
        ),
        comments_after=re.compile(r"(?:之?前|止|以前|(?:起|开始)[^。;,]{0,4})[^。;]{0,24}?(?:意见|建议|反馈)"),
        immediate=re.compile(
            r"(?:自|从|于)?(?:本公告)?(?:公布|发布|颁布|公告|印发|签发|发文|签署|刊登|登记)(?:之日起?|日起|当[日天]起?)|即日起?|立即(?:生效|实施|执行|施行|暂停|停止|禁止|叫停)"
            r"|即时(?:生效|起|禁止|停止|暂停)|即刻(?:生效|起|停止|暂停|禁止|实施)"
        ),
        delay=re.compile(
            r"(?:公布|发布|颁布|公告|印发|签署|刊登)(?:之日|后|日|当日)?(?:起算?|算起)?[,]?满?第?"
            r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})个?(?P<unit>日历日|自然日|天|日|周|个月|月)(?:之?后|起|期满)"
            r"|(?:公布|发布|颁布|公告|刊登)(?:之日|日)?的?(?:次日|第二天|翌日)起?"
        ),
        same_day=re.compile(
            r"(?:自|从|于)?(?:同日|当[日天])起?(?:正式)?(?:生效|实施|施行|执行)|(?:自|从)(?:同日|当[日天])起"
        ),
        last_of=re.compile(
            r"(?:至|到|延至|截至)(?:(?P<y>\d{4})年|(?<!\d)(?P<y2>\d{2})年|(?P<relative>今年|明年|本年))(?:(?P<m>\d{1,2})月)?年?[底末]"
        ),
        length=re.compile(
            r"(?:为期|期限为?|有效期为?|暂停|延长|延期|再延|顺延)(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})个?(?P<unit>天|日|周|月|年)"
            r"|(?<![约近逾超满第\d])(?P<n2>\d{1,3}|[一二两三四五六七八九十]{1,3})(?P<unit2>个月|天)"
            r"(?!前|后|以|来|过渡|宽限|的过渡|多|左右|未|后)"
            r"|(?<![约近逾超满第\d])(?P<n3>\d|[一二两三四五])(?P<unit3>年)(?=[。,;、]|$)"
            r"|(?<![约近逾])(?P<unit4>半年)(?!前|后|以|来)"
        ),
        numbers=_DIGITS,
        units={
            "日历日": "day",
            "自然日": "day",
            "天": "day",
            "日": "day",
            "周": "week",
            "月": "month",
            "个月": "month",
            "年": "year",
            "半年": "half",
        },
    ),
    destinations=Destinations(
        before=re.compile(r"(?:对|向|往|输往|至|出口到|运往|针对)(?:所有|任何|原产于|\d+家|多家|部分)?$"),
        after=re.compile(r"(?:境内)?(?:军事用户|军事用途|军工企业|军方)"),
        joined=re.compile(r"[、,和及与]|以及"),
        origin=re.compile(r"(?!)"),
    ),
    nouns=Nouns(
        after=re.compile(r"(?:的|之)?(?:措施|期|令|规定|政策|安排|决定|公告)?"),
        possessed=re.compile(r"(?:的|之)?"),
        object=re.compile(r"[^,。;并且或]{0,20}"),
        subject=re.compile(r"(?:的|之)?(?:措施|期限?|令|规定|政策|安排|决定)?[^,。;并且或]{0,24}"),
    ),
    past=re.compile(r"(?<!公告)(?P<year>20\d\d|19\d\d)年(?!第|度|版)"),
    marks=(
        Mark(Concept.CONTROL, ("公告",), _BY_DATE),
        Mark(Concept.EXPORT, ("公告",), _BY_DATE),
        Mark(  # what the rule says of applications to come
            Concept.HEDGE,
            ("符合",),
            re.compile(
                r"(?P<word>符合)(?=(?:规定|条件|要求)[^。;]{0,24}(?:申请|出口)"
                r"[^。;]{0,10}(?:将|会|予以|予)[^。;,]{0,6}(?:批准|许可|核准|通过))"
            ),
        ),
        Mark(
            Concept.EXPORT,
            ("卖", "售", "销往", "运往"),
            re.compile(r"(?P<word>(?:卖|售|销|运)[到往至](?:国外|境外|海外)|对外(?:销售|供应|出售))"),
        ),
        Mark(
            Concept.EXPORT,
            ("出售", "供应", "销售", "供货"),
            re.compile(r"[对向](?:中国|美国?|日本?|欧盟?|韩国?|印度|俄罗斯?)(?P<word>出售|供应|销售|供货)"),
        ),
        Mark(  # exports that are made easier, not a control
            Concept.ALLOW,
            ("放宽",),
            re.compile(
                r"(?<![可能会否])(?P<word>放宽)"
                r"(?=[^。;,]{0,20}出口(?!管制|限制|禁令|禁|许可|配额|关税|税|管理|政策|措施|要求|条件))"
            ),
        ),
        Mark(  # which way is for the figures to say
            Concept.RAISE,
            ("调", "改", "变更", "提", "升", "降", "减"),
            re.compile(
                r"(?<!进口关税)(?<!进口税率)(?<!进口关税税率)[由从自][^。;,]{0,3}?\d[^。;,]{0,8}?"
                r"(?P<word>(?:[上下]?调整?|改|变更|修改|修订|提高?|升|降低?|减)[为至到成])(?=\d|零)"
            ),
            FIGURES,
        ),
        Mark(
            Concept.LICENCE,
            (),
            re.compile(
                r"(?:须|需|必须)(?:事先)?(?:经|获|获得|取得|报)[^。;,]{0,12}?(?P<word>批准|同意|授权|核准|许可)"
            ),
        ),
        Mark(
            Concept.EXPORT,
            (),
            re.compile(r"(?:稀土|镓|锗|锑|石墨|钨|钴|永磁|磁体|战略矿产)(?:物项|相关物项)?(?P<word>管制|禁令|限制令)"),
        ),
        Mark(
            Concept.IMPOSE,
            ("通用许可", "一般许可"),  # "出口可适用通用许可"
            re.compile(
                r"(?<!不)(?P<word>可以?(?:适用|申请|使用)|开放|推行|启用|试行|推出)(?=[^。;,不]{0,6}(?:通用|一般)许可)"
            ),
        ),
        Mark(
            Concept.GRACE,
            ("尽管", "虽"),  # "尽管有出口禁令,仍可出口"
            re.compile(
                r"(?P<word>尽管|虽然|虽)(?=[^。;]{0,14}?(?:禁令|禁止|禁运)"
                r"[^。;]{0,40}?(?<!不)(?:可(?!能)|准予|准许|允许|获准)[^。;]{0,16}?(?:出口|外运|运出))"
            ),
            "exemption",
        ),
        Mark(Concept.EARLIER, (), re.compile(r"(?P<word>(?:今年|去年)\d{1,2}月)(?!\d)")),
    ),
    number=re.compile(
        r"公告(?P<year>20\d\d)年(?P<numbers>第?\d{1,3}号?(?:[、,和及]第?\d{1,3}号)*)"
        r"|(?P<year2>20\d\d)年(?P<numbers2>第\d{1,3}号(?:[、,和及]第?\d{1,3}号)*)公告"
    ),
    quoted=re.compile(r"《[^》]*》|「[^」]*」|“[^”]*”"),
    insertion=re.compile(  # acts by their numbers, between a verb and what they control
        r"(?:商务部|海关总署|国务院|[、,和]|\d{4}年\d{1,2}月\d{1,2}日|公布|发布|的)*第?\d{1,3}号"
        r"[^。;]{0,90}?(?:公告|令|决定)(?:,?(?:涉及|中|有关|所列))?的?"
    ),
    resumes=re.compile(r"[,](?:(?:现|将|已|再|又)+|(?:将|已|现|均|也)?(?:自|从|于|到|至|即日)[^,。;]{0,40})$"),
    aftermath=re.compile(r"[^,。;、]{0,8}?(?:之后|以后|(?<![此今])后(?!续|果)|以来|之际)"),
    goods_too=re.compile(r"(?:物项|产品|材料|设备|矿|金属|制品)(?:及其|以及|及|和|、)(?:相关|生产|制造)*$"),
    alloy=re.compile(r".{0,2}(?:合金|永磁|磁|靶)"),
    controlled=re.compile(
        r"(?:现有|已有|原有|既有|已实施|已经?受)[^,。;]{0,10}(?:许可|管制|管理|限制)[^,。;]{0,6}(?:基础上|之上|之外)"
    ),
    again=re.compile(
        r"(?:这|该|上述|前述)(?:一|两|些|条|份|项|个)*(?:条款|公告|禁令|措施|规定|管制|限制|要求|款|条)(?![^。;,]{0,4}(?:目录|清单|附件))"
    ),
    prolonged=re.compile(r"[至到][^。,;]{0,12}[年月日]|延|再|继续|[年月]之?久|个月"),
    open_list=re.compile(r"等|部分|相关物项|若干|多种|系列|包括|涉及|\d种|[三四五六七八九十]种"),
    list_cue=re.compile(
        r"(?:公告|措施|禁令|清单)管的|(?:该|上述|前述)(?:款|条|项|公告|规定)[^。;,]{0,8}规定|目录|清单|涉及|针对|涵盖|包括|具体为|分别为|如下|相关物项"
    ),
    figures=re.compile(
        r"出口[^。;]{0,16}?(?:增长|下降|减少|增加|激增|锐减|大增|大跌|为零|归零)[^。;]{0,8}(?:%|吨|倍|。|$)"
    ),
    percent_down=re.compile(r"(?:降低|减少|下降|下调|减|少|降)[^,。]{0,6}?\d+(?:\.\d+)?%|减少[一二三四五六七八九]成"),
    percent_up=re.compile(r"(?:增加|增长|上升|提高|上调|增|升)[^,。]{0,6}?\d+(?:\.\d+)?%|翻番|翻一番"),
    from_to=re.compile(
        r"[由从自](?P<old>零|\d[\d.,]*万?)[^。;,]{0,3}?(?:[上下]?调整?|改|变更|修改|修订|提高?|升|降低?|减)[为至到成](?P<new>零|\d[\d.,]*万?)"
    ),
    yearly=re.compile(r"20\d\d[-~至—]+20\d\d年|第[一二三]批|首批|年度|\d{4}年.{0,8}配额|明年.{0,8}配额"),
)
