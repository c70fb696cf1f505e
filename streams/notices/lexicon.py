"""Passages → **tokens**: where the words of the vocabulary stand in one sentence, the longest word first."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from streams.notices.passages import Passage, fold
from streams.notices.vocabulary import Concept, Term

_WORD = re.compile(r"[^\W_]+|\$")
_KEY_CHARS = 4  # of the first word of a term; an open-ended term must be at least so long
_GAP = "…"


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

    @property
    def fixed(self) -> bool:
        """Whether it is written in one way only, so that it can be looked up as it stands."""
        return self.pattern is None and not self.open_ended


_Found: TypeAlias = tuple[_Entry, int]  # a term and where it ends


class Lexicon:
    """The words of one language, ready to be found. Built once, never changed.

    A unit is a word where words stand apart, else a character. Terms that are written in one way only are looked up by
    the text itself, for as many units as terms with that first unit have; the others are tried one by one.
    """

    def __init__(self, terms: Sequence[Term], spaced: bool, simplified: Mapping[str, str]) -> None:
        self._spaced = spaced
        meanings: dict[tuple[str, bool], list[tuple[Concept, str, bool]]] = {}
        for term in terms:
            pieces = (fold(piece, simplified, spaced).text.strip() for piece in term.term.split(_GAP))
            literal = _GAP.join(pieces)
            meanings.setdefault((literal, term.capitals), []).append((term.concept, term.value, term.weak))
        self._fixed: dict[str, list[_Entry]] = {}
        self._loose: dict[str, list[_Entry]] = {}  # by first unit; where that goes on, by its beginning
        sizes: dict[str, set[int]] = {}
        for (literal, capitals), found in meanings.items():
            entry = _entry(literal, capitals, tuple(dict.fromkeys(found)))
            units = self._units(entry.literal)
            first = units[0][1] if units else ""
            if entry.fixed:
                self._fixed.setdefault(entry.literal, []).append(entry)
                sizes.setdefault(first, set()).add(len(units))
            else:
                first = first[:_KEY_CHARS] if len(units) == 1 else first
                self._loose.setdefault(first, []).append(entry)
        self._sizes = {first: sorted(found, reverse=True) for first, found in sizes.items()}
        for bucket in self._loose.values():
            bucket.sort(key=lambda entry: (-len(entry.literal), entry.literal))

    def find(self, passage: Passage) -> list[Token]:
        """The tokens of a sentence in order; none overlaps another, except that one word may mean several things."""
        units = self._units(passage.folded.text)
        tokens: list[Token] = []
        free = 0
        for number, (start, unit) in enumerate(units):
            if start < free:
                continue
            found = self._fixed_at(passage, units, number)
            for key in {unit, unit[:_KEY_CHARS]}:
                other = self._loose_at(passage, self._loose.get(key, ()), start)
                if other and (found is None or len(other[0].literal) > len(found[0].literal)):
                    found = other
            if found is not None:
                entry, end = found
                tokens.extend([Token(concept, value, start, end, weak) for concept, value, weak in entry.meanings])
                free = end
        return tokens

    def _units(self, text: str) -> list[tuple[int, str]]:
        """Words or characters, each with where it begins."""
        if self._spaced:
            return [(match.start(), match.group()) for match in _WORD.finditer(text)]
        return list(enumerate(text))

    def _fixed_at(self, passage: Passage, units: Sequence[tuple[int, str]], number: int) -> _Found | None:
        """The longest term that begins with this unit and is written in one way only."""
        start, unit = units[number]
        for size in self._sizes.get(unit, ()):
            if number + size > len(units):
                continue
            last, word = units[number + size - 1]
            end = last + len(word)
            for entry in self._fixed.get(passage.folded.text[start:end], ()):
                if not entry.capitals or passage.span(start, end)[2].isupper():
                    return entry, end
        return None

    def _loose_at(self, passage: Passage, bucket: Sequence[_Entry], start: int) -> _Found | None:
        """The longest term of a bucket that stands at `start`."""
        text = passage.folded.text
        for entry in bucket:
            if entry.pattern is not None:
                gapped = entry.pattern.match(text, start)
                if gapped:
                    return entry, gapped.end()
            elif text.startswith(entry.literal, start):
                end = start + len(entry.literal)
                while self._spaced and end < len(text) and text[end].isalnum():
                    end += 1
                return entry, end
        return None


def _entry(literal: str, capitals: bool, found: tuple[tuple[Concept, str, bool], ...]) -> _Entry:
    open_ended = literal.endswith("*")
    literal = literal.rstrip("*")
    pattern = None
    if _GAP in literal:
        pattern = re.compile(r"[^.;。]{0,24}?".join(re.escape(piece) for piece in literal.split(_GAP)))
    return _Entry(literal=literal, open_ended=open_ended, pattern=pattern, capitals=capitals, meanings=found)
