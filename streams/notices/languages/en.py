"""English: how acts on exports are written by gazettes, agencies and the press."""

import re

from streams.notices.languages.base import Destinations, Language, Nouns, Reach
from streams.notices.languages.en_amounts import FROM_TO
from streams.notices.languages.en_dates import ENGLISH_DATES, WEEKDAYS
from streams.notices.languages.en_marks import ENGLISH_MARKS

_GOODS = r"(?:items|minerals|metals|materials|products|technologies)"
_ACT = r"(?:ban|measure|control|restriction|order|list|suspension|quota|tax|policy)s?"
_AUXILIARY = r"(?:has|have|had|is|are|was|were|will|shall|would) (?:been |be )?"
_TITLE = (
    r"(?:announcement|notice|notification|decision|decree|regulation|resolution|circular|directive|measure|order|rule)"
)
_OUTFLOW = (
    r"(?:exports?|exported|exporting|exportation|shipments?|sales?|sold|sell(?:ing)?|shipped|shipping|transfers?|supplied"
    r"|reexports?|deliver(?:y|ies)|consignments?|sending)"
)
_LINKS = "and|or|to|by|after|then|that|which|who|as|with|is|was|were|are|if|when|while|but|until|from|because|amid|over"
_PERCENT = r"\d+(?:\.\d+)? ?(?:%|percent|per cent)"
_UP_OR_DOWN = (
    r"(?:rose|rise[sn]?|risen|fell|fall|fallen|jump\w*|drop\w*|plung\w*|surg\w*|climb\w*|slump\w*|declin\w*"
    r"|increas\w*|decreas\w*|tumbl\w*|total\w*|soar\w*|sank|slid|grew)"
)

