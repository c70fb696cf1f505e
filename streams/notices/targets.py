"""Sentences → **who**: the state that acts, and the states against which it acts."""

from collections.abc import Sequence

from streams.notices.acts import Act
from streams.notices.bonds import MOVERS
from streams.notices.governing import ANNOUNCING, STEERING
from streams.notices.lexicon import Token
from streams.notices.sentences import Sentence
from streams.notices.vocabulary import Concept as C

EVERYBODY = "ALL"
ACTING = ANNOUNCING | STEERING | MOVERS | {C.BAN, C.CONTROL}
_SUBJECT = 12  # characters between a state and its verb: "'s government "
_POSSESSIVE = 4  # characters between a country and the name of its office
_LOOK_BACK = 180  # characters before a country in which "exports of … to" may begin


def targets_of(primary: Act, acts: Sequence[Act], sentences: Sequence[Sentence]) -> list[tuple[Sentence, Token]]:
    """The countries against which exports are restricted, in the title or the sentence of the act; none means all."""
    orders = [s.order for s in sentences if s.titled] + [primary.order]
    orders += [act.order for act in acts if not act.recital or primary.measure is C.REFERENCE]
    found: list[tuple[Sentence, Token]] = []
    for sentence in sentences:
        if sentence.order in orders:
            found.extend((sentence, token) for token in destinations(sentence))
    return found


def destinations(sentence: Sentence) -> list[Token]:
    """The countries that stand where this language puts a destination of exports, and those joined to them."""
    text, forms = sentence.text, sentence.language.destinations
    chosen: list[Token] = []
    for token in sentence.of(C.COUNTRY):
        before, after = text[: token.start], text[token.end : token.end + 40]
        last = chosen[-1] if chosen else None
        if forms.origin.match(after):
            continue
        joined = last is not None and forms.joined.fullmatch(text, last.end, token.start) is not None
        if joined or forms.before.search(before[-_LOOK_BACK:]) or forms.after.match(after):
            chosen.append(token)
    return chosen


def actor_of(primary: Act, sentences: Sequence[Sentence], issuer: str) -> tuple[str, tuple[Sentence, Token] | None]:
    """The state that acts: who issued the document, else who is named first before the act, else anywhere."""
    if issuer:
        return issuer, None
    ordered = sorted(sentences, key=lambda s: (s.order != primary.order, not s.titled, s.order))
    for sentence in ordered:
        away = {token.value for token in destinations(sentence)}
        named = [
            t
            for t in sentence.of(C.COUNTRY, C.AGENCY)
            if not t.weak and t.value not in away and not _partner(sentence, t)
        ]
        named = [t for t in named if t.concept is C.COUNTRY or not any(_owns(other, t) for other in named)]
        if named:
            before = [t for t in named if t.end <= primary.start] if sentence is primary.sentence else []
            subjects = [t for t in before or named if acting(sentence, t)] if sentence.language.spaced else []
            token = subjects[-1] if subjects else before[-1] if before else named[0]
            return token.value, (sentence, token)
    return "", None


def acting(sentence: Sentence, token: Token) -> bool:
    """Whether a verb of acting stands right after a state: then it is the subject, not an aside."""
    return any(t.concept in ACTING and 0 <= t.start - token.end <= _SUBJECT for t in sentence.tokens)


def _owns(country: Token, agency: Token) -> bool:
    """Whether a country stands right before the name of an office: then it is that country's."""
    return country.concept is C.COUNTRY and 0 <= agency.start - country.end <= _POSSESSIVE


def _partner(sentence: Sentence, token: Token) -> bool:
    """Whether a state is named as a judge or a complainant, not as the one that acts."""
    return any(t.concept is C.DISPUTE and 0 <= t.start - token.end <= 3 for t in sentence.tokens)
