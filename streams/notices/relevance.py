"""Acts → **relevance**: which act the document is about, and whether it only looks like one."""

from collections.abc import Sequence

from streams.notices import minerals
from streams.notices.acts import Act, Sentence
from streams.notices.vocabulary import Concept as C

LEAD = 3  # sentences of the text in which a document says what it is about
_ELSEWHERE = frozenset({C.REMEDY, C.PAPERWORK, C.PRODUCTION, C.TREATY, C.COMPANY})


def primary_of(acts: Sequence[Act], sentences: Sequence[Sentence]) -> Act | None:
    """The act that the document is about, or None where it only mentions or resembles one."""
    if not acts or _elsewhere(sentences):
        return None
    titled = [s for s in sentences if s.passage.part == "title"]
    lead_ends = len(titled) + LEAD
    ranked = sorted((-_weight(act, lead_ends, sentences), act.order, act.start) for act in acts)
    best = -ranked[0][0]
    if best <= 0:
        return None
    return next(act for act in acts if (act.order, act.start) == ranked[0][1:])


def _elsewhere(sentences: Sequence[Sentence]) -> bool:
    """Whether title and first sentence are about something else."""
    for sentence in sentences[:2]:
        if sentence.of(*_ELSEWHERE):
            return True
    return False


def _weight(act: Act, lead_ends: int, sentences: Sequence[Sentence]) -> int:
    """0 for a mention; the more the sentence says that something is done now, the more."""
    if act.negated and act.measure is not C.BAN:
        return 0
    title = act.sentence.passage.part == "title"
    if not title and act.order >= lead_ends:
        return 0
    near = minerals.concerns_minerals(act.sentence) or any(
        minerals.concerns_minerals(s) for s in sentences if s.passage.part == "title"
    )
    if not near:
        return 0
    if act.sentence.of(C.STATISTICS, C.DISPUTE) or sentences[0].of(C.STATISTICS, C.DISPUTE):
        return 0
    weight = 4 if act.spoken else 1
    weight -= 3 if act.recital else 0
    weight -= 1 if act.hedged else 0
    return weight + (1 if title and act.spoken else 0)
