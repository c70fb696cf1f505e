"""Alert → the first screen: at most twelve lines in the order of the design, for somebody who was just woken."""

from collections.abc import Sequence

from alerts.channels.base import Line
from alerts.coordination import partner_reason
from alerts.deliveries import Delivery, Purpose
from alerts.participants import Participant
from alerts.reasons import Reason
from alerts.rendering import events, figures
from alerts.rendering.plain import plain
from alerts.rendering.progress import runbook_line
from alerts.rendering.revised import errand, revision
from alerts.rendering.sides import at_stake_line, status_line
from alerts.rendering.surroundings import Surroundings
from alerts.rendering.voice import Voice, opened
from alerts.states import AlertState, Track, TrackState
from streams.assessments import Level
from streams.observations import Family
from streams.reference.catalogue import Place
from streams.signals import Act, Signal

LIMIT = 12
_FIXED = 8  # what, where and when, how sure, other suppliers, industries, asked, runbook, alert
_INDUSTRIES = 3
_FOUND = 3  # statements of evidence on the first screen
_ANSWERED_AT_ONCE = 4  # alerts that one command names; more are answered from the list
_ENDS = (Purpose.RESOLVE, Purpose.CLOSE)


class Screen:
    """The lines of one message for one reader."""

    def __init__(
        self,
        voice: Voice,
        surroundings: Surroundings,
        state: AlertState,
        delivery: Delivery,
        reader: Participant,
        also: Sequence[AlertState],
    ) -> None:
        self.voice = voice
        self.surroundings = surroundings
        self.state = state
        self.delivery = delivery
        self.reader = reader
        self.also = tuple(also)
        same = events.what(voice, state)
        self.joined = tuple(other for other in self.also if surroundings.mentions.of(voice, other).what == same)
        self.minerals = tuple(dict.fromkeys(m for a in (state, *self.joined) for m in events.minerals_of(a)))

    def lines(self, note: str = "", held_back: str = "") -> tuple[Line, ...]:
        """All lines; `note` is one more that must not be missed, such as that of a language fallback.

        `held_back` is what the alert keeps from the reader: it stands with what happened.
        """
        if self.delivery.purpose is Purpose.TEST:
            lines = [*self._test(), self._asked(), self._alert()]
        else:
            sides = self._sides(LIMIT - _FIXED - bool(note))
            lines = [self._what(held_back), self._where_when(), self._sure(), *sides]
            lines += [self._alternatives(), self._industries(), self._asked(), self._runbook(), self._alert()]
        if note:
            lines.append(Line(label=self.voice.say("message.language"), text=note))
        return tuple(lines)

    def _test(self) -> list[Line]:
        """A test of a channel says so and nothing else, lest it be read as an alert."""
        voice = self.voice
        sent = voice.say("when.sent", moment=voice.at(self.delivery.due_at))
        return [
            self._line("what", voice.sentences([voice.say("what.test")])),
            self._line("where_when", voice.sentences([sent])),
        ]

    def asked(self) -> str:
        """What is asked of the reader and by when."""
        voice, state, purpose = self.voice, self.state, self.delivery.purpose
        track = state.tracks.get(self.reader.iso3)
        if purpose is Purpose.PARTNER:
            return self._asked_of_partner()
        if purpose is Purpose.RESOLVE:
            return self._asked_at_the_end(track)
        if purpose in (Purpose.CLOSE, Purpose.TEST):
            return voice.say(f"asked.{errand(state, self.delivery)}")
        if purpose is Purpose.ANSWERED:
            return voice.say("asked.answered", country=voice.within(self.reader.iso3))
        if purpose is Purpose.UPDATE and (track is None or track.answered or not state.live):
            return voice.say("asked.update")
        owed = self._owed()
        if purpose is Purpose.RING and not owed:
            return voice.say("asked.ring_answered", country=voice.within(self.reader.iso3))
        asked = voice.say(
            "asked.update_open" if purpose is Purpose.UPDATE else f"asked.{purpose}",
            country=voice.within(self.reader.iso3),
            by=voice.at(self._deadline()),
            command=self.surroundings.acknowledge(owed or [state.alert_id], self.delivery.person),
        )
        return opened(asked)

    def _asked_at_the_end(self, track: Track | None) -> str:
        """To stand down for a side that is acting; to agree to close for one that never answered or has stood down."""
        alert_id, person = self.state.alert_id, self.delivery.person
        if track is not None and track.answered and track.state is not TrackState.STOOD_DOWN:
            return self.voice.say("asked.resolve", command=self.surroundings.stand_down(alert_id, person))
        return self.voice.say("asked.resolve_close", command=self.surroundings.close(alert_id, person))

    def _owed(self) -> list[str]:
        """The alerts of this message that the side has not answered; of too many for one command the first alone."""
        iso3 = self.reader.iso3
        tracks = [(each.alert_id, each.tracks.get(iso3)) for each in (self.state, *self.also) if each.live]
        owed = [alert_id for alert_id, track in tracks if track is None or not track.answered]
        return owed if len(owed) <= _ANSWERED_AT_ONCE else owed[:1]

    def _asked_of_partner(self) -> str:
        """To take note of a move; to telephone where the other side's whole ladder was rung for nothing."""
        voice, occasion = self.voice, self.delivery.occasion
        iso3 = occasion.partition(":")[0]
        reason = partner_reason(self.state, occasion)
        if reason is Reason.PARTNER_MOVED:
            return voice.say("asked.partner")
        key = "asked.partner_unreached" if reason is Reason.PARTNER_UNREACHED else "asked.partner_silent"
        return opened(voice.say(key, country=voice.within(iso3)))

    def _deadline(self) -> int:
        """When the next step of the ladder, or the next repeat, rings if nobody answers."""
        track = self.state.tracks.get(self.reader.iso3)
        now = self.delivery.due_at
        level = self.delivery.level
        if track is not None and track.ladder_level is not Level.NONE:
            level = track.ladder_level
        policy = self.state.policy(self.reader.iso3, level)
        if policy is None:
            return now
        started = now if track is None or track.started_at is None else track.started_at
        ahead = [started + step.after_minutes * 60 for step in policy.steps]
        return min((at for at in ahead if at > now), default=now + policy.repeat_minutes * 60)

    def _what(self, held_back: str) -> Line:
        voice, assessment = self.voice, self.state.assessment
        signal = events.lead(assessment)
        targets = ""
        if signal is not None and signal.act is not None:
            targets = voice.say("what.targets", targets=voice.targets(signal.act.targets))
        event = events.event(voice, self.state, self.minerals)
        parts = [voice.say("what.event", event=event, targets=targets), self._judged()]
        if self.state.attribution:
            named = voice.catalogue.name(f"attribution.{self.state.attribution}") or plain(self.state.attribution)
            parts.append(voice.say("what.attribution", attribution=named))
        others = len(self.delivery.also) - len(self.joined)
        if others > 0:
            parts.append(voice.count("what.more_alerts", others))
        parts.append(held_back)
        return self._line("what", voice.sentences(parts))

    def _judged(self) -> str:
        """Hazard, level, severity and urgency; once the situation has ended, that."""
        voice, state, assessment = self.voice, self.state, self.state.assessment
        hazard = voice.say(f"hazard.{assessment.situation.hazard}")
        if state.cancelled_reason:
            reason = voice.catalogue.name(f"reason.{state.cancelled_reason}") or plain(state.cancelled_reason)
            return voice.say("what.ended_cancelled", hazard=hazard, reason=reason)
        if self.delivery.purpose in _ENDS:
            watch = voice.say("level.watch")
            return voice.say(f"what.ended_{self.delivery.purpose}", hazard=hazard, level=watch)
        return voice.say(
            "what.judged",
            hazard=hazard,
            level=voice.say(f"level.{assessment.level}"),
            severity=voice.say(f"severity.{assessment.severity}"),
            urgency=voice.say(f"urgency.{assessment.urgency}"),
        )

    def level(self) -> Level:
        """The level that the message shows: that of the content, ended once the situation has ended."""
        return Level.NONE if self.delivery.purpose in _ENDS else self.state.assessment.level

    def _where_when(self) -> Line:
        voice, assessment = self.voice, self.state.assessment
        signal = events.lead(assessment)
        parts = []
        if signal is not None and signal.act is not None:
            parts += self._dates(signal.act)
        elif signal is not None:
            happened = figures.period(voice, signal, signal.occurred_at)
            published = voice.utc_day(signal.known_at)
            parts.append(voice.say("when.figures", happened=happened, published=published))
            parts.append(events.effective(voice, self.state))
        rings = self.state.rings
        rung = voice.say("when.not_rung", level=voice.say("level.watch"))
        if rings:
            rung = voice.say("when.rung", moment=voice.at(rings[-1].at))
        place = events.where(voice, assessment)
        return self._line("where_when", voice.sentences([place, voice.clauses(parts), rung]))

    def _dates(self, act: Act) -> list[str]:
        voice = self.voice
        parts = [voice.say("when.announced", day=voice.iso_day(act.published_on))] if act.published_on else []
        if act.effective_on:
            distance = voice.distance(act.effective_on, self.delivery.due_at)
            key = "when.effective_in" if distance else "when.effective"
            parts.append(voice.say(key, day=voice.iso_day(plain(act.effective_on, 40)), distance=distance))
        if act.end_on:
            parts.append(voice.say("when.until", day=voice.iso_day(plain(act.end_on, 40))))
        return parts

    def _sure(self) -> Line:
        voice, assessment = self.voice, self.state.assessment
        holding = [s for s in assessment.signals if s.signal_id in assessment.holding]
        best: dict[Family, Signal] = {}
        for signal in sorted(holding, key=lambda s: (s.known_at, s.score)):
            best[signal.family] = signal
        lead = events.lead(assessment)
        if lead is not None and lead in holding:
            best[lead.family] = lead
        found = [self._found(signal) for signal in sorted(best.values(), key=lambda s: (s.act is None, s is not lead))]
        parts = found[:_FOUND]
        if assessment.provisional:
            parts.append(voice.say("sure.provisional"))
        if not found:
            parts.append(voice.say("sure.nothing"))
        elif len(best.keys() - {Family.NEWS}) == 1:
            parts.append(voice.say("sure.alone"))
        rest = len(holding) - min(len(found), _FOUND)
        if rest > 0:
            parts.append(voice.count("sure.more", rest))
        parts.append(revision(voice, self.state))
        if assessment.stale:
            since = voice.utc_day(assessment.stale_since)
            parts.append(voice.count("sure.stale", len(assessment.stale), day=since))
        certainty = voice.say(f"certainty.{assessment.certainty}")
        return self._line("sure", voice.sentences([certainty, *parts]))

    def _found(self, signal: Signal) -> str:
        voice = self.voice
        if signal.act is not None:
            return voice.say("sure.document", document=events.document_name(voice, signal.act))
        family = voice.say(f"family.{signal.family}")
        return voice.say("sure.figure", family=family, figure=figures.figure(voice, signal))

    def _sides(self, room: int) -> list[Line]:
        """The reader's side and the others, in `room` lines; what finds no room stands in the detail."""
        voice, state = self.voice, self.state
        own, others = self.reader.iso3, [iso3 for iso3 in state.tracks if iso3 != self.reader.iso3]
        label = voice.say("label.you", country=voice.side(own))
        lines = [Line(label=label, text=at_stake_line(voice, state, own, own=True))]
        if len(others) == 1:
            if room >= 4 and self.joined:
                second = at_stake_line(voice, self.joined[0], own, own=True)
                lines.append(Line(label=label, text=second))
            partner = voice.say("label.partner", country=voice.side(others[0]))
            lines.append(Line(label=partner, text=at_stake_line(voice, state, others[0], own=False)))
            status = voice.say("label.status", country=voice.side(others[0]))
            return [*lines, Line(label=status, text=status_line(voice, state, self.reader, others[0]))]
        shown = others if len(others) < room else others[: room - 2]
        for iso3 in shown:
            label = voice.say("label.partner", country=voice.side(iso3))
            status = status_line(voice, state, self.reader, iso3)
            below = voice.sentences([voice.say("detail.figures_below")])
            lines.append(Line(label=label, text=voice.say("meta.gap").join([status, below])))
        if len(shown) < len(others):
            text = voice.count("status.more", len(others) - len(shown))
            lines.append(Line(label=voice.say("label.others"), text=text))
        return lines

    def _alternatives(self) -> Line:
        voice, situation = self.voice, self.state.assessment.situation
        if situation.route:
            return self._line("detour", voice.sentences([self._detour(situation.route)]))
        if not situation.origin:
            return self._line("alternatives", voice.sentences([voice.say("alternatives.no_origin")]))
        states = (self.state, *self.joined[:1])
        text = voice.sentences([self._suppliers(state) for state in states])
        if any(a.share.younger_than_event for state in states for a in state.assessment.alternatives):
            text += voice.say("figure.later")
        return self._line("alternatives", text)

    def _detour(self, route: str) -> str:
        """The way round a strait or canal and the days that it costs."""
        voice = self.voice
        place = voice.reference.places.get(route)
        if place is None or not place.via or place.extra_days is None:
            return voice.say("alternatives.no_detour")
        days = voice.quantity(place.extra_days, "days")
        return voice.say("alternatives.detour", via=voice.group(place.via), days=days)

    def _suppliers(self, state: AlertState) -> str:
        voice, alternatives = self.voice, state.assessment.alternatives
        if not alternatives:
            none = voice.say("alternatives.none")
            group = voice.group(state.assessment.situation.group)
            return voice.say("side.line", mineral=group, parts=none) if self.joined else none
        share = alternatives[0].share
        countries = [
            voice.say("alternatives.country", country=voice.country(a.country), figure=voice.brief(a.share))
            for a in alternatives
        ]
        about = voice.mineral(share.mineral) if share.mineral else voice.group(state.assessment.situation.group)
        return voice.say(
            "alternatives.line",
            mineral=about,
            stage=voice.stage(share.stage),
            countries=voice.listed(countries),
        )

    def _industries(self) -> Line:
        voice = self.voice
        place = voice.reference.places.get(self.state.assessment.situation.route)
        if place is not None and place.flows:
            return self._line("cargo", voice.sentences([self._cargo(place)]))
        minerals = dict.fromkeys(m for a in (self.state, *self.joined) for m in a.assessment.industries)
        uses = [
            voice.say("industries.line", mineral=voice.mineral(m), uses=plain(use, 160))
            for m in minerals
            if (use := voice.reference.mineral_use(m, voice.code))
        ]
        return self._line("industries", voice.sentences(uses[:_INDUSTRIES] or [voice.say("industries.none")]))

    def _cargo(self, place: Place) -> str:
        """The minerals that are said to pass a place."""
        voice = self.voice
        known = place.flows_source is not None and place.flows_source.confidence != "C"
        return voice.say(
            "industries.cargo_confirmed" if known else "industries.cargo",
            minerals=voice.listed([voice.mineral(mineral) for mineral in place.flows]),
            unconfirmed=voice.say("figure.unconfirmed"),
        )

    def _asked(self) -> Line:
        return self._line("asked", self.asked())

    def _runbook(self) -> Line:
        hazard = self.state.assessment.situation.hazard
        return runbook_line(self.voice, self.surroundings, hazard)

    def _alert(self) -> Line:
        voice, state = self.voice, self.state
        text = voice.say(
            "alert.line",
            alert_id=state.alert_id,
            revision=voice.number(self.delivery.revision),
            joint=voice.say(f"joint.{state.joint}"),
        )
        if state.aliases:
            text = voice.clauses([text, voice.say("alert.aliases", aliases=voice.listed(state.aliases))])
        return self._line("alert", text)

    def _line(self, label: str, text: str) -> Line:
        return Line(label=self.voice.say(f"label.{label}"), text=text)
