"""Tokens → **acts**: in one sentence, which instrument is bound to exports, and which verb governs it.

An instrument counts only where it is bound to the movement of goods *out*: an "export ban", a "ban on … exports",
"exports … are subject to a licence". A verb of stopping or allowing counts without an instrument where exports are its
object ("halts … exports"). The verb that governs an instrument ("lift", "extend", "suspend") is the nearest one that
no other instrument claims.
"""

from collections.abc import Sequence

import msgspec

from streams.notices.languages import Language
from streams.notices.lexicon import Token
from streams.notices.passages import Passage
from streams.notices.vocabulary import Concept as C

INSTRUMENTS = frozenset({C.BAN, C.CONTROL, C.LICENCE, C.PERMISSION, C.QUOTA, C.TAX})
SELF_BOUND = frozenset({C.LIST})  # a control list is a list of exports
MOVERS = frozenset({C.STOP, C.SUSPEND, C.ALLOW})  # verbs that may take exports themselves as their object
STEERING = frozenset({C.TIGHTEN, C.EXTEND, C.SUSPEND, C.LIFT, C.CUT, C.RAISE, C.GRACE, C.ALLOW, C.STOP})
MINERALS = frozenset({C.NAME, C.FORM, C.UMBRELLA})
_TRANSPARENT = MINERALS | {C.TECHNOLOGY, C.DUAL_USE, C.INERT}


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One passage with its language and its tokens."""

    passage: Passage
    language: Language
    tokens: tuple[Token, ...]

    def of(self, *concepts: C) -> list[Token]:
        """The tokens of these concepts, in order."""
        return [token for token in self.tokens if token.concept in concepts]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument on exports as one sentence speaks of it. `measure` is EXPORT where a verb acts on exports."""

    sentence: Sentence
    measure: C
    start: int
    end: int
    operator: Token | None = None
    with_licence: bool = False
    technology: bool = False
    hedged: bool = False
    negated: bool = False
    recital: bool = False

    @property
    def order(self) -> int:
        """The place of its sentence in the document."""
        return self.sentence.passage.order

    @property
    def spoken(self) -> bool:
        """Whether the sentence says that something is done, not merely that the instrument exists."""
        return self.operator is not None or self.measure in (C.BAN, C.EXPORT)


class _Bond(msgspec.Struct, frozen=True):
    measure: C
    start: int
    end: int
    head: Token  # the instrument or the verb


def find(sentence: Sentence) -> list[Act]:
    """The acts of a sentence, in order."""
    bonds = _bonds(sentence)
    if not bonds:
        return []
    claimed = _claims(sentence, bonds)
    return [_act(sentence, bond, claimed.get(number)) for number, bond in enumerate(bonds)]


def slack(sentence: Sentence, start: int, end: int) -> int:
    """Characters between two places that are not the names of minerals or the words that join them."""
    width = max(0, end - start)
    for token in sentence.tokens:
        if token.concept in _TRANSPARENT and start <= token.start and token.end <= end:
            width -= token.end - token.start + (2 if sentence.language.spaced else 1)
    return max(0, width)


def _between(sentence: Sentence, start: int, end: int) -> list[Token]:
    return [t for t in sentence.tokens if start <= t.start and t.end <= end and t.concept not in _TRANSPARENT]


def _bonds(sentence: Sentence) -> list[_Bond]:
    """Instruments bound to exports: compounds first, then objects, then verbs on exports, then predicates."""
    reach = sentence.language.reach
    exports = sentence.of(C.EXPORT)
    heads = sentence.of(*INSTRUMENTS)
    bonds = [_Bond(C.LIST, t.start, t.end, t) for t in sentence.of(*SELF_BOUND)]
    free = list(exports)
    used: set[Token] = set()

    def bind(head: Token, export: Token, measure: C) -> None:
        bonds.append(_Bond(measure, min(head.start, export.start), max(head.end, export.end), head))
        used.add(head)
        if export in free:
            free.remove(export)

    for export in exports:  # "export ban"
        for head in heads:
            if head not in used and _joined(sentence, export, head, reach.compound):
                bind(head, export, head.concept)
                break
    for head in heads:  # "ban on … exports"
        for export in exports:
            if head not in used and _joined(sentence, head, export, reach.object) and not _imports(sentence, head, export):
                bind(head, export, head.concept)
                break
    verbs = sentence.of(*MOVERS)
    for export in list(free):  # "halts … exports", "exports … are halted"
        for verb in verbs:
            before = _joined(sentence, verb, export, reach.verb)
            if verb not in used and (before or _joined(sentence, export, verb, reach.verb_after)):
                bind(verb, export, C.EXPORT)
                break
    for export in list(free):  # "exports … are subject to a licence"
        for head in heads:
            near = export.end <= head.start and slack(sentence, export.end, head.start) <= reach.predicate
            if head not in used and near and not sentence.language.clause.search(_text(sentence, export.end, head.start)):
                bind(head, export, head.concept)
                break
    return sorted(bonds, key=lambda bond: (bond.start, bond.end))


