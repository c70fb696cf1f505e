"""Assessment → what happened, in a few words: the same words in the subject, the headline and the first line."""

import re
from collections.abc import Sequence

from alerts.rendering import strikes
from alerts.rendering.plain import plain
from alerts.rendering.voice import Voice, opened
from alerts.states import AlertState
from streams.assessments import Assessment
from streams.notices.readings import TIGHTENING, Polarity
from streams.signals import Act, Due, DueKind, Phase, Signal

_ANNOUNCEMENTS = (  # how Chinese ministries number their acts, in their own words and in English
    re.compile(r"公告\s*(?P<year>\d{4})\s*年第\s*(?P<number>\d{1,4})\s*[号號]"),
    re.compile(r"Announcement No\. ?(?P<number>\d{1,4}) of (?P<year>\d{4})", re.IGNORECASE),
)
_NAMED = 4  # minerals that a line names before it counts the rest


def lead(assessment: Assessment) -> Signal | None:
    """The signal that introduces an alert: what rang last, else the newest act, else the strongest that holds."""
    gone = () if assessment.void else assessment.withdrawn
    unsaid = (Phase.CLEARED, Phase.REVISED)
    said = [s for s in assessment.signals if s.phase not in unsaid and s.signal_id not in gone]
    rang = assessment.rings[-1].signal_id if assessment.rings else ""
    acts = [s for s in said if s.act is not None and s.act.polarity in TIGHTENING]
    for group in ([s for s in said if s.signal_id == rang], acts):
        if group:
            return max(group, key=lambda s: (s.known_at, s.signal_id))
    holding = [s for s in said if s.signal_id in assessment.holding and s.hazard is assessment.situation.hazard]
    return max(holding or said, key=lambda s: (s.score, s.known_at, s.signal_id), default=None)


def minerals_of(state: AlertState) -> tuple[str, ...]:
    """The minerals of an alert; empty for a pure route."""
    return state.assessment.minerals


def subject_of(voice: Voice, state: AlertState, minerals: Sequence[str], short: bool = False) -> str:
    """What the alert is about: its minerals, else the route or group."""
    names = [voice.mineral(mineral) for mineral in minerals]
    situation = state.assessment.situation
    is_group = len(names) > 1 and set(minerals) <= set(voice.reference.members(situation.group))
    if not names or (short and is_group):
        return opened(voice.group(situation.route or situation.group))
    if short or len(names) > _NAMED:
        kept = names[: 1 if short else _NAMED - 1]
        rest = len(names) - len(kept)
        joined = voice.say("meta.list").join(kept)
        return opened(voice.say("subject.more", first=joined, count=voice.number(rest)) if rest else joined)
    return opened(voice.say("meta.list").join(names))


def what(voice: Voice, state: AlertState) -> str:
    """What happened to it."""
    assessment = state.assessment
    signal = lead(assessment)
    if signal is None:
        return voice.say(f"event.{assessment.situation.hazard}")
    if signal.act is not None and signal.act.entity:
        return _listed(voice, signal.act)
    if signal.act is not None and signal.due is not None:
        return _due(voice, signal.act, signal.due)
    if signal.act is not None:
        act = voice.say(f"act.{signal.act.kind}.{signal.act.polarity}")
        actor = signal.act.actor or signal.origin or assessment.situation.origin
        return voice.say("event.act", actor=voice.within(actor), act=act) if actor else _unnamed(voice, act)
    if signal.strike is not None:
        kind, place = strikes.kind(voice, signal.strike), strikes.place(voice, signal.strike.place_id)
        return voice.say("event.strike", kind=kind, place=place)
    code = signal.detector.lower()
    relation, direction = signal.subject.partition(":")[0], signal.direction or "none"
    for key in (
        *(f"event.{code}_{told}" for told in (relation, direction)),
        f"event.{code}",
        f"event.{assessment.situation.hazard}",
    ):
        if voice.catalogue.name(key) is not None:
            return voice.say(key, origin=_from(voice, signal), destination=voice.targets(_to(signal)))
    return voice.say("event.none")


