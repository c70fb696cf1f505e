"""English: how acts on exports are written by gazettes, agencies and the press."""

import re

from streams.notices.languages.base import DateForms, Destinations, Language, Nouns, Reach
from streams.notices.vocabulary import Concept

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        1,
    )
    for name in names
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ORDINALS = {
    word: number
    for number, word in enumerate(
        (
            *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
            *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth"),
            *("eighteenth", "nineteenth", "twentieth"),
        ),
        1,
    )
}
_DAY = (
    rf"(?<![\w.])(?:(?P<m>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y>\d{{4}}))?"
    rf"|(?P<d2>\d{{1,2}}|{'|'.join(_ORDINALS)})(?:st|nd|rd|th)? (?:day )?(?:of )?"
    rf"(?P<m2>{_MONTH})\.?,?(?: (?P<y2>\d{{4}}))?"
    r"|(?P<y3>\d{4})[-/. ](?P<m3>\d{1,2})[-/. ](?P<d3>\d{1,2})"
    r"|(?P<d4>\d{1,2})\.(?P<m4>\d{1,2})\.(?P<y4>20\d\d))(?!\w)"
)
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
} | {"a": 1, "an": 1, "fourteen": 14, "fifteen": 15, "eighteen": 18, "twenty": 20, "thirty": 30}
_NUMBERS |= {"forty five": 45, "sixty": 60, "ninety": 90, "twentieth": 20, "thirtieth": 30, "sixtieth": 60}
_HOLD = (
    r"(?:ban|suspension|pause|halt|moratorium|waiver|freeze|extension|stop|prohibition|reprieve|exemption|stay|embargo)"
)
_PUBLISHED = (
    r"(?:publication|promulgation|issu(?:e|ance|ing)|release|signature|signing|announcement|gazett(?:e|al|ing)"
    r"|notification|adoption|filing|registration|display)"
)
_BEING_PUBLISHED = r"(?:published|promulgated|issued|released|signed|announced|gazetted|adopted|registered|filed|made)"
_ITS = (
    r"(?:(?:the|its|this|their) (?:(?:date|day|first|official|\w+'s) )*(?:of (?:its|the|this|their) |of )?"
    r"|first |official )*"
)
_OF_PUBLICATION = (
    rf"(?:{_ITS}{_PUBLISHED}\b"
    rf"|(?:the|its) (?:date|day) (?:on which )?(?:it|they) (?:is|was|are|were) {_BEING_PUBLISHED}"
    rf"|(?:it|they) (?:is|was|are|were) (?:officially )?{_BEING_PUBLISHED})"
)
_FORCE = (
    r"(?:effective|effect|(?:into|in) (?:force|effect|operation)|appl(?:y|ies|ied)|applicable|operative|binding"
    r"|implemented|enforced|starting|beginning|commenc(?:es?|ing)|starts?|begins?)"
)
_LENGTH = rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMBERS)}) (?P<unit>(?:day|week|month|year)s?)"

