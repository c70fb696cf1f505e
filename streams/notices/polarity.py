"""Acts → **polarity** and kind: what an act does to the restriction, whatever verb it uses.

The object decides: exports that are suspended are stopped, a control that is suspended is eased for a time, and a
general licence that is suspended is a restriction that grows.
"""

from collections.abc import Sequence
from enum import StrEnum

from streams.notices.acts import Act, Step
from streams.notices.dates import Dates
from streams.notices.languages.base import FIGURES, NOTHING
from streams.notices.nesting import takes
from streams.notices.numerals import figure
from streams.notices.readings import ActKind, Polarity
from streams.notices.sentences import Sentence
from streams.notices.vocabulary import Concept as C

_KINDS = {
    C.BAN: ActKind.EXPORT_BAN,
    C.EXPORT: ActKind.EXPORT_BAN,
    C.CONTROL: ActKind.EXPORT_LICENSING,
    C.LICENCE: ActKind.EXPORT_LICENSING,
    C.PERMISSION: ActKind.EXPORT_LICENSING,
    C.REFERENCE: ActKind.EXPORT_LICENSING,
    C.LIST: ActKind.EXPORT_LICENSING,
    C.QUOTA: ActKind.EXPORT_QUOTA,
    C.TAX: ActKind.EXPORT_TAX,
}
_FIGURES = 2  # sentences after a quota in which its figures may stand
RESUMED = "resume"  # the value of verbs that take up again: exports are eased by it, a control is back in force
LATER = "later"  # the value of verbs that move a day: an end that is put off is later, a grace period longer
REPLACED = "replaced"  # the value of verbs that also say that an older order makes room for a wider one
STANDS = "stands"  # the value of verbs by which an act remains: one that remains until a day goes on till then
TAKEN = "taken"  # the value of verbs by which a paper is taken away: "revokes permits"
_ELSEWHERE = (C.IMPORT, C.PRODUCTION, C.REMEDY, C.NOT)  # what a title may tighten other than exports
_EASING = frozenset({Polarity.SUSPEND, Polarity.RELAX})
_RESTRICTING = frozenset({Polarity.IMPOSE, Polarity.TIGHTEN, Polarity.EXTEND})


class Thing(StrEnum):
    """What a verb acts on."""

    CONTROL = "control"  # a ban, a duty to have a licence, a quota, a tax: it keeps goods in
    PAPER = "paper"  # the licences that are given under a control
    LEAVE = "leave"  # what lets goods out though a control stands: a general licence, a waiver, a ban held off
    TRADE = "trade"  # exports themselves


_THINGS = {C.EXPORT: Thing.TRADE, C.PERMISSION: Thing.LEAVE}
_ENDING = frozenset({C.SUSPEND, C.STOP, C.LIFT, C.CUT})
_GIVING = frozenset({C.GRANT, C.ALLOW})
_ON_CONTROL = {
    C.TIGHTEN: Polarity.TIGHTEN,
    C.RAISE: Polarity.TIGHTEN,
    C.EXTEND: Polarity.EXTEND,
    C.SUSPEND: Polarity.SUSPEND,
    C.GRACE: Polarity.SUSPEND,
    C.LIFT: Polarity.RELAX,
    C.STOP: Polarity.RELAX,
    C.ALLOW: Polarity.RELAX,
    C.CUT: Polarity.RELAX,
}
_ON_PAPER = {C.GRANT: Polarity.NONE} | dict.fromkeys((C.SUSPEND, C.STOP, C.CUT), Polarity.TIGHTEN)
_ON_TRADE = {C.ALLOW: Polarity.RELAX, C.GRANT: Polarity.NONE}
_APPLIED = (C.CONTROL, C.LICENCE)  # what an office is asked about
_HELD_OFF = (C.BAN, C.CONTROL, C.LICENCE)  # what is lifted, as exports that are let out, until a day
_QUOTA = {C.CUT: Polarity.TIGHTEN, C.RAISE: Polarity.RELAX}


