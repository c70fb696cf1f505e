"""Tokens → **acts**: in one sentence, which instrument is bound to exports, and which verb governs it.

An instrument counts only where it is bound to the movement of goods *out*: an "export ban", a "ban on … exports",
"exports … are subject to a licence". A verb of stopping or allowing counts without an instrument where exports are its
object ("halts … exports"). The verb that governs an instrument ("lift", "extend", "suspend") is the nearest one that
no other instrument claims; a verb in the quoted name of an act governs nothing while another one stands outside.
"""

from collections.abc import Sequence, Set

import msgspec

from streams.notices.languages.base import MARK
from streams.notices.lexicon import Token
from streams.notices.nesting import UPON, inner_noun, is_also_held_off, outer_verbs, takes
from streams.notices.sentences import MINERALS, Sentence
from streams.notices.vocabulary import Concept as C

INSTRUMENTS = frozenset({C.BAN, C.CONTROL, C.LICENCE, C.PERMISSION, C.QUOTA, C.TAX})
MOVERS = frozenset({C.STOP, C.SUSPEND, C.ALLOW, C.GRANT})  # verbs that may take exports themselves as their object
ANNOUNCING = frozenset({C.IMPOSE, C.REQUIRE, C.GRANT})
STEERING = frozenset({C.TIGHTEN, C.EXTEND, C.SUSPEND, C.LIFT, C.CUT, C.RAISE, C.GRACE, C.ALLOW})
_OF_OFFICES = (C.CONTROL, C.LICENCE, C.PERMISSION)  # what an office that deals with exports alone rules
PAPER = "paper"  # the value of words for the licences that are given, not the duty to have one
_GOVERNING = STEERING | ANNOUNCING | {C.STOP}
_FAR = 1_000_000  # characters: where no instrument is
_ADJACENT = 3  # characters between two words that are one name
_CLOSE = 3  # a negation stands so many times nearer than other modifiers
_ENDING = 10  # characters of a verb's ending and a full stop
_INSERTED = 48  # characters before a verb in which it is said that it resumes
_MOST = 40  # instruments in a sentence; what holds more is no sentence, and its cost grows with their square
_UNUSUAL = 2  # a verb on the side where this language does not put it counts as so many times further away


