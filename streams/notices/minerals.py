"""Tokens → **minerals in scope**: what the act is about, without background geology, uses and exceptions."""

from collections.abc import Sequence

from streams.notices.acts import Act, Sentence
from streams.notices.lexicon import Token
from streams.notices.vocabulary import Concept as C

NAMED = frozenset({C.NAME, C.FORM})
_LIST_GAP = 14  # characters between two minerals of one list: ", and other "
_EXPORT_GAP = 24
_ASIDE = 40  # how far "used in" or "except" reaches


def in_scope(sentence: Sentence) -> list[Token]:
    """The minerals that a sentence names, less those named only as background, use or exception."""
    named = sentence.of(*NAMED)
    return [t for t in named if not (t.weak and not _supported(sentence, t, named)) and not _aside(sentence, t)]


def concerns_minerals(sentence: Sentence) -> bool:
    """Whether a sentence speaks of minerals at all, by name or in general."""
    return bool(in_scope(sentence)) or bool(sentence.of(C.UMBRELLA))


def of_document(primary: Act, acts: Sequence[Act], sentences: Sequence[Sentence]) -> list[tuple[Sentence, Token]]:
    """The minerals of the whole act, each with where it stands: the title, the sentences that say so, and its list."""
    chosen: list[tuple[Sentence, Token]] = []
    speaking = {act.order for act in acts if not act.recital and not act.negated}
    speaking.add(primary.order)
    opened = False
    for sentence in sentences:
        found = in_scope(sentence)
        titled = sentence.passage.part == "title"
        if titled or sentence.passage.order in speaking:
            chosen.extend((sentence, token) for token in found)
            opened = opened or sentence.language.open_list.search(sentence.passage.folded.text) is not None
        elif opened and _itemised(sentence):
            chosen.extend((sentence, token) for token in found)
    return chosen


def _itemised(sentence: Sentence) -> bool:
    """Whether a sentence is an item of an annex: it begins with a number, or carries a tariff code."""
    text = sentence.passage.folded.text.strip()
    return text[:1].isdigit() or text[:1] in "(一二三四五六七八九十" or "编号" in text


def _supported(sentence: Sentence, token: Token, named: Sequence[Token]) -> bool:
    beside = any(
        other is not token
        and not other.weak
        and min(abs(other.start - token.end), abs(token.start - other.end)) <= _LIST_GAP
        for other in named
    )
    exports = sentence.of(C.EXPORT)
    return beside or any(
        min(abs(e.start - token.end), abs(token.start - e.end)) <= _EXPORT_GAP for e in exports
    )


def _aside(sentence: Sentence, token: Token) -> bool:
    """Whether the mineral is background or an exception: the word for it stands where this language puts it."""
    for mark in sentence.of(C.BACKGROUND, C.EXCEPT):
        after = sentence.language.operator_follows
        gap = mark.start - token.end if after else token.start - mark.end
        if 0 <= gap <= _ASIDE:
            low, high = (token.end, mark.start) if after else (mark.end, token.start)
            if not any(low <= t.start < high for t in sentence.of(C.EXPORT, C.BAN, C.CONTROL)):
                return True
    return False