def polarity_of(act: Act) -> Polarity:
    """Which way the act turns the restriction: its verbs one after another, from inside out.

    What one verb makes is the thing that the next acts on: a ban that is suspended is a leave to export, and a leave
    that ends is a restriction again.
    """
    if act.hedged:
        return Polarity.NONE
    thing = Thing.PAPER if act.paper else _THINGS.get(act.measure, Thing.CONTROL)
    if act.operator is None:
        return Polarity.NONE if thing in (Thing.TRADE, Thing.LEAVE) else _set(act)
    turned = Polarity.NONE
    denied = act.denied or (act.negated and act.operator.concept in _ENDING)
    if act.operator.value == RESUMED and act.measure in (C.BAN, C.CONTROL, C.TAX):  # it is in force again
        return Polarity.IMPOSE
    if act.operator.value == FIGURES:
        return _by_figures(act.sentence, act.measure)
    for step in (Step(act.operator, denied), *act.outer):
        before, turned = turned, _turned(thing, turned, step)
        if before is Polarity.NONE and turned is Polarity.IMPOSE and thing is Thing.CONTROL:
            turned = _set(act)
        elif act.measure is C.QUOTA and thing is Thing.CONTROL:
            nothing = step.verb.value == NOTHING
            turned = Polarity.IMPOSE if nothing else _QUOTA.get(step.verb.concept, turned)
        if turned is not Polarity.NONE:
            thing = Thing.LEAVE if turned in _EASING else Thing.CONTROL
        elif thing is Thing.PAPER and step.verb.concept is C.GRANT:
            thing = Thing.LEAVE  # licences go on being given until that is stopped
    given = act.paper and thing is Thing.LEAVE and turned is Polarity.NONE
    return Polarity.RELAX if given else turned


def _by_figures(sentence: Sentence, measure: C) -> Polarity:
    """Which way a rate or a quota goes that a sentence moves from one figure to another."""
    found = sentence.language.from_to.search(sentence.text)
    figures = {name.rstrip("2345"): figure(text) for name, text in found.groupdict().items() if text} if found else {}
    old, new = figures.get("old"), figures.get("new")
    if old is None or new is None or old == new:
        return Polarity.NONE
    return Polarity.TIGHTEN if (new > old) is not (measure is C.QUOTA) else Polarity.RELAX


def _turned(thing: Thing, before: Polarity, step: Step) -> Polarity:
    """What one verb does to a restriction by acting on `thing`, which an earlier verb had turned to `before`."""
    verb, ends = step.verb.concept, step.verb.value == TAKEN
    if (
        step.denied
        and step.verb.value != RESUMED
        and (verb is C.EXTEND or (thing is not Thing.CONTROL and verb in _GIVING))
    ):
        verb, ends = C.LIFT, True  # what is not renewed, or no longer given, ends
    elif step.denied and (verb in _ENDING or step.verb.value == RESUMED):
        return Polarity.NONE
    if step.denied and verb is C.REQUIRE and thing in (Thing.CONTROL, Thing.PAPER):
        return Polarity.RELAX  # "will not require licences"
    if before is Polarity.EXTEND and verb in _ENDING:  # "the extension is put off"
        return Polarity.RELAX
    if thing is Thing.TRADE:
        return _ON_TRADE.get(verb, Polarity.IMPOSE)
    later = step.verb.value == LATER
    if thing is Thing.LEAVE and later and before is Polarity.RELAX:
        return Polarity.EXTEND  # "the lifting is put off"
    if thing is Thing.LEAVE and verb in _ENDING and not later:
        return Polarity.IMPOSE if before in _EASING else Polarity.TIGHTEN
    if thing is Thing.LEAVE:
        return before if before in _EASING else Polarity.RELAX
    if thing is Thing.PAPER and (ends or verb in _ON_PAPER):
        return _ON_PAPER.get(verb, Polarity.TIGHTEN)
    return _ON_CONTROL.get(verb, Polarity.IMPOSE)