class Step(msgspec.Struct, frozen=True):
    """One verb of several that act on each other: "refuses to extend" the exemption."""

    verb: Token
    denied: bool


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument on exports as one sentence speaks of it. `measure` is EXPORT where a verb acts on exports."""

    sentence: Sentence
    measure: C
    start: int
    end: int
    operator: Token | None = None
    technology: bool = False
    obtained: bool = False  # a firm gets its licence
    paper: bool = False  # the licences that were given, not the duty to have one
    hedged: bool = False
    wished: bool = False  # others ask for it or fear it
    negated: bool = False
    denied: bool = False  # the negation is that of the operator
    caused: bool = False  # it is named as the cause of something else
    standing: bool = False  # it is told as one that stands since earlier
    outer: tuple[Step, ...] = ()  # what is done to that which the operator makes of it, from inside out

    @property
    def order(self) -> int:
        """The place of its sentence in the document."""
        return self.sentence.order

    @property
    def spoken(self) -> bool:
        """Whether the sentence says that something is done, not merely that the instrument exists."""
        return self.operator is not None or self.measure is C.BAN

    @property
    def recital(self) -> bool:
        """Whether it is told as background, not as news."""
        return self.caused or self.standing

    @property
    def steered(self) -> bool:
        """Whether its verb turns an instrument that is there already."""
        return self.operator is not None and self.operator.concept in STEERING


class _Bond(msgspec.Struct, frozen=True):
    measure: C
    start: int
    end: int
    head: Token  # the instrument or the verb


def find(sentence: Sentence, of_office: bool = False) -> list[Act]:
    """The acts of a sentence, in order; `of_office`: the title names an office or rules that only deal with exports."""
    bonds = _bonds(sentence) or (_of_office(sentence) if of_office else [])
    claimed = _claims(sentence, bonds) if bonds else {}
    taken = frozenset(claimed.values()) | {bond.head for bond in bonds}
    acts = [_act(sentence, bond, claimed.get(number), taken) for number, bond in enumerate(bonds)]
    return [act for act in acts if act.measure is not C.REFERENCE or act.operator]


def slack(sentence: Sentence, start: int, end: int) -> int:
    """Characters between two places that are not the names of minerals or the words that join them."""
    return max(0, end - start - sentence.passed.between(start, end))


def _bonds(sentence: Sentence) -> list[_Bond]:
    """Instruments bound to exports: compounds first, then objects, then verbs on exports, then predicates."""
    reach = sentence.language.reach
    heads = sentence.of(*INSTRUMENTS)[:_MOST]
    free = list(sentence.of(C.EXPORT)[:_MOST])
    bonds = [_Bond(t.concept, t.start, t.end, t) for t in sentence.of(C.LIST, C.REFERENCE)[:_MOST]]
    used: set[Token] = set()

    def bind(head: Token, export: Token, measure: C) -> None:
        bonds.append(_Bond(measure, min(head.start, export.start), max(head.end, export.end), head))
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
            before = _joined(sentence, verb, export, reach.verb)
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


def _of_office(sentence: Sentence) -> list[_Bond]:
    """Controls of minerals in a document whose title names an office or rules that deal with exports alone."""
    if not sentence.scope or sentence.of(C.IMPORT) or sentence.of(C.PAPERWORK):
        return []
    return [_Bond(t.concept, t.start, t.end, t) for t in sentence.of(*_OF_OFFICES)][:1]


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
    return not _crosses(sentence, first.end, second.start)


def _predicate(sentence: Sentence, export: Token, head: Token) -> bool:
    if export.end > head.start or _crosses(sentence, export.end, head.start):
        return False
    ends = head.concept is C.BAN and not sentence.text[head.end :].strip(" .")
    if ends and not any(export.end <= t.start < head.start for t in sentence.of(*INSTRUMENTS, C.IMPORT)):
        return True  # a long subject: "exports of … to … are prohibited."
    return slack(sentence, export.end, head.start) <= sentence.language.reach.predicate


def _crosses(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a new clause begins between two places."""
    return sentence.language.clause.search(sentence.text[start:end]) is not None


