"""Tokens → **steps**: the verbs that act on what another verb has made, "lifts the suspension of the ban", inside out.

The inner verb must stand as a noun; the outer one takes it as its object or is said of it. Where the verb stands, and
how a noun is told, is the language's (`Nouns`).
"""

from collections.abc import Sequence, Set

from streams.notices.lexicon import Token
from streams.notices.sentences import Sentence
from streams.notices.vocabulary import Concept as C

UPON = (C.EXTEND, C.SUSPEND, C.LIFT, C.STOP, C.ALLOW)  # verbs that may act on what another verb has made
_BREAKING = (C.BAN, C.CONTROL, C.LICENCE, C.QUOTA, C.TAX, C.IMPOSE, C.REQUIRE, C.STOP, C.LIFT, C.RECITAL)
_DEEPEST = 3  # verbs upon verbs; nobody writes more


def outer_verbs(sentence: Sentence, start: int, end: int, inner: Token | None, taken: Set[Token]) -> Sequence[Token]:
    """What is done to the act that stands at start..end with its verb `inner`, from inside out.

    Verbs that are `taken` govern another instrument.
    """
    found: list[Token] = []
    verbs = [verb for verb in sentence.of(*UPON) if verb != inner and verb not in taken]
    while inner and verbs and len(found) < _DEEPEST and _is_noun(sentence, inner, end):
        head = sentence.language.nouns.relative.search(sentence.text, 0, inner.start)
        start = min(start, head.start()) if head else start  # "the order that halted": the noun is what is taken
        outer = next((verb for verb in _nearest(verbs, start, end) if takes(sentence, verb, start, end)), None)
        if outer is None:
            break
        found.append(outer)
        verbs.remove(outer)
        inner, start, end = outer, min(start, outer.start), max(end, outer.end)
    return found


def inner_noun(sentence: Sentence, start: int, end: int, verb: Token, taken: Set[Token]) -> Token | None:
    """The noun that stands between the instrument at start..end and its `verb`.

    "the exemption of … from the export tax is ended", "取消…出口管制的豁免".
    """
    nouns = sentence.language.nouns
    free = [t for t in sentence.of(*UPON, C.GRACE, C.GRANT) if t not in taken and not is_also_held_off(sentence, t)]
    if verb.start >= end and not sentence.language.operator_follows:
        before = next((t for t in reversed(free) if t.end <= start), None)
        if before is None or any(before.end <= t.start < start for t in sentence.of(*_BREAKING)):
            return None
        bound = nouns.genitive.fullmatch(sentence.text, before.end, start)
        return before if bound and _has_form(sentence, before) else None
    after = next((t for t in free if t.start >= end), None)
    if after is None or nouns.possessed.fullmatch(sentence.text, end, after.start) is None:
        return None
    return after if _is_noun(sentence, after, after.end) else None


def is_also_held_off(sentence: Sentence, verb: Token) -> bool:
    """Whether a word for stopping is, said of a control, one for suspending: "停止"."""
    return verb.concept is C.STOP and any(t.start == verb.start for t in sentence.of(C.SUSPEND))


def _nearest(verbs: Sequence[Token], start: int, end: int) -> list[Token]:
    return sorted(verbs, key=lambda verb: max(start - verb.end, verb.start - end))


def _is_noun(sentence: Sentence, verb: Token, end: int) -> bool:
    """Whether a verb stands as a noun, by its form and what precedes it, or by what follows the act."""
    if sentence.language.nouns.relative.search(sentence.text, 0, verb.start):
        return True
    return _has_form(sentence, verb) and sentence.language.nouns.after.match(sentence.text, end) is not None


def _has_form(sentence: Sentence, verb: Token) -> bool:
    nouns = sentence.language.nouns
    if nouns.form is not None and nouns.form.match(sentence.text, verb.start) is None:
        return False
    return nouns.before.search(sentence.text, 0, verb.start) is None


def takes(sentence: Sentence, verb: Token, start: int, end: int) -> bool:
    """Whether a verb outside start..end has what stands there as its object or its subject."""
    nouns = sentence.language.nouns
    if verb.end <= start:
        return nouns.object.fullmatch(sentence.text, verb.end, start) is not None
    return verb.start >= end and nouns.subject.fullmatch(sentence.text, end, verb.start) is not None
