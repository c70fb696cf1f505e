"""Tokens → **minerals in scope**: what the act is about, without background geology, uses, partners and exceptions."""

import re
from collections.abc import Sequence
from itertools import pairwise

from streams.notices.acts import INSTRUMENTS, Act, Sentence
from streams.notices.dates import tells_of_the_past
from streams.notices.lexicon import Token
from streams.notices.polarity import opposed
from streams.notices.vocabulary import Concept as C

_LIST_GAP = 14  # characters between two minerals of one list: ", and other "
_EXPORT_GAP = 24
_ASIDE = 40  # how far "used in" or "except" reaches
_FOLLOWING = 4  # sentences after the act in which its list may go on
_ITEM = re.compile(r"\s*\(?[\da-z一二三四五六七八九十]{1,3}[).、,．]|.*(?:编号|hs ?(?:code|コード))")


def in_scope(sentence: Sentence) -> list[Token]:
    """The minerals that a sentence names, less those named only as background, use, alloy partner or exception."""
    named = sentence.of(C.NAME, C.FORM)
    partners = _partners(sentence, named)
    strong = (t for t in named if not t.weak or _supported(sentence, t, named))
    return [token for token in strong if token not in partners and not _aside(sentence, token)]


def concerned(sentence: Sentence) -> bool:
    """Whether a sentence speaks of minerals at all, by name or in general."""
    return bool(sentence.of(C.UMBRELLA)) or bool(in_scope(sentence))


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


def speaks_again(sentence: Sentence, primary: Act) -> bool:
    """Whether the next sentence speaks of an instrument again, as of one that is known."""
    return sentence.order == primary.order + 1 and bool(sentence.of(*INSTRUMENTS)) and not sentence.of(C.IMPORT)


def by_number(primary: Act, acts: Sequence[Act]) -> list[tuple[Sentence, Token]]:
    """The acts that are named by number, with the minerals that they are about: for a text that names none itself."""
    orders = {act.order for act in acts} | {primary.order}
    sentences = {act.order: act.sentence for act in (primary, *acts)}
    return [(sentences[order], token) for order in sorted(orders) for token in sentences[order].of(C.REFERENCE)]


def of_document(
    primary: Act, acts: Sequence[Act], sentences: Sequence[Sentence], published_on: str
) -> list[tuple[Sentence, Token]]:
    """The minerals of the whole act, each with where it stands: the title, the sentences that say so, and its list."""
    if primary.sentence.of(C.UMBRELLA) and not any(in_scope(s) for s in sentences if s.titled or s is primary.sentence):
        meant = primary.sentence.of(C.NAME, C.FORM)  # "the largest producer of X bans exports of this metal"
        if meant:
            return [(primary.sentence, token) for token in meant if not token.weak]
    told = (act for act in acts if not act.recital and not act.wished and not opposed(act, primary))
    speaking = {act.order for act in told} | {primary.order}
    steered = {act.order for act in acts if act.steered}
    chosen: list[tuple[Sentence, Token]] = []
    opened = False
    for sentence in sentences:
        telling = sentence.titled or (
            sentence.order in speaking and not _older(sentence, primary, steered, published_on)
        )
        if telling:
            opened = opened or sentence.language.open_list.search(sentence.text) is not None
        if telling or goes_on(sentence, primary) or (opened and _ITEM.match(sentence.text)):
            chosen.extend((sentence, token) for token in in_scope(sentence))
    if chosen or primary.sentence.of(C.DUAL_USE):
        return chosen
    again = [s for s in sentences if speaks_again(s, primary) and in_scope(s)]
    exporting = again or [s for s in sentences if s.of(C.EXPORT) and s.order <= primary.order + _FOLLOWING]
    return [(sentence, token) for sentence in exporting for token in in_scope(sentence)]


def _older(sentence: Sentence, primary: Act, steered: set[int], published_on: str) -> bool:
    """Whether a sentence after the act only tells of an earlier one."""
    if sentence.order <= primary.order or sentence.order in steered:
        return False
    return tells_of_the_past(sentence, published_on)


def _partners(sentence: Sentence, named: Sequence[Token]) -> set[Token]:
    """The metals of an alloy after its first: "tungsten nickel iron alloys" are about tungsten."""
    found: set[Token] = set()
    for first, second in pairwise(named):
        if second.start - first.end <= (1 if sentence.language.spaced else 0):
            found.add(second)
    runs = sorted(found, key=lambda token: token.start)
    return {token for token in runs if _in_alloy(sentence, token, found)}


def _in_alloy(sentence: Sentence, token: Token, row: set[Token]) -> bool:
    """Whether the row of metals in which the token stands ends in the word for an alloy."""
    end = token.end
    while True:
        following = next((t for t in row if 0 <= t.start - end <= 1 and t.start >= end and t is not token), None)
        if following is None:
            return sentence.language.alloy.match(sentence.text, end) is not None
        end, token = following.end, following


def _supported(sentence: Sentence, token: Token, named: Sequence[Token]) -> bool:
    """Whether a word that is also an everyday one stands in a list of metals or right beside exports."""
    beside = (t for t in named if t is not token and not t.weak)
    return any(_gap(t, token) <= _LIST_GAP for t in beside) or any(
        _gap(export, token) <= _EXPORT_GAP for export in sentence.of(C.EXPORT)
    )


def _gap(one: Token, other: Token) -> int:
    return max(one.start - other.end, other.start - one.end)


def _aside(sentence: Sentence, token: Token) -> bool:
    """Whether the mineral is background or an exception: the word for it stands where this language puts it."""
    for mark in sentence.of(C.BACKGROUND, C.EXCEPT):
        low, high = (token.end, mark.start) if sentence.language.operator_follows else (mark.end, token.start)
        if 0 <= high - low <= _ASIDE and not any(
            low <= t.start < high for t in sentence.of(C.EXPORT, C.BAN, C.CONTROL, C.LICENCE)
        ):
            return True
    return False
