"""Moments in words: one line each, in English, for the screen and for plain output. Feed text comes out escaped."""

from collections.abc import Callable, Iterator

from alerts.deliveries import DeliveryState
from alerts.facts import (
    Acknowledged,
    Cancelled,
    CloseAgreed,
    Closed,
    Fact,
    FalseAlarm,
    Lapsed,
    Planned,
    PositionTaken,
    Released,
    Resolved,
    Responding,
    Rung,
    SendFailed,
    Sent,
    StoodDown,
)
from alerts.states import AlertState
from services.clock import iso_time
from services.feeds.countries import english_name
from services.moments import Found, Moment, Read, Recorded, Rejected, Said, Sifted, Silence, Unread, Untold
from services.terminal import plain
from streams.assessments import Assessment, RingCause
from streams.reference import Reference
from streams.signals import Hazard, Signal

_WIDTH = 160
_CAUSES = {
    RingCause.OPENED: "the alert opened",
    RingCause.LEVEL_ROSE: "the level rose",
    RingCause.FAMILY_JOINED: "another kind of evidence joined",
    RingCause.DOCUMENT_JOINED: "another official act joined",
    RingCause.SCORE_GREW: "it grew half as strong again",
    RingCause.DAY_NEAR: "a day named in an act draws near",
}
_HAZARDS = {
    Hazard.RESTRICTION: "supply restriction",
    Hazard.LOGISTICS: "transport disruption",
    Hazard.NATURAL: "natural hazard",
    Hazard.MARKET: "market disturbance",
}
AlertOf = Callable[[str], AlertState]


class Teller:
    """Words for what happens. `alert_of` gives the state of an alert, `reference` the names of things."""

    def __init__(self, reference: Reference, alert_of: AlertOf) -> None:
        self._reference = reference
        self._alert_of = alert_of

    def lines(self, moment: Moment) -> Iterator[tuple[str, str]]:
        """(kind, line) for each line that a moment is worth: feed, signal, alert, message, answer, trouble."""
        match moment:
            case Read():
                yield "feed", self._read(moment)
            case Silence(series=series):
                what = f"{len(series)} series of {moment.source}"
                words = f"{what} heard again" if moment.is_over else f"SILENT since {iso_time(moment.since)}: {what}"
                yield "trouble", f"{iso_time(moment.at)}  {plain(words, _WIDTH)}, first {plain(series[0], 60)}"
            case Sifted():
                yield "feed", f"{iso_time(moment.at)}  {self._sifted(moment)}"
            case Rejected(letter=letter):
                where = plain(f"{letter.origin} row {letter.row}", 60)
                yield (
                    "trouble",
                    f"{iso_time(moment.at)}  unusable: {where}: {letter.reason}: {plain(letter.detail, 80)}",
                )
            case Unread():
                yield "trouble", f"{iso_time(moment.at)}  {plain(moment.feed)}: {plain(moment.note, _WIDTH)}"
            case Untold():
                then = "not tried again" if moment.is_lost else "tried again"
                words = (
                    f"operator {moment.person} not told by {moment.channel}: {moment.reason}, {then}: {moment.detail}"
                )
                yield "trouble", f"{iso_time(moment.at)}  {plain(words, _WIDTH)}"
            case Said(lines=lines):
                yield from (("feed", f"{iso_time(moment.at)}  {plain(line, 2 * _WIDTH)}") for line in lines)
            case Found(signal=signal):
                yield "signal", f"{iso_time(moment.at)}  {self.signal(signal)}"
            case Recorded(fact=fact):
                yield from ((kind, f"{iso_time(fact.at)}  {words}") for kind, words in self._fact(fact))
            case _:
                pass

    def is_mention(self, fact: Fact) -> bool:
        """Whether a fact says only that an alert was reached by the message of another, which is told already."""
        match fact.body:
            case Sent(delivery_id=delivery_id):
                return bool(self._alert_of(fact.alert_id).deliveries[delivery_id].bundle)
            case _:
                return False

    def subject(self, assessment: Assessment) -> str:
        """What an assessment is about: group, hazard, country of origin."""
        situation = assessment.situation
        group = self._reference.group_name(situation.group, "en")
        where = f", {english_name(situation.origin)}" if situation.origin else ""
        return plain(f"{group}: {_HAZARDS.get(situation.hazard, situation.hazard)}{where}")

    def signal(self, signal: Signal) -> str:
        """One signal: detector, what it saw, how strong."""
        if signal.act is not None:
            act = signal.act
            title = f'"{act.title}"' if act.title else f"{act.issuer} {act.number}"
            kind = act.kind.replace("_", " ")
            state = f"{english_name(signal.origin)}, " if signal.origin else ""
            return plain(f"{signal.detector} {state}{kind} ({act.polarity}): {title}", _WIDTH)
        named = [self._reference.mineral_name(mineral, "en") for mineral in signal.minerals[:2]]
        where = signal.route and self._reference.place_name(signal.route, "en")
        about = ", ".join(
            [*named, *([where] if where else []), *([english_name(signal.origin)] if signal.origin else [])]
        )
        seen = ""
        if signal.observed is not None:
            seen = f": {signal.observed:,.6g} {signal.unit}"
            if signal.expected is not None:
                seen += f", expected {signal.expected:,.6g}"
        return plain(
            f"{signal.detector} {signal.phase} {about or signal.subject}{seen}, score {signal.score:.1f}", _WIDTH
        )

    def why(self, state: AlertState) -> list[str]:
        """Why an alert stands where it stands: how sure, how bad, and the signals that rang."""
        assessment = state.assessment
        families = " and ".join(family.replace("_", " ") for family in assessment.families)
        judged = f"{assessment.certainty}; severity {assessment.severity}, urgency {assessment.urgency}".lower()
        lines = [f"{judged.capitalize()}; evidence: {families}"]
        signals = {signal.signal_id: signal for signal in assessment.signals}
        for ring in state.rings[-3:]:
            found = signals.get(ring.signal_id)
            words = self.signal(found) if found else ""
            lines.append(f"{_CAUSES[ring.cause]}: {words}" if words else _CAUSES[ring.cause])
        return lines

    def _read(self, moment: Read) -> str:
        group = self._reference.group_name(moment.group, "en")
        what = f'"{plain(moment.titles[0], 90)}"' if moment.titles else f"{moment.rows} row{'s' * (moment.rows != 1)}"
        return plain(f"{iso_time(moment.at)}  {moment.publisher or moment.feed}: {group}: {what}", _WIDTH)

    def _sifted(self, moment: Sifted) -> str:
        """What became of rows that were not simply new, and of the signals that they touched."""
        group = self._reference.group_name(moment.group, "en")
        words = (f"{count} {reason.replace('_', ' ')}" for reason, count in sorted(moment.counts.items()))
        return plain(f"{moment.feed or moment.group}: {group}: source revised: {', '.join(words)}", _WIDTH)

    def _fact(self, fact: Fact) -> Iterator[tuple[str, str]]:
        state = self._alert_of(fact.alert_id)
        match fact.body:
            case Rung(ring=ring):
                subject = self.subject(state.assessment)
                yield "alert", f"RING  {ring.level.upper()}  {subject}  ({_CAUSES[ring.cause]})  alert {fact.alert_id}"
                for line in self.why(state):
                    yield "alert", f"      {line}"
            case Sent() if self.is_mention(fact):
                return
            case Sent(delivery_id=delivery_id, lacks=lacks):
                delivery = state.deliveries[delivery_id]
                path = f"  {delivery.receipt}" if delivery.receipt else ""
                yield (
                    "message",
                    f"{delivery.participant}  {delivery.purpose} r{delivery.revision} to {delivery.person} "
                    f"by {delivery.channel} ({delivery.language}){plain(path)}"
                    f"{', without its picture' * bool(lacks)}",
                )
            case SendFailed(delivery_id=delivery_id, reason=reason):
                delivery = state.deliveries[delivery_id]
                yield "trouble", f"not sent to {delivery.person} by {delivery.channel}: {reason}"
            case Planned(delivery=delivery) if delivery.state is DeliveryState.SUPPRESSED:
                yield (
                    "message",
                    f"{delivery.participant}  {delivery.purpose} to {delivery.person} by {delivery.channel}: "
                    f"suppressed, {delivery.reason}",
                )
            case body:
                words = _answer(body, state)
                if words:
                    yield "answer", f"{words}  alert {fact.alert_id}"


