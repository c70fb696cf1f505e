"""Document → **reading**: the one entry to the reader of export-control notices.

Rules over a curated vocabulary: a document without a word for exports is left at once; then it is cut into sentences,
the words of the vocabulary are found, instruments are bound to exports, and the fields are read from the act that the
document is about. Every field carries the span of text that says so.
"""

import re
from collections.abc import Sequence

from streams.notices import acts, bonds, dates, minerals, relevance, targets
from streams.notices.acts import Act
from streams.notices.documents import Document
from streams.notices.governing import STEERING
from streams.notices.languages import LANGUAGES, Language
from streams.notices.lexicon import Lexicon, Token
from streams.notices.passages import Passage, passages, without_markup
from streams.notices.polarity import kind_of, settled
from streams.notices.readings import ActKind, Polarity, Reading, Span
from streams.notices.sentences import Sentence, sentence_of
from streams.notices.trails import Trails, trails_of
from streams.notices.vocabulary import Concept, Vocabulary, packaged
from streams.reference import Reference
from streams.reference import packaged as reference_data

NAME = "notices/1"
_HOST = re.compile(r"https?://(?P<host>[\w.-]+)", re.IGNORECASE)


class Reader:
    """Reads one document at a time; holds the compiled vocabulary and the trails and nothing else."""

    def __init__(
        self, vocabulary: Vocabulary, trails: Trails | None = None, languages: Sequence[Language] = LANGUAGES
    ) -> None:
        """`trails` lead to minerals where a document names none; without them it then names none."""
        self._trails = trails or Trails()
        simplified = {t.term: t.value for t in vocabulary.terms if t.concept is Concept.TRADITIONAL}
        self._simplified = simplified
        self._languages = {language.code: language for language in languages}
        self._spaced = {language.code: language.spaced for language in languages}
        self._lexicons = {
            language.code: Lexicon(
                [
                    *(t for t in vocabulary.of(language.code) if t.concept not in _NOT_IN_TEXT),
                    *bonds.with_exports(vocabulary.of(language.code)),
                    *self._trails.firms,
                ],
                language.spaced,
                simplified if language.code == "zh" else {},
            )
            for language in languages
        }
        self._gate = tuple(word for language in languages for word in language.gate)
        self._official = {t.term: t.value for t in vocabulary.terms if t.concept is Concept.OFFICIAL}
        self._press = frozenset(t.term for t in vocabulary.terms if t.concept is Concept.PRESS)

    def read(self, document: Document) -> Reading:
        """What the document says. Nothing found is a reading that is not relevant; no text raises."""
        if not self._may_matter(document):
            return _nothing(document)
        sentences = [self._sentence(passage) for passage in passages(document, self._spaced, self._simplified)]
        of_office = any(s.titled and s.of(Concept.AUTHORITY) for s in sentences)
        found: list[Act] = []
        for sentence in sentences:
            found.extend(acts.find(sentence, of_office, found[-1] if found else None))
        if not found:
            return _nothing(document)
        days = dates.days_of(sentences, document.published_on)
        primary = relevance.primary_of(found, sentences, days.past)
        if primary is None:
            return _nothing(document)
        return self._reading(document, primary, found, sentences, days)

    def issuer_of(self, address: str) -> str:
        """The state (alpha-3) whose office publishes at `address`, or empty for the press and the unknown."""
        found = _HOST.match(address)
        labels = found["host"].lower().split(".") if found else []
        for first in range(len(labels)):
            name = ".".join(labels[first:])
            if name in self._press:
                return ""
            if name in self._official:
                return self._official[name]
        return ""

    def _may_matter(self, document: Document) -> bool:
        title, text = without_markup(document.title).lower(), without_markup(document.text).lower()
        return any(word in title or word in text for word in self._gate)

    def _sentence(self, passage: Passage) -> Sentence:
        """A passage with its tokens: words, what only a pattern tells, and the numbers of known acts."""
        language, text = self._languages[passage.language], passage.folded.text
        tokens = self._lexicons[passage.language].find(passage)
        for mark in language.marks:
            if mark.needs and not any(word in text for word in mark.needs):
                continue
            marked = [Token(mark.concept, mark.value, *match.span("word")) for match in mark.pattern.finditer(text)]
            if marked and mark.concept in _RENAMING:  # it is that verb, and not the word's usual one
                begun = {token.start for token in marked}
                tokens = [t for t in tokens if t.start not in begun or t.concept not in _RENAMED]
            tokens.extend(marked)
        for match in language.number.finditer(text):
            groups = {name.rstrip("2"): value for name, value in match.groupdict().items() if value}
            named = [f"{groups['year']}-{number}" for number in _DIGITS.findall(groups["numbers"])]
            about = {m for name in named for m in self._trails.acts.get(name, "").split(";") if m}
            if about:
                tokens.append(Token(Concept.REFERENCE, ";".join(sorted(about)), *match.span()))
        leads = self._trails.leads(text) if _DIGITS.search(text) else ()
        return sentence_of(passage, language, sorted(tokens, key=_place), leads)

    def _reading(
        self, document: Document, primary: Act, found: Sequence[Act], sentences: Sequence[Sentence], days: dates.Days
    ) -> Reading:
        when = dates.read(primary, found, sentences, days)
        against = targets.targets_of(primary, found, sentences)
        issuer = document.issuer or self.issuer_of(document.address)
        actor, actor_at = targets.actor_of(primary, sentences, issuer)
        actor = actor or primary.sentence.language.home
        scope = minerals.of_document(primary, found, sentences, days.past)
        scope = scope or minerals.through_tables(primary, found, sentences, self._trails, actor)
        codes, code_spans = _codes(sentences)
        spans = [_span("act_kind", primary.sentence, primary.start, primary.end)]
        if primary.operator:
            spans.append(_span("polarity", primary.sentence, primary.operator.start, primary.operator.end))
        spans.extend(_token_span("minerals", sentence, token) for sentence, token in scope)
        spans.extend(_span("effective_on", d.sentence, d.start, d.end) for d in [when.effective] if d)
        spans.extend(_span("end_on", d.sentence, d.start, d.end) for d in [when.end] if d)
        spans.extend(_token_span("targets", sentence, token) for sentence, token in against if token.value != actor)
        if actor_at:
            spans.append(_token_span("actor", *actor_at))
        return Reading(
            is_relevant=True,
            act_kind=kind_of(primary),
            polarity=settled(primary, found, sentences, when),
            minerals=tuple(sorted({mineral for _, token in scope for mineral in token.value.split(";")})),
            actor=actor,
            targets=tuple(sorted({token.value for _, token in against} - {actor})) or (targets.EVERYBODY,),
            hs=codes,
            general=not scope and minerals.in_general(primary, sentences),
            dual_use=not scope and bool(primary.sentence.of(Concept.DUAL_USE)),
            official=bool(issuer),
            published_on=document.published_on,
            effective_on=when.effective.day.isoformat() if when.effective else "",
            end_on=when.end.day.isoformat() if when.end else "",
            spans=tuple(spans + code_spans),
            reader=NAME,
        )


