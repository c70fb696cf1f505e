"""Tokens → **sentences** → acts: one passage with its words, found by concept, and the minerals that it is about.

In scope are the minerals that a sentence names, less those named only as background, use, alloy partner or exception.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

import msgspec

from streams.notices.languages import Language
from streams.notices.lexicon import Token
from streams.notices.passages import TITLE, Passage
from streams.notices.trails import Lead
from streams.notices.vocabulary import Concept as C

MINERALS = frozenset({C.NAME, C.FORM, C.UMBRELLA})
_TRANSPARENT = MINERALS | {C.TECHNOLOGY, C.DUAL_USE, C.INERT}
_LIST_GAP = 14  # characters between two minerals of one list: ", and other "
_JOINT = 6  # characters between two words of one list: ", and "
_EXPORT_GAP = 24
_ASIDE = 40  # how far "used in" or "except" reaches


class Passed(msgspec.Struct, frozen=True):
    """Words that part no two others, such as the minerals of a list: where they begin, and their width up to there."""

    starts: tuple[int, ...] = ()
    widths: tuple[int, ...] = (0,)
    ends: tuple[int, ...] = ()

    def between(self, start: int, end: int) -> int:
        """The characters that such words take up between two places, with what joins them."""
        first, last = bisect_left(self.starts, start), bisect_right(self.ends, end)
        return self.widths[last] - self.widths[first] if last > first else 0


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One passage with its language and its tokens."""

    passage: Passage
    language: Language
    tokens: tuple[Token, ...]
    by_concept: Mapping[C, tuple[Token, ...]]
    leads: tuple[Lead, ...] = ()  # codes that may lead to minerals
    passed: Passed = Passed()
    asides: Sequence[tuple[int, int]] = ()  # stretches that part no verb from its object
    names: Sequence[tuple[int, int]] = ()  # the names of acts, one inside another
    scope: tuple[Token, ...] = ()  # the minerals that it is about

    def of(self, *concepts: C) -> Sequence[Token]:
        """The tokens of these concepts, in order."""
        if len(concepts) == 1:
            return self.by_concept.get(concepts[0], ())
        if self.by_concept.keys().isdisjoint(concepts):
            return ()
        return [token for token in self.tokens if token.concept in concepts]

    def depth(self, token: Token) -> int:
        """In how many names of acts, one inside another, a word stands."""
        return sum(start <= token.start and token.end <= end for start, end in self.names)

    @property
    def titled(self) -> bool:
        """Whether it stands in the title."""
        return self.passage.part == TITLE

    @property
    def order(self) -> int:
        """Its place in the document, the title first."""
        return self.passage.order

    @property
    def text(self) -> str:
        """The folded text."""
        return self.passage.folded.text

    @property
    def concerned(self) -> bool:
        """Whether it speaks of minerals at all, by name or in general."""
        return bool(self.scope) or C.UMBRELLA in self.by_concept


def sentence_of(passage: Passage, language: Language, tokens: Sequence[Token], leads: tuple[Lead, ...]) -> Sentence:
    """A sentence with its tokens, which are in order, found again by concept."""
    by_concept: dict[C, list[Token]] = {}
    for token in tokens:
        by_concept.setdefault(token.concept, []).append(token)
    asides = [match.span() for match in language.insertion.finditer(passage.folded.text)]
    sentence = Sentence(
        asides=asides,
        names=tuple(_names(passage.folded.text, language)),
        passage=passage,
        language=language,
        tokens=tuple(tokens),
        by_concept={concept: tuple(found) for concept, found in by_concept.items()},
        leads=leads,
        passed=_passed(tokens, 2 if language.spaced else 1, asides),
    )
    named = sentence.of(C.NAME, C.FORM)
    return msgspec.structs.replace(sentence, scope=tuple(_scope(sentence, named))) if named else sentence


def _names(text: str, language: Language) -> Iterator[tuple[int, int]]:
    found = language.quoted.search(text)
    while found:
        yield found.span()
        found = language.quoted.search(text, found.start() + 1)


def _passed(tokens: Sequence[Token], joint: int, asides: Sequence[tuple[int, int]]) -> Passed:
    told = {token.start for token in tokens if token.concept not in _TRANSPARENT}  # "end of" is also an end
    words = {
        (token.start, token.end)
        for token in tokens
        if token.concept in _TRANSPARENT and not (token.concept is C.INERT and token.start in told)
    }
    outside = {word for word in words if not any(low <= word[0] < high for low, high in asides)}
    places = sorted(outside | set(asides))
    widths = accumulate((end - start + joint for start, end in places), initial=0)
    return Passed(tuple(start for start, _ in places), tuple(widths), tuple(end for _, end in places))


def _scope(sentence: Sentence, named: Sequence[Token]) -> list[Token]:
    partners = _partners(sentence, named)
    sure = [token for token in named if not token.weak or _exported(sentence, token)]
    for token in named:  # a word that is also an everyday one counts beside another metal, from one to the next
        if token not in sure and any(_gap(other, token) <= _LIST_GAP for other in sure):
            sure.append(token)
    aside: list[Token] = []
    for token in named:  # what goes on with a list of the background is background too
        joined = aside and not sentence.language.operator_follows and 0 < token.start - aside[-1].end <= _JOINT
        if _aside(sentence, token) or joined:
            aside.append(token)
    return [t for t in named if t in sure and t not in partners and t not in aside]


def _exported(sentence: Sentence, token: Token) -> bool:
    """Whether a word that is also an everyday one stands right beside exports."""
    return any(_gap(export, token) <= _EXPORT_GAP for export in sentence.of(C.EXPORT))


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
