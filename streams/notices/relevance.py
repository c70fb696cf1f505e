"""Acts → **relevance**: which act the document is about, and whether it only looks like one.

A document is relevant when its title or its first sentences say that a state does something to the export of minerals:
said as news, not recited as the background of a price, a figure, a ruling, a firm's licence or somebody's wish.
"""

from collections.abc import Sequence, Set

from streams.notices import minerals
from streams.notices.acts import Act
from streams.notices.bonds import INSTRUMENTS
from streams.notices.lexicon import Token
from streams.notices.polarity import RESUMED
from streams.notices.sentences import Sentence
from streams.notices.targets import acting, destinations
from streams.notices.vocabulary import Concept as C

LEAD = 3  # sentences of the text in which a document says what it is about
_FULL_CHARS = 24  # a shorter line heads a document or a part of it …
_HALF_CHARS = 12  # … in a language whose words do not stand apart, half as much
ORDER = "order"  # the value of words by which a state tells a firm what to do
COURT = "court"  # the value of words for a court of the country itself
_POSSESSIVE = 4  # characters between a state and its firm: "Chile's state miner"
_ENDS = tuple(".!?。;")
_ENOUGH = 2
_SPOKEN, _MENTIONED, _TITLED = 4, 1, 1
_SAID = 1  # an office that speaks of its control tells how it is applied
_RECITED, _STANDING, _HEDGED = 4, 2, 2
_ON_EXPORTS = (C.EXPORT, C.DUAL_USE, C.LIST, C.REFERENCE, C.PERMISSION, C.AUTHORITY)
_HEADING = (C.INERT, C.AGENCY, C.AUTHORITY, C.COUNTRY)
_ELSEWHERE = (C.REMEDY, C.PAPERWORK, C.PRODUCTION, C.TREATY)


def primary_of(acts: Sequence[Act], sentences: Sequence[Sentence], past: Set[int]) -> Act | None:
    """The act that the document is about, or None where it only mentions or resembles one.

    `past` holds the orders of the sentences that tell of the past.
    """
    scene = _Scene(acts, sentences)
    best: tuple[tuple[bool, int, bool], Act] | None = None
    for act in acts:
        weight = scene.weight(act, act.order in past) if act.order < scene.lead_ends else 0
        said = act.spoken or bool(act.sentence.of(C.DRAFT))
        rank = (act.sentence.titled and said, weight, act.spoken)  # what the title says is what it is about
        if weight >= _ENOUGH and (best is None or rank > best[0]):
            best = (rank, act)
    return best[1] if best else None