def settled(primary: Act, acts: Sequence[Act], sentences: Sequence[Sentence], when: Dates) -> Polarity:
    """The polarity of the document: where its main sentence only names the instrument, what another says of it.

    An exemption without a last day eases, with one it holds off. A list of technologies that is issued anew is an older
    list that grows. A plan in the title is done where the text says it as done and names the day of its force.
    """
    if primary.hedged and primary.sentence.titled and when.effective is not None and when.effective.in_force:
        done = (act for act in acts if act.spoken and not (act.hedged or act.recital or act.wished or act.negated))
        primary = next((act for act in done if not act.sentence.titled), primary)
    first, ends = polarity_of(primary), when.end is not None
    if primary.standing or (primary.caused and primary.operator is None):  # what an act in force has brought about
        return Polarity.NONE
    if primary.operator is None and _is_spoken_of(primary, acts, sentences):
        return Polarity.NONE
    if (
        primary.operator is not None
        and primary.operator.value == STANDS
        and primary.measure is not C.QUOTA
        and first is Polarity.EXTEND
    ):
        longer = ends or primary.sentence.language.prolonged.search(primary.sentence.text)
        return first if longer else Polarity.NONE
    if first is Polarity.SUSPEND and not ends and primary.operator and primary.operator.value == "exemption":
        return Polarity.RELAX
    lifted = primary.operator is not None and primary.operator.concept in (C.LIFT, C.REQUIRE)
    let = primary.measure is C.EXPORT or (lifted and primary.measure in _HELD_OFF)
    if let and ends and first is Polarity.RELAX and _until(primary):
        return Polarity.SUSPEND
    if primary.measure is C.TAX and lifted and _is_raised(acts):
        return Polarity.TIGHTEN
    if first is Polarity.IMPOSE and primary.operator is not None and _adds(primary, sentences):
        return Polarity.TIGHTEN
    if first is Polarity.IMPOSE:
        first = _told_before(primary, acts) or _revised(primary, sentences) or first
    if primary.technology and first is Polarity.IMPOSE and any(act.measure is C.LIST for act in acts):
        return Polarity.TIGHTEN
    open_quota = primary.measure is C.QUOTA and first is Polarity.EXTEND
    if primary.hedged or not (primary.operator is None or open_quota):
        return first
    for act in acts:
        older = act.operator is not None and act.operator.value == REPLACED
        same = act.measure is primary.measure and not (act.recital or act.wished or older)
        if same and (act.steered or polarity_of(act) not in (first, Polarity.IMPOSE)):
            return polarity_of(act)
    if open_quota or (primary.measure in (C.QUOTA, C.TAX) and primary.operator is None):
        return _amount_of(sentences, primary) or first
    return first


def _told_before(primary: Act, acts: Sequence[Act]) -> Polarity | None:
    """What an earlier sentence says of an act whose goods only the primary sentence names: "extended its ban"."""
    for act in acts:
        earlier = act.order < primary.order and act.measure is primary.measure and act.steered
        if earlier and not (act.recital or act.wished or act.hedged or act.negated or act.sentence.concerned):
            turned = polarity_of(act)
            return turned if turned in (Polarity.EXTEND, Polarity.TIGHTEN) else None
    return None


def _revised(primary: Act, sentences: Sequence[Sentence]) -> Polarity | None:
    """Which way a tax goes that is said to change: what the first sentence that says so says of it."""
    sentence = primary.sentence
    if primary.measure is not C.TAX or not sentence.language.revised.search(sentence.text):
        return None
    for other in sentences:
        told = other.of(C.TAX) and not other.of(C.IMPORT, C.RECITAL, C.EARLIER, C.HEDGE, C.OPINION)
        ways = {token.concept for token in other.of(C.RAISE, C.CUT)}
        if told and other.order >= primary.order and len(ways) == 1:
            return Polarity.TIGHTEN if C.RAISE in ways else Polarity.RELAX
    return None