ENGLISH = Language(
    code="en",
    spaced=True,
    operator_follows=False,
    home="",
    gate=(
        "export",
        "embargo",
        "outbound shipment",
        "overseas shipment",
        "shipments abroad",
        "industry and security",
        "announcement no",
        "announcements no",
        "shipment",
        "shipping",
        "consignment",
        "deliveries",
        "abroad",
        "overseas",
        "the country",
        "entity list",
        "sales of",
        "rare earth",
        "gallium",
        "curbs",
        "territory",
        "ore ban",
        "cobalt",
        "concentrate ban",
        "outflow",
        "border",
        "beyond the",
        "out of",
        " leave ",
        "leaving",
        "foreign buyers",
        "foreign customers",
        "from being",
        "outbound",
        "be sold to",
        "be shipped",
        "outgoing",
    ),
    reach=Reach(compound=14, object=45, verb=30, verb_after=60, predicate=80, operator=70, modifier=40),
    clause=re.compile(r"[;:…]|\.\.\.|,? (?:but|while|whereas|although|though|however) "),
    dates=ENGLISH_DATES,
    destinations=Destinations(
        before=re.compile(
            rf"(?:{_OUTFLOW}(?: (?!from\b)[\"(]?[\w'%]+[\",)]*){{0,16}}? (?:to|into|for|within)|destined (?:for|to)"
            r"|bound for|against|targeting|aimed at|directed at|(?:controls|restrictions|bans?|curbs) on)"
            r"(?: or within)?(?: the| any| all|(?: military| end)? users in| companies in| firms in)*[ (]*$"
        ),
        after=re.compile(r" (?:bound|sanctions)\b"),
        joined=re.compile(r"(?: \([^)]{1,30}\))?(?:,| and|, and| or|,? as well as| &)(?: the)? *"),
        origin=re.compile(r"(?:'s)? (?:\w+ ){0,3}?(?:exports?|exporters?|shipments?)\b"),
    ),
    nouns=Nouns(
        form=re.compile(
            r"\w+(?:sion|tion|wal|ral|eal|ment)s?\b|[a-z]+ing(?= of\b)|easing\b|(?:issu|grant|approv|award)ing\b"
            r"|(?:end|expiry|lapse)"
            r"(?= (?:date )?(?:of|to|for)\b(?![^.;]{0,40}?\b(?:suspension|halt|freeze|pause|stop)))"
            r"|(?:pause|halt|freeze|stop|stay|waiver|reprieve|moratorium|delay|hold|grace period|stoppage)s?\b"
        ),
        before=re.compile(r"\b(?:to|will|would|may|must|shall|can|could|not|they) $"),
        relative=re.compile(
            r"\b(?:waiver|exemption|dispensation|relaxation|concession|permission|rule|order|policy|decision)s? "
            r"(?:that|which|under which|by which)(?: [\w'-]+){0,6}? $"
        ),
        infinitive=re.compile(r"\bto $"),
        parting=re.compile(r" (?:until|till|before|after|without|despite|unless|if|by|as|when) "),
        genitive=re.compile(r" (?:of|on|in|to|from|for|under)\b[^,;:]{0,60}"),
        possessed=re.compile(r" "),
        object=re.compile(r" (?:(?!(?:" + _LINKS + r")\b)[\w'%]+ ){0,6}"),
        subject=re.compile(
            r"(?: (?:of|for|on) (?:(?!(?:" + _LINKS + r")\b)[\w'-]+ ){0,4}?[\w'-]+)? (?:now |again )?"
            r"|(?:[^,;:]{0,120}|[^,;:]{0,80},[^;:]{3,100},)"
            r" (?:is|are|was|were|be|been|being|will|shall|would|has|have|had)(?: (?:now|again|further|not|also|to))* "
        ),
    ),
    past=re.compile(r"\b(?:in|since|from|during)(?: early| late)?(?: [a-z]{3,9}\.?)? (?P<year>20\d\d|19\d\d)\b"),
    marks=ENGLISH_MARKS,
    number=re.compile(
        r"\bannouncements? (?:nos?\.? ?)?(?P<numbers>\d{1,3}(?:(?:,| and|, and) (?:nos?\.? ?)?\d{1,3})*)"
        r"(?: of|,| \()? ?(?P<year>20\d\d)\b"
    ),
    quoted=re.compile(
        r'(?:^|(?<=[ (:]))"[^"]*[^",.]"|\([^()]{12,}\)'
        rf"|\b{_TITLE}s?(?: no\.? ?[\w/-]+)?(?:,? (?:of|dated)(?: \d+)?(?: [a-z]+)?(?: \d+,)? \d{{4}}| \(\d{{4}}\))?"
        r" (?:(?:on|concerning|regarding|about) (?:the )?)?(?:\w+ly )?\w+ing\b"
        r"[^,;:()\"]*?(?=$|[,;:()\"]| (?:is|are|was|were|has|have|had|will|shall|would|until|till|with effect)\b)"
    ),
    insertion=re.compile(
        r",? (?:(?:until|till|through|effective|from|as of|with effect from|for) [^,;]{3,28}(?:, 20\d\d)?"
        r"|with immediate effect(?: and (?:until|for|through) [^,;]{3,28}(?:, 20\d\d)?)?),"
    ),
    resumes=re.compile(
        r"(?P<aside>, (?:(?:under|by|in|through|for) )?(?:which|that|who|whose|due|set|first|imposed|introduced|adopted"
        r"|in force|in place|announced|issued|originally)\b[^;:]{3,160}(?=, ))?"
        rf", (?(aside)(?:{_AUXILIARY})?|{_AUXILIARY})(?:\w+ly |hereby |now |again |further )*$"
    ),
    aftermath=re.compile(
        r" (?:have |has |had )?(?:cost|hurt|hit|bit|bite|weigh|threaten|squeez|disrupt|forc|prompt|caus|stok|fuel"
        r"|spur|rattl|crippl|strangl|snarl|upend|chok|leave|left|drive|drove)(?:s|es|ed|ing|d)?\b"
    ),
    goods_too=re.compile(
        r"(?:items|products|goods|materials|equipment|minerals|metals)(?: and| or| as well as|,)(?: \w+){0,2} $"
    ),
    alloy=re.compile(r" (?:\w+ ){0,2}(?:alloys?|blends?|magnets?)\b"),
    controlled=re.compile(
        r"\b(?:adding to|on top of|broadening(?: of)?|widening(?: of)?|expanding(?: on)?|in addition to)"
        r" (?:the |its |those |these |\w+'s )?(?:\w+ )?"
        r"(?:controls?|curbs|restrictions|licen[cs]\w+)\b|"
        r"(?<!,) (?:that|which) (?:is|are|were|have been) (?:already|long)"
        r" (?:controlled|licensed|restricted|capped|under|subject to)\b"
    ),
    elsewhen=re.compile(
        rf"^(?:on (?:{'|'.join(WEEKDAYS)})\b|separately|meanwhile|in a separate (?:announcement|move|decision|notice)"
        r"|(?:last|earlier (?:this|last)) (?:week|month|year)|in (?:early |late |mid )?20\d\d\b|previously\b"
        r"|(?:a|one) (?:week|month|year) (?:ago|earlier))"
    ),
    others=re.compile(r"^as (?:for|regards|to) (?:the )?other\b"),
    revised=re.compile(
        r"\b(?:revis|chang|amend|modif|adjust|alter|replac|convert|switch)(?:es|ed|e|s|ing|ied|ies|ion|ment)?\b"
    ),
    again=re.compile(
        r"\b(?:these|those|this|that|such|said) (?:[a-z]+ )?(?:licen[cs]\w+ )?"
        r"(?:requirements?|controls?|measures?|restrictions?|curbs?|bans?|prohibitions?|rules?|embargo|suspension)\b"
    ),
    taken_up=re.compile(
        r" (?:it|them|(?:the |its |this |that |these |those )?"
        r"(?:measures?|restrictions?|requirements?|curbs?|bans?|prohibitions?|suspension))\b(?! on\b)"
    ),
    prolonged=re.compile(
        r"\b(?:until|till|through|beyond|longer|another|further|extra|more (?:days|weeks|months|years?)"
        r"|for (?:a|an|the|\w+) (?:\w+ ){0,2}(?:days|weeks|months|quarter|years?))\b"
    ),
    open_list=re.compile(r"\b(?:other|others|certain|some|various|several|including|such as|seven|five|related|etc)\b"),
    list_cue=re.compile(
        rf"\b(?:other {_GOODS}|these (?:\w+ )?{_GOODS}|{_ACT} (?:also )?(?:covers?|includes?|applies|extends)"
        rf"|(?:covered|affected|controlled|listed|restricted) {_GOODS}|{_GOODS} (?:covered|affected|listed)"
        r"|subject to the (?:ban|controls?|restrictions?|prohibition)"
        r"|(?:impacts?|affects?) (?:[\w-]+ ){0,3}(?:announcements?|measures?|rules?|items?)"
        r"|(?:list|rule|notice|order|ban|measure|catalogue) (?:also )?(?:names?|covers?|includes?|lists?)"
        r"|^ ?(?:it|they|this|these) (?:also )?(?:covers?|includes?|lists?|appl(?:y|ies) to|concerns?|affects?)"
        r"|list of (?:\w+ ){0,2}(?:enterprises|companies|firms|exporters)"
        r"|(?:paragraph|provision|clause|article) (?:had )?(?:provided|stipulated|required|barred)"
        r"|namely|are covered|as follows|the following)\b"
    ),
    figures=re.compile(
        rf"\b(?:exports?|shipments?|shipped|exported)\b[^.;]{{0,60}}?\b{_UP_OR_DOWN}\b[^.;]{{0,40}}?"
        r"(?:\d ?%|percent|per cent|tons|tonnes|zero|low|high)"
        r"|\bshipped no\b|\b(?:exports?|shipments?)\b[^.;]{0,30} (?:to|at) zero\b"
    ),
    percent_down=re.compile(
        r"(?:below|under|lower than|smaller than|less than) (?:this|last|the previous) year|"
        rf"(?:down|fall|drop|less|lower|decrease|cut)\D{{0,20}}{_PERCENT}|{_PERCENT} (?:lower|less|smaller|below|down)"
    ),
    percent_up=re.compile(
        r"(?:above|over|higher than|larger than|more than) (?:this|last|the previous) year|"
        rf"(?:up|rise|more|higher|increase|raise)\D{{0,20}}{_PERCENT}|{_PERCENT} (?:higher|more|larger|above|up)"
    ),
    from_to=re.compile(FROM_TO),
    yearly=re.compile(
        r"\b(?:first|second|third) (?:batch|round|half)|\bfor (?:the year )?20\d\d\b|\bannual\b|(?:next|this) year's"
        r"|20\d\d (?:export )?quotas?|20\d\d(?: | and )20\d\d"
    ),
)
