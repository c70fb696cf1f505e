"""English: how days are written, and which words beside a day say what happens on it."""

import re

from streams.notices.languages.base import DateForms

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
MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
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
WEEKDAYS = {
    name: number
    for number, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}
_DAY = (
    rf"(?<![\w.])(?:(?P<m>{MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y>\d{{4}}))?"
    rf"|(?P<d2>\d{{1,2}}|{'|'.join(_ORDINALS)})(?:st|nd|rd|th)? (?:day )?(?:of )?"
    rf"(?P<m2>{MONTH})\.?,?(?: (?P<y2>\d{{4}}))?"
    r"|(?P<y3>\d{4})[-/. ](?P<m3>\d{1,2})[-/. ](?P<d3>\d{1,2})"
    r"|(?P<d4>\d{1,2})\.(?P<m4>\d{1,2})\.(?P<y4>20\d\d)"
    rf"|(?P<weekday>{'|'.join(WEEKDAYS)})(?!(?: \([^)]{{0,8}}\))?,? (?:the )?(?:\d|(?:{MONTH})\b)))(?!\w)"
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
_COMMENTS = (
    r"comments?|commenting|submissions|feedback|representations|(?:written )?responses|views|(?:public )?consultation"
    r"(?: period| process)?(?: will| is| was)? (?:open|run|clos|end|last)\w*|(?:consultation|comment) period"
)
_LENGTH = rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMBERS)}) (?P<unit>(?:day|week|month|year)s?)"

ENGLISH_DATES = DateForms(
    day=re.compile(_DAY),
    months=_MONTHS,
    weekdays=WEEKDAYS,
    named_before=re.compile(
        r"\b(?:measures?|rules?|controls?|restrictions?|requirements?|curbs?|announcements?|decree|order|bans?|quotas?)"
        r"(?: (?:on|of|for) [\w,'-]+(?: [\w'-]+){0,3}?)? (?:it |they )?(?:had )?(?:first |originally |previously )?"
        r"(?:announced|imposed|adopted|issued|introduced|published|unveiled)(?: by [\w' -]{2,30}?)? on (?:the )?$"
    ),
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
        rf"|on and after|on or after),?(?: the)? {_WEEKDAY}$|\b(?:not|no)\b[^.;]{{0,50}} after (?:the )?$"
    ),
    starts_after=re.compile(r"[ ,]*(?:onwards?|and onwards?)\b"),
    on_before=re.compile(rf"\bon {_WEEKDAY}$"),
    comments_before=re.compile(
        rf"\b(?:{_COMMENTS})\b[^.;]{{0,45}}?\b(?:by|until|till|before|than|due|closes?|from|to|through|on|is)"
        rf"(?: (?:on|by|is|midnight|the))*[ ,:]*{_WEEKDAY}$"
        rf"|\bto (?:comment|respond)\b[^.;]{{0,20}}$"
    ),
    comments_after=re.compile(
        r"[ ,]*(?:to (?:\w+ )?(?:comment|respond)\b|(?:[\w'-]+ ){0,4}?(?:may|can|to) (?:\w+ )?"
        r"(?:submit|send|give|file|make) (?:\w+ ){0,2}?(?:comments|views|feedback|submissions|responses)\b"
        r"|is the (?:last day|deadline|closing date) for (?:\w+ )?(?:comments?|submissions|responses|views|feedback)\b)"
    ),
    ends_before=re.compile(
        r"(?:until|till|up to|(?:up to|until) and including|through"
        r"|ends?(?: on)?|ending(?: on)?|expir(?:es?|ing|y|ation)(?: date)?(?: on| of)?"
        r"|lapses?(?: on)?|valid (?:until|through)"
        r"|\b(?:extend\w*|renew\w*|prolong\w*|postpone\w*|push\w*|defer\w*"
        r"|(?:carr|roll)(?:y|ies|ied|s|ed)? over)(?: [\w'%-]+){0,8}? to"
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
        rf"|\b(?:postpone|push|move|defer)\w* (?:back )?from {_WEEKDAY}$"
        rf"|\b(?:(?:expiry|expiration)(?: date)?|deadline|end date) (?:of|from) {_WEEKDAY}$"
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
    signature=re.compile(r"\bsign(?:ature|ing|ed)\b"),
    signed_before=re.compile(rf"\b(?:done|signed|given|adopted)\b(?! (?:for|by the end))[^.;]{{0,40}}?[ ,]{_WEEKDAY}$"),
    same_day=re.compile(
        r"\b(?:effective|effect|force|from|start(?:ing|s)|begins?|applied|applies|implemented)(?: on| from| as of)?"
        r" (?:the|that) same (?:day|date)|(?:took|takes|taking) effect that day"
    ),
    last_of=re.compile(
        rf"\b(?:until|till|through|to) (?:the )?end(?: of)? (?:(?P<m>{MONTH}) )?(?P<y>20\d\d)"
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
)