def _pauses(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a comma stands between two places, outside a list of minerals."""
    listed = [t for t in sentence.of(*MINERALS) if start <= t.start and t.end <= end]
    return "," in sentence.text[listed[-1].end if listed else start : end]


def _parted(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a comma or a word that joins clauses stands between two words that may be one name."""
    return (
        _pauses(sentence, start, end) or sentence.language.nouns.parting.search(sentence.text, start, end) is not None
    )


def _remedy(sentence: Sentence, head: Token) -> bool:
    """Whether the instrument is a trade remedy: the word for it stands right before."""
    return any(t.concept is C.REMEDY and 0 <= head.start - t.end <= 12 for t in sentence.tokens)


def _claims(sentence: Sentence, bonds: Sequence[_Bond]) -> dict[int, Token]:
    """For each bond the verb that governs it; each verb goes to its nearest bond, steering before announcing ones."""
    claimed: dict[int, tuple[tuple[bool, bool, bool, bool, int], Token]] = {}
    suspended = bool(sentence.of(C.SUSPEND))
    heads = {bond.head.start for bond in bonds}
    forbidding = {t.end for t in sentence.of(C.BAN) if t.value == MARK}  # "shall not be removed"
    quotes = [match.span() for match in sentence.language.quoted.finditer(sentence.text)]
    for verb in sentence.tokens:
        if verb.concept not in _GOVERNING or verb.start in heads or verb.start - 1 in forbidding:
            continue
        near = [
            (_distance(sentence, verb, bond), number)
            for number, bond in enumerate(bonds)
            if _fits(sentence, verb, bond) and not _caused(sentence, verb, bond)
        ]
        distance, number = min(near, default=(_FAR, 0))
        if distance > sentence.language.reach.operator:
            continue
        quoted = any(start <= verb.start and verb.end <= end for start, end in quotes)
        tightening = verb.concept is C.TIGHTEN  # "the tightening is put off": the object of what eases for a time
        given = verb.concept is C.GRANT and bonds[number].measure is C.PERMISSION and distance <= _ADJACENT
        announcing = verb.concept in ANNOUNCING and not given
        rank = (quoted, not _resumes(sentence, verb), announcing, tightening and suspended, distance)
        if number not in claimed or rank < claimed[number][0]:
            claimed[number] = (rank, verb)
    return {number: verb for number, (_, verb) in claimed.items()}


def _caused(sentence: Sentence, verb: Token, bond: _Bond) -> bool:
    """Whether the instrument is only the cause of what the verb says: "hit by the export ban, … stopped"."""
    low, high = sorted((verb.start, bond.start))
    return any(low < t.start < high for t in sentence.of(C.RECITAL))


def _fits(sentence: Sentence, verb: Token, bond: _Bond) -> bool:
    """Whether the verb can be said of the instrument: figures rise and fall, bans do not."""
    if bond.measure is C.EXPORT:  # "lifts the suspension of exports": the stop is the instrument
        return bond.head.concept in (C.STOP, C.SUSPEND) and verb.concept in (C.EXTEND, C.LIFT, C.GRACE)
    if verb.concept is C.ALLOW and sentence.language.nouns.infinitive.search(sentence.text, 0, bond.head.start):
        return verb.start > bond.start  # "allows states to restrict exports"
    if verb.concept is C.STOP:  # "a court freezes the ban"
        return not is_also_held_off(sentence, verb) and takes(sentence, verb, bond.start, bond.end)
    if verb.concept in (C.CUT, C.RAISE):
        return bond.measure in (C.QUOTA, C.TAX) or (verb.concept is C.CUT and bond.head.value == PAPER)
    if verb.concept is C.GRACE and not sentence.language.operator_follows:  # "a ban, with exemptions for …" is a ban
        return verb.start - bond.end <= _ADJACENT
    return True


def _distance(sentence: Sentence, verb: Token, bond: _Bond) -> int:
    """Characters from the verb to the instrument, more where it stands on the unusual side; far in another clause."""
    after = verb.start >= bond.end
    start, end = (bond.end, verb.start) if after else (verb.end, bond.start)
    if start > end:
        return 0
    aside = next((span for span in sentence.asides if start <= span[0] and span[1] <= end), (start, start))
    width = slack(sentence, start, end)
    width *= 1 if after == sentence.language.operator_follows else _UNUSUAL
    if after and (_resumes(sentence, verb) or _closes(sentence, verb, start)):
        return min(width, sentence.language.reach.operator)
    if verb.concept in STEERING and _pauses(sentence, aside[1], end):
        width += sentence.language.reach.operator
    return width + (sentence.language.reach.operator + 1 if _crosses(sentence, start, end) else 0)


def _closes(sentence: Sentence, verb: Token, start: int) -> bool:
    """Whether a verb ends the sentence in a language that puts it there, with no other instrument before it."""
    if not sentence.language.operator_follows or len(sentence.text) - verb.end > _ENDING:
        return False
    return not any(start <= t.start < verb.start for t in sentence.of(*INSTRUMENTS, C.EXPORT))


def _resumes(sentence: Sentence, verb: Token) -> bool:
    """Whether a verb takes up again, after an insertion, what the sentence has named before it."""
    near = max(0, verb.start - _INSERTED)
    return sentence.language.resumes.search(sentence.text, near, verb.start) is not None


def _act(sentence: Sentence, bond: _Bond, claimed: Token | None, taken: Set[Token]) -> Act:
    moved = bond.measure is C.EXPORT
    duty = _duty(sentence, bond)
    if duty is not None and (claimed is None or claimed.concept is C.GRANT):
        claimed = duty
    if claimed is not None and claimed.concept in UPON:
        noun = inner_noun(sentence, bond.start, bond.end, claimed, taken)
        if noun is not None:
            claimed, taken = noun, taken - {claimed}
    operator = claimed or (bond.head if moved else None)
    start = min(bond.start, operator.start) if operator else bond.start
    end = max(bond.end, operator.end) if operator else bond.end
    return Act(
        sentence=sentence,
        measure=C.BAN if moved and claimed else bond.measure,
        start=start,
        end=end,
        operator=operator,
        technology=bond.head.value == "technology" or _of_technology(sentence, start, end),
        paper=bond.head.value == PAPER,
        obtained=bond.measure is C.LICENCE
        and _near(sentence, C.COMPANY, bond.start, bond.end)
        and not (operator and operator.concept in STEERING | {C.REQUIRE}),
        hedged=bool(sentence.of(C.DRAFT)) or _said(sentence, C.HEDGE, start, end),
        wished=_said(sentence, C.OPINION, start, end),
        negated=bond.head.value != MARK and any(_denied(sentence, t) for t in (operator, bond.head) if t is not None),
        caused=_said(sentence, C.RECITAL, start, end)
        or (operator is None and _inside(sentence, C.RECITAL, bond))
        or sentence.language.aftermath.match(sentence.text, end) is not None,
        standing=_said(sentence, C.ONGOING, start, end)
        or (_said(sentence, C.EARLIER, start, end) and not (operator and _resumes(sentence, operator))),
        denied=operator is not None and _denied(sentence, operator),
        outer=tuple(Step(verb, _denied(sentence, verb)) for verb in outer_verbs(sentence, start, end, operator, taken)),
    )


def _duty(sentence: Sentence, bond: _Bond) -> Token | None:
    """The word by which a licence must be obtained, where a verb of obtaining stands beside it."""
    if bond.measure is not C.LICENCE:
        return None
    for got in sentence.of(C.COMPANY):
        for must in sentence.of(C.REQUIRE):
            low, high = (got.end, must.start) if sentence.language.operator_follows else (must.end, got.start)
            if 0 <= high - low <= _ADJACENT * 2:
                return must
    return None


def _of_technology(sentence: Sentence, start: int, end: int) -> bool:
    """Whether know-how is controlled, and not goods and know-how together."""
    if not _near(sentence, C.TECHNOLOGY, start, end):
        return False
    goods_too = sentence.language.goods_too
    return not any(goods_too.search(sentence.text, 0, token.start) for token in sentence.of(C.TECHNOLOGY))


def _near(sentence: Sentence, concept: C, start: int, end: int) -> bool:
    reach = sentence.language.reach.modifier
    return any(t.concept is concept and t.end >= start - reach and t.start <= end + reach for t in sentence.tokens)


def _inside(sentence: Sentence, concept: C, bond: _Bond) -> bool:
    return any(bond.start < t.start and t.end < bond.end for t in sentence.of(concept))


def _denied(sentence: Sentence, word: Token) -> bool:
    """Whether a negation stands right beside a word, where this language puts it: "has not lifted", "認めない"."""
    reach = sentence.language.reach.modifier // _CLOSE
    for token in sentence.of(C.NOT):
        follows = sentence.language.operator_follows
        low, high = (word.end, token.start) if follows else (token.end, word.start)
        if high < low or slack(sentence, low, high) > reach or _crosses(sentence, low, high):
            continue
        if not any(low <= t.start < high for t in sentence.of(*UPON)):  # "not renew the suspension"
            return True
    return False


def _said(sentence: Sentence, concept: C, start: int, end: int) -> bool:
    """Whether a modifier stands where this language puts it: right before the act, or right after in Japanese."""
    reach = sentence.language.reach.operator if concept in (C.HEDGE, C.OPINION) else sentence.language.reach.modifier
    follows = sentence.language.operator_follows and concept is not C.EARLIER
    for token in sentence.of(concept):
        if start <= token.start and token.end <= end:
            if concept not in (C.RECITAL, C.ONGOING):
                return True
            continue
        low, high = (end, token.start) if follows else (token.end, start)
        if high < low or slack(sentence, low, high) > reach or _crosses(sentence, low, high):
            continue
        if concept not in (C.RECITAL, C.ONGOING) or not _pauses(sentence, low, high):
            return True
    return False
