"""English words for goods that leave: sent out, let out, kept in; and for the papers and payments that this takes."""

import re

from streams.notices.languages.base import FIGURES, Mark
from streams.notices.vocabulary import Concept

_OUT = r"(?:abroad|overseas|(?:over|across|beyond) (?:the |its )?borders?|out of (?:the |its )?[a-z]+)"
_NOT_OUT = r"(?! ?out of (?:business|stock|control|service|court|scope|date|order|work|pocket))"
_MOVED = r"(?:sent|shipped|sold|moved|taken|trucked|hauled|carried|go|goes|going)"
_GO_AHEAD = r"(?:go ahead|nod|blessing|green light|sign off|say so)"
_STONE = r"(?:ores?|concentrates?|scrap|minerals?|metals?|bauxite|cargoes|shipments?|consignments?|slag|matte|ingots?)"
_PAY = r"exporters (?:\w+ ){0,3}?(?:must |will |shall |have to |now )*"
_RATE = (
    r"(?:at least |up to |a |an )?(?:duty of |tax of |levy of )?\d[\d.]* ?(?:%|per ?cent)"
    r"(?! (?:for|less|more|above|interest)\b)"
)

ENGLISH_MOVES = (
    Mark(
        Concept.EXPORT,
        ("be shipped",),
        re.compile(
            r"\b(?:may|can|could|shall|must|only|not) be (?P<word>shipped)(?= "
            r"(?:only(?! by (?:rail|road|sea|truck|air|barge))|raw|un[a-z]+ed|without|out)\b)"
        ),
    ),
    Mark(
        Concept.TAX, ("dutiable", "taxable"), re.compile(r"\b(?P<word>dutiable|taxable)(?= (?:\w+ ){0,2}?exports?\b)")
    ),
    Mark(
        Concept.LIFT,
        ("no longer ",),
        re.compile(r"\b(?P<word>no longer)(?= (?:limit|restrict|control|cap|tax)s?\b)"),
    ),
    Mark(
        Concept.EXPORT,
        ("abroad", "overseas", "border", "out of"),
        re.compile(rf"\b(?:be|been|being|to|may|can|not|longer|more|again) (?P<word>{_MOVED}{_NOT_OUT} {_OUT})\b"),
    ),
    Mark(
        Concept.EXPORT,
        ("sold to ", "sent to ", "shipped to "),
        re.compile(r"\b(?:may|can|could|shall|must|not) (?:[a-z]+ ){0,3}?be (?P<word>sold|sent|shipped)(?= to )"),
    ),
    Mark(Concept.BAN, (" not to ",), re.compile(r"\b(?P<word>(?:is|are|was|were) not to)(?= (?:be|go|leave)\b)")),
    Mark(
        Concept.BAN,
        (" to be ",),
        re.compile(r"\bno [^.;,]{2,40}? (?P<word>to be)(?= (?:sent|sold|shipped|exported|taken)\b)"),
    ),
    Mark(
        Concept.EXPORT,
        ("leave ",),
        re.compile(
            r"\b(?:can|may|cannot|could|must|shall|never|not) (?P<word>leave)"
            r"(?= (?:the )?[a-z]+(?: [a-z]+)?(?:[.,;]|$"
            r"| (?:without|from|until|unless|as|in|raw|unprocessed|unrefined|by|for|after|before|under|only)\b))"
        ),
    ),
    Mark(Concept.BAN, ("cannot leave",), re.compile(r"\b(?P<word>cannot)(?= leave\b)")),
    Mark(
        Concept.EXPORT,
        ("shipping", "exporting", "leaving"),
        re.compile(
            r"\b(?:go on|keep on|keeps?|kept|continue|resume|stop|halt)(?:s|ed|d)? "
            r"(?P<word>shipping|exporting|leaving)\b"
        ),
    ),
    Mark(
        Concept.EXPORT,
        ("outbound", "outgoing"),
        re.compile(rf"\b(?P<word>outbound|outgoing)(?= (?:[\w'-]+ ){{0,3}}?{_STONE}\b)"),
    ),
    Mark(  # "producers may ship up to 18,000 tonnes"
        Concept.QUOTA,
        ("up to", "no more than", "at most"),
        re.compile(
            r"\b(?:may|can|could|will be able to|are allowed to|allowed to) (?:[a-z]+ )?(?:export|ship|sell)"
            r"(?: [a-z]+){0,2}? (?P<word>up to|no more than|at most)(?= \d)"
        ),
    ),
    Mark(
        Concept.IMPOSE,
        ("up to", "no more than", "at most"),
        re.compile(
            r"\b(?P<word>may|can|could|will be able to|(?:are )?allowed to) (?:[a-z]+ )?(?:export|ship|sell)"
            r"(?: [a-z]+){0,2}? (?:up to|no more than|at most)(?= \d)"
        ),
    ),
    Mark(
        Concept.EXPORT,
        ("up to", "no more than", "at most"),
        re.compile(
            r"\b(?:may|can|could|able to|allowed to) (?:[a-z]+ )?(?P<word>export|ship|sell)(?= (?:[a-z]+ ){0,2}?"
            r"(?:up to|no more than|at most) \d)"
        ),
    ),
    Mark(  # an office's leave by another name
        Concept.LICENCE,
        ("go ahead", "nod", "blessing", "green light", "sign off", "say so"),
        re.compile(
            rf"\b(?:needs?|needed|requires?|without|await|obtain|seek) (?:[\w'-]+ ){{0,5}}?(?P<word>{_GO_AHEAD})\b"
        ),
    ),
    Mark(
        Concept.LICENCE,
        ("registration of", "notification of", "registered"),
        re.compile(
            r"\b(?:requir(?:es?|ed|ing)|compulsory|mandatory|prior) (?P<word>registration|notification) of "
            r"(?=(?:[\w'-]+ ){0,4}?exports?\b)"
        ),
    ),
    Mark(  # an office that rules is no court
        Concept.INERT,
        ("ruled", "rules that"),
        re.compile(
            r"\b(?:authority|regulator|ministry|government|agency|cabinet|minister|president|council|board)\b"
            r"[^.;]{0,40}? (?P<word>ruled|rules)\b"
        ),
    ),
    Mark(Concept.TAX, ("pay ",), re.compile(rf"\b(?P<word>exporters) (?=(?:\w+ ){{0,6}}?pay {_RATE})")),
    Mark(Concept.EXPORT, ("pay ",), re.compile(rf"\b(?P<word>exporters) (?=(?:\w+ ){{0,6}}?pay {_RATE})")),
    Mark(Concept.IMPOSE, ("pay ",), re.compile(rf"\b{_PAY}(?P<word>pay)(?= {_RATE})")),
    Mark(
        Concept.RAISE,
        ("pay ",),
        re.compile(rf"\b{_PAY}(?P<word>pay)(?= {_RATE}[^.;]{{0,20}}? (?:instead of|rather than) \d)"),
        FIGURES,
    ),
)
