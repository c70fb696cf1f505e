"""English words that only a pattern tells: what stands beside them decides what they mean."""

import re

from streams.notices.languages.base import NOTHING, Mark
from streams.notices.languages.en_amounts import ENGLISH_AMOUNTS
from streams.notices.languages.en_dates import MONTH
from streams.notices.languages.en_lookalikes import ENGLISH_LOOKALIKES
from streams.notices.languages.en_moves import ENGLISH_MOVES
from streams.notices.languages.en_plans import ENGLISH_PLANS
from streams.notices.languages.en_turns import ENGLISH_TURNS, HELD, STOPPED, TRADED
from streams.notices.vocabulary import Concept

_GO_OUT = (
    r"(?:only |then |now )*(?:be )?(?:\w+ly )?"
    r"(?:export(?:ed)?|ship(?:ped)?|sell|sold|taken|leave|left|sent|moved|delivered|supplied)"
)
_RESTRICT = r"(?:be )?(?:ban|curb|restrict|limit|halt|stop|suspend|impose|cap|tax|tighten|introduce|block)(?:n?ed|ped)?"
_STEER = (
    r"(?:let|allow|permit|extend|renew|prolong|lift|ease|relax|remove|end|suspend|pause|postpone|tighten|widen|expand"
    r"|scrap)"
)
_BY_DATE = re.compile(  # acts of a ministry of trade that are named by their day alone, as law firms and the press do
    r"\b(?:mofcom|ministry of commerce|commerce ministry)\b(?:[^.;]|(?<= no)\.){0,160}?"
    r"\b(?:suspend|paus|postpon|lift|revok|repeal|rescind|withdr[ae]w|extend|renew|reinstat)\w*\b[^.;]{0,60}?"
    r"\b(?P<word>announcements?|notices?)"
    r"(?= (?:that (?:was|were) )?(?:dated|of|from|(?:issued|published|announced|released)(?: on| of)?)"
    rf" (?:\d|(?:{MONTH})\b))"
)
_ONLY = r"(?:only|solely|exclusively|provided (?:that )?|on condition|unless)"

