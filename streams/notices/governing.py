"""Bonds → **verbs**: which verb governs an instrument ("lift", "extend", "suspend"): the nearest that no other claims.

A verb in the name of an act governs nothing while another one stands outside. One that takes up again, after an
insertion, what the sentence has named before it belongs to that, however far.
"""

from collections.abc import Sequence

from streams.notices.bonds import INSTRUMENTS, Bond, crosses, pauses, slack
from streams.notices.languages.base import DEADLINE, MARK
from streams.notices.lexicon import Token
from streams.notices.nesting import is_also_held_off, takes
from streams.notices.sentences import MINERALS, Sentence
from streams.notices.vocabulary import Concept as C

ANNOUNCING = frozenset({C.IMPOSE, C.REQUIRE, C.GRANT})
STEERING = frozenset({C.TIGHTEN, C.EXTEND, C.SUSPEND, C.LIFT, C.CUT, C.RAISE, C.GRACE, C.ALLOW})
PAPER = "paper"  # the value of words for the licences that are given, not the duty to have one
ADJACENT = 3  # characters between two words that are one name
_GOVERNING = STEERING | ANNOUNCING | {C.STOP}
_FAR = 1_000_000  # characters: where no instrument is
_ENDING = 10  # characters of a verb's ending and a full stop
_INSERTED = 200  # characters before a verb in which it is said that it resumes
_UNUSUAL = 2  # a verb on the side where this language does not put it counts as so many times further away


def governing(sentence: Sentence, bonds: Sequence[Bond]) -> dict[int, Token]:
    """For each bond the verb that governs it; each verb goes to its nearest bond, steering before announcing ones."""
    claimed: dict[int, tuple[tuple[int, ...], Token]] = {}
    suspended = bool(sentence.of(C.SUSPEND))
    heads = {bond.head.start for bond in bonds}
    forbidding = {t.end for t in sentence.of(C.BAN) if t.value == MARK}  # "shall not be removed"
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
        tightening = verb.concept is C.TIGHTEN  # "the tightening is put off": the object of what eases for a time
        given = verb.concept is C.GRANT and bonds[number].measure is C.PERMISSION and distance <= ADJACENT
        announcing = verb.concept in ANNOUNCING and not given
        late = resumes(sentence, verb) is None
        rank = (
            announcing and late,
            sentence.depth(verb),
            late,
            announcing,
            tightening and suspended,
            distance,
            _gap(verb, bonds[number]),
        )
        if number not in claimed or rank < claimed[number][0]:
            claimed[number] = (rank, verb)
    return {number: verb for number, (_, verb) in claimed.items()}


def _gap(verb: Token, bond: Bond) -> int:
    return max(bond.start - verb.end, verb.start - bond.end)


def _caused(sentence: Sentence, verb: Token, bond: Bond) -> bool:
    """Whether the instrument is only the cause of what the verb says: "hit by the export ban, … stopped"."""
    low, high = sorted((verb.start, bond.start))
    return any(low < t.start < high for t in sentence.of(C.RECITAL))


def _fits(sentence: Sentence, verb: Token, bond: Bond) -> bool:
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
        return verb.start - bond.end <= ADJACENT or verb.value == DEADLINE
    return True


def _distance(sentence: Sentence, verb: Token, bond: Bond) -> int:
    """Characters from the verb to the instrument, more where it stands on the unusual side; far in another clause."""
    after = verb.start >= bond.end
    start, end = (bond.end, verb.start) if after else (verb.end, bond.start)
    if start > end:
        return 0
    aside = next((span for span in sentence.asides if start <= span[0] and span[1] <= end), (start, start))
    width = slack(sentence, start, end)
    usual = after == sentence.language.operator_follows or (after and _is_said_of(sentence, verb, start))
    width *= 1 if usual else _UNUSUAL
    insertion = resumes(sentence, verb)
    if after and insertion is not None and bond.start > insertion:  # rather what the insertion is about
        return sentence.language.reach.operator
    if after and (insertion is not None or _closes(sentence, verb, start)):
        return min(width, sentence.language.reach.operator - 1)
    if verb.concept in STEERING and pauses(sentence, aside[1], end):
        width += sentence.language.reach.operator
    taken_up = after and sentence.language.taken_up.match(sentence.text, verb.end)  # "ban on …: ministry renews it"
    apart = crosses(sentence, start, end) and not taken_up
    return width + (sentence.language.reach.operator + 1 if apart else 0)


def _is_said_of(sentence: Sentence, verb: Token, end: int) -> bool:
    """Whether a verb is said of the noun that ends at `end`, in the passive, and no other word of an act is between."""
    listed = [t.end for t in sentence.of(*MINERALS) if end <= t.start < verb.start]
    if verb.concept not in STEERING or not takes(sentence, verb, end, max([end, *listed])):
        return False
    words = (*INSTRUMENTS, *_GOVERNING, C.EXPORT, C.IMPORT, C.RECITAL)
    return not any(end <= t.start < verb.start for t in sentence.of(*words))


def _closes(sentence: Sentence, verb: Token, start: int) -> bool:
    """Whether a verb ends the sentence in a language that puts it there, with no other instrument before it."""
    if not sentence.language.operator_follows or len(sentence.text) - verb.end > _ENDING:
        return False
    return not any(start <= t.start < verb.start for t in sentence.of(*INSTRUMENTS, C.EXPORT))


def resumes(sentence: Sentence, verb: Token) -> int | None:
    """Where the insertion begins after which a verb takes up again what the sentence has named before it."""
    near = max(0, verb.start - _INSERTED)
    found = sentence.language.resumes.search(sentence.text, near, verb.start)
    return found.start() if found else None