_NOT_IN_TEXT = frozenset({Concept.OFFICIAL, Concept.PRESS, Concept.TRADITIONAL})
_RENAMED = STEERING | {
    *(Concept.LICENCE, Concept.STOP, Concept.IMPOSE, Concept.GRANT, Concept.NOT, Concept.RECITAL, Concept.COMPANY),
    Concept.DISPUTE,
}
_RENAMING = STEERING | {
    *(Concept.STOP, Concept.EXPORT, Concept.INERT, Concept.HEDGE, Concept.PERMISSION, Concept.OPINION),
    *(Concept.BAN, Concept.QUOTA, Concept.GRANT),
}
_DIGITS = re.compile(r"\d+")


def packaged_reader() -> Reader:
    """The reader over the vocabulary and the reference data that ship with the package."""
    return reader_over(reference_data())


def reader_over(reference: Reference) -> Reader:
    """The reader over the vocabulary that ships with the package and the trails of `reference`."""
    return Reader(packaged(), trails_of(reference))


def _nothing(document: Document) -> Reading:
    return Reading(
        is_relevant=False,
        act_kind=ActKind.NONE,
        polarity=Polarity.NONE,
        minerals=(),
        actor="",
        targets=(),
        published_on=document.published_on,
        reader=NAME,
    )


def _codes(sentences: Sequence[Sentence]) -> tuple[tuple[str, ...], list[Span]]:
    """Tariff codes of six to ten digits, without dots, in the order of the text."""
    codes: dict[str, None] = {}
    spans: list[Span] = []
    for sentence in sentences:
        for lead in sentence.leads:
            if lead.kind == "hs" and lead.code not in codes:
                codes[lead.code] = None
                spans.append(_span("hs", sentence, lead.start, lead.end))
    return tuple(codes), spans


def _place(token: Token) -> tuple[int, int]:
    return token.start, token.end


def _span(field: str, sentence: Sentence, start: int, end: int) -> Span:
    first, last, text = sentence.passage.span(start, end)
    return Span(field, sentence.passage.part, first, last, text)


def _token_span(field: str, sentence: Sentence, token: Token) -> Span:
    return _span(field, sentence, token.start, token.end)
