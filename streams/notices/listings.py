"""Document → **listings**: which suppliers a state puts on a list of persons, or takes off it.

Such a document names no mineral: `entities.csv` leads from the firm to what it supplies. Rules over a few words in each
language; what stands far down on a page of the press is background and is not counted.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from streams.notices.documents import Document
from streams.notices.languages import LANGUAGES
from streams.notices.passages import TITLE, Passage, passages
from streams.notices.reader import Reader
from streams.notices.readings import ActKind, Listed, Polarity, Reading, Span
from streams.reference import Reference

Read: TypeAlias = Callable[[Document], Reading]

LEAD = 4  # passages of a page of the press, its title among them, in which it says what it is about
_CJK = re.compile(r"[\u3041-\u9fff]")
_LIST = re.compile(
    r"\bentity list\b|\bspecially designated national|\bsdn list|\bend user list|\bsanctions list"
    r"|\bsanction(?:s|ed|ing)?\b|实体清单|管控名单|关注名单|特别指定国民|制裁"
    r"|エンティティ.?.?リスト|特別指定国民|外国ユーザーリスト|資産凍結"
)
_ADD = re.compile(
    r"\b(?:add(?:s|ed|ing|itions?)?|designat(?:es?|ed|ing|ions?)|plac(?:es?|ed|ing)|includ(?:es?|ed|ing)"
    r"|impos(?:es?|ed|ing|ition))\b|列入|加入|增列|纳入|实施制裁|追加|掲載|指定|凍結"
)
_SANCTION = re.compile(r"\bsanction(?:s|ed|ing)?\b|制裁")  # the verb where no other one is near, else the noun
_REMOVE = re.compile(
    r"\b(?:remov(?:es?|ed|ing|als?)|delist(?:s|ed|ing)?|lift(?:s|ed|ing)?|terminat(?:es?|ed|ing|ions?)"
    r"|revok(?:es?|ed|ing))\b|移出|移除|解除|撤销|取消|削除|除外|撤回"
)


class Listings:
    """Finds the suppliers of a reference in documents; holds their names and nothing else."""

    def __init__(self, reference: Reference) -> None:
        """Every name of every entity counts, whatever the language of the document."""
        names = {
            _plain(name): entity.entity_id
            for entity in reference.entities.values()
            for name in (*entity.name.values(), *entity.also)
        }
        self._entities = names
        longest_first = sorted(names, key=lambda name: (-len(name), name))
        self._names = re.compile("|".join(map(_pattern, longest_first)) or r"(?!)")
        self._spaced = {language.code: language.spaced for language in LANGUAGES}

    def read(self, document: Document, official: bool) -> tuple[Sequence[Listed], Sequence[Span]]:
        """The suppliers listed, each once, with the spans that name them; none where it is no such document."""
        whole = f"{document.title}\n{document.text}"
        if not _LIST.search(whole.lower()) or not self._names.search(_plain(whole)):
            return (), ()
        found = passages(document, self._spaced, {})
        lead = [passage for passage in found if official or passage.order < LEAD]
        speaking = [passage for passage in lead if _LIST.search(_plain(passage.folded.text))]
        listed: dict[str, Listed] = {}
        spans: list[Span] = []
        for passage in lead if speaking else ():
            text = _plain(passage.folded.text)
            for match in self._names.finditer(text):
                entity = self._entities[match.group()]
                if entity not in listed:
                    listed[entity] = Listed(entity, _polarity(passage, match.start(), [*_titles(found), *speaking]))
                    spans.append(Span("entities", passage.part, *passage.span(match.start(), match.end())))
        return tuple(listed.values()), tuple(spans)


def with_listings(reader: Reader, reference: Reference) -> Read:
    """What `reader` says of a document, and which suppliers of `reference` the document lists."""
    listings = Listings(reference)

    def read(document: Document) -> Reading:
        reading = reader.read(document)
        issuer = document.issuer or reader.issuer_of(document.address)
        listed, spans = listings.read(document, bool(issuer))
        if not listed:
            return reading
        told = replace(reading, entities=tuple(listed), spans=(*reading.spans, *spans))
        if reading.is_relevant:
            return told
        return replace(told, act_kind=ActKind.ENTITY_LISTING, actor=issuer, official=bool(issuer))

    return read


def _titles(found: Sequence[Passage]) -> list[Passage]:
    return [passage for passage in found if passage.part == TITLE]


def _polarity(passage: Passage, at: int, others: Sequence[Passage]) -> Polarity:
    """What the nearest words say: those of the sentence that names the firm, else of the title and of the list."""
    for text, place in [(passage.folded.text, at), *((other.folded.text, len(other.folded.text)) for other in others)]:
        added, removed = _nearest(_ADD, text, place), _nearest(_REMOVE, text, place)
        if added is None and removed is None:
            added = _nearest(_SANCTION, text, place)
        if added is not None or removed is not None:
            if added is None or (removed is not None and removed < added):
                return Polarity.RELAX
            return Polarity.IMPOSE
    return Polarity.NONE


def _nearest(words: re.Pattern[str], text: str, place: int) -> int | None:
    """How far the nearest of the words stands from a place; what stands before it is nearer than what follows."""
    return min(
        (place - m.end() if m.end() <= place else 2 * (m.start() - place) for m in words.finditer(text)), default=None
    )


def _plain(text: str) -> str:
    """One writing of a name, character by character, so that places stay."""
    return text.lower().replace("-", " ")


def _pattern(name: str) -> str:
    return re.escape(name) if _CJK.search(name) else rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])"
