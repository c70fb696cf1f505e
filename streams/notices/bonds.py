"""Tokens → **bonds**: which instruments of a sentence are bound to the movement of goods out.

An "export ban", a "ban on … exports", "exports … are subject to a licence". A verb of stopping or allowing counts
without an instrument where exports are its object ("halts … exports").
"""

import re
from collections.abc import Sequence

import msgspec

from streams.notices.lexicon import Token
from streams.notices.sentences import MINERALS, Sentence
from streams.notices.vocabulary import Concept as C
from streams.notices.vocabulary import Term

INSTRUMENTS = frozenset({C.BAN, C.CONTROL, C.LICENCE, C.PERMISSION, C.QUOTA, C.TAX})
MOVERS = frozenset({C.STOP, C.SUSPEND, C.ALLOW, C.GRANT})  # verbs that may take exports themselves as their object
AGAIN = "again"  # the value of words that stand for an instrument named before
_OF_OFFICES = (C.CONTROL, C.LICENCE, C.PERMISSION)  # what an office that deals with exports alone rules
_MOST = 40  # instruments in a sentence; what holds more is no sentence, and its cost grows with their square


class Bond(msgspec.Struct, frozen=True):
    """One instrument, or one verb on exports, with the word for exports: where both stand."""

    measure: C
    start: int
    end: int
    head: Token  # the instrument or the verb


def with_exports(terms: Sequence[Term]) -> list[Term]:
    """The instruments and stops whose own term holds a word for exports: that word is theirs, and not lost in them."""
    words = "|".join(
        re.escape(t.term) for t in terms if t.concept is C.EXPORT and t.term.isalpha() and t.term.isascii()
    )
    held = re.compile(rf"\b(?:{words})\b") if words else None
    return [
        msgspec.structs.replace(term, concept=C.EXPORT, value="")
        for term in terms
        if held and term.concept in INSTRUMENTS | {C.STOP} and held.search(term.term)
    ]


def bonds_of(sentence: Sentence) -> list[Bond]:
    """Instruments bound to exports: compounds first, then objects, then verbs on exports, then predicates."""
    reach = sentence.language.reach
    heads = sentence.of(*INSTRUMENTS)[:_MOST]
    free = list(sentence.of(C.EXPORT)[:_MOST])
    bonds = [Bond(t.concept, t.start, t.end, t) for t in sentence.of(C.LIST, C.REFERENCE)[:_MOST]]
    used: set[Token] = set()

    def bind(head: Token, export: Token, measure: C) -> None:
        bonds.append(Bond(measure, min(head.start, export.start), max(head.end, export.end), head))
        used.add(head)
        if export in free:
            free.remove(export)

    for export in list(free):  # "export ban"
        for head in heads:
            compound = _joined(sentence, export, head, reach.compound) and not _parted(sentence, export.end, head.start)
            if head not in used and (head.start == export.start or compound):
                bind(head, export, head.concept)
                break
    for head in heads:  # "ban on … exports"; one export may carry several instruments
        for export in sentence.of(C.EXPORT)[:_MOST]:
            bound = _joined(sentence, head, export, reach.object) and not _remedy(sentence, head)
            if head not in used and bound:
                bind(head, export, head.concept)
                break
    for export in list(free):  # "halts … exports", "exports … are halted"
        for verb in sentence.of(*MOVERS):
            before = verb.start == export.start or _joined(sentence, verb, export, reach.verb)
            if verb not in used and (before or _joined(sentence, export, verb, reach.verb_after)):
                bind(verb, export, C.EXPORT)
                break
    for export in list(free):  # "exports … are subject to a licence"
        for head in heads:
            if head not in used and _predicate(sentence, export, head):
                bind(head, export, head.concept)
                break
    for office in sentence.of(C.AUTHORITY)[:1]:  # controls of an office that deals with exports alone
        for head in heads:
            if head not in used and head.concept in _OF_OFFICES and not bonds:
                bind(head, office, head.concept)
    return sorted(bonds, key=lambda bond: (bond.start, bond.end))


def bond_of_office(sentence: Sentence) -> list[Bond]:
    """Controls of minerals in a document whose title names an office or rules that deal with exports alone."""
    if not sentence.scope or sentence.of(C.IMPORT) or sentence.of(C.PAPERWORK):
        return []
    return [Bond(t.concept, t.start, t.end, t) for t in sentence.of(*_OF_OFFICES)][:1]


def bond_again(sentence: Sentence, measure: C) -> list[Bond]:
    """An instrument that an earlier sentence has named: "those requirements"."""
    found = sentence.language.again.search(sentence.text)
    if found is None or sentence.of(C.IMPORT, C.REMEDY):
        return []
    head = Token(measure, AGAIN, *found.span())
    return [Bond(measure, head.start, head.end, head)]


def _joined(sentence: Sentence, first: Token, second: Token, reach: int) -> bool:
    """Whether `second` follows `first` within `reach`, with nothing between that would claim either."""
    if first.end > second.start or slack(sentence, first.end, second.start) > reach:
        return False
    blocking = INSTRUMENTS | MOVERS | {C.EXPORT, C.IMPORT}
    if first.concept is C.BAN:  # "ban on approving exports"
        blocking -= {C.ALLOW, C.GRANT}
    between = (t for t in sentence.tokens if first.end <= t.start and t.end <= second.start)
    if any(t.concept in blocking for t in between):
        return False
    return not crosses(sentence, first.end, second.start)


def _predicate(sentence: Sentence, export: Token, head: Token) -> bool:
    if export.end > head.start or crosses(sentence, export.end, head.start):
        return False
    ends = head.concept is C.BAN and not sentence.text[head.end :].strip(" .")
    if ends and not any(export.end <= t.start < head.start for t in sentence.of(*INSTRUMENTS, C.IMPORT)):
        return True  # a long subject: "exports of … to … are prohibited."
    return slack(sentence, export.end, head.start) <= sentence.language.reach.predicate


def crosses(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a new clause begins between two places."""
    return sentence.language.clause.search(sentence.text[start:end]) is not None


def pauses(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a comma stands between two places, outside a list of minerals."""
    listed = [t for t in sentence.of(*MINERALS) if start <= t.start and t.end <= end]
    return "," in sentence.text[listed[-1].end if listed else start : end]


def _parted(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a comma or a word that joins clauses stands between two words that may be one name."""
    return pauses(sentence, start, end) or sentence.language.nouns.parting.search(sentence.text, start, end) is not None


def _remedy(sentence: Sentence, head: Token) -> bool:
    """Whether the instrument is a trade remedy: the word for it stands right before."""
    return any(t.concept is C.REMEDY and 0 <= head.start - t.end <= 12 for t in sentence.tokens)


def slack(sentence: Sentence, start: int, end: int) -> int:
    """Characters between two places that are not the names of minerals or the words that join them."""
    return max(0, end - start - sentence.passed.between(start, end))