ENGLISH_MARKS = (
    *ENGLISH_TURNS,
    *ENGLISH_AMOUNTS,
    *ENGLISH_PLANS,
    *ENGLISH_MOVES,
    *ENGLISH_LOOKALIKES,
    Mark(Concept.CONTROL, ("announcement", "notice"), _BY_DATE),
    Mark(Concept.EXPORT, ("announcement", "notice"), _BY_DATE),
    Mark(
        Concept.EXPORT,
        ("ship", "sell"),
        re.compile(r"\b(?:lets?|allow(?:s|ed)?|permit(?:s|ted)?) [\w -]{3,30}? (?P<word>ship|sell)\b"),
    ),
    Mark(
        Concept.RECITAL,
        ("as ",),
        re.compile(
            r"(?P<word>\bas) (?:[a-z]+ ){1,4}(?:restrict|curb|ban|tighten|limit|halt|suspend|expand"
            r"|resum|eas|continu|persist|bite|allow|lift|approv|prolong|extend|clamp|stop|block)"
        ),
    ),
    Mark(  # rules that are tightened or eased are controls
        Concept.CONTROL,
        ("rules", "regulation"),
        re.compile(
            r"\b(?:tighten|toughen|strengthen|harden|eas|relax|loosen|soften)(?:e|es|s|ed|ing)? (?:the |its |their )?"
            r"(?P<word>rules|regulations?)(?= (?:on|for|over|of|governing) (?:[\w-]+ ){0,4}?exports?\b)"
        ),
    ),
    Mark(
        Concept.CONTROL,
        ("measures",),  # the title of an act, which says no more than that exports are ruled
        re.compile(
            r"^(?:(?:interim|provisional|administrative) )?(?P<word>measures)"
            r" (?:on|for|governing) (?:the )?(?:administration of (?:the )?)?exports? of "
        ),
    ),
    Mark(
        Concept.LIFT,
        ("0 percent", "0%", "0 %", "0 per cent", "nil", "zero"),
        re.compile(r"(?P<word>\b(?:at|to) (?:0 ?%|0 percent|0 per cent|nil|zero))(?! ?\.\d)"),
        NOTHING,
    ),
    Mark(
        Concept.EXPORT,
        ("out of",),
        re.compile(r"\b(?P<word>(?:go|goes|going|move|moved) out of) (?!business|stock|control|service)"),
    ),
    Mark(
        Concept.EXPORT,
        ("out of",),
        re.compile(
            r"\b(?P<word>takes?|taking|carry|carries|carrying|bring|sends?|ships?|shipping) (?:[\w'-]+ ){1,6}?"
            r"out of (?!business|stock|control|service)"
        ),
    ),
    Mark(
        Concept.EXPORT,
        ("removal", "departure", "dispatch", "outflow"),
        re.compile(
            r"\b(?P<word>removal|departure|dispatch|outflow) of (?:[\w'-]+,? ){1,8}?from (?:the |its )?"
            r"(?:country|republic|territory|state|union)\b"
        ),
    ),
    Mark(Concept.OPINION, (), re.compile(r"(?:^|: )(?P<word>how|why|opinion|commentary|editorial|explainer)\b")),
    Mark(
        Concept.ALLOW,
        ("permits",),
        re.compile(
            r"^(?:(?!new\b|no\b|longer\b|export\b|issues?\b|grants?\b|special\b)[a-z'-]+ ){1,4}?(?P<word>permits)"
            r"(?= (?!for\b|to\b|of\b|on\b|from\b)(?:[\w'-]+ ){1,4}?(?:exports?|shipments|sales)\b)"
        ),
    ),
    Mark(
        Concept.HEDGE,
        ("may ", "might ", "could "),
        re.compile(rf"\b(?P<word>may|might|could) (?:\w+ly |also |soon |yet )?{_RESTRICT}\b"),
    ),
    Mark(Concept.HEDGE, ("may ",), re.compile(rf"\b(?P<word>may)(?= (?:\w+ly |also |soon |yet )?{_STEER}\b)")),
    Mark(
        Concept.HEDGE, ("will ",), re.compile(r"\b(?P<word>will)(?= (?:\w+ly |also |soon )?grant (?:general )?licen)")
    ),
    Mark(
        Concept.IMPOSE,
        ("general ", "global ", "blanket "),  # "general licences are available", "exports are eligible for them"
        re.compile(
            r"\b(?:general|global|blanket) (?:export )?licen[cs]es?\b(?:(?!\b(?:no|not|if|only)\b)[^.;,]){0,50}?"
            r"\b(?P<word>available|applicable|applied for|be used)\b"
        ),
    ),
    Mark(
        Concept.IMPOSE,
        ("general ", "global ", "blanket "),
        re.compile(
            r"(?<!not )(?<!longer )\b(?P<word>eligible for|(?:may|can) (?:now |also )*(?:use|apply for))"
            r"(?= (?:the |a |an )?(?:new )?(?:general|global|blanket) (?:export )?licen[cs])"
        ),
    ),
    Mark(
        Concept.GRACE,
        ("notwithstanding", "despite", "in spite of"),  # "may, notwithstanding the ban, export"
        re.compile(
            r"(?P<before>\b(?:may|can)\b(?! not\b| no\b)[^.;]{0,80}?)?\b(?P<word>notwithstanding|despite|in spite of)"
            r"(?= (?:[\w'-]+ ){0,5}?(?:ban|prohibition|embargo|moratorium)s?\b"
            r"(?(before)|[^.;]{0,140}?\b(?:may|can)\b(?! no)))"
        ),
        "exemption",
    ),
    Mark(
        Concept.HEDGE,
        (" would ",),  # what is only so under a condition: "if adopted, the rule would require …"
        re.compile(
            r"\b(?:if|under the (?:\w+ )?(?:draft|proposals?|proposed \w+|bill|plan)|were it|should it)\b"
            r"[^.;]{2,90}?\b(?P<word>would)\b"
        ),
    ),
    Mark(
        Concept.STOP,
        ("end",),
        re.compile(
            rf"\b(?P<word>end(?:s|ing)?) (?:(?!of\b|to\b|{HELD}\b)[\w'-]+ ){{0,3}}?"
            rf"(?:exports|shipments)\b(?! {HELD}\b)"
        ),
    ),
    Mark(
        Concept.FIRM,
        ("miner", "producer", "trader", "smelter", "refiner", "maker", "giant"),
        re.compile(
            r"(?:\bthe (?:[a-z'-]+ ){0,3}?|^(?:[a-z'-]+ ){1,4}?)"
            r"(?P<word>miner|producer|trader|smelter|refiner|maker|giant)\b(?! of\b)"
        ),
    ),
    Mark(
        Concept.BAN,
        ("no ",),
        re.compile(r"\bno (?:[\w'-]+ ){1,8}?(?P<word>be) (?=exported|shipped|taken|sold|sent)"),
    ),
    Mark(
        Concept.TIGHTEN,
        ("extend",),  # "extends the controls to five more"
        re.compile(
            r"\b(?P<word>extend(?:s|ed|ing)?)(?=(?: [^.;]{0,60}?)? to (?:\w+ ){0,1}?"
            r"(?:cover|include|more|other|additional|further|new|all|items|products|technolog\w+|equipment|metals"
            r"|concentrates?|ores?|oxides?|scrap|alloys|magnets|powders?|copper|alumini?um|nickel"
            r"|tin|zinc|lead|manganese|chrom\w+|ferro\w*|lithium|titanium|graphite|gallium|germanium|antimony|tungsten)\b)"
        ),
    ),
    Mark(
        Concept.TIGHTEN,
        ("add",),  # "adds to its curbs", "adds conditions to export licences"
        re.compile(
            r"\b(?P<word>add(?:s|ed|ing)?)(?= (?:(?:further|new|more|extra) )*"
            r"(?:(?:conditions?|requirements?|checks|hurdles) )?to (?:[\w'-]+ ){0,4}?"
            r"(?:curbs|controls|restrictions|licen[cs]\w+|permits?)\b)"
        ),
    ),
    Mark(
        Concept.LIFT,
        ("end of", "end to"),
        re.compile(rf"\b(?P<word>end) (?:of|to) (?=(?:[\w'-]+ ){{0,4}}?(?:{HELD}|{STOPPED})\b)"),
    ),
    Mark(
        Concept.STOP,
        ("end of", "end to"),
        re.compile(
            rf"\b(?P<word>end) (?:of|to) (?:(?!(?:{HELD}|{STOPPED})\b)[\w'-]+ ){{0,4}}?exports?\b"
            rf"(?! (?:{HELD}|{STOPPED})\b)"
        ),
    ),
    Mark(
        Concept.BAN,
        ("no ",),
        re.compile(r"\bno [^.;]{0,80}?(?P<word>\b(?:shall|may|can|will))(?= (?:be|leave|go|cross)\b)"),
    ),
    Mark(Concept.EXPORT, ("no ",), re.compile(r"\bno [^.;]{0,80}?\b(?:shall|may|can|will) (?P<word>leave)\b")),
    Mark(Concept.EXPORT, ("leaving for",), re.compile(r"\b(?P<word>leaving for) (?!good\b|work\b|home\b)")),
    Mark(
        Concept.BAN,
        ("no ",),
        re.compile(
            r"\bno (?:[a-z]+ ){1,3}?(?P<word>shall|may|can|will)"
            r"(?= (?:[a-z]+ ){0,2}?(?:export|ship|sell|send|take)\b)"
        ),
    ),
    Mark(
        Concept.BAN,
        ("no longer", "not "),
        re.compile(
            r"(?P<word>\b(?:may|can|shall|will|must) (?:no longer|not) (?:be|leave)\b)"
            r"(?!(?: \w+ly)? (?:extended|renewed|prolonged|lifted|eased|relaxed|scrapped|suspended|paused|postponed"
            r"|tightened|widened|expanded|appli|enforc|implement|impos|review|chang|affect|subject|cover))"
        ),
    ),
    Mark(
        Concept.BAN,
        ("only", "solely", "exclusively", "provided", "on condition", "unless"),
        re.compile(rf"(?P<word>\b(?:may|can|shall|will)\b)(?= {_GO_OUT}\b[^.;]{{0,80}}?{_ONLY}\b)"),
    ),
    Mark(Concept.BAN, ("only ",), re.compile(rf"\bonly [^.;]{{1,60}}? (?P<word>may|can|shall|will)(?= {_GO_OUT}\b)")),
    Mark(
        Concept.EXPORT,
        ("abroad", "overseas", "out of", "outside", "beyond"),
        re.compile(
            r"\b(?:send(?:ing)?|ship(?:ping|ped)?|sell(?:ing)?|sold|sent|sales?|deliver(?:y|ies|ing|ed)|suppl(?:y|ies|ying)"
            r"|transfers?) (?:of )?(?:[\w'-]+,? (?:and |or )?){1,6}?"
            r"(?P<word>abroad|overseas|(?:out of|outside|beyond) (?:the |its )(?:[a-z]+ ){0,2}?"
            r"(?:country|republic|union|bloc|borders?|territory))\b"
        ),
    ),
    Mark(
        Concept.EXPORT,
        ("send", "ship", "sell", "deliver"),
        re.compile(r"\b(?P<word>(?:send|ship|sell|deliver)(?:ing)?) (?:[\w'-]+,? (?:and |or )?){1,5}?to "),
    ),
    Mark(
        Concept.EXPORT,
        ("sales", "deliveries", "supplies"),
        re.compile(r"\b(?P<word>(?:sales|deliveries|supplies)) (?:of [\w', -]{3,60} )?(?:to|into) "),
    ),
    Mark(
        Concept.EXPORT,
        ("leav", "out of", "outside of"),
        re.compile(
            r"\b(?P<word>leav(?:e|es|ing)"
            r"|(?:taken|moved|carried|shipped|sent|removed)(?: or \w+)? (?:out|outside) of"
            r"|(?:taking|moving|carrying|sending)(?: or \w+)? (?:[\w'-]+,? ){0,6}?(?:out|outside) of)"
            r" (?:the |its |their |[\w]+'s? )?(?:\w+ )?"
            r"(?:country|republic|territory|bloc|union|ports?|shores?|soil|borders?|harbours?|harbors?)\b"
        ),
    ),
    Mark(
        Concept.EXPORT,
        ("curb", "control", "restriction", "embargo"),  # "its rare earth curbs" are curbs on exports
        re.compile(
            rf"\b{TRADED} (?:(?:mineral|metal|item|technology|product|magnet|ore)s? )?"
            r"(?P<word>curbs?|controls?|restrictions?|embargo(?:es)?)\b"
        ),
    ),
    Mark(
        Concept.EXPORT,
        ("controls on", "curbs on", "restrictions on"),
        re.compile(
            r"(?<!export )(?<!import )(?<!production )(?<!mining )(?<!dumping )"
            rf"\b(?P<word>controls|curbs|restrictions) on (?:(?!imports?\b)[\w-]+,? ){{0,4}}?{TRADED}\b"
            r"(?! (?:\w+ )?(?:exports?|shipments)\b)"
        ),
    ),
    Mark(Concept.EXPORT, ("cobalt",), re.compile(r"\bcobalt (?:hydroxide )?(?P<word>quotas?)\b")),
    Mark(
        Concept.QUOTA,
        ("volume", "amount", "quantit", "tonnage"),  # "the volume that miners may export"
        re.compile(
            r"\b(?P<word>volumes?|amounts?|quantity|quantities|tonnages?) (?:[\w'-]+ ){0,6}?"
            r"(?:may|can|allowed to|permitted to|could) (?:be )?export"
        ),
    ),
    Mark(Concept.EXPORT, ("ban",), re.compile(r"\b(?:ore|bauxite|concentrates?) (?P<word>bans?)\b")),
    Mark(
        Concept.PRICE,
        (),  # "copper falls as …"
        re.compile(
            r"^(?:[a-z]+ ){1,2}(?P<word>falls?|slips?|drops?|rises?|jumps?|gains?|climbs?|surges?|soars?|slides?"
            r"|tumbles?|retreats?|rallies|steadies) (?:as|on|after|amid|by|for|\d)"
        ),
    ),
    Mark(
        Concept.IMPOSE,
        ("free",),
        re.compile(r"(?P<word>\bfrom ['\"]?free['\"]? to\b) ['\"]?(?:restricted|prohibited)"),
    ),
    Mark(Concept.LIFT, ("free",), re.compile(r"(?P<word>\bfrom) ['\"]?(?:restricted|prohibited)['\"]? to ['\"]?free")),
    Mark(Concept.EARLIER, ("in ",), re.compile(rf"^ *(?P<word>in (?:{MONTH}))(?:,| [a-z])")),
    Mark(
        Concept.EARLIER,
        (" in ",),
        re.compile(
            r"\b(?:announced|imposed|introduced|adopted|enacted|placed|put) [^.;]{0,80}?"
            rf"(?P<word>\bin (?:{MONTH})\b)(?! \d)"
        ),
    ),
    Mark(Concept.EARLIER, ("last ",), re.compile(rf"(?P<word>\blast (?:week|month|year|{MONTH}))\b")),
)
