"""Passages → **tokens**: where the words of the vocabulary stand in one sentence, the longest word first."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from streams.notices.passages import Passage, fold
from streams.notices.vocabulary import Concept, Term

_WORD_START = re.compile(r"[^\W_]+|\$")
_KEY_CHARS = 4  # of the first word of a term; an open-ended term must be at least so long
_GAP = "…"
MARK = "mark"  # the value of a token that a pattern of the language tells, with its negation


class Token(msgspec.Struct, frozen=True):
    """One word of the vocabulary, by its place in the folded sentence."""

    concept: Concept
    value: str
    start: int
    end: int
    weak: bool = False


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    literal: str
    open_ended: bool
    pattern: re.Pattern[str] | None
    capitals: bool
    meanings: tuple[tuple[Concept, str, bool], ...]


class Lexicon:
    """The words of one language, ready to be found. Built once, never changed."""

    def __init__(self, terms: Sequence[Term], spaced: bool, simplified: Mapping[str, str]) -> None:
        self._spaced = spaced
        meanings: dict[tuple[str, bool], list[tuple[Concept, str, bool]]] = {}
        for term in terms:
            pieces = (fold(piece, simplified, spaced).text.strip() for piece in term.term.split(_GAP))
            literal = _GAP.join(pieces)
            meanings.setdefault((literal, term.capitals), []).append((term.concept, term.value, term.weak))
        self._buckets: dict[str, list[_Entry]] = {}
        for (literal, capitals), found in meanings.items():
            entry = self._entry(literal, capitals, tuple(dict.fromkeys(found)))
            self._buckets.setdefault(self._key(literal, 0), []).append(entry)
        for bucket in self._buckets.values():
            bucket.sort(key=lambda entry: (-len(entry.literal), entry.literal))

    def _key(self, text: str, start: int) -> str:
        """Under what a term that begins at `start` is kept: its first character, or the beginning of its first word."""
        if not self._spaced:
            return text[start : start + 1]
        word = _WORD_START.match(text, start)
        return word.group()[:_KEY_CHARS] if word else text[start : start + 1]

    def find(self, passage: Passage) -> list[Token]:
        """The tokens of a sentence in order; none overlaps another, except that one word may mean several things."""
        text = passage.folded.text
        starts = (m.start() for m in _WORD_START.finditer(text)) if self._spaced else range(len(text))
        tokens: list[Token] = []
        free = 0
        for start in starts:
            if start < free:
                continue
            for entry in self._buckets.get(self._key(text, start), ()):
                end = self._match(entry, passage, start)
                if end:
                    tokens.extend(Token(concept, value, start, end, weak) for concept, value, weak in entry.meanings)
                    free = end
                    break
        return tokens

    def _entry(self, literal: str, capitals: bool, found: tuple[tuple[Concept, str, bool], ...]) -> _Entry:
        open_ended = literal.endswith("*")
        literal = literal.rstrip("*")
        pattern = None
        if _GAP in literal:
            pattern = re.compile(r"[^.;。]{0,24}?".join(re.escape(piece) for piece in literal.split(_GAP)))
        return _Entry(literal=literal, open_ended=open_ended, pattern=pattern, capitals=capitals, meanings=found)

    def _match(self, entry: _Entry, passage: Passage, start: int) -> int:
        """The end of `entry` where it stands at `start`, or 0."""
        text = passage.folded.text
        if entry.pattern is not None:
            gapped = entry.pattern.match(text, start)
            return gapped.end() if gapped else 0
        if not text.startswith(entry.literal, start):
            return 0
        end = start + len(entry.literal)
        if self._spaced:
            rest = end
            while rest < len(text) and (text[rest].isalnum()):
                rest += 1
            if rest > end and not entry.open_ended and entry.literal[-1].isalnum():
                return 0
            end = rest if entry.open_ended else end
        if entry.capitals and not passage.span(start, end)[2].isupper():
            return 0
        return end
