"""English words for what only looks like an act: pleas, clauses that tell of an older act, opinions, other goods."""

import re

from streams.notices.languages.base import Mark
from streams.notices.vocabulary import Concept

_INDUSTRY = (
    r"(?:miners?|producers?|smelters?|refiners?|recyclers?|exporters?|traders?|makers?|steelmakers?|automakers?"
    r"|manufacturers?|companies|firms|industry|industries|association|federation|chamber(?: of [a-z]+)?"
    r"|(?<!state )council|union|lobby|group|body|businesses|investors|lawmakers?|mps"
    r"|opposition|activists?|campaigners?|ngos?)"
)
_OTHERS = r"(?:government|ministry|minister|president|cabinet|parliament|authorities|state|beijing|washington)"
_DONE = (
    r"(?:announc|impos|introduc|bann|restrict|suspend|halt|tighten|plac|put|stopp|cut|rais|expand|curb|limit|block|add"
    r"|stop|prohibit|barr|ban|unveil|extend)(?:e?d|s|es)?"
)
_WHAT = r"(?:metals?|minerals?|elements?|materials?|compounds?|ingots|powders?|oxides?|product|goods|items)"
_OF_AN_ACT = (
    r"(?:notice|notification|order|decree|announcement|rules?|regulations?|measures?|bans?|decision|law|bill|act|list"
    r"|statement|controls?|restrictions?|policy|amendment|circular|resolution|directive|catalogue|\d+)"
)
_HELD = r"(?:bans?|curbs|controls|restrictions?|embargo|moratorium|quotas?|prohibition|licensing)"
_SHOWS = (
    r"(?:show|underlin|underscor|highlight|demonstrat|illustrat|prove|expos|remind|rais|stok|spark|sent|send|help"
    r"|benefit|boost|strengthen)(?:e?s|e?d|ing)?"
)

_GOODS = (
    r"(?:(?:natural |liquefied |petroleum )?gas|lng|lpg|crude|(?:fuel |palm |edible |sunflower |crude )?oil|fuels?"
    r"|petrol|gasoline|diesel|coal|anthracite|timber|logs|lumber|wood|firewood|grains?|maize|corn|wheat|rice|sugar"
    r"|cotton|onions|potatoes|flour|soya?|soybeans|beans|cashews?|cocoa|coffee|livestock|cattle|meat|hides|poultry|fish"
    r"|urea|cement|sand|salt|water|electricity|vehicles|vaccines|masks|medicines)"
)

_STONE = r"(?:scrap|metals?|ores?|minerals?|concentrates?)"

