"""English words for what is not yet done or not so: decisions to come, what depends on something, false reports."""

import re

from streams.notices.languages.base import DEADLINE, MARK, Mark
from streams.notices.languages.en_dates import MONTH
from streams.notices.vocabulary import Concept

_ACT = (
    r"(?:decisions?|whether|lifting|removal|end(?:ing)?|extension|renewal|bans?|restrictions?|curbs|controls|moves?"
    r"|prohibition|embargo|moratorium|quotas?|tax|duty|levy|steps)"
)
_OUTCOME = r"(?:vote|approval|consent|decision|result|outcome|review|talks|negotiations|agreement)"
_MOVE = r"(?:extend|push|mov|postpon|defer|prolong)(?:e|es|s|ed|ing)?(?: back)?"
_RULES = r"(?:rules?|regulations?|law|bill|decree|list)"
_SHIPPED = r"being (?:exported|shipped|sold abroad|sent abroad|taken)"
_COMPLY = r"(?:obtain|apply|register|comply|get|meet|secure|adapt|adjust|prepare)(?:ed)?"

ENGLISH_PLANS = (
    Mark(  # what is not so, or stays as it was foreseen
        Concept.HEDGE,
        ("denie", "deny", "reject", "dismiss", "refut", "talk of", "talk that", "not correct"),
        re.compile(
            r"\b(?P<word>den(?:y|ies|ied|ying)"
            r"(?! (?:[\w'-]+ ){0,4}?(?:licen[cs]es?|permits?|applications?|access|entry))"
            r"|(?:reject|dismiss|refut)(?:s|ed|es|e|ing)? (?:the |any )?"
            r"(?:talk|reports?|rumou?rs?|claims?|suggestions?|speculation)"
            r"|talk (?:of|that)(?= [^.;]{3,120}? (?:is|was) (?:not|un|false|wrong)))\b"
        ),
    ),
    Mark(
        Concept.HEDGE,
        ("asked ",),
        re.compile(r"\b(?P<word>asked (?:about (?:the |media )?(?:reports?|claims)|whether|if))\b"),
    ),
    Mark(
        Concept.DRAFT,
        ("as planned", "as scheduled", "as foreseen", "no change", "unchanged"),
        re.compile(
            r"\b(?P<word>as (?:planned|scheduled|foreseen|originally planned)(?!,? (?:but|though))"
            r"|no changes? (?:to|in) the)\b"
        ),
    ),
    Mark(
        Concept.HEDGE,
        ("may ", "could ", "might "),
        re.compile(
            r"\b(?P<word>may)(?= (?:\w+ly |also |soon |yet )?(?:review|reconsider|revisit|rethink|amend|revise)\b)"
        ),
    ),
    Mark(
        Concept.HEDGE,
        ("drafting", "developing"),
        re.compile(r"\b(?:is|are|was|were|been) (?:now |also )?(?P<word>drafting|developing)\b"),
    ),
    Mark(
        Concept.HEDGE,
        ("to decide",),
        re.compile(r"\bto (?P<word>decide)(?= (?:next|this|soon|later|on|whether|by|in|after|if|how|about|when)\b)"),
    ),
    Mark(
        Concept.DRAFT,
        ("depend", "hinge", "conditional", "subject to", " rest", "turn on"),
        re.compile(
            rf"\b{_ACT}\b(?:(?! who )[^.;,]){{0,90}} "
            r"(?P<word>(?:will|would|could|may) (?:\w+ly )?(?:depend|hinge|rest|turn) (?:up)?on"
            rf"|(?:hinge|depend)s? (?:up)?on [^.;]{{0,40}}?{_OUTCOME}"
            rf"|(?:is|are|remains?|be) (?:conditional (?:up)?on|subject to (?:an? |the )?(?:[a-z]+ )?{_OUTCOME}))\b"
        ),
    ),
    Mark(
        Concept.DRAFT,
        ("decision", "yet to", "up to", "undecided", "unclear"),
        re.compile(
            r"\b(?P<word>decisions? (?:on|about|over|whether)\b[^.;]{0,80}? (?:is|are) (?:\w+ )?"
            r"(?:expected|due|likely|pending|awaited|to be (?:taken|made))"
            r"|(?:will|to|must) (?:make|take|reach|announce) (?:an? |its |the |any )?(?:\w+ )?"
            r"decision (?:on|about|whether)"
            r"|yet to (?:rule|decide|say|agree|determine)|(?:is|are|remains) (?:up to|undecided|unclear) [^.;]{0,40}?"
            r"\b(?:whether|if|when))\b"
        ),
    ),
    Mark(  # "reports that … are false"
        Concept.HEDGE,
        ("report", "rumour", "rumor", "claims"),
        re.compile(
            r"\b(?P<word>reports?|rumou?rs?|claims?) (?:that|of|about)\b[^.;]{0,90}? (?:is|are|was|were) (?:\w+ )?"
            r"(?:false|untrue|wrong|baseless|fake|unfounded|incorrect|denied|groundless)\b"
        ),
    ),
    Mark(
        Concept.DRAFT,
        ("being dr", "being prepared", "in the works", "working on", "work on", "drafting", "drawing up"),
        re.compile(
            r"\b(?P<word>being (?:drafted|drawn up|prepared|finali[sz]ed|worked out)|in the works"
            rf"|(?:working|at work|work) on (?:an? |the |new )?(?:\w+ )?{_RULES}"
            rf"|(?:drafting|drawing up|preparing) (?:an? |the |its |new )?(?:\w+ )?{_RULES})\b"
        ),
    ),
    Mark(  # what would be: "plans a law that would stop …"
        Concept.HEDGE,
        (" would ",),
        re.compile(
            r"\b(?:plan(?:s|ned|ning)?|propos(?:es|ed|al)|draft(?:s|ed)?|bill|table[sd]?) (?:[\w'-]+ ){0,5}?"
            r"(?:that|which) (?P<word>would)\b"
        ),
    ),
    Mark(  # a later deadline for what a control asks for holds it off
        Concept.GRACE,
        ("deadline", "time limit"),
        re.compile(
            rf"\b(?P<word>{_MOVE})(?= (?:the |its )?(?:deadline|time limit) (?:for|by which)\b"
            rf"[^.;]{{0,60}}?\b{_COMPLY})"
        ),
        DEADLINE,
    ),
    Mark(
        Concept.GRACE,
        ("deadline", "time limit"),
        re.compile(
            rf"\b(?:deadline|time limit) (?:for|by which)\b[^.;]{{0,60}}?\b{_COMPLY}\b[^.;]{{0,60}}?"
            rf" (?:is|are|was|were|been) (?P<word>{_MOVE})\b"
        ),
        DEADLINE,
    ),
    Mark(
        Concept.GRACE,
        ("more time", "more months", "more weeks", "more days", "months more", "weeks more"),
        re.compile(
            r"\b(?:g[ei]ts?|got|g[ai]ve[sn]?|has|have|grants?|granted|allowed) (?:[\w'-]+ ){0,4}?"
            r"(?P<word>more (?:time|days|weeks|months)|(?:days|weeks|months) more)"
            rf"(?= (?:to {_COMPLY}|before)\b)"
        ),
    ),
    Mark(
        Concept.STOP,
        ("from being", "from leaving"),
        re.compile(
            r"\b(?P<word>(?:stop|keep|prevent|block|bar)(?:s|ped|ping|ing|ed|red|ring)?|kept)"
            rf"(?= (?:[\w'-]+,? ){{1,8}}?from (?:{_SHIPPED}|leaving))"
        ),
    ),
    Mark(
        Concept.EXPORT,
        ("from being", "from leaving"),
        re.compile(
            r"\b(?:stop|keep|kept|prevent|block|bar)\w* (?:[\w'-]+,? ){1,8}?from "
            rf"(?P<word>{_SHIPPED}|leaving (?:the |its )?(?:country|territory|ports?))"
        ),
    ),
    Mark(
        Concept.TIGHTEN,
        ("accelerat", "hasten", "speed", "tighten"),  # a ban that comes earlier
        re.compile(
            r"\b(?P<word>(?:accelerat|hasten|quicken|speed(?:s|ing)? up)(?:e|es|s|ed|ing)?)"
            r"(?= (?:the |its |a )?(?:[\w'-]+ ){0,4}?(?:bans?|prohibition|embargo|curbs|restrictions)\b)"
        ),
    ),
    Mark(
        Concept.CONTROL,
        ("against ",),  # "a decree against exports of raw ore"
        re.compile(
            r"\b(?P<word>decrees?|rules?|laws?|regulations?|orders?|steps|measures) (?:of (?:its|their) own )?against "
            r"(?=(?:the )?(?:exports?|shipments|exporting) of)"
        ),
    ),
    Mark(  # a day or a year from which on something is not done
        Concept.INERT,
        ("after ",),
        re.compile(rf"\b(?:(?:not|no)\b[^.;]{{0,50}} (?P<word>after)(?= (?:the )?(?:\d{{1,2}} )?(?:{MONTH})\b))"),
    ),
    Mark(Concept.UMBRELLA, ("metal",), re.compile(r"\b(?P<word>metals?)(?= exports?\b)")),
    Mark(  # one firm's paper
        Concept.FIRM,
        ("licen", "permit", "approval"),
        re.compile(
            r"\b(?:licen[cs]es?|permits?|approvals?) to (?:[\w'-]+ ){0,5}?"
            r"(?P<word>giant|maker|miner|producer|trader|smelter|refiner|company|firm|group|supplier)\b"
        ),
    ),
    Mark(  # "exports may still not be shipped": as before
        Concept.ONGOING,
        ("still not",),
        re.compile(r"\b(?P<word>still)(?= not be\b)"),
        MARK,
    ),
)
