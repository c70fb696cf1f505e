"""English words for how much: papers that are given, rates that move from one figure to another, who may export."""

import re

from streams.notices.languages.base import FIGURES, Mark
from streams.notices.vocabulary import Concept

_FIRMS = r"(?:firms|companies|enterprises|exporters|producers|miners|mines|smelters|traders|suppliers|sellers|refiners)"
_LEAVE = r"(?:allowed|permitted|authori[sz]ed|entitled|eligible|qualified|licensed|approved|cleared|able)"
_SHIP = r"(?:export|ship|sell abroad)\b"
_RULED = (
    r"(?![^.;]{0,60} (?:because|due to|amid|while|if|as (?!of|from)))"  # a "may" that gives leave, not one that guesses
)
_MAY = rf"(?:may|can|could|shall|will|(?:(?:will|may|can) be|are|is|were) {_LEAVE} to)(?: now| then| still)?"
_AUTHORISED = rf"(?:(?:that|which) (?:are|may be) )?{_LEAVE} to "
_SO_MANY = rf"(?:[\w'-]+ ){{0,3}}?{_FIRMS}"
_LET_OUT = rf"{_SO_MANY} {_AUTHORISED}{_SHIP}"
_ONLY = r"(?<!not )\b(?:only|just)"
_NOBODY = r"(?:nobody|no one|none of [^.;,]{3,40}?)"
_UNIT = (
    r"(?: ?%| ?per ?cent| percentage points?| points?| tons| tonnes| mt\b| kg\b| kilos"
    r"| (?:dollars|rupees)?(?: a| per) \w+)"
)
_YEAR = rf"(?:19|20)\d\d\b(?!{_UNIT}|[.,]\d)"
_FIGURE = rf"(?!{_YEAR})(?:(?:us|rs)?\$? ?\d[\d.,]*(?: thousand| million)?|nil|zero|nothing)"
_MEASURED = rf"(?:{_FIGURE}{_UNIT}|\$ ?\d[\d.,]*|nil|zero)"
FROM_TO = (
    rf"\bfrom (?:(?P<old>{_FIGURE}){_UNIT}?,? to (?P<new>{_MEASURED})|(?P<old2>{_MEASURED}),? to (?P<new2>{_FIGURE}))"
    rf"|\bto (?P<new3>{_MEASURED}),? from (?P<old3>{_FIGURE})|\bto (?P<new4>{_FIGURE}),? from (?P<old4>{_MEASURED})"
    rf"|\b(?P<new5>{_MEASURED}),? (?:instead of|in place of|rather than|against|compared with) (?P<old5>{_FIGURE})"
)
_UNNAMED = re.sub(r"\?P<\w+>", "?:", FROM_TO)


def _where(before: str, word: str, after: str = "") -> re.Pattern[str]:
    return re.compile(f"{before}(?P<word>{word})(?={after})")


