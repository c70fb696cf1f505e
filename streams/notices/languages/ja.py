"""Japanese: how acts on exports are written by ministries, public bodies and the press."""

import re

from streams.notices.languages.base import FIGURES, DateForms, Destinations, Language, Mark, Nouns, Reach
from streams.notices.vocabulary import Concept

_NUMERAL = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_ANNOUNCED = re.compile(  # what China's ministry of trade has announced to be under control
    r"(?:商務部|商務省|商務部\(省\))[^。;]{0,40}?公告(?:した|の|で)[^。;]{0,90}?(?P<word>管理)(?=(?:について|措置|を|は|強化))"
)

JAPANESE = Language(
    code="ja",
    spaced=False,
    operator_follows=True,
    home="",
    gate=("輸出", "禁輸", "規制", "国外", "持ち出", "対外出荷", "国外出荷"),
    reach=Reach(compound=14, object=8, verb=10, verb_after=16, predicate=34, operator=32, modifier=30),
    clause=re.compile(r"[;:]|一方|ただし|しかし|なお,"),
    dates=DateForms(
        day=re.compile(
            r"(?:(?:(?P<y>\d{4}|[〇零一二三四五六七八九]{4})(?:\([^)]{1,8}\))?年|(?<!\d)(?P<y3>\d{2})年"
            rf"|(?P<era>令和|平成|昭和|r)(?P<ey>{_NUMERAL}|元)年|(?P<relative>今年|来年|昨年|本年|同年|翌年|前年))"
            r"(?:\([^)]{1,8}\))?)?"
            rf"(?P<m>{_NUMERAL})月(?P<d>{_NUMERAL})日|(?<![\d-])(?P<d3>\d{{1,2}})日(?!間|内|以内|以前|後|前|を経|を超|目|ロイター)"
            r"|(?<=[はが,、])(?P<d4>[一二三四五六七八九十]{1,3})日(?=[、,にのは付]|から)"
            r"|(?<![a-z])(?P<era2>r)(?P<ey2>\d{1,2})\.(?P<m3>\d{1,2})\.(?P<d5>\d{1,2})(?!\d)"
            r"|(?P<y2>\d{4})[-/.](?P<m2>\d{1,2})[-/.](?P<d2>\d{1,2})(?!\d)"
        ),
        relative_years={"今年": 0, "本年": 0, "来年": 1, "翌年": 1, "昨年": -1, "前年": -1},
        eras={"r": 2018, "令和": 2018, "平成": 1988, "昭和": 1925},
        in_force_before=re.compile(
            r"(?:施行|発効|実施|適用)(?:期?日|開始日?|予定日?)?(?:は|が|:|]|】)+$|効力(?:発生|を生ずる)日?(?:は|が|:)+$"
        ),
        in_force_after=re.compile(
            r"(?:\([^)]{1,4}\))?(?:午前)?(?:[0零]時)?(?:付け?)?(?:で|に|から|より|以降)?[、,]?(?:即日|正式に|全面|一部|順次|新たに)*(?:施行|発効|実施|適用|発動|開始|効力|撤廃|廃止|解除)(?!日)"
            r"|[、,][^、,。]{1,30}(?:が|は)(?:施行|発効)(?:した|する|され)"
        ),
        starts_before=re.compile(r"(?!)"),
        starts_after=re.compile(r"(?:\([^)]{1,4}\))?(?:午前)?(?:[0零]時)?(?:付け?で|から|より|以降|をもって|に遡)"),
        ends_before=re.compile(r"(?:期限を|期限は|期間を|期限が)[^。]{0,12}$"),
        ends_after=re.compile(r"(?:\([^)]{1,4}\))?(?:まで|を期限|で期限|に期限|に失効|に終了)"),
        foreseen_before=re.compile(r"(?:当初|当初の期限(?:の|である)?|期限(?:の|である|だった))$"),
        foreseen_after=re.compile(
            r"(?:\([^)]{1,4}\))?(?:(?:まで|に)(?:失効|終了|期限切れ|切れ|期限(?:が|を)?(?:切れ|迎え|到来|満了))?"
            r"(?:する|となる|の|だった|である|とされ)(?:予定|はず|期限|見込み)|に(?:期限を迎え|期限が(?:切れ|到来)|期限切れ|満了))"
        ),
        range=re.compile(r"(?:\([^)]{1,4}\))?から"),
        following=re.compile(r"翌$"),
        comments_before=re.compile(
            r"(?:意見|コメント)[^。;、,]{0,16}(?:期限|期間|締め?切り?|受付|受け付け|募集|提出|公募)[^。;経踏]{0,10}$|への意見を$|意見は$"
        ),
        comments_after=re.compile(
            r"(?:\([^)]{1,4}\))?(?:まで|から|より|を期限)[^。;]{0,24}?(?:意見|コメント|パブコメ)|まで(?:受け付け|募集)"
        ),
        immediate=re.compile(
            r"即日(?:施行|発効|実施|適用|禁|から)?"
            r"|(?:公布|発表|公告|公表|発布|掲載)(?:の|された)?日(?:から|より|に|付で|に即時)(?:即時)?(?:施行|発効|実施|適用)?"
            r"|(?:公布|発表|公告|公表)と同時に(?:施行|発効|実施|適用)?|即時(?:停止|禁止|発効|施行|に(?:発効|施行|停止))"
            r"|直ちに(?:発効|施行|実施|停止)"
        ),
        delay=re.compile(
            rf"(?:公布|発表|公告|公表|発布|掲載|公示|署名)(?:の|された)?日?(?:後|から|より)?(?:起算して)?"
            rf"(?P<n>\d{{1,3}}|{_NUMERAL})(?P<unit>日|週間|[かカヵケヶ箇]?月|年)間?(?:を経過した日|を経た日|後|目)"
        ),
        same_day=re.compile(
            r"その日(?:のうち)?(?:に|から|より)[、,]?(?:施行|発効|実施|適用)|(?:同日|当日)(?:付け?で|付け|から|より|に|中に)?[、,]?(?:施行|発効|実施|適用|効力)|(?:同日|当日)(?:から|より|以降|付け?で)"
        ),
        last_of=re.compile(
            r"(?:(?P<y>\d{4})年|(?<!\d)(?P<y2>\d{2})年|(?P<relative>今年|来年|本年))(?:の|(?P<m>\d{1,2})月)?末(?:まで|を期限)"
        ),
        length=re.compile(
            r"(?<![~〜\-\d])(?P<n>\d{1,3})(?P<unit>日間|週間|[かカヵケヶ箇]月間?|年間|年(?=停止|延長|延期|猶予|見送|凍結|禁止))(?!前|後|以|遅)"
            r"|(?P<unit2>半年)(?!前|後|以|ぶり)"
        ),
        units={"日": "day", "月": "month", "日間": "day", "週間": "week", "年間": "year", "年": "year", "半年": "half"}
        | {f"{counter}月{rest}": "month" for counter in "かカヵケヶ箇" for rest in ("", "間")},
    ),
    destinations=Destinations(
        before=re.compile(r"対$"),
        after=re.compile(
            r"(?:連邦|共和国)?(?:を仕向地|に(?!よる|よって|よれ)[^。]{0,8}輸出)"
            r"|(?:の?軍事?\S{0,8}?)?(?:企業)?(?:\d+社)?(?:向け|への|に対する|に対し|宛て)[^。]{0,24}?(?:輸出|禁輸|規制)|向け|の\S{0,4}軍事(?:ユーザー|用途|関連)"
        ),
        joined=re.compile(r"[、,・]|と|および|及び|や"),
        origin=re.compile(r"(?!)"),
    ),
    nouns=Nouns(
        after=re.compile(r"(?:の|中の)?(?:措置|期間|期限|命令|令|決定|規制)*(?:を|が|は|の|も|,|(?=[\u4e00-\u9fff]))"),
        possessed=re.compile(r"の?(?:新規|新たな|全て?の|一部の?)?"),
        object=re.compile(r"(?!)"),
        subject=re.compile(r"(?:の|中の)?(?:措置|期間|期限|命令|令|決定|規制)*(?:を|が|は|の|も)?[^。;をと]{0,40}"),
    ),
    past=re.compile(r"(?<!公告)(?P<year>20\d\d|19\d\d)年(?!第|度|版)"),
    marks=(
        Mark(Concept.CONTROL, ("管理",), _ANNOUNCED),
        Mark(Concept.EXPORT, ("管理",), _ANNOUNCED),
        Mark(  # "禁輸をさらに3カ月"
            Concept.EXTEND,
            ("さらに", "更に"),
            re.compile(
                r"(?:禁輸|禁止|停止|規制|制限|措置)を(?P<word>さらに|更に)(?=\d|半年|一年|[一二三四六]か?月)(?![^。]{0,8}前倒)"
            ),
        ),
        Mark(
            Concept.EXPORT,
            ("供給", "販売", "出荷"),
            re.compile(
                r"(?:日本|米国|中国|欧州|韓国|インド|ロシア)(?:への|向けの?)[^。、,]{0,12}(?P<word>供給|販売|出荷)"
            ),
        ),
        Mark(  # a control that is a verb: "輸出が規制される"
            Concept.IMPOSE,
            ("規制", "制限"),
            re.compile(
                r"輸出[^。;、,]{0,12}[がをは][^。;、,]{0,10}(?:規制|制限)(?P<word>[さす](?:れる|れた|る)|した)(?=[。,、]|$|と(?:発表|述べ))"
            ),
        ),
        Mark(  # which way is for the figures to say
            Concept.RAISE,
            ("変更", "改", "見直", "調整"),
            re.compile(r"\d[^。;、]{0,5}?から\d[^。;、]{0,6}?[にへ](?P<word>変更|改定|改正|改め|見直|調整)"),
            FIGURES,
        ),
        Mark(
            Concept.FIRM,
            (),  # a firm by the end of its name
            re.compile(
                r"^(?P<word>[^,、。]{2,10}?(?:商事|物産|金属鉱山|金属|鉱業|マテリアル|通商|製錬|電工|化学|社))(?=[,、])"
            ),
        ),
        Mark(
            Concept.REQUIRE,
            (),
            re.compile(
                r"(?:許可|承認|認可|届け?出|割り?当て?)制(?P<word>と(?:する|し|した|なる)|[にへ](?:する|した|なる|移行|変更|切り替|$|[、。,])"
                r"|を(?:導入|適用|敷))"
            ),
        ),
        Mark(
            Concept.EXPORT,
            (),
            re.compile(
                r"(?:レアアース|希土類|ガリウム|ゲルマニウム|アンチモン|黒鉛|コバルト|タングステン|重要鉱物)(?:等|など)?の?"
                r"新?(?P<word>規制|管理強化)"
            ),
        ),
        Mark(
            Concept.RECITAL,
            (),
            re.compile(r"(?:強化|規制|禁止|禁輸|停止|解除|制限|導入|管理|緩和)(?P<word>で)(?:,|$)"),
        ),
        Mark(Concept.SPEAKER, (), re.compile(r"(?:省|官|相|氏|政府|首相|大統領|当局)(?P<word>「)")),
        Mark(Concept.HEDGE, (), re.compile(r"[\u4e00-\u9fff\u30a1-\u30f6](?P<word>か)(?:,|$)")),
        Mark(
            Concept.GRACE,
            ("わらず",),  # "輸出禁止にかかわらず輸出できる"
            re.compile(
                r"(?:禁止|禁輸)[^。;、,]{0,8}?(?P<word>にも?(?:かか|関|拘)わらず)"
                r"(?=[^。;]{0,50}?輸出[^。;]{0,24}?(?:でき(?!な|ず)|可能|認め(?!な|ず)|許可|容認|許す))"
            ),
            "exemption",
        ),
        Mark(Concept.EARLIER, (), re.compile(r"(?P<word>(?:今年|昨年)\d{1,2}月)(?!\d)")),
    ),
    number=re.compile(r"公告(?P<year>20\d\d)年(?P<numbers>第?\d{1,3}号?(?:[、,・と]第?\d{1,3}号)*)"),
    quoted=re.compile(r"(?!)"),
    insertion=re.compile(r"(?!)"),
    resumes=re.compile(r"(?!)"),
    aftermath=re.compile(r"(?!)"),
    goods_too=re.compile(r"(?:品目|製品|物品|材料|設備|資源)(?:及び|および|や|と|・|、)(?:関連|製造)*$"),
    alloy=re.compile(r".{0,2}(?:合金|磁石)"),
    controlled=re.compile(r"(?:規制|許可制|許可|管理)(?:済み|下にある|の対象となっている|対象となっている)"),
    prolonged=re.compile(r"まで|延長|さらに|引き続き|年間|[カかヶ]月"),
    open_list=re.compile(r"など|等|一部|その他|ほか|含む|\d品目|\d種|関連"),
    list_cue=re.compile(
        r"(?:同|当該)(?:項|条|公告|規定)[^。;、,]{0,3}(?:は|では)|目録|リスト|対象(?:となる|は|品目|鉱物|に含|には|と(?:し|する|なる)|に(?:追加|加え))|を対象|が対象|具体的には|(?:次|以下)の(?:とお|通)り"
    ),
    figures=re.compile(
        r"輸出[^。;]{0,40}?\d(?:\.\d+)?%(?:多|少な|増|減)|輸出[^。;]{0,16}?(?:増加|減少|急増|急減|ゼロ|停止状態|\d%[増減])"
    ),
    percent_down=re.compile(r"\d+(?:\.\d+)?[%%](?:減|削減|下回|少な|引き下げ)"),
    percent_up=re.compile(r"\d+(?:\.\d+)?[%%](?:増|上回|引き上げ)"),
    from_to=re.compile(r"(?P<old>ゼロ|\d[\d.,]*万?)[^。;、]{0,5}?から(?P<new>ゼロ|\d[\d.,]*万?)"),
    yearly=re.compile(r"第[一二三123]回|第[一二三123]陣|上半期|下半期|\d{4}年(?:度)?の?輸出(?:枠|割当)|年度"),
)