_GOODS = r"(?:items|minerals|metals|materials|products|technologies)"
_ACT = r"(?:ban|measure|control|restriction|order|list|suspension|quota|tax|policy)s?"
_OUTFLOW = (
    r"(?:exports?|exported|exporting|exportation|shipments?|sales?|sold|sell(?:ing)?|shipped|shipping|transfers?|supplied"
    r"|reexports?|deliver(?:y|ies)|consignments?|sending)"
)
_GO_OUT = (
    r"(?:only |then |now )*(?:be )?(?:\w+ly )?"
    r"(?:export(?:ed)?|ship(?:ped)?|sell|sold|taken|leave|left|sent|moved|delivered|supplied)"
)
_TRADED = (
    r"(?:rare earths?|gallium|germanium|antimony|graphite|cobalt|tungsten|bauxite|(?:critical|strategic) minerals?|ore)"
)
_RESTRICT = r"(?:be )?(?:ban|curb|restrict|limit|halt|stop|suspend|impose|cap|tax|tighten|introduce|block)(?:n?ed|ped)?"
_ONLY = r"(?:only|solely|exclusively|provided (?:that )?|on condition|unless)"
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
        "border",
        "beyond the",
        " leave ",
        "leaving",
    ),
    reach=Reach(compound=14, object=45, verb=30, verb_after=60, predicate=80, operator=70, modifier=40),
    clause=re.compile(r"[;:]|,? (?:but|while|whereas|although|though|however) "),
    dates=DateForms(
        day=re.compile(_DAY),
        months=_MONTHS,
        in_force_before=re.compile(
            r"(?:effective|with effect|(?:tak(?:es?|en|ing)|took) effect"
            r"|(?:com|go)(?:es?|ing) into (?:force|effect|operation)"
            r"|(?:came|went) into (?:force|effect)|ent(?:er|ers|ered|ering|ry) into force|applicable"
            r"|in (?:force|effect)|(?:date of )?commencement(?: date)?|operative"
            r"|effective date(?: is| of)?|appl(?:y|ies|ied)|(?:is|be|are|become|becomes) effective|implemented"
            r"|start(?:s|ing|ed)?"
            r"|begin(?:s|ning)?|began|kick(?:s|ing)? in"
            r"|w\.?e\.?f\.?|valid from)"
            rf"(?: (?:immediately|today|again))?[ ,:(]*(?:(?:on|from|as of|as from|since|by)[ ,]*)?(?:the )?{_WEEKDAY}$"
        ),
        in_force_after=re.compile(
            r"[ ,)]*(?:is|as|being) (?:the|its) (?:effective date|(?:date of )?"
            r"(?:commencement|entry into force|effect))"
        ),
        starts_before=re.compile(
            r"(?:^|[ ,(])(?:from|as of|as from|with effect from|commencing(?: on)?|(?:beginn|start)ing(?: on)?"
            rf"|on and after|on or after),?(?: the)? {_WEEKDAY}$"
        ),
        starts_after=re.compile(r"[ ,]*(?:onwards?|and onwards?)\b"),
        on_before=re.compile(rf"\bon {_WEEKDAY}$"),
        ends_before=re.compile(
            r"(?:until|till|up to|through|ends?(?: on)?|ending(?: on)?|expir(?:es?|ing|y|ation)(?: date)?(?: on| of)?"
            r"|lapses?(?: on)?|valid (?:until|through)"
            r"|\b(?:extend|renew|prolong|postpone|push|defer)\w*(?: [\w'%-]+){0,8}? to"
            r"|\b(?:runs?|running|lasts?|lasting|in (?:force|effect|place)|valid|stays?|remains?) to)"
            rf"[ ,]*{_WEEKDAY}$"
        ),
        ends_after=re.compile(
            r"[ ,)]*(?:is|as|being) (?:the|its) (?:new )?(?:last day|end date|expiry|expiration|deadline|termination)"
        ),
        foreseen_before=re.compile(
            r"\b(?:(?:due|set|scheduled|supposed|expected|slated|planned|meant|was|were) to (?:have )?"
            r"|(?:originally|previously|initially) (?:to )?|would (?:have )?)"
            rf"(?:end|expire|lapse|run out)(?:e?d|ing)?(?: on)?[ ,]*{_WEEKDAY}$"
            rf"|\b(?:extend|renew|prolong|postpone|push|move|defer)\w* (?:back )?from {_WEEKDAY}$"
            rf"|\b(?:expiry|expiration|deadline|end date) of {_WEEKDAY}$"
        ),
        foreseen_after=re.compile(r" (?:expiry|expiration|deadline|end date)\b"),
        range=re.compile(r" (?:to|through|and|until|till) "),
        immediate=re.compile(
            r"immediate effect|(?:effective|in force|implemented) immediately|immediately effective"
            r"|(?:tak(?:es?|ing)|took) effect immediately|(?:come|comes|came|coming) into (?:force|effect) immediately"
            r"|(?:enter|enters|entered) into force immediately|effective (?:as of )?(?:today|the same day)"
            rf"|(?:effective|from|as of|as from|on|upon|since|with effect from) {_OF_PUBLICATION}"
            r"|(?:since|from|on) (?:the )?same day (?:it was|of) (?:issued|published|announced|issue)"
            r"|(?:applie[sd]|apply|enforced|implemented|effective|in force|into force) (?:at once|immediately)"
            r"|(?:applie[sd]|apply|enforced|implemented|effective|effect|force|valid)"
            r" (?:as of|from|as from|since|starting)? ?(?:today|now)\b|(?:starting|from|as of) today|from now until"
        ),
        delay=re.compile(
            rf"\b{_FORCE}(?: (?:on|from|in|only|the|exactly|not until))* "
            rf"(?:(?P<n>\d{{1,3}}|{'|'.join(_NUMBERS)})(?:st|th|nd|rd)?"
            r"(?: \(\d+\))? (?:calendar )?(?P<unit>(?:day|week|month|year)s?)|day) "
            rf"(?:(?:after|from|following)(?: that of| the day of)? {_OF_PUBLICATION}|later\b|thereafter\b)"
        ),
        same_day=re.compile(
            r"\b(?:effective|effect|force|from|starting|applied|applies|implemented)(?: on| from| as of)?"
            r" (?:the|that) same (?:day|date)|(?:took|takes|taking) effect that day"
        ),
        last_of=re.compile(
            rf"\b(?:until|till|through|to) (?:the )?end(?: of)? (?:(?P<m>{_MONTH}) )?(?P<y>20\d\d)"
            r"|\b(?:until|till|through|to) (?:the )?end of (?P<relative>this year|the year|next year)"
        ),
        relative_years={"this year": 0, "the year": 0, "next year": 1},
        length=re.compile(
            r"\b(?:for(?! the (?:past|last))|by|last(?:s|ing)?(?: for)?|period of|another|further|additional|extra"
            r"|initial)(?: an?| the| about| up to| at least| another| further| additional| initial| next| period of)*"
            rf" {_LENGTH}\b"
            rf"|\b{_LENGTH.replace('<n>', '<n2>').replace('<unit>', '<unit2>')}(?: \w+){{0,2}} {_HOLD}s?\b"
        ),
        numbers=_NUMBERS | _ORDINALS,
        units={f"{unit}{plural}": unit for unit in ("day", "week", "month", "year") for plural in ("", "s")},
    ),
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
            r"\w+(?:sion|tion|wal|ral|eal|ment)s?\b|[a-z]+ing(?= of\b)|easing\b"
            r"|(?:pause|halt|freeze|stop|stay|waiver|reprieve|moratorium|delay|hold|grace period|stoppage)s?\b"
        ),
        before=re.compile(r"\b(?:to|will|would|may|must|shall|can|could|not|they) $"),
        genitive=re.compile(r" (?:of|on|in|to|from|for|under)\b[^,;:]{0,60}"),
        object=re.compile(r" (?:(?!(?:" + _LINKS + r")\b)[\w'%]+ ){0,6}"),
        subject=re.compile(
            r" |(?:[^,;:]{0,120}|[^,;:]{0,80},[^;:]{3,100},)"
            r" (?:is|are|was|were|be|been|being|will|shall|would|has|have|had)(?: (?:now|again|further|not|also|to))* "
        ),
    ),
    past=re.compile(r"\b(?:in|since|from|during)(?: early| late)?(?: [a-z]{3,9}\.?)? (?P<year>20\d\d|19\d\d)\b"),
    marks=(
        (
            Concept.EXPORT,
            re.compile(r"\b(?:lets?|allow(?:s|ed)?|permit(?:s|ted)?) [\w -]{3,30}? (?P<word>ship|sell)\b"),
        ),
        (
            Concept.RECITAL,
            re.compile(
                r"(?P<word>\bas) (?:[a-z]+ ){1,4}(?:restrict|curb|ban|tighten|limit|halt|suspend|expand"
                r"|resum|eas|continu|persist|bite|allow|lift|approv|prolong|extend|clamp|stop|block)"
            ),
        ),
        (
            Concept.CONTROL,  # the title of an act, which says no more than that exports are ruled
            re.compile(
                r"^(?:(?:interim|provisional|administrative) )?(?P<word>measures)"
                r" (?:on|for|governing) (?:the )?(?:administration of (?:the )?)?exports? of "
            ),
        ),
        (Concept.HEDGE, re.compile(rf"\b(?P<word>may|might|could) (?:\w+ly |also |soon |yet )?{_RESTRICT}\b")),
        (Concept.BAN, re.compile(r"\bno [^.;]{0,80}?(?P<word>\b(?:shall|may|can|will))(?= (?:be|leave)\b)")),
        (Concept.EXPORT, re.compile(r"\bno [^.;]{0,80}?\b(?:shall|may|can|will) (?P<word>leave)\b")),
        (Concept.EXPORT, re.compile(r"\b(?P<word>leaving for) (?!good\b|work\b|home\b)")),
        (
            Concept.BAN,
            re.compile(
                r"\bno (?:[a-z]+ ){1,3}?(?P<word>shall|may|can|will)"
                r"(?= (?:[a-z]+ ){0,2}?(?:export|ship|sell|send|take)\b)"
            ),
        ),
        (Concept.BAN, re.compile(r"(?P<word>\b(?:may|can|shall|will|must) (?:no longer|not) (?:be|leave)\b)")),
        (Concept.BAN, re.compile(rf"(?P<word>\b(?:may|can|shall|will)\b)(?= {_GO_OUT}\b[^.;]{{0,80}}?{_ONLY}\b)")),
        (Concept.BAN, re.compile(rf"\bonly [^.;]{{1,60}}? (?P<word>may|can|shall|will)(?= {_GO_OUT}\b)")),
        (
            Concept.EXPORT,
            re.compile(
                r"\b(?:send(?:ing)?|ship(?:ping|ped)?|sell(?:ing)?|sold|sent|sales?|deliver(?:y|ies|ing|ed)|suppl(?:y|ies|ying)"
                r"|transfers?) (?:of )?(?:[\w'-]+,? (?:and |or )?){1,6}?"
                r"(?P<word>abroad|overseas|(?:out of|outside|beyond) (?:the |its )(?:[a-z]+ ){0,2}?"
                r"(?:country|republic|union|bloc|borders?|territory))\b"
            ),
        ),
        (
            Concept.EXPORT,
            re.compile(r"\b(?P<word>(?:send|ship|sell|deliver)(?:ing)?) (?:[\w'-]+,? (?:and |or )?){1,5}?to "),
        ),
        (Concept.EXPORT, re.compile(r"\b(?P<word>(?:sales|deliveries|supplies)) (?:of [\w', -]{3,60} )?(?:to|into) ")),
        (
            Concept.EXPORT,
            re.compile(
                r"\b(?P<word>leav(?:e|es|ing)"
                r"|(?:taken|moved|carried|shipped|sent|removed)(?: or \w+)? (?:out|outside) of"
                r"|(?:taking|moving|carrying|sending)(?: or \w+)? (?:[\w'-]+,? ){0,6}?(?:out|outside) of)"
                r" (?:the |its |their |[\w]+'s? )?(?:\w+ )?"
                r"(?:country|republic|territory|bloc|union|ports?|shores?|soil|borders?|harbours?|harbors?)\b"
            ),
        ),
        (
            Concept.EXPORT,  # "its rare earth curbs" are curbs on exports
            re.compile(
                rf"\b{_TRADED} (?:(?:mineral|metal|item|technology|product|magnet|ore)s? )?"
                r"(?P<word>curbs?|controls?|restrictions?|embargo(?:es)?)\b"
            ),
        ),
        (
            Concept.EXPORT,
            re.compile(
                r"(?<!export )(?<!import )(?<!production )(?<!mining )(?<!dumping )"
                rf"\b(?P<word>controls|curbs|restrictions) on (?:(?!imports?\b)[\w-]+,? ){{0,4}}?{_TRADED}\b"
            ),
        ),
        (Concept.EXPORT, re.compile(r"\bcobalt (?:hydroxide )?(?P<word>quotas?)\b")),
        (
            Concept.QUOTA,  # "the volume that miners may export"
            re.compile(
                r"\b(?P<word>volumes?|amounts?|quantity|quantities|tonnages?) (?:[\w'-]+ ){0,6}?"
                r"(?:may|can|allowed to|permitted to|could) (?:be )?export"
            ),
        ),
        (Concept.EXPORT, re.compile(r"\b(?:ore|bauxite|concentrates?) (?P<word>bans?)\b")),
        (
            Concept.PRICE,  # "copper falls as …"
            re.compile(
                r"^(?:[a-z]+ ){1,2}(?P<word>falls?|slips?|drops?|rises?|jumps?|gains?|climbs?|surges?|soars?|slides?"
                r"|tumbles?|retreats?|rallies|steadies) (?:as|on|after|amid|by|for|\d)"
            ),
        ),
        (Concept.IMPOSE, re.compile(r"(?P<word>\bfrom ['\"]?free['\"]? to\b) ['\"]?(?:restricted|prohibited)")),
        (Concept.LIFT, re.compile(r"(?P<word>\bfrom) ['\"]?(?:restricted|prohibited)['\"]? to ['\"]?free")),
        (Concept.EARLIER, re.compile(rf"^ *(?P<word>in (?:{_MONTH}))(?:,| [a-z])")),
        (
            Concept.EARLIER,
            re.compile(
                r"\b(?:announced|imposed|introduced|adopted|enacted|placed|put) [^.;]{0,80}?"
                rf"(?P<word>\bin (?:{_MONTH})\b)(?! \d)"
            ),
        ),
        (Concept.EARLIER, re.compile(rf"(?P<word>\blast (?:week|month|year|{_MONTH}))\b")),
    ),
    number=re.compile(
        r"\bannouncements? (?:nos?\.? ?)?(?P<numbers>\d{1,3}(?:(?:,| and|, and) (?:nos?\.? ?)?\d{1,3})*)"
        r"(?: of|,| \()? ?(?P<year>20\d\d)\b"
    ),
    quoted=re.compile(r"(?!)"),
    insertion=re.compile(
        r",? (?:until|till|through|effective|from|as of|with effect from|for) [^,;]{3,28}(?:, 20\d\d)?,"
    ),
    resumes=re.compile(r", (?:has|have|had|is|are|was|were|will) (?:been |be )?(?:\w+ly )?$"),
    aftermath=re.compile(
        r" (?:have |has |had )?(?:cost|hurt|hit|bit|bite|weigh|threaten|squeez|disrupt|forc|prompt|caus|stok|fuel"
        r"|spur|rattl|crippl|strangl|snarl|upend|chok|leave|left|drive|drove)(?:s|es|ed|ing|d)?\b"
    ),
    goods_too=re.compile(
        r"(?:items|products|goods|materials|equipment|minerals|metals)(?: and| or| as well as|,)(?: \w+){0,2} $"
    ),
    alloy=re.compile(r" (?:\w+ ){0,2}(?:alloys?|blends?|magnets?)\b"),
    open_list=re.compile(r"\b(?:other|others|certain|some|various|several|including|such as|seven|five|related|etc)\b"),
    list_cue=re.compile(
        rf"\b(?:other {_GOODS}|these (?:\w+ )?{_GOODS}|{_ACT} (?:also )?(?:covers?|includes?|applies|extends)"
        rf"|(?:covered|affected|controlled|listed|restricted) {_GOODS}|{_GOODS} (?:covered|affected|listed)"
        r"|subject to the (?:ban|controls?|restrictions?|prohibition)"
        r"|(?:impacts?|affects?) (?:[\w-]+ ){0,3}(?:announcements?|measures?|rules?|items?)"
        r"|(?:list|rule|notice|order|ban|measure|catalogue) (?:also )?(?:names?|covers?|includes?|lists?)"
        r"|^ ?(?:it|they|this|these) (?:also )?(?:covers?|includes?|lists?|appl(?:y|ies) to|concerns?|affects?)"
        r"|list of (?:\w+ ){0,2}(?:enterprises|companies|firms|exporters)"
        r"|namely|are covered|as follows|the following)\b"
    ),
    figures=re.compile(
        rf"\b(?:exports?|shipments?|shipped|exported)\b[^.;]{{0,60}}?\b{_UP_OR_DOWN}\b[^.;]{{0,40}}?"
        r"(?:\d ?%|percent|per cent|tons|tonnes|zero|low|high)"
        r"|\bshipped no\b|\b(?:exports?|shipments?)\b[^.;]{0,30} (?:to|at) zero\b"
    ),
    percent_down=re.compile(
        rf"(?:down|fall|drop|less|lower|decrease|cut)\D{{0,20}}{_PERCENT}|{_PERCENT} (?:lower|less|smaller|below|down)"
    ),
    percent_up=re.compile(
        rf"(?:up|rise|more|higher|increase|raise)\D{{0,20}}{_PERCENT}|{_PERCENT} (?:higher|more|larger|above|up)"
    ),
    yearly=re.compile(
        r"\b(?:first|second|third) (?:batch|round|half)|\bfor (?:the year )?20\d\d\b|\bannual\b|(?:next|this) year's"
        r"|20\d\d (?:export )?quotas?"
    ),
)