ENGLISH_AMOUNTS = (
    Mark(  # which way is for the figures to say: "the duty is adjusted from 5% to 10%"
        Concept.RAISE,
        (" from ", "instead of", "in place of", "rather than"),
        re.compile(
            r"\b(?P<word>(?:adjust|alter|revis|chang|amend|modif|mov|shift|set|sett|reset|fix|bring|brought|tak|go)"
            rf"(?:e|es|s|ed|d|ing|ied|ies|y)?)(?= [^.;]{{0,90}}?(?:{_UNNAMED}))"
        ),
        FIGURES,
    ),
    Mark(  # which way, another sentence says
        Concept.IMPOSE,
        ("duty", "tax", "levy"),
        re.compile(
            r"\b(?:duty|tax|levy)\b[^.;]{0,70}? (?P<word>changed|revised|adjusted|modified|converted)(?= (?:to|at) \d)"
        ),
    ),
    Mark(  # more papers are leave to export, not a stricter rule
        Concept.INERT,
        ("additional",),
        re.compile(
            r"\b(?P<word>additional)(?= (?:[\w'-]+ ){0,3}?(?:licen[cs]es|permits|approvals|authori[sz]ations)\b"
            r"(?! (?:requirements?|rules|conditions)))"
        ),
    ),
    Mark(
        Concept.RAISE,
        ("additional",),
        re.compile(r"\b(?P<word>additional)(?= (?:[\w'-]+ ){0,3}?(?:quotas?|allocations?|allowances?|volumes?)\b)"),
    ),
    Mark(
        Concept.CUT,
        ("fewer", "less "),
        re.compile(r"\b(?P<word>fewer|less)(?= (?:[\w'-]+ ){0,3}?(?:licen[cs]es|permits|approvals|quotas?)\b)"),
    ),
    Mark(  # papers that were given; one firm's paper is said of the firm
        Concept.GRANT,
        ("granted", "issued", "given", "approved", "awarded"),
        re.compile(
            r"\b(?:licen[cs]es|permits|approvals)\b[^.;]{0,60}? (?:was|were|been|being|are)(?: \w+ly| also| now)? "
            r"(?P<word>granted|issued|given|approved|awarded)\b"
        ),
    ),
    Mark(  # what the rule says of papers to come
        Concept.HEDGE,
        ("be granted", "be issued", "be approved", "be given"),
        re.compile(
            r"(?<!no )\b(?:licen[cs]es|permits|approvals|applications|exports)\b[^.;]{0,80}? "
            r"(?P<word>would|will|may|can)(?= (?:\w+ly )?be (?:granted|issued|approved|given)\b)"
        ),
    ),
    Mark(
        Concept.CUT,
        (" off ",),  # "takes a tenth off the quotas"
        re.compile(
            r"\b(?P<word>(?:tak(?:e|es|ing)|took|shav(?:e|es|ed|ing)|knock(?:s|ed)?|slic(?:e|es|ed)) "
            r"(?:[\w.%,]+ ){1,5}?off)"
            r"(?= (?:[\w'-]+ ){0,5}?(?:quotas?|caps?|ceilings?|allowances?|tax|duty|duties|levy|rates?)\b)"
        ),
    ),
    Mark(
        Concept.CUT,
        (" los",),
        re.compile(r"\bquotas?\b[^.;]{0,40}? (?P<word>los(?:e|es|t))(?= (?:an?|one|\d|half|some)\b)"),
    ),
    Mark(
        Concept.RAISE,
        ("add",),
        re.compile(
            r"\b(?P<word>add(?:s|ed|ing)?)(?= (?:[\w.%,]+ ){1,5}?to (?:[\w'-]+ ){0,4}?"
            r"(?:quotas?|caps?|ceilings?|allowances?|tax|duty|duties|levy)\b)"
        ),
    ),
    Mark(Concept.QUOTA, ("number of",), _where(r"\b", "number of", rf" {_LET_OUT}")),  # a quota of firms
    Mark(Concept.INERT, ("number of",), _where(r"\bnumber of (?:[\w'-]+ ){0,3}?", _FIRMS, rf" {_AUTHORISED}{_SHIP}")),
    Mark(Concept.EXPORT, ("number of",), _where(rf"\bnumber of (?:[\w'-]+ ){{0,3}}?{_FIRMS} {_AUTHORISED}", _SHIP)),
    Mark(Concept.CUT, ("fewer",), _where(r"\b", "fewer", rf" {_SO_MANY} {_MAY} {_SHIP}")),
    Mark(Concept.RAISE, ("more",), _where(r"(?<!no )\b", "more", rf" {_SO_MANY} {_MAY} {_SHIP}")),
    Mark(
        Concept.QUOTA, ("fewer", "more"), _where(rf"(?<!no )\b(?:fewer|more) {_SO_MANY} ", _MAY, rf" {_SHIP}{_RULED}")
    ),
    Mark(Concept.EXPORT, ("fewer", "more"), _where(rf"\b(?:fewer|more) {_SO_MANY} {_MAY} ", _SHIP)),
    Mark(Concept.BAN, ("no one", "nobody", "none "), _where(rf"\b{_NOBODY} (?!c)", _MAY, rf" {_SHIP}{_RULED}")),
    Mark(Concept.EXPORT, ("no one", "nobody", "none "), _where(rf"\b{_NOBODY} {_MAY} ", _SHIP)),
    Mark(Concept.EXPORT, ("no ",), _where(rf"\bno (?:[\w'-]+ ){{1,3}}?{_MAY} ", _SHIP)),
    Mark(Concept.BAN, ("only", "just"), _where(rf"{_ONLY} {_SO_MANY} ", _MAY, rf" {_SHIP}{_RULED}")),
    Mark(Concept.EXPORT, ("only", "just"), _where(rf"{_ONLY} {_SO_MANY} {_MAY} ", _SHIP)),
)