def short_what(voice: Voice, state: AlertState) -> str:
    """The same in as few words as a subject may have to do with."""
    assessment = state.assessment
    signal = lead(assessment)
    if signal is None:
        return voice.say(f"short.{assessment.situation.hazard}")
    if signal.act is not None:
        actor = signal.act.actor or signal.origin or assessment.situation.origin
        kind = voice.say(f"kind.{signal.act.kind}")
        key = "short.due" if signal.due is not None else "short.act"
        return voice.say(key, actor=voice.country(actor), kind=kind) if actor else kind
    if signal.strike is not None:
        return strikes.kind(voice, signal.strike)
    code = signal.detector.lower()
    for key in (f"short.{code}_{signal.direction}", f"short.{code}", f"short.{assessment.situation.hazard}"):
        if voice.catalogue.name(key) is not None:
            return voice.say(key, origin=_from(voice, signal))
    return voice.say("short.none")


def event(voice: Voice, state: AlertState, minerals: Sequence[str]) -> str:
    """Subject and what happened, in one statement."""
    return voice.say("event.line", subject=subject_of(voice, state, minerals), what=what(voice, state))


def newest_act(assessment: Assessment) -> Signal | None:
    """The signal of the act that restricts and became known last."""
    acts = [s for s in assessment.signals if s.act is not None and s.act.polarity in TIGHTENING]
    return max(acts, key=lambda s: (s.known_at, s.signal_id), default=None)


def effective(voice: Voice, state: AlertState) -> str:
    """From when the newest act is in force; empty where there is none or no date."""
    newest = newest_act(state.assessment)
    if newest is None or newest.act is None or not newest.act.effective_on:
        return ""
    key = "when.effective" if newest is lead(state.assessment) else "when.act_effective"
    return voice.say(key, day=voice.iso_day(plain(newest.act.effective_on, 40)))


def where(voice: Voice, assessment: Assessment) -> str:
    """The place of a situation: the route, else the origin, else the group."""
    situation = assessment.situation
    if situation.route:
        return voice.group(situation.route)
    if situation.origin:
        return voice.country(situation.origin)
    return voice.say("when.no_origin")


def document_name(voice: Voice, act: Act) -> str:
    """An official document as one would ask for it: issuer and number, else its title."""
    issuer, number = voice.issuer(act.issuer), plain(act.number, 120)
    for pattern in _ANNOUNCEMENTS:
        found = pattern.fullmatch(number)
        if found is not None:
            return voice.say("document.announcement", issuer=issuer, year=found["year"], number=found["number"])
    if number:
        return f"{issuer} {number}".strip()
    return f"{issuer} {voice.quoted(act.title, 120)}".strip()


def _listed(voice: Voice, act: Act) -> str:
    """Who put which supplier on a list, or took it off."""
    entity = voice.reference.entity_name(act.entity, voice.code)
    if not act.actor:
        return voice.say(f"listing.{act.polarity}_unnamed", entity=entity)
    return voice.say(f"listing.{act.polarity}", actor=voice.within(act.actor), entity=entity)


def _due(voice: Voice, act: Act, due: Due) -> str:
    """Which day of an act draws near: "suspension of export licensing by China ends on …"."""
    eased = due.kind is DueKind.EASING_ENDS and act.polarity is Polarity.SUSPEND
    key = "due.suspension_ends" if eased else f"due.{due.kind}"
    kind, day = voice.say(f"kind.{act.kind}"), voice.iso_day(plain(due.day, 40))
    if not act.actor:
        return voice.say(f"{key}_unnamed", kind=kind, day=day)
    return voice.say(key, actor=voice.within(act.actor), kind=kind, day=day)


def _unnamed(voice: Voice, act: str) -> str:
    return voice.say("event.act_unnamed", act=act)


def _from(voice: Voice, signal: Signal) -> str:
    return voice.within(signal.origin) if signal.origin else voice.country("WLD")


def _to(signal: Signal) -> tuple[str, ...]:
    return (signal.destination,) if signal.destination else ()