class _Scene:
    """A document with its acts: what its title and its first sentence are about, found once."""

    def __init__(self, acts: Sequence[Act], sentences: Sequence[Sentence]) -> None:
        self._acts = acts
        self._sentences = sentences
        self._titles = [s for s in sentences if s.titled]
        full = [s.order for s in sentences if not s.titled and len(s.text) >= _FULL_CHARS]
        self.lead_ends = full[LEAD] if len(full) > LEAD else len(sentences)
        priced = any(s.of(C.PRICE) for s in self._titles)
        told = (a for a in acts if a.sentence.titled and (a.spoken or a.hedged) and not (a.wished or a.recital))
        told = (a for a in told if not _speaks_of(a.sentence, *_ELSEWHERE))
        self._told = [a for a in told if a.operator or not priced]  # a ban that is merely named moves prices
        self._obtained = any(act.obtained for act in acts if act.sentence.titled)
        self._elsewhere = self._is_elsewhere()
        self._begins = next((s.order for s in sentences if not s.titled and _is_sentence(s)), len(sentences))
        self._opens_elsewhere = self._is_opened_elsewhere()

    def weight(self, act: Act, is_past: bool) -> int:
        """How plainly the sentence says that something is done to exports of minerals; 0 where it does not."""
        sentence = act.sentence
        if (
            act.obtained
            or (self._obtained and not sentence.titled)
            or act.wished
            or _speaks_of(sentence, *_ELSEWHERE)
            or _reported(act)
            or self._stopped_by_accident(act)
            or self._of_a_firm(act)
        ):
            return 0
        steered = act.steered and act.measure is not C.EXPORT
        if act.negated and act.measure is not C.LICENCE and not (steered or act.hedged):
            return 0  # but a plan that is given up is news
        if not self._in_scope(act) or self._reports_instead(act) or (act.caused and _about_prices(act)):
            return 0
        weight = (
            _SPOKEN if act.spoken or act.hedged else _MENTIONED + (_SAID if sentence.of(C.AGENCY, C.SPEAKER) else 0)
        )
        if act.measure is C.REFERENCE and not act.steered:
            weight = _ENOUGH  # the number of an act says less than its words
        weight += _TITLED if sentence.titled else 0
        weight += _SAID if act.again else 0  # what is done with an act named before is the news
        older = is_past and not act.steered
        weight -= _RECITED if act.caused or older or _about_prices(act) else _STANDING if act.standing else 0
        return weight - (_HEDGED if act.hedged else 0)

    def _stopped_by_accident(self, act: Act) -> bool:
        """Whether exports stop, or resume after it, because of what no state has ordered."""
        if act.measure is not C.EXPORT or act.operator is None:
            return False
        if act.operator.concept in (C.ALLOW, C.GRANT) and act.operator.value != RESUMED:
            return False
        first = [s for s in self._sentences if not s.titled][:1]
        return any(s.of(C.ACCIDENT) for s in (act.sentence, *self._titles, *first))

    def _of_a_firm(self, act: Act) -> bool:
        """Whether a firm, not a state, is said to stop or take up exports, or it is one firm's licence or quota.

        A sentence that names neither goes on about the one that the title is about.
        """
        if act.measure is not C.EXPORT:
            return (
                bool(act.sentence.of(C.FIRM))
                and act.measure in (C.LICENCE, C.PERMISSION, C.QUOTA)
                and not act.technology
            )
        eased = act.operator is not None and act.operator.concept in (C.ALLOW, C.GRANT)
        if eased and any(firm.start > act.start for firm in act.sentence.of(C.FIRM)):
            return True  # "lets the miner export"; a firm that is named before the state's act only gains by it
        first = [s for s in self._sentences if not s.titled][:1]
        for sentence in (act.sentence, *self._titles, *first):
            if sentence.of(C.COUNTRY, C.AGENCY) and any(t.value == ORDER for t in sentence.of(C.IMPOSE)):
                return False  # a state tells its firm to stop
            firms, away = sentence.of(C.FIRM), destinations(sentence)
            named = [
                t
                for t in sentence.of(C.COUNTRY, C.AGENCY)
                if not any(0 <= firm.start - t.end <= _POSSESSIVE for firm in firms)
            ]
            subjects = [t for t in named if sentence is not act.sentence or t.end <= act.start]
            if sentence.language.spaced and any(acting(sentence, token) for token in subjects):
                return False
            states = [t for t in named if t not in away]
            if firms or states:
                return bool(firms) and (not states or firms[0].start < states[0].start)
        return False

    def _in_scope(self, act: Act) -> bool:
        """Minerals in the sentence, the title or the list that follows; or all dual-use items against a country."""
        if act.again:
            return any(self._in_scope(other) for other in self._acts if not other.again and other.order < act.order)
        if act.sentence.of(C.REFERENCE):  # an act by its number: the tables know what it is about
            return True
        if _on_other_goods(act):
            return False
        spoken = [*self._titles, act.sentence]
        if any(lead.known for s in spoken for lead in s.leads):
            return True
        if act.measure is C.LIST or act.sentence.of(C.AUTHORITY):  # these speak of every kind of goods
            return any(s.scope for s in spoken) or any(
                s.scope for s in self._sentences if minerals.goes_on(s, act) or s.of(C.LIST)
            )
        if any(s.concerned for s in spoken):
            return True
        if act.sentence.of(C.DUAL_USE) and any(destinations(s) for s in spoken):
            return True
        if act.sentence.titled and any(a.measure is act.measure and a.sentence.scope for a in self._acts):
            return True
        lists = minerals.lists_of(act, self._sentences)
        following = (s for s in self._sentences if s.order in lists or minerals.speaks_again(s, act))
        return any(s.scope for s in following)

    def _reports_instead(self, act: Act) -> bool:
        """Whether title or first sentence are about figures, rulings or something else, and no title says the act."""
        if any(told.measure is not C.EXPORT for told in self._told):
            return False
        if self._elsewhere:
            return True
        return self._opens_elsewhere and not act.sentence.titled and act.order > self._begins

    def _is_elsewhere(self) -> bool:
        """Whether title or first sentence tell of figures, a ruling, a remedy, or what somebody asks for."""
        opening = self._titles or list(self._sentences[:1])
        opening = [*opening, *[s for s in self._sentences if not s.titled][:1]]
        about = any(
            _disputed(s) or _figures(s) or (_speaks_of(s, *_ELSEWHERE) and (s.titled or not self._told))
            for s in opening
        )
        about = about or (not self._told and any(s.of(C.PRICE) for s in self._titles))
        return about or any(act.wished for act in self._acts if act.sentence.titled)

    def _is_opened_elsewhere(self) -> bool:
        """Whether title and first sentence are about something else than exports, or only what is past or not done."""
        opened = [act for act in self._acts if act.order <= self._begins]
        if opened:
            return all(act.recital or act.wished or act.negated or act.obtained for act in opened)
        first = (s for s in self._sentences if s.order <= self._begins)
        return not any(s.of(*_ON_EXPORTS, C.SPEAKER) or (s.of(*INSTRUMENTS) and s.concerned) for s in first)