ENGLISH_LOOKALIKES = (
    Mark(
        Concept.GOODS,
        (),
        re.compile(
            rf"\b(?P<word>{_GOODS})\b(?!(?:, [a-z]+){{0,3}},? (?:and|or|as well as) (?:[a-z]+ ){{0,3}}?{_STONE}\b)"
        ),
    ),
    Mark(  # what an industry asks of a state
        Concept.OPINION,
        (
            "ask",
            "request",
            "appeal",
            "urg",
            "want",
            "lobb",
            "call",
            "press",
            "push",
            "plead",
            "petition",
            "seek",
            "sought",
        ),
        re.compile(
            rf"\b{_INDUSTRY}\b(?!')(?:(?!\b{_OTHERS}\b)[^.;:]){{0,60}}? "
            r"(?<! to )(?P<word>(?:ask|request|appeal|urg|want|lobb|call|press|push|plead|petition|seek|demand)"
            r"(?:e?s|e?d|ing|ies|ied|ying)?|sought)\b"
            r"(?! to (?:export|ship)\b)"
            r"(?! (?:for )?(?:an? |the |their |new )?(?:\w+ )?(?:licen[cs]es?|permits?|approvals?|permission)\b)"
        ),
    ),
    Mark(
        Concept.OPINION,
        ("appealing", "we ask", "we request", "we urge", "we call", "we want"),
        re.compile(
            r"\bwe (?:are |have )?(?P<word>appealing|ask(?:ed|ing)?|request(?:ed|ing)?|urg(?:e|ed|ing)|call|want)\b"
        ),
    ),
    Mark(  # what a state asks of another
        Concept.OPINION,
        ("demand", "protest", "asked", "asks"),
        re.compile(
            r"\b(?P<word>(?:demand(?:s|ed|ing)?|(?:call|press)(?:s|ed|es|ing)? for) (?:the |an? |its )?(?:immediate )?"
            r"(?:withdrawal|removal|lifting|revocation|repeal|end)|protest(?:s|ed|ing)? (?:against|over|at|to)"
            r"|(?:ask|urg)(?:s|es|ed)? (?:china|beijing|its|his|her)(?: [a-z]+)?)\b"
        ),
    ),
    Mark(Concept.OPINION, ("ask",), re.compile(r"\b(?P<word>ask(?:s|ed|ing)? for)(?= (?:[\w-]+ ){0,3}?export\b)")),
    Mark(  # who is asked about an act does not set it
        Concept.HEDGE,
        ("question", "q&a"),
        re.compile(r"\b(?P<word>(?:answer(?:s|ed)? [^.;]{0,20}?questions|q ?& ?a) (?:on|about|over))\b"),
    ),
    Mark(  # the head of a firm
        Concept.OPINION,
        ("ceo", "chief executive", "chairman", "managing director", "boss"),
        re.compile(
            r"\b(?P<word>(?:ceo|chief executive(?: officer)?|chairman|managing director|boss)(?: [a-z]+){0,3}? "
            r"(?:said|says|told|called|calls|criticis\w+|wants))\b"
        ),
    ),
    Mark(Concept.PAPERWORK, ("how to ",), re.compile(r"\b(?P<word>how to (?:apply|obtain|get|file|fill))\b")),
    Mark(
        Concept.LICENCE,
        ("approval", "authorisation", "authorization", "consent"),
        re.compile(
            r"\bexports? (?:of [^.;,]{3,40}? )?(?:will |shall |now )*(?:needs?|requires?|are subject to|is subject to) "
            r"(?:the )?(?:prior )?(?P<word>approval|authori[sz]ation|consent)\b"
        ),
    ),
    Mark(  # how to answer another state's act
        Concept.OPINION,
        ("respon", "reply", "react", "deal with", "counter"),
        re.compile(r"\b(?P<word>how to (?:respond|reply|react|deal with|counter))\b"),
    ),
    Mark(  # a firm that says what it got
        Concept.FIRM,
        ("maker ", "group ", "supplier ", "company "),
        re.compile(
            r"\bthe (?:[a-z]+ )?(?P<word>\w*maker|group|supplier|company)(?= (?:said|says|added|expects|sees)\b)"
        ),
    ),
    Mark(
        Concept.RECITAL,
        (" who ", " that ", " which "),
        re.compile(
            rf"\b(?:neighbou?rs?|countries|nations|peers|others) (?P<word>who|that|which)(?= (?:[a-z]+ )?{_DONE}\b)"
        ),
    ),
    Mark(
        Concept.RECITAL,
        ("which ",),
        re.compile(
            rf"\b(?!{_OF_AN_ACT}\b)[\w')]+, (?P<word>which)"
            rf"(?= (?:has |had )?(?:in (?:early |late |mid )?[a-z0-9]+|last \w+|recently|already|earlier) {_DONE}\b)"
        ),
    ),
    Mark(  # a clause that tells of an older act while another one goes on
        Concept.RECITAL,
        ("which", "where", "whose"),
        re.compile(
            rf"\b(?!{_OF_AN_ACT}\b)[\w')]+, (?P<word>which|where|whose [a-z]+)"
            rf"(?= (?:has |had |have |also |it )*{_DONE}\b[^.;]{{5,160}}?, (?!and\b|or\b|which\b|including\b))"
        ),
    ),
    Mark(
        Concept.RECITAL,
        (" on which ", " for which "),
        re.compile(rf"\b{_WHAT},? (?P<word>(?:on|for) which)(?= (?:[a-z']+ ){{1,3}}?{_DONE}\b)"),
    ),
    Mark(  # an act of a state that something else is measured by: "no impact from China's restrictions"
        Concept.RECITAL,
        ("'s ", "s' "),
        re.compile(
            r"\b(?P<word>from|before|with|over|about|to meet|to comply with|against|thanks to"
            r"|(?:meetings?|talks|hotline|discussions?|exchange) [^.;,]{0,50}?\bon) "
            rf"(?=(?:the |an? )?(?:\w+ )?[a-z]+'s? (?:\w+ ){{0,3}}?(?:export )?{_HELD}\b)"
        ),
    ),
    Mark(
        Concept.RECITAL,
        ("indicator", "data", "database", "inventory", "research", "figures"),
        re.compile(r"\b(?P<word>(?:indicators?|data(?:base)?|inventory|research|figures) (?:on|of|about))\b"),
    ),
    Mark(
        Concept.RECITAL,
        (" that ", " which ", " whose "),
        re.compile(rf"\b{_WHAT},? (?P<word>that|which|whose exports?)(?= (?:[a-z']+ ){{1,3}}?{_DONE}\b)"),
    ),
    Mark(
        Concept.RECITAL,
        ("when ",),
        re.compile(rf"\b(?P<word>when)(?= (?:[\w']+ ){{1,5}}?{_DONE}\b)"),
    ),
    Mark(  # what is put first as an occasion: "the decision … shows"
        Concept.OPINION,
        ("decision", "move"),
        re.compile(
            r"\b(?P<word>the|this)(?= (?:recent )?(?:decision|move)s? (?:of|by) [^.;,]{3,90}? "
            rf"{_SHOWS}\b)"
        ),
    ),
    Mark(  # a piece of somebody's own
        Concept.PAPERWORK,
        ("opinion", "comment", "editorial", "column", "viewpoint", "op ed"),
        re.compile(r"(?:^|[|] ?)(?P<word>opinion|comment|commentary|editorial|column|viewpoint|op ed)(?= ?[:|])"),
    ),
    Mark(
        Concept.PAPERWORK,
        ("things", "facts", "lessons"),
        re.compile(r"^(?P<word>(?:\w+ )?(?:things|facts) (?:to|you)|lessons (?:from|of))\b"),
    ),
    Mark(
        Concept.RECITAL,
        ("what ",),
        re.compile(r"^(?P<word>what)(?= [^:?]{5,90}? means? for\b)"),
    ),
    Mark(
        Concept.STATISTICS,
        ("yet to", "still to"),
        re.compile(r"\b(?P<word>(?:yet|still) to (?:resume|restart|recover|leave|arrive))\b"),
    ),
    Mark(
        Concept.ACCIDENT,
        ("fighting", "clashes", "insurgent", "rebel", "militia", "armed group", "civil war", "coup"),
        re.compile(r"\b(?P<word>fighting|clashes|insurgents?|rebel|militias?|armed groups?|civil war|coup)\b"),
    ),
    Mark(  # a firm or a port that cannot
        Concept.ACCIDENT,
        ("unable to", "not be able to"),
        re.compile(r"\b(?P<word>unable to|not be able to)(?= (?:export|ship|deliver)\b)"),
    ),
    Mark(
        Concept.STATISTICS,
        ("fold",),
        re.compile(r"\b(?:restrictions|controls|curbs|bans)\b[^.;]{0,60}? (?P<word>(?:more than )?\w+fold)\b"),
    ),
    Mark(
        Concept.STATISTICS,
        ("number of",),
        re.compile(r"\b(?P<word>number of) (?:[\w-]+ ){0,3}?(?:restrictions|controls|curbs|bans)\b"),
    ),
    Mark(  # what was found at a border
        Concept.PAPERWORK,
        ("misdeclar", "undeclared", "smuggl", "customs officers"),
        re.compile(
            r"\b(?P<word>misdeclared|undeclared|customs officers (?:have )?(?:seized|found|discovered)"
            r"|(?:jailed|fined|detained|prosecuted|sentenced) [^.;]{0,30}?for (?:smuggling|exporting))\b"
        ),
    ),
    Mark(
        Concept.CONTROL,
        ("reviews", "checks", "inspection"),
        re.compile(r"\b(?P<word>(?:reviews?|checks|inspections?))(?= (?:for|of|on) (?:the )?exports of\b)"),
    ),
    Mark(  # minerals of another act, or what a mineral is for
        Concept.BACKGROUND,
        (" similar ", " earlier ", " previous "),
        re.compile(rf"\b(?P<word>(?:similar|earlier|previous) (?:export )?{_HELD} (?:on|of|for))\b"),
    ),
    Mark(
        Concept.BACKGROUND,
        ("after ", "before ", "since "),
        re.compile(
            rf"\b(?P<word>(?:after|before|since) (?:[\w']+ ){{1,3}}?(?:did so|{_DONE})\b"
            r"[^.;,]{0,40}?\b(?:for|on|of|with))\b"
        ),
    ),
    Mark(
        Concept.BACKGROUND,
        ("which ", "used ", "those of", "together with"),
        re.compile(
            r"(?P<word>\b(?:, from which|, which (?:is|are|makes?|forms?|goes?|go)\b"
            r"|used (?:with|together with|alongside)"
            r"|(?:together|along) with those of))\b"
        ),
    ),
)
