"""Bonds and verbs → **acts**: what one sentence says of each instrument on exports, and how it says it.

Whether it is planned, wished, denied, recited as a cause, told as standing since earlier; and what is done to that
which the verb makes of the instrument.
"""

from collections.abc import Sequence, Set

import msgspec

from streams.notices.bonds import AGAIN, INSTRUMENTS, Bond, bond_again, bond_of_office, bonds_of, crosses, pauses, slack
from streams.notices.governing import ADJACENT, PAPER, STEERING, governing, resumes
from streams.notices.languages.base import MARK
from streams.notices.lexicon import Token
from streams.notices.nesting import UPON, inner_noun, outer_verbs
from streams.notices.sentences import Sentence
from streams.notices.vocabulary import Concept as C

_CLOSE = 3  # a negation stands so many times nearer than other modifiers


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
    again: bool = False  # an earlier sentence has named the instrument: "those requirements"
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


def find(sentence: Sentence, of_office: bool = False, before: Act | None = None) -> list[Act]:
    """The acts of a sentence, in order; `of_office`: the title names an office or rules that only deal with exports.

    `before` is the last act that an earlier sentence has told of: this one may turn it without naming it again.
    """
    bonds = bonds_of(sentence) or (bond_of_office(sentence) if of_office else [])
    if not bonds and before is not None and before.measure in INSTRUMENTS:
        bonds = bond_again(sentence, before.measure)
    claimed = governing(sentence, bonds) if bonds else {}
    taken = frozenset(claimed.values()) | {bond.head for bond in bonds}
    acts = _outermost([_act(sentence, bond, claimed.get(number), taken) for number, bond in enumerate(bonds)])
    return [act for act in acts if (act.measure is not C.REFERENCE or act.operator) and (act.steered or not act.again)]


def _outermost(acts: Sequence[Act]) -> Sequence[Act]:
    """The acts without those whose verb stands in a name, where a verb outside it turns another one."""
    depths = [act.sentence.depth(act.operator) if act.operator else 0 for act in acts]
    turned = any(act.steered and not depth for act, depth in zip(acts, depths, strict=True))
    return [act for act, depth in zip(acts, depths, strict=True) if not (depth and turned)]


def _act(sentence: Sentence, bond: Bond, claimed: Token | None, taken: Set[Token]) -> Act:
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
        again=bond.head.value == AGAIN,
        paper=bond.head.value == PAPER,
        obtained=bond.measure is C.LICENCE
        and _near(sentence, C.COMPANY, bond.start, bond.end)
        and not (operator and (operator.concept in STEERING | {C.REQUIRE} or operator.value == MARK)),
        hedged=bool(sentence.of(C.DRAFT)) or _said(sentence, C.HEDGE, start, end),
        wished=_said(sentence, C.OPINION, start, end),
        negated=bond.head.value != MARK and any(_denied(sentence, t) for t in (operator, bond.head) if t is not None),
        caused=(_said(sentence, C.RECITAL, start, end) and not _takes_up(sentence, bond, operator))
        or (operator is None and _inside(sentence, C.RECITAL, bond))
        or sentence.language.aftermath.match(sentence.text, end) is not None,
        standing=_said(sentence, C.ONGOING, start, end)
        or (_said(sentence, C.EARLIER, start, end) and not (operator and resumes(sentence, operator) is not None)),
        denied=operator is not None and _denied(sentence, operator),
        outer=tuple(Step(verb, _denied(sentence, verb)) for verb in outer_verbs(sentence, start, end, operator, taken)),
    )


def _takes_up(sentence: Sentence, bond: Bond, operator: Token | None) -> bool:
    """Whether the verb takes up again what a clause before it has named: "which banned …, extends the ban"."""
    if operator is None or operator.start < bond.end:
        return False
    return sentence.language.taken_up.match(sentence.text, operator.end) is not None


def _duty(sentence: Sentence, bond: Bond) -> Token | None:
    """The word by which a licence must be obtained, where a verb of obtaining stands beside it."""
    if bond.measure is not C.LICENCE:
        return None
    for got in sentence.of(C.COMPANY):
        for must in sentence.of(C.REQUIRE):
            low, high = (got.end, must.start) if sentence.language.operator_follows else (must.end, got.start)
            if 0 <= high - low <= ADJACENT * 2:
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


def _inside(sentence: Sentence, concept: C, bond: Bond) -> bool:
    return any(bond.start < t.start and t.end < bond.end for t in sentence.of(concept))


def _denied(sentence: Sentence, word: Token) -> bool:
    """Whether a negation stands right beside a word, where this language puts it: "has not lifted", "認めない"."""
    reach = sentence.language.reach.modifier // _CLOSE
    for token in sentence.of(C.NOT):
        follows = sentence.language.operator_follows
        low, high = (word.end, token.start) if follows else (token.end, word.start)
        if high < low or slack(sentence, low, high) > reach or crosses(sentence, low, high):
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
        if high < low or slack(sentence, low, high) > reach or crosses(sentence, low, high):
            continue
        if concept not in (C.RECITAL, C.ONGOING) or not pauses(sentence, low, high):
            return True
    return False