def _is_sentence(sentence: Sentence) -> bool:
    """Whether it is a whole sentence, not the number, the issuer or the heading of a document."""
    text = sentence.text.rstrip()
    if sentence.tokens and all(token.concept in _HEADING for token in sentence.tokens):
        return False
    ended = bool(sentence.tokens) or text[-1:] in _ENDS
    return ended and len(text) >= (_FULL_CHARS if sentence.language.spaced else _HALF_CHARS)


def _on_other_goods(act: Act) -> bool:
    """Whether the goods beside the act are no minerals, and its sentence names none."""
    if act.sentence.concerned or act.measure is C.LIST or act.sentence.of(C.AUTHORITY, C.TECHNOLOGY, C.DUAL_USE):
        return False
    reach = act.sentence.language.reach.object
    return any(t.end >= act.start - reach and t.start <= act.end + reach for t in act.sentence.of(C.GOODS))


def _about_prices(act: Act) -> bool:
    """Whether the act is the cause of a move of prices that the sentence tells. A tax has a price of its own."""
    told = act.sentence.titled and act.operator is not None and not act.caused
    return not told and act.measure is not C.TAX and bool(act.sentence.of(C.PRICE))


def _reported(act: Act) -> bool:
    """Whether its sentence gives figures of trade or tells of a dispute."""
    sentence = act.sentence
    by_court = act.measure is not C.EXPORT and not _disputed(sentence)  # "a court stays the ban" is an act
    if _speaks_of(sentence, C.DISPUTE) and not (act.steered and (by_court or sentence.of(C.RECITAL))):
        return True
    return _figures(sentence)


def _speaks_of(sentence: Sentence, *concepts: C) -> list[Token]:
    """Its words of these kinds, without those behind an instrument that are its background: "despite a deal"."""
    found = list(sentence.of(*concepts))
    instruments = sentence.of(*INSTRUMENTS) if found and sentence.language.spaced else ()
    behind = [t for t in sentence.of(C.RECITAL) if any(t.start >= each.end for each in instruments)]
    return [t for t in found if not any(t.start >= each.end for each in behind)]


def _disputed(sentence: Sentence) -> bool:
    """Whether states argue over an act; a court of the country itself may stay or end one."""
    return any(token.value != COURT for token in _speaks_of(sentence, C.DISPUTE))


def _figures(sentence: Sentence) -> bool:
    """Whether a sentence tells how much was exported. A quota or a tax has figures of its own."""
    if sentence.of(C.STATISTICS):
        return True
    return not sentence.of(C.QUOTA, C.TAX) and sentence.language.figures.search(sentence.text) is not None
