"""English: how acts on exports are written by gazettes, agencies and the press."""

import re

from streams.notices.languages.base import DateForms, Destinations, Language, Reach

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
_DAY = (
    rf"(?<![\w.])(?:(?P<m>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y>\d{{4}}))?"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<m2>{_MONTH})\.?,?(?: (?P<y2>\d{{4}}))?"
    r"|(?P<y3>\d{4})[-/ ](?P<m3>\d{2})[-/ ](?P<d3>\d{2}))(?!\w)"
)
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
} | {"a": 1, "an": 1, "thirty": 30, "sixty": 60, "ninety": 90, "eighteen": 18}

ENGLISH = Language(
    code="en",
    spaced=True,
    operator_follows=False,
    home="",
    gate=("export", "embargo", "outbound shipment", "overseas shipment", "industry and security"),
    reach=Reach(compound=14, object=45, verb=30, verb_after=60, predicate=80, operator=70, modifier=40),
    clause=re.compile(r"[;:]|,? (?:but|while|whereas|although|though|however) "),
    dates=DateForms(
        day=re.compile(_DAY),
        months=_MONTHS,
        in_force_before=re.compile(
            r"(?:effective|with effect|(?:tak(?:es?|ing)|took|taken) effect|(?:com|go)(?:es?|ing) into (?:force|effect)"
            r"|(?:came|went) into (?:force|effect)|ent(?:er|ers|ered|ering|ry) into force|in (?:force|effect)|applicable"
            r"|effective date(?: is| of)?|(?:is|be|are|become|becomes) effective|implemented|start(?:s|ing|ed)?"
            r"|begin(?:s|ning)?|began|kick(?:s|ing)? in)"
            rf"(?: (?:immediately|today|again))?[ ,:(]*(?:(?:on|from|as of|as from|since|by)[ ,]*)?{_WEEKDAY}$"
        ),
        in_force_after=re.compile(r"[ ,)]*(?:is|as|being) the effective date"),
        starts_before=re.compile(
            rf"(?:(?:^|[ ,(])(?:from|as of|as from|with effect from|commencing(?: on)?|beginning(?: on)?|starting(?: on)?"
            rf"|on and after|on or after),? {_WEEKDAY})$"
        ),
        starts_after=re.compile(r"[ ,]*(?:onwards?|and onwards?)\b"),
        ends_before=re.compile(
            r"(?:until|till|up to|through|ends?(?: on)?|ending(?: on)?|expir(?:es?|ing|y|ation)(?: date)?(?: on| of)?"
            rf"|lapses?(?: on)?|valid (?:until|through))[ ,]*{_WEEKDAY}$"
        ),
        ends_after=re.compile(r"(?!)"),
        range=re.compile(r" (?:to|through|and|until|till) "),
        immediate=re.compile(
            r"with immediate effect|effective immediately|immediately effective|(?:takes?|taking|took) effect immediately"
            r"|takes immediate effect|(?:take|takes|took|taking) immediate effect|effective (?:up)?on (?:its |the )?"
            r"(?:date of )?(?:publication|promulgation|release|issuance|issue|filing)"
            r"|(?:from|on|upon) (?:the date of |its |the )?(?:publication|promulgation|issuance)\b"
            r"|effective (?:as of )?(?:today|the same day)|(?:come|comes|came|enter|enters|entered|coming) into (?:force|effect) "
            r"immediately|in force immediately|implemented immediately|immediate effect"
        ),
        length=re.compile(
            r"(?:for|of|lasting|a|an|by)?(?: a)?(?: further| another| period of| initial| period)*[ ]?\b"
            r"(?P<n>\d{1,3}|" + "|".join(_NUMBERS) + r")[ ](?P<unit>days?|weeks?|months?|years?)\b"
        ),
        numbers=_NUMBERS,
        units={
            "day": "day",
            "days": "day",
            "week": "week",
            "weeks": "week",
            "month": "month",
            "months": "month",
            "year": "year",
            "years": "year",
        },
    ),
    destinations=Destinations(
        before=re.compile(
            r"(?:(?:exports?|exported|exporting|exportation|shipments?|sales?|sold|shipped|transfers?|supplied|reexports?)"
            r"(?: (?!from\b)[\"(]?[\w'%]+[\",)]*){0,16}? (?:to|into|for|within)|destined (?:for|to)|bound for|against|targeting|aimed at"
            r"|directed at|(?:controls|restrictions|ban|bans|curbs) on)"
            r"(?: or within)?(?: the| any| all| end users in| users in| companies in| military users in| firms in)*[ (]*$"
        ),
        after=re.compile(r"[ ]bound\b"),
        joined=re.compile(r"(?: \([^)]{1,30}\))?(?:,| and|, and| or|,? as well as| &)(?: the)?[ ]*"),
    ),
    quoted=re.compile(r"(?!)"),
    alloy=re.compile(r" (?:\w+ ){0,2}(?:alloys?|blends?|magnets?)\b"),
    open_list=re.compile(r"\b(?:other|others|certain|some|various|several|including|such as|seven|five|related|etc)\b"),
    list_cue=re.compile(
        r"\b(?:other (?:minerals|metals|materials|items)|these (?:\w+ )?(?:items|technologies|minerals|metals|materials)"
        r"|(?:ban|measure|control|restriction|order|list|suspension|quota|tax|policy)s? (?:also )?(?:covers?|includes?|applies|extends)"
        r"|(?:covered|affected|controlled|listed|restricted) (?:items|minerals|metals|materials|products|technologies)|(?:items|minerals|metals|materials|products|technologies) (?:covered|affected|listed)|namely|are covered)\b"
    ),
    figures=re.compile(
        r"\b(?:exports?|shipments?|shipped|exported)\b[^.;]{0,60}?\b(?:rose|fell|r[iu]sen?|fallen|fall|jump\w*|drop\w*|plung\w*|surg\w*"
        r"|climb\w*|slump\w*|declin\w*|increas\w*|decreas\w*|tumbl\w*|total\w*|soar\w*|sank|slid|grew)\b[^.;]{0,40}?"
        r"(?:\d ?%|percent|per cent|tons|tonnes|zero|low|high)"
        r"|\bshipped no\b|\b(?:exports?|shipments?)\b[^.;]{0,30} (?:to|at) zero\b"
    ),
    percent_down=re.compile(r"(?:down|fall|drop|less|lower|decrease|cut)\D{0,20}\d+(?:\.\d+)? ?(?:%|percent|per cent)"),
    percent_up=re.compile(r"(?:up|rise|more|higher|increase|raise)\D{0,20}\d+(?:\.\d+)? ?(?:%|percent|per cent)"),
    yearly=re.compile(
        r"\b(?:first|second|third) (?:batch|round|half)|\bfor (?:the year )?20\d\d\b|\bannual\b|next year's|this year's|20\d\d (?:export )?quotas?"
    ),
)
