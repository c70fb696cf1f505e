"""English verbs that only their objects tell: rates that are lifted, days that move, force that is held off."""

import re

from streams.notices.languages.base import Mark
from streams.notices.vocabulary import Concept

TRADED = (
    r"(?:rare earths?|gallium|germanium|antimony|graphite|cobalt|tungsten|bauxite|(?:critical|strategic) minerals?|ore)"
)
HELD = (
    r"(?:bans?|curbs?|controls?|restrictions?|embargo|moratorium|quotas?|tax|duty|duties|levy|prohibition|licen[cs]\w+)"
)
STOPPED = r"(?:suspension|freeze|halt|pause|stoppage)"
_MANY = r"\d[\d.,]* ?(?:%|per ?cent|percentage|points|tons|tonnes|mt\b|kg\b)"
_DATE = (
    r"(?:entry into force|effective date|start(?:ing)?(?: date)?|end(?: date)?|expir(?:y|ation)(?: date)?|date"
    r"|deadline)"
)

ENGLISH_TURNS = (
    Mark(  # a rate that is lifted rises, a ban that is lifted ends
        Concept.RAISE,
        ("lift", "hike"),
        re.compile(rf"\b(?P<word>lift(?:s|ed|ing)?)(?= [^.;]{{0,70}}?\b(?:to|by|from) (?!0 ?%|0 per|zero|nil){_MANY})"),
    ),
    Mark(
        Concept.SUSPEND,
        ("not ", "longer"),  # what is not applied is held off; what does not apply to some is not
        re.compile(
            r"\b(?P<word>(?:not|no longer|not yet) (?:be (?:appl|enforc|implement)(?:ied|ed)"
            r"|(?:(?<=will not )|(?<=shall not )|(?<=would not )|(?<=will no longer )|(?<=will not yet ))"
            r"(?:enforce|implement)))\b"
        ),
    ),
    Mark(
        Concept.SUSPEND,
        ("force", "effect", "apply", "applies"),  # "takes effect only in 2027", "will not apply until June"
        re.compile(
            r"\b(?P<word>(?:comes?|enters?|takes?|go|goes) (?:into )?(?:force|effect) only"
            r"|(?:only|not) (?:to )?(?:come|enter|take|go)s? (?:into )?(?:force|effect)"
            r"(?= (?:until|before|in|on|from)\b)"
            r"|not apply(?= (?:until|before)\b))"
        ),
        "later",
    ),
    Mark(
        Concept.SUSPEND,
        ("enforc", "appli", "operation", "implementation"),
        re.compile(
            r"\b(?P<word>(?:halt|stopp?|paus|freez|froze|suspend|stay|defer)(?:e|s|es|ed|ing|n)? (?:the |its |their )?"
            r"(?:enforcement|application|implementation|operation)) of\b"
        ),
    ),
    Mark(
        Concept.SUSPEND,
        ("date", "start", "end", "entry", "expir", "deadline"),  # "moves the end of the ban to June"
        re.compile(
            rf"\b(?P<word>(?:mov|shift|push|sett?|put)(?:e|es|s|ed|ing)?(?: back| out| off)?)"
            rf"(?= (?:the |its )?{_DATE}\b[^.;]{{0,90}}? (?:to|until|back|out|by)\b)"
        ),
        "later",
    ),
    Mark(
        Concept.SUSPEND,
        ("date", "start", "end", "entry", "expir", "deadline"),
        re.compile(
            rf"\b{_DATE}\b[^.;]{{0,90}}? (?:is|are|was|were|be|been|being) (?P<word>(?:moved|shifted|pushed|set|put)"
            r"(?: back| out| off)?)(?= (?:to|until|by)\b)"
        ),
        "later",
    ),
    Mark(
        Concept.LIFT,
        ("expir", "lapse", "cessation", "terminat", "end date"),  # as nouns, like "end of"
        re.compile(
            r"\b(?P<word>expir(?:y|ation)(?: date)?|lapse|cessation|termination|end date) (?:of|for) "
            rf"(?=(?:[\w'-]+ ){{0,5}}?(?:{HELD}|{STOPPED})\b)"
        ),
    ),
    Mark(
        Concept.STOP,
        ("refus", "reject", "declin", "deny", "denie", "denying", "withh"),  # not one firm's paper: papers
        re.compile(
            r"\b(?P<word>(?:refus|reject|declin|deny|deni|withh[eo]ld)(?:e|es|s|ed|ing)?"
            r"(?: to (?:grant|issue|approve|give))?)"
            r"(?= (?:(?!an?\b|that\b|it\b|any\b)[\w'-]+ ){0,4}?(?:licen[cs]es|permits|applications|approvals)\b)"
        ),
        "taken",
    ),
    Mark(  # what must come first is not done by it
        Concept.INERT,
        ("before ",),
        re.compile(
            r"\bbefore (?:[\w'-]+ ){0,4}?(?P<word>clear|grant|approv|issu|allow|releas)(?:e|es|s|ed|ing)?"
            r"(?= (?:[\w'-]+ ){0,4}?(?:licen[cs]e|permit|export|shipment|application)s?\b)"
        ),
    ),
    Mark(  # what is yet to be done, thought over, or given up before it was done
        Concept.HEDGE,
        (
            *(
                "to formulate",
                "to dr",
                "to pre",
                "to ta",
                "to sub",
                "to st",
                "to d",
                "to weigh",
                "reconsider",
                "rethink",
            ),
            *(
                "mull",
                "float",
                "suggest",
                "recommend",
                "reviewing",
                "plan",
                "propos",
                "idea",
                "bill",
                "intention",
                "threat",
            ),
        ),
        re.compile(
            r"\b(?P<word>to (?:formulate|draft|draw up|prepare|table|submit|study|discuss|debate|weigh)\b"
            r"|to decide(?= (?:next|this|soon|later|on|whether|by|in|after)\b)|(?:re(?:consider|think)|mull|float)\w*"
            r"|(?:suggest|recommend)(?:s|ed)? (?=(?:to |that )?[a-z]+(?:ing|ion)?\b)|(?:is|are) reviewing"
            r"|(?:drop|abandon|shelv|scrap|ditch|reject|withdr[ae]w|cancel|kill|g[ai]ve up)(?:e|es|s|ped|ed|ping|ing)?"
            r" (?:an? |the |its |his |her )?(?:\w+ )?(?:plans?|proposals?|proposed|ideas?|bill|intention|threat)\b)"
        ),
    ),
    Mark(
        Concept.HEDGE,
        ("may ",),
        re.compile(r"\b(?P<word>may)(?= (?:\w+ly |also |soon |yet )?(?:respond|retaliate|hit back|answer|resort)\b)"),
    ),
    Mark(  # who is told news is not told what to do
        Concept.INERT,
        ("told ", "tells "),
        re.compile(
            r"\b(?P<word>told|tells)(?= (?:an? |the |local |state )?"
            r"(?:\w+ )?(?:briefing|reporters?|parliament|lawmakers|senators|journalists|newspaper|conference|agency"
            r"|media|reuters|bloomberg|forum|radio|television|tv)\b)"
        ),
    ),
    Mark(
        Concept.TIGHTEN,
        ("also ",),  # a ban that now also applies to more
        re.compile(rf"\b{HELD}\b[^.;]{{0,60}}? (?P<word>(?:will )?(?:now )?also (?:appl|extend|cover|includ)\w+)\b"),
    ),
    Mark(
        Concept.TIGHTEN,
        ("more", "further", "additional", "extra"),  # "adds five more metals to the export control list"
        re.compile(
            r"\b(?P<word>add(?:s|ed|ing)?|includ(?:e|es|ed|ing)|plac(?:e|es|ed|ing))(?= (?:[\w'-]+ ){0,2}?"
            r"(?:more|further|additional|extra) [^.;]{2,60}? (?:to|in|on|under) (?:its |the |an? )?"
            r"(?:export|control|licen))"
        ),
    ),
    Mark(  # markets and studies do not act
        Concept.OPINION,
        (
            *("traders", "analysts", "investors", "market", "economists", "buyers", "consumers"),
            *("study", "paper", "survey", "think tank"),
        ),
        re.compile(
            r"\b(?P<word>(?:traders|analysts|investors|markets?|economists|buyers|consumers) (?:\w+ly )?"
            r"(?:weigh|consider|mull|eye|fear|expect|await|digest|brace)\w*"
            r"|(?:study|paper|survey|think tank) (?:says?|said|finds?|found|argues?|shows?|warns?|suggests?))\b"
        ),
    ),
    Mark(
        Concept.RAISE,
        ("tax", "duty", "levy", "tariff"),
        re.compile(
            r"\b(?:tax|duty|levy|tariff)\b[^.;]{0,60}? (?P<word>(?:go|goes|going|went) up|(?:to )?rises?|rose|climbs?)"
            r"(?= [^.;]{0,20}?(?:to|by|from) \d)"
        ),
    ),
    Mark(
        Concept.CUT,
        ("tax", "duty", "levy", "tariff"),
        re.compile(
            r"\b(?:tax|duty|levy|tariff)\b[^.;]{0,60}? "
            r"(?P<word>(?:go|goes|going|went) down|(?:to )?(?:falls?|drops?)|fell)"
            r"(?= [^.;]{0,20}?(?:to|by|from) \d)"
        ),
    ),
    Mark(  # what a general licence says of itself
        Concept.INERT,
        ("general licen",),
        re.compile(
            r"\bgeneral licen[cs]es?\b[^.;]{0,14}? (?:which|that) "
            r"(?P<word>(?:allow|authori[sz]|permit)(?:s|ed|ted|es)?)"
            r"(?= (?:the )?exports?\b)"
        ),
    ),
    Mark(
        Concept.IMPOSE,
        ("restrict", "limit", "control"),
        re.compile(
            r"(?<!if )\b(?P<word>will|would)"
            r"(?= (?:\w+ly )?(?:restrict|limit|control) (?:the )?(?:exports?|shipments)\b)"
        ),
    ),
    Mark(Concept.INERT, ("the following",), re.compile(r"\bthe (?P<word>following)(?= [a-z]+s\b)")),
    Mark(  # leave to export by what it rests on
        Concept.PERMISSION,
        (" which ",),
        re.compile(
            r"\b(?P<word>waivers?|exemptions?|dispensations?|derogations?|permissions?)"
            r"(?= (?:under|by|through|with) which [^.;,]{3,70}?\b(?:export|ship)(?:s|ed|ped)?\b)"
        ),
    ),
    Mark(
        Concept.EXPORT,
        ("leave ",),
        re.compile(r"\b(?P<word>leave)(?= (?:unprocessed|raw|unrefined|unbeneficiated|unsmelted)\b)"),
    ),
    Mark(Concept.EXPORT, ("ban",), re.compile(rf"\b(?P<word>{TRADED}) (?:bans?|moratorium|embargo)\b")),
    Mark(Concept.SPEAKER, ("q:", "question:", "a:", "answer:"), re.compile(r"^(?P<word>(?:q|a|question|answer))(?=:)")),
    Mark(
        Concept.SPEAKER,
        ("explain", "answer", "questions", "guidance", "faq"),
        re.compile(r"\b(?P<word>explain(?:s|ed)?|answer(?:s|ed)? [^.;]{0,40}?\bquestions?|faqs?|asked about)\b"),
    ),
    Mark(
        Concept.DRAFT,
        ("review", "reconsider", "re examin", "decid"),
        re.compile(
            r"\b(?P<word>(?:will|would) be (?:reviewed|reconsidered|re examined|decided|assessed)"
            r"|(?:will|would) (?:review|reconsider|re examine|decide (?:on|whether)))\b"
        ),
    ),
    Mark(
        Concept.EXPORT,
        ("licen", "permits"),  # those of a ministry of trade are for exports
        re.compile(
            r"\b(?:mofcom|commerce ministry|ministry of commerce|trade ministry|meti)\b[^.;]{0,80}?"
            rf"\b(?P<word>{TRADED}) (?:licen[cs]es?|permits?)\b"
        ),
    ),
    Mark(
        Concept.STOP,
        ("to an end", " end ", " cease "),
        re.compile(
            rf"\b(?:exports|shipments)\b(?:(?!{HELD})[^.;]){{0,60}}? "
            r"(?P<word>(?:come|comes|coming|brought|bring) to an end|(?:end|cease)(?= (?:on|in|from|by|as of) \w))\b"
        ),
    ),
    Mark(  # who may export in a year to come: a quota by another name
        Concept.QUOTA,
        ("exporters",),
        re.compile(
            r"\b(?P<word>rules|conditions|requirements|criteria) for (?:[\w'-]+,? ){1,8}?exporters\b(?= for 20)"
        ),
    ),
    Mark(
        Concept.EXPORT,
        ("exporters",),
        re.compile(
            r"\b(?:rules|conditions|requirements|criteria) for (?:[\w'-]+,? ){1,8}?(?P<word>exporters)(?= for 20)"
        ),
    ),
    Mark(
        Concept.CONTROL,
        ("exporters",),
        re.compile(
            r"\b(?P<word>rules|conditions|requirements|criteria) for (?:(?:[\w'-]+,? ){1,8})?exporters\b(?! for 20)"
        ),
    ),
)
