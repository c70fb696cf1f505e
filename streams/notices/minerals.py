"""Tokens → **minerals in scope**: what the act is about, without background geology, uses, partners and exceptions."""

import re
from collections.abc import Sequence, Set

from streams.notices.acts import Act
from streams.notices.bonds import INSTRUMENTS
from streams.notices.lexicon import Token
from streams.notices.polarity import opposed
from streams.notices.sentences import Sentence
from streams.notices.trails import Trails
from streams.notices.vocabulary import Concept as C

_FOLLOWING = 4  # sentences after the act in which its list may go on
_ITEM = re.compile(r"\s*\(?[\da-z一二三四五六七八九十]{1,3}[).、,．]|.*(?:编号|hs ?(?:code|コード))")


def in_general(primary: Act, sentences: Sequence[Sentence]) -> bool:
    """Whether the act speaks of ores or minerals as such."""
    about = [sentence for sentence in sentences if sentence.titled or sentence.order == primary.order]
    return any(not token.value for sentence in about for token in sentence.of(C.UMBRELLA))


def goes_on(sentence: Sentence, primary: Act) -> bool:
    """Whether a sentence goes on with the list of what the act covers."""
    if not 0 < sentence.order - primary.order <= _FOLLOWING:
        return False
    listed = sentence.of(C.LIST) or (primary.technology and sentence.of(C.TECHNOLOGY))
    return bool(listed) or sentence.language.list_cue.search(sentence.text) is not None


def lists_of(primary: Act, sentences: Sequence[Sentence]) -> set[int]:
    """The orders of the sentences that go on with the list; a cue that names nothing announces the next sentence."""
    found: set[int] = set()
    announced = False
    for sentence in sentences:
        if goes_on(sentence, primary) or (announced and sentence.scope):
            found.add(sentence.order)
        announced = sentence.order in found and not sentence.scope
    return found


def speaks_again(sentence: Sentence, primary: Act) -> bool:
    """Whether the next sentence speaks of an instrument again, as of one that is known."""
    return sentence.order == primary.order + 1 and bool(sentence.of(*INSTRUMENTS)) and not sentence.of(C.IMPORT)


def by_number(primary: Act, acts: Sequence[Act]) -> list[tuple[Sentence, Token]]:
    """The acts that are named by number, with the minerals that they are about: for a text that names none itself."""
    orders = {act.order for act in acts} | {primary.order}
    sentences = {act.order: act.sentence for act in (primary, *acts)}
    return [(sentences[order], token) for order in sorted(orders) for token in sentences[order].of(C.REFERENCE)]


def through_tables(
    primary: Act, acts: Sequence[Act], sentences: Sequence[Sentence], trails: Trails, state: str
) -> list[tuple[Sentence, Token]]:
    """What leads to minerals where the text names none: other acts by number, tariff lines, entries of lists."""
    found = by_number(primary, acts)
    spoken = [s for s in sentences if s.titled or s.order == primary.order or goes_on(s, primary)]
    for sentence in spoken:
        for lead in sentence.leads:
            about = ";".join(trails.minerals_of(lead, state))
            if about:
                found.append((sentence, Token(C.NAME, about, lead.start, lead.end)))
    return found


def of_document(
    primary: Act, acts: Sequence[Act], sentences: Sequence[Sentence], past: Set[int]
) -> list[tuple[Sentence, Token]]:
    """The minerals of the whole act, each with where it stands: the title, the sentences that say so, and its list."""
    if primary.sentence.of(C.UMBRELLA) and not any(s.scope for s in sentences if s.titled or s is primary.sentence):
        meant = primary.sentence.of(C.NAME, C.FORM)  # "the largest producer of X bans exports of this metal"
        if meant:
            return [(primary.sentence, token) for token in meant if not token.weak]
    told = [act for act in acts if not (act.recital or act.wished or opposed(act, primary) or _another(act, primary))]
    speaking = {act.order for act in told} | {primary.order} | {_named_before(act, acts) for act in told if act.again}
    steered = {act.order for act in acts if act.steered}
    lists = lists_of(primary, sentences)
    others = _other_goods(primary, sentences)
    chosen: list[tuple[Sentence, Token]] = []
    opened = False
    for sentence in sentences:
        telling = sentence.titled or (sentence.order in speaking and not _older(sentence, primary, steered, past))
        if telling:
            opened = opened or sentence.language.open_list.search(sentence.text) is not None
        if telling and chosen and sentence.order > primary.order and sentence.language.elsewhen.search(sentence.text):
            continue
        if sentence.order in others:  # beside a figure, an everyday word is a metal
            chosen.extend((sentence, token) for token in sentence.of(C.NAME, C.FORM))
        elif telling or sentence.order in lists or (opened and _ITEM.match(sentence.text)):
            chosen.extend((sentence, token) for token in sentence.scope)
    if chosen or primary.sentence.of(C.DUAL_USE):
        return chosen
    again = [s for s in sentences if speaks_again(s, primary) and s.scope]
    exporting = again or [s for s in sentences if s.of(C.EXPORT) and s.order <= primary.order + _FOLLOWING]
    return [(sentence, token) for sentence in exporting for token in sentence.scope]


def _another(act: Act, primary: Act) -> bool:
    """Whether a later sentence only plans something, of an act that is done."""
    return act.hedged and not primary.hedged and act.order > max(primary.order, 1)


def _other_goods(primary: Act, sentences: Sequence[Sentence]) -> set[int]:
    """The orders of the sentences that give the quotas of other goods, and of those that go on with them."""
    found: set[int] = set()
    if not primary.sentence.of(C.QUOTA):
        return found
    for sentence in sentences:
        told = sentence.language.others.search(sentence.text) or sentence.order - 1 in found
        if told and sentence.of(C.NAME, C.FORM) and not sentence.of(C.PRICE, C.STATISTICS, C.PRODUCTION, C.IMPORT):
            found.add(sentence.order)
    return found


def _named_before(again: Act, acts: Sequence[Act]) -> int:
    """The order of the sentence that names the act which a later one only takes up."""
    return max((act.order for act in acts if not act.again and act.order < again.order), default=again.order)


def _older(sentence: Sentence, primary: Act, steered: Set[int], past: Set[int]) -> bool:
    """Whether a sentence after the act only tells of an earlier one."""
    if sentence.order <= primary.order or sentence.order in steered:
        return False
    return sentence.order in past
