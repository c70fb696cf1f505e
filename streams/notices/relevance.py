"""Acts → **relevance**: which act the document is about, and whether it only looks like one.

A document is relevant when its title or its first sentences say that a state does something to the export of minerals:
said as news, not recited as the background of a price, a figure, a ruling, a firm's licence or somebody's wish.
"""

from collections.abc import Sequence

from streams.notices import dates, minerals
from streams.notices.acts import Act, Sentence
from streams.notices.targets import destinations
from streams.notices.vocabulary import Concept as C

LEAD = 3  # sentences of the text in which a document says what it is about
_FULL_CHARS = 24  # a shorter line heads a document or a part of it
_ENOUGH = 2
_SPOKEN, _MENTIONED, _TITLED = 4, 1, 1
_RECITED, _STANDING, _HEDGED = 3, 2, 2
_ELSEWHERE = (C.REMEDY, C.PAPERWORK, C.PRODUCTION, C.TREATY)


def primary_of(acts: Sequence[Act], sentences: Sequence[Sentence], published_on: str) -> Act | None:
    """The act that the document is about, or None where it only mentions or resembles one."""
    full = [s.order for s in sentences if not s.titled and len(s.text) >= _FULL_CHARS]
    lead_ends = full[LEAD] if len(full) > LEAD else len(sentences)
    best: tuple[tuple[bool, int], Act] | None = None
    for act in acts:
        weight = _weight(act, acts, sentences, published_on) if act.order < lead_ends else 0
        rank = (act.sentence.titled and act.spoken, weight)  # what the title says is what the document is about
        if weight >= _ENOUGH and (best is None or rank > best[0]):
            best = (rank, act)
    return best[1] if best else None


def _weight(act: Act, acts: Sequence[Act], sentences: Sequence[Sentence], published_on: str) -> int:
    """How plainly the sentence says that something is done to exports of minerals; 0 where it does not."""
    sentence = act.sentence
    if act.obtained or act.wished or sentence.of(*_ELSEWHERE) or _reported(act):
        return 0
    if act.negated and not act.steered and act.measure is not C.LICENCE:
        return 0
    if not _in_scope(act, acts, sentences) or _reports_instead(act, acts, sentences):
        return 0
    weight = _SPOKEN if act.spoken or act.hedged else _MENTIONED
    if act.measure is C.REFERENCE and not act.steered:
        weight = _ENOUGH  # the number of an act says less than its words
    weight += _TITLED if sentence.titled else 0
    past = not act.steered and dates.tells_of_the_past(sentence, published_on)
    weight -= _RECITED if act.caused or past or _about_prices(act) else _STANDING if act.standing else 0
    return weight - (_HEDGED if act.hedged else 0)


def _about_prices(act: Act) -> bool:
    """Whether the act is the cause of a move of prices that the sentence tells. A tax has a price of its own."""
    told = act.sentence.titled and act.spoken
    return not told and act.measure is not C.TAX and bool(act.sentence.of(C.PRICE))


def _reported(act: Act) -> bool:
    """Whether its sentence gives figures of trade, the words of a court, or a stop that no state has ordered."""
    sentence = act.sentence
    if sentence.of(C.DISPUTE) and not (act.steered and sentence.of(C.RECITAL)):
        return True
    stopped = act.measure is C.EXPORT and bool(sentence.of(C.ACCIDENT))
    return stopped or _figures(sentence)


def _figures(sentence: Sentence) -> bool:
    """Whether a sentence tells how much was exported. A quota or a tax has figures of its own."""
    if sentence.of(C.STATISTICS):
        return True
    return not sentence.of(C.QUOTA, C.TAX) and sentence.language.figures.search(sentence.text) is not None


def _in_scope(act: Act, acts: Sequence[Act], sentences: Sequence[Sentence]) -> bool:
    """Minerals in the sentence, the title or the list that follows; or all dual-use items against a country."""
    if act.measure is C.REFERENCE:
        return True
    if act.measure is C.LIST or act.sentence.of(C.AUTHORITY):  # these speak of every kind of goods
        spoken = (s for s in sentences if s.titled or s is act.sentence or minerals.goes_on(s, act) or s.of(C.LIST))
        return any(minerals.in_scope(sentence) for sentence in spoken)
    if minerals.concerned(act.sentence) or any(minerals.concerned(s) for s in sentences if s.titled):
        return True
    if act.sentence.of(C.DUAL_USE) and any(destinations(s) for s in sentences if s.titled or s is act.sentence):
        return True
    if act.sentence.titled and any(a.measure is act.measure and minerals.in_scope(a.sentence) for a in acts):
        return True
    following = (s for s in sentences if minerals.goes_on(s, act) or minerals.speaks_again(s, act))
    return any(minerals.in_scope(sentence) for sentence in following)


def _reports_instead(act: Act, acts: Sequence[Act], sentences: Sequence[Sentence]) -> bool:
    """Whether title or first sentence are about figures, rulings or something else, and no title says the act."""
    if act.sentence.titled and act.spoken and act.measure is not C.EXPORT and not act.recital:
        return False
    opening = [s for s in sentences if s.titled] or list(sentences[:1])
    opening += [s for s in sentences if not s.titled][:1]
    about = any(s.of(*_ELSEWHERE, C.DISPUTE) or _figures(s) for s in opening)
    return about and not any(a.sentence.titled and a.spoken and a.measure is not C.EXPORT for a in acts)