def _answer(body: object, state: AlertState) -> str:
    """What a person or the passing of time did to an alert, or nothing."""
    match body:
        case Acknowledged(participant=participant, person=person, note=note):
            return f"{participant}  acknowledged by {person}{_note(note)}"
        case Responding(participant=participant, person=person, note=note):
            return f"{participant}  responding: {person}{_note(note)}"
        case StoodDown(participant=participant, person=person, note=note):
            return f"{participant}  stood down by {person}{_note(note)}"
        case PositionTaken(participant=participant, person=person, position=position, note=note):
            return f"{participant}  position of {person}: {position}{_note(note)}"
        case FalseAlarm(participant=participant, person=person, note=note, withdrawn=withdrawn):
            said = "takes back that it was a false alarm" if withdrawn else "calls it a false alarm"
            return f"{participant}  {person} {said}{_note(note)}"
        case CloseAgreed(participant=participant, person=person, note=note):
            return f"{participant}  {person} agrees to close{_note(note)}"
        case Lapsed(participant=participant):
            return f"{participant}  the acknowledgement lapsed: the side is rung again"
        case Released(note=note):
            return f"attribution released{_note(note)}"
        case Resolved():
            return f"RESOLVED  {state.assessment.situation.hazard}: on data"
        case Closed(by_timeout=by_timeout):
            return "CLOSED by time-out" if by_timeout else "CLOSED by both sides"
        case Cancelled(reason=reason):
            return f"CANCELLED: {plain(reason, 80)}"
        case _:
            return ""


def _note(note: str) -> str:
    return f': "{plain(note, 80)}"' if note else ""