def _joined(sentence: Sentence, first: Token, second: Token, reach: int) -> bool:
    """Whether `second` follows `first` within `reach`, with nothing between that would claim either."""
    if first.end > second.start or slack(sentence, first.end, second.start) > reach:
        return False
    blocking = INSTRUMENTS | MOVERS | {C.EXPORT, C.IMPORT}
    between = _between(sentence, first.end, second.start)
    return not any(t.concept in blocking and t.start not in (first.start, second.start) for t in between)


def _imports(sentence: Sentence, head: Token, export: Token) -> bool:
    """Whether the instrument is a trade remedy: the word for it stands right before."""
    return any(t.concept is C.REMEDY and 0 <= head.start - t.end <= 12 for t in sentence.tokens)


def _text(sentence: Sentence, start: int, end: int) -> str:
    return sentence.passage.folded.text[start:end]


def _claims(sentence: Sentence, bonds: Sequence[_Bond]) -> dict[int, Token]:
    """For each bond the verb that governs it: each verb goes to its nearest bond, steering verbs before announcing ones."""
    claimed: dict[int, tuple[tuple[bool, int], Token]] = {}
    heads = {bond.head for bond in bonds}
    for verb in sentence.tokens:
        if verb.concept not in STEERING | {C.IMPOSE} or verb in heads:
            continue
        ranked = sorted((_distance(sentence, verb, bond), number) for number, bond in enumerate(bonds))
        distance, number = ranked[0]
        if distance > sentence.language.reach.operator or not _fits(verb, bonds[number]):
            continue
        rank = (verb.concept is C.IMPOSE, distance)
        if number not in claimed or rank < claimed[number][0]:
            claimed[number] = (rank, verb)
    return {number: verb for number, (_, verb) in claimed.items()}


def _fits(verb: Token, bond: _Bond) -> bool:
    """Whether the verb can be said of the instrument: figures rise and fall, bans do not."""
    if verb.concept in (C.CUT, C.RAISE):
        return bond.measure in (C.QUOTA, C.TAX, C.CONTROL)
    if verb.concept in (C.STOP, C.ALLOW):
        return bond.measure in (C.BAN, C.CONTROL, C.TAX) and verb.concept is C.ALLOW
    return bond.measure is not C.EXPORT or verb.concept in (C.GRACE, C.EXTEND, C.IMPOSE)


def _distance(sentence: Sentence, verb: Token, bond: _Bond) -> int:
    """Characters from the verb to the instrument; the unusual side of the language and another clause count double."""
    if verb.start >= bond.end:
        width, usual, gap = slack(sentence, bond.end, verb.start), sentence.language.operator_follows, (bond.end, verb.start)
    elif verb.end <= bond.start:
        width, usual, gap = slack(sentence, verb.end, bond.start), not sentence.language.operator_follows, (verb.end, bond.start)
    else:
        return 0
    crossing = sentence.language.clause.search(_text(sentence, *gap)) is not None
    return width * (1 if usual else 2) + (60 if crossing else 0)


def _act(sentence: Sentence, bond: _Bond, operator: Token | None) -> Act:
    start = min(bond.start, operator.start) if operator else bond.start
    end = max(bond.end, operator.end) if operator else bond.end
    return Act(
        sentence=sentence,
        measure=bond.measure,
        start=start,
        end=end,
        operator=operator if bond.measure is not C.EXPORT or operator else bond.head,
        with_licence=any(t.concept is C.LICENCE for t in sentence.tokens),
        technology=_near(sentence, C.TECHNOLOGY, start, end, 30),
        hedged=_said(sentence, C.HEDGE, start, end),
        negated=_said(sentence, C.NOT, start, end),
        recital=_said(sentence, C.RECITAL, start, end),
    )


def _near(sentence: Sentence, concept: C, start: int, end: int, reach: int) -> bool:
    return any(t.concept is concept and t.end >= start - reach and t.start <= end + reach for t in sentence.tokens)


def _said(sentence: Sentence, concept: C, start: int, end: int) -> bool:
    """Whether a modifier stands where this language puts it: right before the act, or right after in Japanese."""
    reach = sentence.language.reach.modifier
    for token in sentence.tokens:
        if token.concept is not concept:
            continue
        before = token.end <= start and slack(sentence, token.end, start) <= reach
        after = token.start >= end and slack(sentence, end, token.start) <= reach
        inside = start <= token.start and token.end <= end
        if inside or (after if sentence.language.operator_follows else before):
            return True
    return False