def _is_spoken_of(primary: Act, acts: Sequence[Act], sentences: Sequence[Sentence]) -> bool:
    """Whether a spokesperson speaks of a control as it stands, and no sentence says that it was imposed or changed."""
    if primary.measure not in _APPLIED:
        return False
    if primary.sentence.of(C.SPEAKER):
        return True
    done = any(act.operator and act.measure in _APPLIED and not (act.recital or act.paper) for act in acts)
    return not done and any(s.of(C.SPEAKER) for s in sentences if s.order <= primary.order + 1)


def _until(primary: Act) -> bool:
    """Whether it is said after the verb how long what it does is to last."""
    after = primary.operator.end if primary.operator else 0
    return primary.sentence.language.prolonged.search(primary.sentence.text, after) is not None


def _is_raised(acts: Sequence[Act]) -> bool:
    """Whether the text raises the tax that the title lifts: then the title meant its rate."""
    return any(a.operator is not None and a.operator.concept is C.RAISE and not a.recital for a in acts)


def _adds(primary: Act, sentences: Sequence[Sentence]) -> bool:
    """Whether restrictions are added to what is controlled already.

    The act says so of its goods; or the title names a tightening, and leaves it to the text that exports are meant.
    """
    if primary.sentence.language.controlled.search(primary.sentence.text):
        return True
    if primary.sentence.titled or primary.measure not in (C.CONTROL, C.LICENCE):
        return False
    titles = [s for s in sentences if s.titled and not s.of(C.EXPORT, C.DRAFT, C.HEDGE, *_ELSEWHERE)]
    return any(
        takes(title, verb, held.start, held.end)
        for title in titles
        for verb in title.of(C.TIGHTEN)
        for held in title.of(C.CONTROL, C.LICENCE)
    )


def _amount_of(sentences: Sequence[Sentence], primary: Act) -> Polarity | None:
    """Which way the figures after a quota or a tax go, where they are given in a sentence of their own."""
    for sentence in sentences:
        if not 0 < sentence.order - primary.order <= _FIGURES or sentence.of(C.STATISTICS, C.PRICE):
            continue
        moved = _by_figures(sentence, primary.measure)
        if moved is not Polarity.NONE:
            return moved
        if primary.measure is C.QUOTA and sentence.language.percent_down.search(sentence.text):
            return Polarity.TIGHTEN
        if primary.measure is C.QUOTA and sentence.language.percent_up.search(sentence.text):
            return Polarity.RELAX
    return None


def opposed(one: Act, other: Act) -> bool:
    """Whether one act makes exports easier, for good or for a time, and the other makes them harder.

    An instrument that is merely named does neither.
    """
    if one.operator is None or other.operator is None:
        return False
    ways = {polarity_of(one), polarity_of(other)}
    return bool(ways & _EASING) and bool(ways & _RESTRICTING)


def kind_of(act: Act) -> ActKind:
    """The instrument. A ban that a licence opens is a licence."""
    if act.technology:
        return ActKind.TECHNOLOGY_CONTROL
    if act.measure is C.BAN and act.sentence.of(C.LICENCE):
        return ActKind.EXPORT_LICENSING
    return _KINDS[act.measure]


def _set(act: Act) -> Polarity:
    """What it is to set an instrument: a quota that is set every year and neither grows nor shrinks is a renewal."""
    text, language = act.sentence.text, act.sentence.language
    if act.measure is not C.QUOTA:
        return Polarity.IMPOSE
    if language.percent_down.search(text):
        return Polarity.TIGHTEN
    if language.percent_up.search(text):
        return Polarity.RELAX
    return Polarity.EXTEND if language.yearly.search(text) else Polarity.IMPOSE
